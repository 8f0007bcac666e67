//! A call at a seat: its person gets the call and, where they hold no lane, the driver's lane with a new case (R29).

use crate::{
    actor::Actor,
    auth,
    error::{Error, Result},
    hub::Hub,
    ops::{
        call::audit,
        lease::{ClaimCall, ClaimMode, LeaseAcquired, Target, gain_in, pass_on},
        robot,
    },
    store::{CallRow, SeatRow, Tx},
};
use lanedesk_domain::{
    call::{FRESH_MS, PbxEvent},
    ids::LaneId,
    lease::WARNING_MS,
    time::Timestamp,
};
use std::sync::Arc;

/// How old the word of a seat's answer may be and still open a page, in milliseconds.
const ANSWER_FRESH_MS: i64 = 5 * FRESH_MS;

/// Gives the call to whoever sits at the seat, where they can have it. Answers the lane that was claimed for it.
pub(super) async fn at_seat(
    tx: &mut Tx<'_>,
    hub: &Hub,
    row: &mut CallRow,
    number: &str,
    (what, at): (PbxEvent, Timestamp),
    now: Timestamp,
) -> Result<Option<LaneId>> {
    let Some(seat) = tx.seat(number, now).await? else {
        return Ok(None);
    };
    if !comes_here(hub, row, &seat, (what, at), now) {
        return Ok(None);
    }
    let Some(actor) = sitter(tx, hub, row, &seat).await? else {
        return Ok(None);
    };
    let from = row.by.replace(actor.holder());
    if let Some(from) = &from {
        // What they claim meanwhile is claimed with this call or without it, and not half.
        tx.need_person(&from.id)?;
    }
    row.overflow_at =
        (what == PbxEvent::Ringing).then(|| now.plus_seconds(i64::from(hub.rules().queue_overflow_seconds)));
    row.overflow = false;
    // Written before the lane is: of two calls that reach a person at once, one finds them busy.
    row.state = row.progress.state(row.hand());
    tx.put_call(row).await.map_err(one_at_a_time)?;
    tx.audit(audit("call.assign", Some(&actor.id), row, now)).await?;
    if from.is_some() {
        return leave_with_case(tx, hub, row, &actor, seat.facts.has_no_lane(), now).await;
    }
    if seat.facts.has_no_lane() {
        let claimed = lane_for(tx, hub, row, &actor, now).await?;
        return Ok(claimed.map(|(lane, _)| lane));
    }
    Ok(None)
}

/// On PostgreSQL two calls of one person can meet at the index that allows one: the work runs again and sees.
fn one_at_a_time(error: crate::store::StoreError) -> Error {
    match error {
        crate::store::StoreError::NotUnique(what) => crate::ops::lease::quicker(&what),
        other => other.into(),
    }
}

/// Whether this seat's word decides who has the call.
fn comes_here(hub: &Hub, row: &CallRow, seat: &SeatRow, (what, at): (PbxEvent, Timestamp), now: Timestamp) -> bool {
    let Some(person) = &seat.person else {
        return false;
    };
    // Whoever took it in hand keeps it, and it is theirs already where it rings at the same person again.
    if row.taken_at.is_some() || row.by.as_ref().is_some_and(|by| by.id == person.id) {
        return false;
    }
    match what {
        PbxEvent::Ringing => {
            let after_call = i64::from(hub.rules().after_call_seconds) * 1_000;
            row.progress.answered_at.is_none() && now.since(at) <= FRESH_MS && seat.facts.takes_calls(after_call, now)
        }
        // The person has picked up, whatever else they do.
        PbxEvent::Answered => now.since(at) <= ANSWER_FRESH_MS && seat.facts.call_since.is_none(),
        PbxEvent::Ended => false,
    }
}

/// Who sits there, if the call is of a lot they may see.
async fn sitter(tx: &mut Tx<'_>, hub: &Hub, row: &CallRow, seat: &SeatRow) -> Result<Option<Arc<Actor>>> {
    let Some(person) = &seat.person else {
        return Ok(None);
    };
    let actor = auth::person_in(hub, tx, &person.id).await?;
    let sees = |actor: &Arc<Actor>| row.lot.as_ref().is_none_or(|lot| actor.may_see(lot));
    Ok(actor.filter(sees))
}

/// Claims the call's lane for a person. None: the lane is not known, or another holds it (R7); the call is theirs all
/// the same.
pub(super) async fn lane_for(
    tx: &mut Tx<'_>,
    hub: &Hub,
    row: &mut CallRow,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<(LaneId, LeaseAcquired)>> {
    let Some(lane) = row.lane.clone() else {
        return Ok(None);
    };
    let target = match Target::find(&hub.directory(), actor, &lane) {
        Ok(target) => target,
        // The lane is gone from the site, or was never this person's to see.
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let manner = ClaimMode::Call(ClaimCall { id: row.id.clone(), live: row.state.is_open() });
    match gain_in(tx, actor, &target, &manner, now).await {
        Ok(gained) => {
            row.case = Some(gained.case.clone());
            let at = row.progress.since.max(gained.lease.acquired_at);
            super::step(tx, row, lanedesk_wire::case::Step::CallStarted, Some(&actor.id), at).await?;
            if row.state.is_open() {
                robot::welcome(tx, hub, &lane, &gained.case, now).await?;
            }
            Ok(Some((lane, gained)))
        }
        Err(Error::LaneHeld { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The call rings elsewhere now, or was taken by another: its case goes along to a person who holds no lane, else it
/// stays where it is and ends in time.
pub(super) async fn leave_with_case(
    tx: &mut Tx<'_>,
    hub: &Hub,
    row: &mut CallRow,
    to: &Actor,
    has_no_lane: bool,
    now: Timestamp,
) -> Result<Option<LaneId>> {
    let held = match (&row.lane, &row.case) {
        (Some(lane), Some(case)) => tx
            .lease_of_lane(lane)
            .await?
            .filter(|held| held.holds(now) && held.case == *case && held.holder.id != to.id),
        _ => None,
    };
    match held {
        Some(held) if has_no_lane => {
            let target = Target::find(&hub.directory(), to, &held.lane)?;
            pass_on(tx, &target, &held, &to.holder(), "", now).await?;
            Ok(Some(held.lane))
        }
        Some(held) => {
            let lock = i64::from(hub.rules().lock_minutes);
            let end = now.plus_minutes(lock).max(now.plus_ms(WARNING_MS));
            tx.lease_after_call(&held.case, end).await?;
            row.case = None;
            Ok(None)
        }
        None if has_no_lane => {
            let claimed = lane_for(tx, hub, row, to, now).await?;
            Ok(claimed.map(|(lane, _)| lane))
        }
        None => Ok(None),
    }
}
