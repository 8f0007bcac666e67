//! Giving a case to another person, and going on with it at another lane (R11, R12).

use super::{
    LeaseAcquired, LeaseEnd, Target, audit,
    claim::{finish, two_at_once},
    emptied, freed, lost, quicker, taken, worked,
};
use crate::{
    actor::Actor,
    directory::Directory,
    error::{Error, Result},
    hub::Hub,
    ops::{help, right},
    store::{Audience, Grant, LeaseRow, LockRows, Reader, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, PersonId},
    person::{AreaNode, LotNode, Permission, Scope},
    time::Timestamp,
};
use lanedesk_wire::{
    case::{Claimed, HandOver, MoveCase, Step},
    problem::Holder,
    stream::LostWhy,
};
use serde_json::json;

/// The holder gives the case to another person, who must be free (R12).
pub async fn hand_over(hub: &Hub, actor: &Actor, case: &CaseId, give: &HandOver) -> Result<()> {
    if !actor.role.may(Permission::HandOver) {
        return Err(Error::NotAllowed);
    }
    let directory = hub.directory();
    let held = held_case(hub, actor, case).await?;
    let target = Target::find(&directory, actor, &held.lane)?;
    let receiver = receiver(hub.store().read().await?, &directory, &give.to, &target).await?;
    let (who, case, note) = (actor.clone(), case.clone(), give.note.trim().to_owned());
    let (lane, to) = (held.lane.clone(), receiver.id.clone());
    let rows = LockRows::lane(&lane).and_person(&to);
    let ends = hub
        .write_at(rows, async move |tx, hub| {
            let now = hub.clock().now();
            let gained = hand(tx, &who, &target, &receiver, &case, &note, now).await?;
            crate::ops::call::goes_along(tx, hub, &gained, &target, now).await?;
            Ok::<_, Error>(gained.lease.expires_at)
        })
        .await?;
    right::still(hub, &lane, &to).await?;
    if let Some(end) = ends {
        hub.alarm().set(end);
    }
    Ok(())
}

/// The lease of a case this person works; a case they do not see is not there.
async fn held_case(hub: &Hub, actor: &Actor, case: &CaseId) -> Result<LeaseRow> {
    let mut reader = hub.store().read().await?;
    let row = reader.conn().case(case).await?.ok_or(Error::NotFound)?;
    actor.see(&row.lot)?;
    reader
        .conn()
        .lease_of_person(&actor.id)
        .await?
        .filter(|lease| lease.case == *case && lease.holds(hub.clock().now()))
        .ok_or(Error::LeaseLost)
}

/// Who is to go on: somebody else, who may work lanes and sees this lot.
async fn receiver(mut reader: Reader, directory: &Directory, to: &PersonId, target: &Target) -> Result<Holder> {
    let unfit = |why| Error::Invalid { field: "to", why };
    let person = reader.conn().person(to).await?;
    let person = person
        .filter(|person| !person.disabled && person.role.may(Permission::Claim))
        .ok_or(unfit("receiver_unfit"))?;
    let given = reader.conn().given(to).await?;
    let areas: Vec<AreaNode> =
        directory.areas.iter().map(|(id, (_, parent))| AreaNode { id: id.clone(), parent: parent.clone() }).collect();
    let lot =
        LotNode { id: target.lot.clone(), area: directory.lots.get(&target.lot).ok_or(Error::NotFound)?.area.clone() };
    let scope = Scope::resolve(&areas, &[lot], &given.areas, &given.lots);
    if !scope.contains(&target.lot) {
        return Err(unfit("receiver_unfit"));
    }
    Ok(Holder { id: person.id, name: person.name, role: person.role })
}

async fn hand(
    tx: &mut Tx<'_>,
    actor: &Actor,
    target: &Target,
    to: &Holder,
    case: &CaseId,
    note: &str,
    now: Timestamp,
) -> Result<LeaseAcquired> {
    let around = tx.leases_around(&target.lane, &to.id).await?;
    let held = around
        .iter()
        .find(|row| row.lane == target.lane)
        .filter(|row| row.holds(now) && row.holder.id == actor.id && row.case == *case)
        .ok_or(Error::LeaseLost)?;
    if to.id == actor.id {
        return Err(Error::Invalid { field: "to", why: "receiver_self" });
    }
    let other = around.iter().find(|row| row.lane != target.lane);
    let talks = held.expires_at.is_none() && tx.call_of_person(&to.id).await?.is_some();
    if talks || other.is_some_and(|row| row.holds(now)) {
        return Err(Error::Invalid { field: "to", why: "receiver_busy" });
    }
    if let Some(over) = other {
        super::claim::end_over(tx, over, now).await?;
    }
    pass_on(tx, target, held, to, note, now).await
}

/// The lane and its case go from its holder to another person, who holds none.
pub(crate) async fn pass_on(
    tx: &mut Tx<'_>,
    target: &Target,
    held: &LeaseRow,
    to: &Holder,
    note: &str,
    now: Timestamp,
) -> Result<LeaseAcquired> {
    let (case, from) = (&held.case, &held.holder);
    let grant = Grant {
        lane: target.lane.clone(),
        lot: target.lot.clone(),
        person: to.id.clone(),
        case: case.clone(),
        expires_at: held.expires_at.map(|_| target.ends(now)),
    };
    let fence =
        tx.regrant_lease(held.fence, &grant, now).await.map_err(two_at_once)?.ok_or_else(|| quicker("the lease"))?;
    tx.give_case(case, &to.id).await?;
    help::over(tx, &target.lot, case, now).await?;
    let facts = [("to", to.name.clone()), ("note", note.to_owned())];
    tx.add_step(case, now, Some(&from.id), Step::HandedOver, &facts).await?;
    let body = json!({"case": case, "fence": fence, "to": to.id, "note": note});
    let row = audit("case.hand_over", Some(&from.id), &target.lane, body, now);
    tx.audit(row).await?;
    let ending = LeaseEnd { lease: held, why: LostWhy::HandedOver, by: Some(from) };
    let mut gained = LeaseAcquired::of(&grant, fence, to.clone(), now);
    gained.call = crate::ops::call::given(tx, held, to).await?;
    let told = [
        (Audience::Person(&from.id), lost(&ending, Some(note.to_owned()))),
        (Audience::Lot(&target.lot), taken(&target.lane, &gained.lease)),
        (Audience::Lot(&target.lot), worked(&target.lane, case, None, gained.lease.clone(), false)),
    ];
    tx.tell_all(now, &told).await?;
    Ok(gained)
}

/// 「转到此道口」: the case goes on at another lane, which must be free; the one it leaves becomes free (R11).
pub async fn move_case(hub: &Hub, actor: &Actor, case: &CaseId, order: &MoveCase) -> Result<Claimed> {
    if !actor.role.may(Permission::Act) {
        return Err(Error::NotAllowed);
    }
    let held = held_case(hub, actor, case).await?;
    hub.pending_results().settled(case).await;
    let target = Target::find(&hub.directory(), actor, &order.lane)?;
    let (who, case, fence) = (actor.clone(), case.clone(), order.fence);
    let rows = LockRows::lane(&held.lane).and_lane(&target.lane).and_person(&actor.id);
    let from = held.lane;
    let gained = hub
        .write_at(rows, async move |tx, hub| {
            let now = hub.clock().now();
            let around = tx.leases_around(&target.lane, &who.id).await?;
            let held = around
                .iter()
                .find(|row| row.lane == from && row.holder.id == who.id)
                .filter(|row| row.holds(now) && row.case == case && row.fence == fence)
                .ok_or(Error::LeaseLost)?;
            let there = around.iter().find(|row| row.lane == target.lane);
            let gained = go_on(tx, &who, &target, held, there, now).await?;
            crate::ops::call::goes_along(tx, hub, &gained, &target, now).await?;
            help::moved(tx, hub, (&held.lot, &target.lot), &case, now).await?;
            Ok::<_, Error>(gained)
        })
        .await?;
    finish(hub, &order.lane, gained).await
}

async fn go_on(
    tx: &mut Tx<'_>,
    actor: &Actor,
    target: &Target,
    held: &LeaseRow,
    there: Option<&LeaseRow>,
    now: Timestamp,
) -> Result<LeaseAcquired> {
    if held.lane == target.lane {
        return Err(Error::Invalid { field: "lane", why: "same_lane" });
    }
    if let Some(other) = there.filter(|row| row.holds(now)) {
        return Err(Error::LaneHeld { holder: other.holder.clone(), since: other.acquired_at });
    }
    if let Some(over) = there.filter(|row| row.open) {
        super::claim::end_over(tx, over, now).await?;
    }
    if !tx.free_lease(&held.lane, held.fence).await? {
        return Err(quicker("the lease"));
    }
    if tx.order_in_flight(&held.case, None).await? {
        return Err(Error::OrderInFlight);
    }
    let case = tx.move_case(&held.case, &target.lane, &target.lot, target.direction).await?;
    let grant = Grant {
        lane: target.lane.clone(),
        lot: target.lot.clone(),
        person: actor.id.clone(),
        case: held.case.clone(),
        expires_at: held.expires_at.map(|_| target.ends(now)),
    };
    let fence = tx.take_lease(&grant, now).await.map_err(two_at_once)?.ok_or_else(|| quicker("the lane"))?;
    let facts = [("from", held.lane.to_string()), ("to", target.lane.to_string())];
    tx.add_step(&held.case, now, Some(&actor.id), Step::Moved, &facts).await?;
    let body = json!({"case": held.case, "fence": fence, "from": held.lane});
    tx.audit(audit("case.move", Some(&actor.id), &target.lane, body, now)).await?;
    let mut gained = LeaseAcquired::of(&grant, fence, actor.holder(), now);
    gained.call.clone_from(&case.call);
    let told = [
        (Audience::Lot(&held.lot), freed(&held.lane)),
        (Audience::Lot(&held.lot), emptied(&held.lane)),
        (Audience::Lot(&target.lot), taken(&target.lane, &gained.lease)),
        (Audience::Lot(&target.lot), worked(&target.lane, &held.case, Some(case.now()), gained.lease.clone(), false)),
    ];
    tx.tell_all(now, &told).await?;
    Ok(gained)
}
