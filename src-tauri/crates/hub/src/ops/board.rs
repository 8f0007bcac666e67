//! The live board (R3).

use super::opening::scope;
use crate::{actor::Actor, directory::Directory, error::Result, hub::Hub, runtime::Reporter, store::BoardCase};
use lanedesk_wire::{
    board::{Board, BoardItem, Help, Today},
    list::Page,
    opening::LaneRef,
    search::LotRef,
};

/// The supervisor's board: what is being handled in their scope, and which devices cannot be reached.
/// `say` is the reader's language.
pub async fn board(hub: &Hub, actor: &Actor, say: Reporter<'_>) -> Result<Board> {
    let items = items(hub, actor).await?;
    Ok(Board {
        items,
        queue: super::call::waiting(hub, actor).await?,
        offline: hub.runtime().offline(&actor.scope, say),
        help: help(hub, actor).await?,
        today: today(hub, actor).await?,
    })
}

/// Who asks for help in one's lots, oldest first.
async fn help(hub: &Hub, actor: &Actor) -> Result<Vec<Help>> {
    let asked = hub.store().read().await?.conn().help_asked().await?;
    let site = hub.directory();
    let near = asked.into_iter().filter(|row| actor.may_see(&row.lot));
    Ok(near.filter_map(|row| super::help::shown(&site, row)).collect())
}

/// What was opened since midnight.
async fn today(hub: &Hub, actor: &Actor) -> Result<Today> {
    let now = hub.clock().now();
    let midnight = now.local_midnight(0);
    let lots = scope(hub, actor);
    let mut reader = hub.store().read().await?;
    Ok(reader.conn().today(lots.as_deref(), midnight, now).await?)
}

/// What others are handling, for everybody who may see those lanes anyway (R7).
pub async fn handled(hub: &Hub, actor: &Actor) -> Result<Page<BoardItem>> {
    Ok(Page { items: items(hub, actor).await?, next: None })
}

async fn items(hub: &Hub, actor: &Actor) -> Result<Vec<BoardItem>> {
    let handled = hub.store().read().await?.conn().handled(hub.clock().now()).await?;
    let site = hub.directory();
    let items = handled.into_iter().filter_map(|handled| item(&site, actor, handled)).collect();
    Ok(items)
}

/// None where the lane is gone from the site or outside the scope.
fn item(site: &Directory, actor: &Actor, handled: BoardCase) -> Option<BoardItem> {
    let (lane, lot) = site.lane(&handled.lane)?;
    actor.may_see(&lot.id).then(|| BoardItem {
        lane: LaneRef { id: lane.id.clone(), name: lane.name.clone(), code: lane.code.clone() },
        lot: LotRef { id: lot.id.clone(), name: lot.name.clone() },
        case: handled.case,
        holder: handled.holder,
        since: handled.since,
        expires_at: handled.expires_at,
        source: handled.source,
    })
}
