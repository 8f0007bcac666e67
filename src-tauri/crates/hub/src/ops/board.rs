//! The live board (R3).

use crate::{actor::Actor, directory::Directory, error::Result, hub::Hub, store::Handled};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    board::{Board, BoardItem},
    list::Page,
    opening::LaneRef,
    search::LotRef,
};

/// The supervisor's board: what is being handled in their scope, and which devices cannot be reached.
pub async fn board(hub: &Hub, actor: &Actor) -> Result<Board> {
    actor.allow(Permission::Board)?;
    let items = items(hub, actor).await?;
    Ok(Board {
        items,
        queue: Vec::new(),
        offline: hub.runtime().offline(&actor.scope),
        ..Board::default()
    })
}

/// What others are handling, for everybody who may see those lanes anyway (R7).
pub async fn handled(hub: &Hub, actor: &Actor) -> Result<Page<BoardItem>> {
    actor.allow(Permission::View)?;
    Ok(Page {
        items: items(hub, actor).await?,
        next: None,
    })
}

async fn items(hub: &Hub, actor: &Actor) -> Result<Vec<BoardItem>> {
    let handled = hub
        .store()
        .read()
        .await?
        .conn()
        .handled(hub.clock().now())
        .await?;
    let site = hub.directory();
    let items = handled
        .into_iter()
        .filter_map(|handled| item(&site, actor, handled))
        .collect();
    Ok(items)
}

/// None where the lane is gone from the site or outside the scope.
fn item(site: &Directory, actor: &Actor, handled: Handled) -> Option<BoardItem> {
    let (lane, lot) = site.lane(&handled.lane)?;
    actor.may_see(&lot.id).then(|| BoardItem {
        lane: LaneRef {
            id: lane.id.clone(),
            name: lane.name.clone(),
            code: lane.code.clone(),
        },
        lot: LotRef {
            id: lot.id.clone(),
            name: lot.name.clone(),
        },
        case: handled.case,
        holder: handled.holder,
        since: handled.since,
        expires_at: handled.expires_at,
        source: handled.source,
    })
}
