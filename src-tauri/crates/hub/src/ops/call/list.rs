//! The queue, who speaks with whom, and whom to call back (R30).

use super::{
    super::page::{self, Length},
    audit, tell, without_number,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{CallFilter, CallRow, ListCursor, lots_arg},
};
use lanedesk_domain::{
    call::CallState,
    ids::{CallId, LotId},
    time::Timestamp,
};
use lanedesk_wire::{board::WaitingCall, call::Call, list::Page};

/// Calls in a state, for those who see the queue; a call of which nobody knows the lot is for all of them.
pub async fn list(
    hub: &Hub,
    actor: &Actor,
    state: CallState,
    behind: Option<&str>,
    limit: Option<u32>,
) -> Result<Page<Call>> {
    let which = match state {
        CallState::Waiting => CallFilter::Waiting,
        CallState::Ringing | CallState::Live => CallFilter::Live,
        CallState::Abandoned => CallFilter::Abandoned,
        CallState::Ended => {
            return Err(Error::Invalid { field: "state", why: "not_acceptable" });
        }
    };
    let (behind, length) = (page::behind(behind)?, Length::of(limit.or(Some(100))));
    let lots = lots_arg(actor.scope.lots());
    let rows = hub.store().read().await?.conn().calls(which, &lots, behind.as_ref(), length.and_one()).await?;
    let rows = length.page(rows, |row| ListCursor::new(row.progress.since, row.id.as_str()).to_string());
    let site = hub.directory();
    let shown = |row: &CallRow| {
        let theirs = row.by.as_ref().is_none_or(|by| by.id == actor.id);
        if theirs || row.in_queue() || row.state == CallState::Abandoned {
            row.shown(&site)
        } else {
            without_number(row.shown(&site))
        }
    };
    Ok(Page { items: rows.items.iter().map(shown).collect(), next: rows.next })
}

/// The queue as the board shows it.
pub async fn waiting(hub: &Hub, actor: &Actor) -> Result<Vec<WaitingCall>> {
    let page = list(hub, actor, CallState::Waiting, None, Some(500)).await?;
    let waits = |call: Call| WaitingCall {
        id: call.id,
        lot: call.lot,
        lane: call.lane,
        caller: call.caller,
        since: call.since,
    };
    Ok(page.items.into_iter().map(waits).collect())
}

/// Somebody called the driver of an abandoned call back. Saying so again changes nothing.
pub async fn call_back(hub: &Hub, actor: &Actor, id: &CallId, note: Option<&str>) -> Result<()> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    let who = actor.clone();
    let (id, note) = (id.clone(), note.map(ToOwned::to_owned));
    hub.write(async move |tx, hub| {
        let now = hub.clock().now();
        let row = tx.call(&id).await?.ok_or(Error::NotFound)?;
        if let Some(lot) = &row.lot {
            who.see(lot)?;
        }
        if row.state != CallState::Abandoned {
            return Err(Error::NotOffered);
        }
        if !tx.call_back(&id, &who.id, note.as_deref(), now).await? {
            return Ok(());
        }
        let row = tx.call(&id).await?.ok_or(Error::NotFound)?;
        tx.audit(audit("call.called_back", Some(&who.id), &row, now)).await?;
        tell(tx, hub, &row, now).await
    })
    .await
}

/// The queue of one scope: how many wait, and since when the oldest does.
pub(crate) fn count(queue: &[(Option<LotId>, Timestamp)], actor: &Actor) -> (u32, Option<Timestamp>) {
    let mine = queue.iter().filter(|(lot, _)| lot.as_ref().is_none_or(|lot| actor.may_see(lot)));
    let mut oldest: Option<Timestamp> = None;
    let mut waiting = 0_u32;
    for (_, since) in mine {
        waiting = waiting.saturating_add(1);
        oldest = Some(oldest.map_or(*since, |known| known.min(*since)));
    }
    (waiting, oldest)
}
