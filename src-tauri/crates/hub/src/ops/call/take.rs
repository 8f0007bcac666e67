//! Taking a call from the queue, which one person does (R30), and opening a case by hand 「手工建单」 (R31).

use super::{audit, progress, ring, step, tell};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{
        lease::{ClaimCall, ClaimMode, LeaseAcquired, Target, finish, gain_in, leave_former, quicker},
        view,
    },
    store::{CallRow, LeaseRow, LockRows, NewCall, StoreError, Tx},
};
use lanedesk_domain::{
    call::CallState,
    ids::{CallId, LaneId},
    time::Timestamp,
};
use lanedesk_wire::{
    call::{OpenByHand, Taken},
    case::{CaseRef, Lease, Step},
};

/// What taking a call brought.
enum TakeOutcome {
    /// The lane, newly.
    Lane(LaneId, Box<LeaseAcquired>),
    /// The lane, which was the person's already.
    Mine(LeaseRow),
    /// Nothing: another holds the lane (R7).
    Held(LeaseRow),
    /// Nothing: nobody knows the lane.
    Unknown,
}

/// Takes a waiting call: it is this person's and nobody else's, and claims its lane unless another holds it. Taking
/// one's own again answers what it brought.
pub async fn take(hub: &Hub, actor: &Actor, id: &CallId) -> Result<Taken> {
    let (who, id) = (actor.clone(), id.clone());
    let (row, got) =
        hub.write_at(LockRows::person(&actor.id), async move |tx, hub| take_in(tx, hub, &who, &id).await).await?;
    answer(hub, &row, got).await
}

async fn take_in(tx: &mut Tx<'_>, hub: &Hub, actor: &Actor, id: &CallId) -> Result<(CallRow, TakeOutcome)> {
    let now = hub.clock().now();
    let mut row = tx.hold_call(id).await?.ok_or(Error::NotFound)?;
    if let Some(lot) = &row.lot {
        actor.see(lot)?;
    }
    let seat = tx.seat_of(&actor.id).await?.ok_or(Error::SeatRequired)?;
    if !row.state.is_open() {
        return Err(Error::CallOver);
    }
    let mine = row.by.as_ref().is_some_and(|by| by.id == actor.id);
    if mine && !row.in_queue() {
        let got = theirs(tx, hub, &mut row, actor, now).await?;
        return Ok((row, got));
    }
    if let Some(by) = row.by.clone().filter(|_| !mine && !row.in_queue()) {
        return Err(Error::CallTaken(by));
    }
    let other = tx.call_of_person(&actor.id).await?;
    if other.is_some_and(|other| other.id != row.id) {
        return Err(Error::CallLive);
    }
    let from = row.by.replace(actor.holder()).filter(|_| !mine);
    if let Some(from) = &from {
        tx.need_person(&from.id)?;
    }
    (row.seat, row.taken_at) = (Some(seat), Some(now));
    (row.overflow, row.overflow_at) = (false, None);
    row.state = row.progress.state(row.hand());
    tx.put_call(&row).await.map_err(|error| match error {
        StoreError::NotUnique(what) => quicker(&what),
        other => other.into(),
    })?;
    tx.audit(audit("call.take", Some(&actor.id), &row, now)).await?;
    if from.is_some() {
        // Their page leaves the lane they had, as with every claim; the call's case comes along.
        let former = tx.lease_of_person(&actor.id).await?;
        leave_former(tx, actor, former.as_ref(), now).await?;
        ring::leave_with_case(tx, hub, &mut row, actor, true, now).await?;
    }
    let got = theirs(tx, hub, &mut row, actor, now).await?;
    tx.put_call(&row).await?;
    tell(tx, hub, &row, now).await?;
    Ok((row, got))
}

/// What the person has of a call that is theirs: the lane they hold for it, else the lane claimed now.
async fn theirs(tx: &mut Tx<'_>, hub: &Hub, row: &mut CallRow, actor: &Actor, now: Timestamp) -> Result<TakeOutcome> {
    let held = tx.lease_of_person(&actor.id).await?.filter(|l| l.holds(now));
    if let Some(held) = held.filter(|held| Some(&held.case) == row.case.as_ref()) {
        return Ok(TakeOutcome::Mine(held));
    }
    if let Some((lane, gained)) = ring::lane_for(tx, hub, row, actor, now).await? {
        tx.put_call(row).await?;
        tell(tx, hub, row, now).await?;
        return Ok(TakeOutcome::Lane(lane, Box::new(gained)));
    }
    let there = match &row.lane {
        Some(lane) => tx.lease_of_lane(lane).await?.filter(|l| l.holds(now)),
        None => None,
    };
    Ok(there.map_or(TakeOutcome::Unknown, TakeOutcome::Held))
}

async fn answer(hub: &Hub, row: &CallRow, got: TakeOutcome) -> Result<Taken> {
    let call = row.shown(&hub.directory());
    let mut taken = Taken { call, case: None, lease: None, view: None, held_by: None, held_since: None };
    match got {
        TakeOutcome::Lane(lane, gained) => {
            let claimed = finish(hub, &lane, *gained).await?;
            taken.case = Some(claimed.case);
            taken.lease = Some(claimed.lease);
            taken.view = Some(claimed.view);
        }
        TakeOutcome::Mine(held) => {
            taken.view = Some(view::of_holder(hub, &held.lane).await?);
            taken.case = Some(CaseRef { id: held.case });
            taken.lease = Some(Lease { fence: held.fence, acquired_at: held.acquired_at, expires_at: held.expires_at });
        }
        TakeOutcome::Held(held) => {
            taken.view = Some(view::of_lane_now(hub, &held.lane).await?);
            taken.held_by = Some(held.holder);
            taken.held_since = Some(held.acquired_at);
        }
        TakeOutcome::Unknown => {}
    }
    Ok(taken)
}

/// 「手工建单」: a case for a driver who rang another number. Nothing is heard of such a call, so the lane is held for the
/// usual time.
pub async fn open_by_hand(hub: &Hub, actor: &Actor, open: &OpenByHand) -> Result<Taken> {
    let target = Target::find(&hub.directory(), actor, &open.lane)?;
    let caller = open.caller.as_deref().map_or("", str::trim).to_owned();
    if caller.len() > 40 {
        return Err(Error::Invalid { field: "caller", why: "not_acceptable" });
    }
    let who = actor.clone();
    let rows = LockRows::lane(&open.lane).and_person(&actor.id);
    let (row, gained) = hub.write_at(rows, async move |tx, hub| open_in(tx, hub, &who, &target, &caller).await).await?;
    answer(hub, &row, TakeOutcome::Lane(open.lane.clone(), Box::new(gained))).await
}

async fn open_in(
    tx: &mut Tx<'_>,
    hub: &Hub,
    actor: &Actor,
    target: &Target,
    caller: &str,
) -> Result<(CallRow, LeaseAcquired)> {
    let now = hub.clock().now();
    if tx.call_of_person(&actor.id).await?.is_some() {
        return Err(Error::CallLive);
    }
    let mut row =
        tx.hear_of_call(&NewCall { integration: None, external: None, caller, by_hand: true, at: now, now }).await?;
    let manner = ClaimMode::Call(ClaimCall { id: row.id.clone(), live: false });
    let gained = gain_in(tx, actor, target, &manner, now).await?;
    row.progress = progress(now);
    row.progress.ended_at = Some(now);
    row.state = CallState::Ended;
    (row.by, row.taken_at) = (Some(actor.holder()), Some(now));
    (row.lane, row.lot) = (Some(target.lane.clone()), Some(target.lot.clone()));
    row.case = Some(gained.case.clone());
    row.seat = tx.seat_of(&actor.id).await?;
    tx.put_call(&row).await?;
    step(tx, &row, Step::CallStarted, Some(&actor.id), now).await?;
    tx.audit(audit("call.by_hand", Some(&actor.id), &row, now)).await?;
    Ok((row, gained))
}
