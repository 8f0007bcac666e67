//! Working a case: plate, phone, vehicle, direction, passage, close (R15–R17, R20, R37, R42).

mod close;

pub use close::close;

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{robot, stay, view},
    store::{Audit, CaseRow, LockRows, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, Fence, LaneId, LotId, PersonId, StayId},
    lane::{Direction, LaneDirection},
    person::Permission,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{
    case::{CaseState, Step},
    lane::View,
};

/// A case whose lane this person holds.
#[derive(Debug, Clone)]
pub struct HeldCase {
    /// The case.
    pub case: CaseId,
    /// Its lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// The fence it is held under.
    pub fence: Fence,
    /// Who holds it.
    pub person: PersonId,
}

impl HeldCase {
    /// Whether they hold it still, until this transaction ends.
    pub(crate) async fn holds(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
        if tx.hold_lease(&self.lane, &self.person, self.fence, now).await? { Ok(()) } else { Err(Error::LeaseLost) }
    }
}

/// Whether this person holds the case's lane under this fence now (R13). A case out of sight is not there.
pub async fn held(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence) -> Result<HeldCase> {
    actor.allow(Permission::Act)?;
    let mut reader = hub.store().read().await?;
    let row = reader.conn().case(case).await?.ok_or(Error::NotFound)?;
    actor.see(&row.lot)?;
    let now = hub.clock().now();
    let holds = reader.conn().lease_holds(&row.lane, &actor.id, fence, now).await?;
    if row.state != CaseState::Open || !holds {
        return Err(Error::LeaseLost);
    }
    Ok(HeldCase { case: row.id, lane: row.lane, lot: row.lot, fence, person: actor.id.clone() })
}

/// A change of a case, ready to be written.
#[derive(Debug, Clone)]
enum Change {
    Plate(Option<Plate>),
    Phone(Phone),
    Vehicle(StayId),
    Direction(Direction),
    Passed,
}

/// Puts the plate a person typed in force; cameras no longer replace it. A word for "no plate" makes it an unlicensed
/// vehicle.
pub async fn correct_plate(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence, text: &str) -> Result<View> {
    let plate = match Plate::parse(text) {
        Ok(plate) => Some(plate),
        Err(lanedesk_domain::plate::PlateError::NoPlate) if !text.trim().is_empty() => None,
        Err(_) => {
            return Err(Error::Invalid { field: "plate", why: "not_a_plate" });
        }
    };
    change(hub, actor, case, fence, Change::Plate(plate)).await
}

/// Looks an unlicensed vehicle up by its driver's phone (R16).
pub async fn find_phone(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence, text: &str) -> Result<View> {
    let phone = Phone::parse(text).map_err(|_| Error::Invalid { field: "phone", why: "not_a_phone" })?;
    change(hub, actor, case, fence, Change::Phone(phone)).await
}

/// Takes the vehicle at the exit for one that is inside.
pub async fn choose_vehicle(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence, stay: &StayId) -> Result<View> {
    change(hub, actor, case, fence, Change::Vehicle(stay.clone())).await
}

/// Says which way the vehicle goes (R42).
pub async fn set_direction(
    hub: &Hub,
    actor: &Actor,
    case: &CaseId,
    fence: Fence,
    direction: Direction,
) -> Result<View> {
    change(hub, actor, case, fence, Change::Direction(direction)).await
}

/// 「已通过」: the person saw the vehicle go through (R37).
pub async fn passed(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence) -> Result<View> {
    hub.pending_results().settled(case).await;
    change(hub, actor, case, fence, Change::Passed).await
}

/// One change in one transaction: the lease is held, the case changed, step, audit row and page written.
async fn change(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence, change: Change) -> Result<View> {
    let held = held(hub, actor, case, fence).await?;
    let (who, rows) = (actor.clone(), LockRows::lane(&held.lane));
    hub.write_at(rows, async move |tx, hub| {
        let now = hub.clock().now();
        held.holds(tx, now).await?;
        let row = tx.case(&held.case).await?.ok_or(Error::LeaseLost)?;
        let done = apply(tx, hub, &row, &change, now).await?;
        record(tx, &who, &row, &done, now).await?;
        view::tell(tx, hub, &held.lane, now).await
    })
    .await?;
    view::of_case(hub, actor, case).await
}

/// What a change leaves in timeline and audit chain.
struct CaseTrace {
    step: Step,
    action: &'static str,
    facts: Vec<(&'static str, String)>,
}

async fn apply(tx: &mut Tx<'_>, hub: &Hub, case: &CaseRow, change: &Change, now: Timestamp) -> Result<CaseTrace> {
    match change {
        Change::Plate(plate) => {
            tx.correct_case(&case.id, plate.as_ref()).await?;
            let word = |plate: Option<&Plate>| plate.map_or(String::new(), Plate::display);
            let facts = vec![("from", word(case.plate.as_ref())), ("to", word(plate.as_ref()))];
            Ok(CaseTrace { step: Step::Corrected, action: "case.plate", facts })
        }
        Change::Phone(phone) => {
            let stay = tx.stay_by_phone(&case.lot, phone).await?;
            let plate = stay.as_ref().and_then(|stay| stay.plate.as_ref());
            tx.phone_case(&case.id, phone, stay.as_ref().map(|stay| &stay.id), plate).await?;
            let facts = vec![("phone", phone.masked()), ("found", stay.is_some().to_string())];
            Ok(CaseTrace { step: Step::FoundByPhone, action: "case.phone", facts })
        }
        Change::Vehicle(stay) => choose(tx, case, stay).await,
        Change::Direction(direction) => direct(tx, hub, case, *direction).await,
        Change::Passed => {
            let settled = passage(tx, case).await?;
            stay::tell_others(tx, hub, &settled, &case.lane, now).await?;
            robot::idle(tx, hub, &case.lane, now).await?;
            Ok(CaseTrace { step: Step::Passed, action: "case.passed", facts: vec![("at", now.to_string())] })
        }
    }
}

/// Settles what the person saw: the passage of the vehicle this case let through. Of a vehicle that nothing here has let
/// through nobody can say that it has passed, unless its camera saw it do so.
async fn passage(tx: &mut Tx<'_>, case: &CaseRow) -> Result<Vec<stay::Clearing>> {
    if tx.order_in_flight(&case.id, None).await? {
        return Err(Error::OrderInFlight);
    }
    let seen = tx.opened_for_case(&case.id, &case.lane).await?
        || tx.seen_through(&case.lane, case.plate.as_ref(), case.opened_at).await?;
    if !seen {
        return Err(Error::NotOffered);
    }
    Ok(stay::settle_of_case(tx, &case.id, &case.lane).await?)
}

/// Only a vehicle that is inside this lot can be chosen.
async fn choose(tx: &mut Tx<'_>, case: &CaseRow, stay: &StayId) -> Result<CaseTrace> {
    let found = tx.stay(stay).await?;
    let found = found.filter(|stay| stay.lot == case.lot && stay.left_at.is_none());
    let stay = found.ok_or(Error::Invalid { field: "candidate", why: "not_inside" })?;
    tx.choose_case_stay(&case.id, &stay.id, stay.plate.as_ref()).await?;
    let plate = stay.plate.as_ref().map_or(String::new(), Plate::display);
    Ok(CaseTrace {
        step: Step::VehicleChosen,
        action: "case.vehicle",
        facts: vec![("stay", stay.id.to_string()), ("plate", plate)],
    })
}

/// A lane that goes one way only has nothing to choose.
async fn direct(tx: &mut Tx<'_>, hub: &Hub, case: &CaseRow, direction: Direction) -> Result<CaseTrace> {
    let directory = hub.directory();
    let lane = directory.lanes.get(&case.lane).ok_or(Error::NotFound)?;
    let fits = match lane.direction {
        LaneDirection::Both => true,
        LaneDirection::Entry => direction == Direction::Entry,
        LaneDirection::Exit => direction == Direction::Exit,
    };
    if !fits {
        return Err(Error::Invalid { field: "direction", why: "one_way" });
    }
    tx.direct_case(&case.id, direction).await?;
    Ok(CaseTrace {
        step: Step::DirectionSet,
        action: "case.direction",
        facts: vec![("direction", direction.to_string())],
    })
}

async fn record(tx: &mut Tx<'_>, actor: &Actor, case: &CaseRow, done: &CaseTrace, now: Timestamp) -> Result<()> {
    tx.add_step(&case.id, now, Some(&actor.id), done.step, &done.facts).await?;
    let facts: std::collections::BTreeMap<_, _> = done.facts.iter().cloned().collect();
    tx.audit(Audit::new(now, Some(&actor.id), done.action, format!("case:{}", case.id), serde_json::json!(facts)))
        .await?;
    Ok(())
}
