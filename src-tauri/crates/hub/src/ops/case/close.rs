//! 关单: the case ends and its lane is free at once (R8, R20).

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{
        help,
        lease::{emptied, freed},
        maintenance, robot, view,
    },
    store::{Audience, Audit, CaseClosing, LockRows, Tx},
};
use lanedesk_domain::{ids::CaseId, time::Timestamp};
use lanedesk_wire::{
    case::{CaseState, CloseCase, Outcome, Step},
    stream::{LostWhy, Told},
};
use serde_json::json;

/// Closes the person's case. Refused while an order of it is unanswered or, unless they say so, while its call is live.
pub async fn close(hub: &Hub, actor: &Actor, case: &CaseId, how: &CloseCase) -> Result<()> {
    hub.pending_results().settled(case).await;
    let rows = LockRows::case(case);
    let (who, case, how) = (actor.clone(), case.clone(), how.clone());
    hub.write_at(rows, async move |tx, hub| {
        let now = hub.clock().now();
        close_in(tx, hub, &who, &case, &how, now).await
    })
    .await
}

async fn close_in(
    tx: &mut Tx<'_>,
    hub: &Hub,
    actor: &Actor,
    case: &CaseId,
    how: &CloseCase,
    now: Timestamp,
) -> Result<()> {
    let note = how.note.as_deref().map(str::trim).filter(|n| !n.is_empty());
    let outcome = how.outcome.map(Outcome::word);
    let closing =
        CaseClosing { case, person: &actor.id, outcome: outcome.as_deref(), note, during_call: how.during_call };
    let Some(closed) = tx.close_case(&closing, now).await? else {
        return Err(why_not(tx, actor, &closing, now).await?);
    };
    actor.see(&closed.lot)?;
    tx.add_step(case, now, Some(&actor.id), Step::Closed, &[]).await?;
    let body = json!({"lane": closed.lane, "outcome": how.outcome, "during_call": how.during_call});
    tx.audit(Audit::new(now, Some(&actor.id), "case.close", format!("case:{case}"), body)).await?;
    help::over(tx, &closed.lot, case, now).await?;
    if how.outcome == Some(Outcome::DeviceFault) {
        let noted = (case, &actor.id, note);
        maintenance::of_case(tx, &hub.directory(), &closed.lane, noted, now).await?;
    }
    let lost = Told::LeaseLost {
        case: case.clone(),
        lane: closed.lane.clone(),
        why: LostWhy::Closed,
        by: Some(actor.holder()),
        note: None,
    };
    let told = [
        (Audience::Person(&actor.id), lost),
        (Audience::Lot(&closed.lot), freed(&closed.lane)),
        (Audience::Lot(&closed.lot), emptied(&closed.lane)),
    ];
    tx.tell_all(now, &told).await?;
    robot::idle(tx, hub, &closed.lane, now).await?;
    if closed.vehicle_was_set {
        // What the person set goes with the case; whoever looks on sees again what the camera read.
        view::tell(tx, hub, &closed.lane, now).await?;
    }
    Ok(())
}

/// Why nothing was closed.
async fn why_not(tx: &mut Tx<'_>, actor: &Actor, closing: &CaseClosing<'_>, now: Timestamp) -> Result<Error> {
    let Some(row) = tx.case(closing.case).await? else {
        return Ok(Error::NotFound);
    };
    actor.see(&row.lot)?;
    if row.state == CaseState::Closed {
        return Ok(Error::CaseClosed);
    }
    let held = tx.lease_of_person(&actor.id).await?;
    Ok(match held.filter(|held| held.case == row.id && held.holds(now)) {
        None => Error::LeaseLost,
        Some(held) if held.expires_at.is_none() && !closing.during_call => Error::CallLive,
        Some(_) => Error::OrderInFlight,
    })
}
