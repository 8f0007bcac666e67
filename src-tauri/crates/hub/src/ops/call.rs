//! Drivers' calls: heard from telephone systems, rung at a seat or queued, taken by one, worked as a case (R29 to R32).
//!
//! What a call is follows from everything heard of it (`domain::call`), so the order of messages does not matter. A
//! call and the lane it claims change in one transaction.

mod hear;
mod list;
mod ring;
mod take;
mod watch;

pub use hear::{hear, robot_calls, robot_hung_up};
pub(crate) use list::count;
pub use list::{call_back, list, waiting};
pub use take::{open_by_hand, take};
pub use watch::{forget_callers, once, remove_old, run};

use crate::{
    error::{Error, Result},
    hub::Hub,
    ops::{
        lease::{LeaseAcquired, Target, taken},
        view,
    },
    store::{Audience, Audit, CallRow, LeaseRow, Tx},
};
use lanedesk_domain::{
    call::{CallState, Progress},
    ids::{CallId, PersonId},
    lease::WARNING_MS,
    phone::Phone,
    time::Timestamp,
};
use lanedesk_wire::{call::Call, case::Step, problem::Holder, stream::Told};
use serde_json::json;

/// Tells everybody who sees the queue that a call changed. Once somebody has it, its number is theirs alone.
async fn tell(tx: &mut Tx<'_>, hub: &Hub, row: &CallRow, now: Timestamp) -> Result<()> {
    let call = row.shown(&hub.directory());
    let case = row.case.clone();
    let frame = |call: Call| Told::Call { call: Box::new(call), case: case.clone() };
    let others = row.lot.as_ref().map_or(Audience::All, Audience::Lot);
    let told = match &row.by {
        None => vec![(others, frame(call))],
        Some(by) => {
            let seen = if row.in_queue() { call.clone() } else { without_number(call.clone()) };
            vec![(others, frame(seen)), (Audience::Person(&by.id), frame(call))]
        }
    };
    Ok(tx.tell_all(now, &told).await?)
}

/// The call as those are told of it who neither have it nor may take it.
fn without_number(call: Call) -> Call {
    Call { caller: String::new(), called: None, ..call }
}

/// A number for people who do not speak with the driver: its last four digits.
pub(crate) fn masked(number: &str) -> String {
    if let Ok(phone) = Phone::parse(number) {
        return phone.masked();
    }
    let digits: Vec<char> = number.chars().collect();
    let kept = if digits.len() > 6 { 4 } else { 0 };
    let last: String = digits[digits.len() - kept..].iter().collect();
    if number.is_empty() { String::new() } else { format!("****{last}") }
}

/// What a change of a call leaves in the audit chain; never a number.
fn audit(action: &'static str, person: Option<&PersonId>, row: &CallRow, now: Timestamp) -> Audit {
    let body = json!({"lane": row.lane, "case": row.case, "seat": row.seat, "state": row.state});
    Audit::new(now, person, action, format!("call:{}", row.id), body)
}

/// A step in the timeline of the case a call is worked in.
async fn step(tx: &mut Tx<'_>, row: &CallRow, what: Step, person: Option<&PersonId>, at: Timestamp) -> Result<()> {
    let Some(case) = &row.case else { return Ok(()) };
    let facts = [("caller", masked(&row.caller))];
    let known = if row.caller.is_empty() { &[][..] } else { &facts[..] };
    tx.add_step(case, at, person, what, known).await?;
    Ok(())
}

/// The live call of a lease goes with its lane to another person. Answers which one.
pub(crate) async fn given(tx: &mut Tx<'_>, held: &LeaseRow, to: &Holder) -> Result<Option<CallId>> {
    if held.expires_at.is_some() {
        return Ok(None);
    }
    let Some(mut call) = tx.call_of_case(&held.case).await? else {
        return Ok(None);
    };
    // Nobody talks with two drivers, though their own call may have no lane any more.
    let own = tx.call_of_person(&to.id).await?;
    if own.is_some_and(|own| own.id != call.id) {
        return Err(Error::CallLive);
    }
    call.by = Some(to.clone());
    tx.put_call(&call).await?;
    Ok(Some(call.id))
}

/// After a lane was gained that a call is worked at: the call says so, and everybody is told.
pub(crate) async fn goes_along(
    tx: &mut Tx<'_>,
    hub: &Hub,
    gained: &LeaseAcquired,
    target: &Target,
    now: Timestamp,
) -> Result<()> {
    let Some(id) = &gained.call else {
        return Ok(());
    };
    let Some(mut row) = tx.hold_call(id).await? else {
        return Ok(());
    };
    let began = row.case.as_ref() != Some(&gained.case);
    row.case = Some(gained.case.clone());
    row.lane = Some(target.lane.clone());
    row.lot = Some(target.lot.clone());
    tx.put_call(&row).await?;
    if began {
        let at = row.progress.since.max(gained.lease.acquired_at);
        step(tx, &row, Step::CallStarted, Some(&gained.lease.holder.id), at).await?;
    }
    tell(tx, hub, &row, now).await?;
    view::tell(tx, hub, &target.lane, now).await
}

/// A call is over: its case's lease ends in time (R11), and everybody is told. The row is written by the caller.
async fn end(tx: &mut Tx<'_>, hub: &Hub, row: &CallRow, now: Timestamp) -> Result<()> {
    let ended_at = row.progress.ended_at.unwrap_or(now);
    step(tx, row, Step::CallEnded, None, ended_at).await?;
    let action = match row.state {
        CallState::Abandoned => "call.abandoned",
        _ => "call.ended",
    };
    tx.audit(audit(action, None, row, now)).await?;
    let Some(case) = &row.case else { return Ok(()) };
    let lock = i64::from(hub.rules().lock_minutes);
    // News that comes late still leaves the holder the minute they are warned.
    let end = ended_at.plus_minutes(lock).max(now.plus_ms(WARNING_MS));
    if !tx.lease_after_call(case, end).await? {
        return Ok(());
    }
    if let Some(lane) = &row.lane
        && let Some(lease) = tx.lease_of_lane(lane).await?.filter(|l| l.holds(now))
    {
        let now_held = lanedesk_wire::case::LeaseNow {
            holder: lease.holder.clone(),
            acquired_at: lease.acquired_at,
            expires_at: lease.expires_at,
        };
        let told = taken(lane, &now_held);
        tx.tell_all(now, &[(Audience::Lot(&lease.lot), told)]).await?;
        view::tell(tx, hub, lane, now).await?;
    }
    hub.alarm().set(end);
    Ok(())
}

/// A call opened by the hub itself.
fn progress(now: Timestamp) -> Progress {
    Progress { since: now, answered_at: None, ended_at: None }
}
