//! Claiming a lane, and taking one over (R6, R7, R10, R12).

use super::{CaseStart, LeaseAcquired, LeaseEnd, Target, audit, end, lost, quicker, taken, worked};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::right,
    store::{Audience, CaseRow, ClaimContext, Grant, LaneRecord, LeaseRow, LockRows, Tx},
};
use lanedesk_domain::{
    ids::{CallId, CaseId, LaneId},
    opening::Source,
    person::Permission,
    time::Timestamp,
};
use lanedesk_wire::{
    case::{CaseRef, CaseState, Claimed, Lease, Step},
    stream::LostWhy,
};
use serde_json::json;

/// How a lane that another holds may be had.
#[derive(Debug, Clone)]
pub(crate) enum ClaimMode {
    /// Only where it is free.
    Claim,
    /// Only where it is free, for a driver's call (R29).
    Call(ClaimCall),
    /// From whoever holds it, for this reason.
    TakeOver(String),
}

/// The call a lane is claimed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimCall {
    /// The call.
    pub(crate) id: CallId,
    /// It is not over: the lease has no end (R11).
    pub(crate) live: bool,
}

impl ClaimMode {
    /// The call to work the lane for: the one that was taken, else the one the person has and works nowhere else.
    fn call(&self, around: &ClaimContext, held: Option<&LeaseRow>) -> Option<ClaimCall> {
        match self {
            Self::Call(call) => Some(call.clone()),
            // While a lease has no end its call is worked there already.
            _ if held.is_some_and(|held| held.expires_at.is_none()) => None,
            _ => around.call.clone().map(|id| ClaimCall { id, live: true }),
        }
    }
}

/// Takes the lane for this person, or renews it (R6, R10). Refused where another holds it (R7).
pub async fn claim(hub: &Hub, actor: &Actor, lane: &LaneId) -> Result<Claimed> {
    gain(hub, actor, lane, Permission::Claim, ClaimMode::Claim).await
}

/// A supervisor takes the lane whoever holds it, and says why (R12).
pub async fn take_over(hub: &Hub, actor: &Actor, lane: &LaneId, reason: &str) -> Result<Claimed> {
    let manner = ClaimMode::TakeOver(reason.trim().to_owned());
    gain(hub, actor, lane, Permission::TakeOver, manner).await
}

async fn gain(hub: &Hub, actor: &Actor, lane: &LaneId, permission: Permission, manner: ClaimMode) -> Result<Claimed> {
    if !actor.role.may(permission) {
        return Err(Error::NotAllowed);
    }
    let target = Target::find(&hub.directory(), actor, lane)?;
    if matches!(&manner, ClaimMode::TakeOver(reason) if reason.is_empty()) {
        return Err(Error::ReasonRequired);
    }
    let who = actor.clone();
    let rows = LockRows::lane(lane).and_person(&actor.id);
    let gained = hub
        .write_at(rows, async move |tx, hub| {
            let now = hub.clock().now();
            let gained = gain_in(tx, &who, &target, &manner, now).await?;
            crate::ops::call::goes_along(tx, hub, &gained, &target, now).await?;
            Ok::<_, Error>(gained)
        })
        .await?;
    finish(hub, lane, gained).await
}

/// After the commit: the expiry task and the devices hear of it, and the page is put together. What the devices say
/// arrives on the stream.
pub(crate) async fn finish(hub: &Hub, lane: &LaneId, gained: LeaseAcquired) -> Result<Claimed> {
    right::still(hub, lane, &gained.lease.holder.id).await?;
    if let Some(end) = gained.lease.expires_at {
        hub.alarm().set(end);
    }
    look(hub, lane);
    let view = match gained.began {
        Some(began) => crate::ops::view::of_new_case(hub, lane, began).await?,
        None => crate::ops::view::of_holder(hub, lane).await?,
    };
    Ok(Claimed {
        case: CaseRef { id: gained.case },
        lease: Lease {
            fence: gained.fence,
            acquired_at: gained.lease.acquired_at,
            expires_at: gained.lease.expires_at,
        },
        view,
    })
}

/// Asks the lane's devices where the arm is and what stands there, without waiting for them.
pub(crate) fn look(hub: &Hub, lane: &LaneId) {
    hub.runtime().attend(lane);
    let devices = hub.runtime().lane(lane);
    if devices.is_none_or(|devices| devices.camera().is_none()) {
        return;
    }
    let (hub, lane) = (hub.clone(), lane.clone());
    tokio::spawn(async move {
        if let Err(error) = crate::ops::picture::refresh(&hub, &lane).await {
            tracing::info!(%lane, %error, "no fresh picture for a claim");
        }
    });
}

pub(crate) async fn gain_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    target: &Target,
    manner: &ClaimMode,
    now: Timestamp,
) -> Result<LeaseAcquired> {
    let who = actor.holder();
    let since = now.plus_ms(-crate::ops::view::UNRESOLVED_MS);
    tx.need_lane(&target.lane)?;
    tx.need_person(&actor.id)?;
    let around = tx.around(&target.lane, &who, since).await?;
    if !around.there {
        return Err(Error::NotFound);
    }
    let former = around.former.as_ref();
    match around.here.as_ref().filter(|row| row.holds(now)) {
        Some(held) if held.holder.id == actor.id => {
            let call = manner.call(&around, Some(held));
            renew(tx, actor, target, held, call, now).await
        }
        Some(held) => match manner {
            ClaimMode::Claim | ClaimMode::Call(_) => {
                Err(Error::LaneHeld { holder: held.holder.clone(), since: held.acquired_at })
            }
            ClaimMode::TakeOver(reason) => {
                leave_former(tx, actor, former, now).await?;
                take(tx, actor, target, held, reason, now).await
            }
        },
        None => {
            leave_former(tx, actor, former, now).await?;
            if let Some(over) = around.here.as_ref().filter(|row| row.open) {
                end_over(tx, over, now).await?;
            }
            begin(tx, actor, target, manner, around, now).await
        }
    }
}

/// Frees the lane the person had before; it succeeds or fails with the claim. A live call keeps its lane (R11).
pub(crate) async fn leave_former(
    tx: &mut Tx<'_>,
    actor: &Actor,
    former: Option<&LeaseRow>,
    now: Timestamp,
) -> Result<()> {
    let Some(former) = former else { return Ok(()) };
    if !former.holds(now) {
        return end_over(tx, former, now).await;
    }
    if former.expires_at.is_none() {
        return Err(Error::CallLive);
    }
    let by = actor.holder();
    let ending = LeaseEnd { lease: former, why: LostWhy::Requeried, by: Some(&by) };
    if end(tx, &ending, now).await? { Ok(()) } else { Err(quicker("the former lane")) }
}

/// Ends a lease whose time was over before anybody told its holder.
pub(super) async fn end_over(tx: &mut Tx<'_>, over: &LeaseRow, now: Timestamp) -> Result<()> {
    let ending = LeaseEnd { lease: over, why: LostWhy::Expired, by: None };
    if end(tx, &ending, now).await? {
        tx.audit(audit("lane.expire", None, &over.lane, json!({"case": over.case, "holder": over.holder.id}), now))
            .await?;
        Ok(())
    } else {
        Err(quicker("a lease that was over"))
    }
}

/// The same person queries the same lane again: same case, same beginning, a new fence and a new ten minutes (R10).
async fn renew(
    tx: &mut Tx<'_>,
    actor: &Actor,
    target: &Target,
    held: &LeaseRow,
    call: Option<ClaimCall>,
    now: Timestamp,
) -> Result<LeaseAcquired> {
    let live = held.expires_at.is_none() || call.as_ref().is_some_and(|call| call.live);
    let grant = Grant {
        lane: target.lane.clone(),
        lot: target.lot.clone(),
        person: actor.id.clone(),
        case: held.case.clone(),
        expires_at: (!live).then(|| target.ends(now)),
    };
    if let Some(call) = &call {
        tx.case_for_call(&held.case, &call.id).await?;
    }
    let fence = tx.regrant_lease(held.fence, &grant, held.acquired_at).await?.ok_or_else(|| quicker("the lease"))?;
    let mut gained = LeaseAcquired::of(&grant, fence, actor.holder(), held.acquired_at);
    gained.call = call.map(|call| call.id);
    tx.add_step(&grant.case, now, Some(&actor.id), Step::Renewed, &[]).await?;
    let body = json!({"case": grant.case, "fence": fence});
    tx.audit(audit("lane.renew", Some(&actor.id), &target.lane, body, now)).await?;
    tell_taken(tx, target, None, &gained, now).await?;
    Ok(gained)
}

/// A free lane: a new case begins for the vehicle that stands there.
async fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    target: &Target,
    manner: &ClaimMode,
    around: ClaimContext,
    now: Timestamp,
) -> Result<LeaseAcquired> {
    let call = manner.call(&around, None);
    let case = CaseRow {
        source: call.as_ref().map_or(Source::Query, |_| Source::Call),
        call: call.as_ref().map(|call| call.id.clone()),
        ..new_case(actor, target, &around, now)
    };
    let live = call.as_ref().is_some_and(|call| call.live);
    let grant = Grant {
        lane: target.lane.clone(),
        lot: target.lot.clone(),
        person: actor.id.clone(),
        case: case.id.clone(),
        expires_at: (!live).then(|| target.ends(now)),
    };
    let fence = tx.begin_case(&case, &grant).await.map_err(two_at_once)?.ok_or_else(|| quicker("the lane"))?;
    let mut gained = LeaseAcquired::of(&grant, fence, actor.holder(), now);
    tx.add_step(&grant.case, now, Some(&actor.id), Step::Claimed, &[]).await?;
    let (action, reason) = match manner {
        ClaimMode::Claim | ClaimMode::Call(_) => ("lane.claim", None),
        ClaimMode::TakeOver(reason) => ("lane.take_over", Some(reason)),
    };
    gained.call = call.map(|call| call.id);
    let body = json!({"case": grant.case, "fence": fence, "reason": reason, "call": gained.call});
    tx.audit(audit(action, Some(&actor.id), &target.lane, body, now)).await?;
    tell_taken(tx, target, Some(case.now()), &gained, now).await?;
    gained.began = Some(CaseStart {
        standing: LaneRecord { lease: Some(gained.lease.clone()), case: Some(case), ..around.seen },
        unresolved_order: around.unresolved_order,
    });
    Ok(gained)
}

/// The case of whoever stands there, by the camera's word.
fn new_case(actor: &Actor, target: &Target, around: &ClaimContext, now: Timestamp) -> CaseRow {
    let read = around.seen.read.as_ref();
    CaseRow {
        id: CaseId::new(),
        lane: target.lane.clone(),
        lot: target.lot.clone(),
        person: actor.id.clone(),
        source: Source::Query,
        state: CaseState::Open,
        opened_at: now,
        read: read.map(|read| read.id.clone()),
        plate_read: read.and_then(|read| read.plate.clone()),
        plate: read.and_then(|read| read.plate.clone()),
        plate_color: read.and_then(|read| read.color.clone()),
        corrected: false,
        phone: None,
        stay: None,
        direction: target.direction.or(read.and_then(|read| read.direction)),
        first_quote: None,
        call: None,
    }
}

/// A lane that another holds: their case goes on with the supervisor.
async fn take(
    tx: &mut Tx<'_>,
    actor: &Actor,
    target: &Target,
    held: &LeaseRow,
    reason: &str,
    now: Timestamp,
) -> Result<LeaseAcquired> {
    let grant = Grant {
        lane: target.lane.clone(),
        lot: target.lot.clone(),
        person: actor.id.clone(),
        case: held.case.clone(),
        expires_at: held.expires_at.map(|_| target.ends(now)),
    };
    let fence =
        tx.regrant_lease(held.fence, &grant, now).await.map_err(two_at_once)?.ok_or_else(|| quicker("the lease"))?;
    tx.give_case(&grant.case, &actor.id).await?;
    // Whoever takes over is the help.
    crate::ops::help::over(tx, &target.lot, &grant.case, now).await?;
    let mut gained = LeaseAcquired::of(&grant, fence, actor.holder(), now);
    gained.call = crate::ops::call::given(tx, held, &actor.holder()).await?;
    let facts = [("from", held.holder.name.clone()), ("reason", reason.to_owned())];
    tx.add_step(&grant.case, now, Some(&actor.id), Step::TakenOver, &facts).await?;
    let body = json!({"case": grant.case, "fence": fence, "from": held.holder.id, "reason": reason});
    tx.audit(audit("lane.take_over", Some(&actor.id), &target.lane, body, now)).await?;
    let by = actor.holder();
    let ending = LeaseEnd { lease: held, why: LostWhy::TakenOver, by: Some(&by) };
    let told = lost(&ending, Some(reason.to_owned()));
    tx.tell_all(now, &[(Audience::Person(&held.holder.id), told)]).await?;
    tell_taken(tx, target, None, &gained, now).await?;
    Ok(gained)
}

/// On PostgreSQL one person's two claims can meet at the index that allows one open lease a person.
pub(super) fn two_at_once(error: crate::store::StoreError) -> Error {
    match error {
        crate::store::StoreError::NotUnique(what) => quicker(&what),
        other => other.into(),
    }
}

async fn tell_taken(
    tx: &mut Tx<'_>,
    target: &Target,
    case: Option<lanedesk_wire::case::CaseNow>,
    gained: &LeaseAcquired,
    now: Timestamp,
) -> Result<()> {
    let (lane, lease, began) = (&target.lane, &gained.lease, case.is_some());
    let worked = worked(lane, &gained.case, case, lease.clone(), began);
    let told = [(Audience::Lot(&target.lot), taken(lane, lease)), (Audience::Lot(&target.lot), worked)];
    Ok(tx.tell_all(now, &told).await?)
}
