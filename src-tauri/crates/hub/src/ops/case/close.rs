//! 关单: the case ends and its lane is free at once (R8, R20).

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{
        lease::{emptied, freed},
        view,
    },
    store::{Audit, StepRow, To, Tx},
};
use lanedesk_domain::{ids::CaseId, person::Permission, time::Timestamp};
use lanedesk_wire::{
    case::{CaseState, CloseCase, Step},
    stream::{LostWhy, Told},
};
use serde_json::json;

/// Closes the person's case. Refused while an order of it is unanswered or, unless they say so, while its call is live.
pub async fn close(hub: &Hub, actor: &Actor, case: &CaseId, how: &CloseCase) -> Result<()> {
    actor.allow(Permission::Act)?;
    let (outer, who, case, how) = (hub.clone(), actor.clone(), case.clone(), how.clone());
    let now = hub.clock().now();
    hub.store()
        .write(move |tx| {
            let (hub, who, case, how) = (outer.clone(), who.clone(), case.clone(), how.clone());
            Box::pin(async move { close_in(tx, &hub, &who, &case, &how, now).await })
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
    // The lease first: its row keeps orders of this case from being written until this transaction ends.
    let Some(freed_lane) = tx.free_lease_of_case(&actor.id, case, now).await? else {
        return Err(why_not(tx, actor, case).await?);
    };
    actor.see(&freed_lane.lot)?;
    if freed_lane.in_call && !how.during_call {
        return Err(Error::CallLive);
    }
    let note = how.note.as_deref().map(str::trim).filter(|n| !n.is_empty());
    let closed = tx.close_case(case, how.outcome, note, now).await?;
    let vehicle_was_set = closed.ok_or(Error::OrderInFlight)?;
    tx.add_step(StepRow {
        case,
        at: now,
        person: Some(&actor.id),
        what: Step::Closed,
        facts: &[],
    })
    .await?;
    tx.audit(Audit {
        at: now,
        person: Some(actor.id.clone()),
        action: "case.close",
        subject: format!("case:{case}"),
        body: json!({"lane": freed_lane.lane, "outcome": how.outcome, "during_call": how.during_call}),
    })
    .await?;
    let lost = Told::LeaseLost {
        case: case.clone(),
        lane: freed_lane.lane.clone(),
        why: LostWhy::Closed,
        by: Some(actor.holder()),
        note: None,
    };
    let told = [
        (To::Person(&actor.id), lost),
        (To::Lot(&freed_lane.lot), freed(&freed_lane.lane)),
        (To::Lot(&freed_lane.lot), emptied(&freed_lane.lane)),
    ];
    tx.tell_all(now, &told).await?;
    if vehicle_was_set {
        // What the person set goes with the case; whoever looks on sees again what the camera read.
        view::tell(tx, hub, &freed_lane.lane, now).await?;
    }
    Ok(())
}

/// Why there was nothing to close.
async fn why_not(tx: &mut Tx<'_>, actor: &Actor, case: &CaseId) -> Result<Error> {
    let Some(row) = tx.case(case).await? else {
        return Ok(Error::NotFound);
    };
    actor.see(&row.lot)?;
    Ok(match row.state {
        CaseState::Closed => Error::CaseClosed,
        _ => Error::LeaseLost,
    })
}
