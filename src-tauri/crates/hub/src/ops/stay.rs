//! How an opening or a passage settles a vehicle's stay (R37). The rules are `lanedesk_domain::stay`.

use crate::{
    actor::Actor,
    directory::Directory,
    error::Result,
    hub::Hub,
    ops::view,
    store::{NewStay, PendingOpening, StayEnd, StoreError, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, OpeningId, ReadId, StayId},
    lane::Direction,
    opening::Passage,
    person::Permission,
    phone::Phone,
    plate::Plate,
    stay::{ReleaseKind, Settlement, Sign, settle as settle_by},
    time::Timestamp,
};

/// An opening that was settled just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearing {
    /// The opening.
    pub opening: OpeningId,
    /// Its case, which may be closed by now.
    pub case: CaseId,
    /// Its lot.
    pub lot: LotId,
    /// Whether its vehicle went through.
    pub passage: Passage,
    /// The vehicle's plate.
    pub plate: Option<Plate>,
    /// What the camera had read of it.
    pub plate_read: Option<Plate>,
    /// The driver's phone, where it was given.
    pub phone: Option<Phone>,
}

/// The lanes of a lot. The page of each may stand on any vehicle of it: whoever begins, ends or pays a stay takes them
/// all first, or a page that is put together at the same moment would know neither and nobody would tell it.
pub(crate) fn lanes_of(site: &Directory, lot: &LotId) -> Vec<LaneId> {
    let lanes = site.lanes.values().filter(|lane| lane.lot == *lot);
    lanes.map(|lane| lane.id.clone()).collect()
}

/// Tells the other pages that show a vehicle whose stay began or ended here.
pub(crate) async fn tell_others(
    tx: &mut Tx<'_>,
    hub: &Hub,
    settled: &[Clearing],
    here: &LaneId,
    now: Timestamp,
) -> Result<()> {
    for settled in settled.iter().filter(|s| s.passage == Passage::Passed) {
        let vehicle = (settled.plate.as_ref(), settled.phone.as_ref());
        tell_pages(tx, hub, &settled.lot, vehicle, here, now).await?;
    }
    Ok(())
}

/// The same for one vehicle.
pub(crate) async fn tell_pages(
    tx: &mut Tx<'_>,
    hub: &Hub,
    lot: &LotId,
    (plate, phone): (Option<&Plate>, Option<&Phone>),
    here: &LaneId,
    now: Timestamp,
) -> Result<()> {
    tx.need_lanes(&lanes_of(&hub.directory(), lot))?;
    for lane in tx.lanes_with(lot, plate, phone).await? {
        if lane != *here {
            view::tell(tx, hub, &lane, now).await?;
        }
    }
    Ok(())
}

/// Looks at every opening of a lane that waits for its vehicle's passage, and settles those the sign speaks of.
/// Each opening is settled once, whichever hub or sign is first.
pub async fn settle(tx: &mut Tx<'_>, lane: &LaneId, sign: &Sign) -> Result<Vec<Clearing>, StoreError> {
    let pending = tx.pending_openings(lane).await?;
    settle_each(tx, lane, pending, sign).await
}

/// The same for the openings of one case, which its person saw pass.
pub(crate) async fn settle_of_case(tx: &mut Tx<'_>, case: &CaseId, lane: &LaneId) -> Result<Vec<Clearing>, StoreError> {
    let mut pending = tx.pending_openings(lane).await?;
    pending.retain(|pending| pending.case == *case);
    settle_each(tx, lane, pending, &Sign::PersonSaid).await
}

async fn settle_each(
    tx: &mut Tx<'_>,
    lane: &LaneId,
    pending: Vec<PendingOpening>,
    sign: &Sign,
) -> Result<Vec<Clearing>, StoreError> {
    tx.need_lane(lane)?;
    let mut settled = Vec::new();
    for mut pending in pending {
        if pending.facts.stay.is_none()
            && let Some(plate) = &pending.facts.plate
        {
            let inside = tx.stay_inside(&pending.lot, plate).await?;
            pending.facts.stay = inside.map(|stay| stay.id);
        }
        if pending.facts.stay.is_none()
            && pending.facts.plate.is_none()
            && pending.facts.direction == Direction::Exit
            && let Some(phone) = &pending.phone
        {
            let inside = tx.stay_by_phone(&pending.lot, phone).await?;
            pending.facts.stay = inside.map(|stay| stay.id);
        }
        if let Some(passage) = apply(tx, &pending, settle_by(&pending.facts, sign)).await? {
            settled.push(Clearing {
                opening: pending.opening,
                case: pending.case,
                lot: pending.lot,
                passage,
                plate: pending.facts.plate,
                plate_read: pending.facts.plate_read,
                phone: pending.phone,
            });
        }
    }
    Ok(settled)
}

async fn apply(
    tx: &mut Tx<'_>,
    pending: &PendingOpening,
    settlement: Settlement,
) -> Result<Option<Passage>, StoreError> {
    let Some((passage, release)) = outcome(&settlement) else {
        return Ok(None);
    };
    let nameless = pending.facts.plate.is_none() && pending.phone.is_none();
    let stay = match &settlement {
        Settlement::Entered { .. } if nameless => None,
        Settlement::Entered { .. } => Some(StayId::new()),
        Settlement::Left { stay, .. } => stay.clone(),
        _ => None,
    };
    if !tx.settle_opening(&pending.opening, passage, release, stay.as_ref()).await? {
        return Ok(None);
    }
    let through = LanePassage {
        lot: &pending.lot,
        lane: &pending.lane,
        read: pending.read.as_ref(),
        plate: pending.facts.plate.as_ref(),
        phone: pending.phone.as_ref(),
    };
    keep(tx, &through, stay, &settlement).await?;
    if passage == Passage::None {
        // Still inside, it still owes for its stay.
        let now = pending.facts.at;
        tx.void_debt_of_opening(&pending.opening, NOT_PASSED, now).await?;
    }
    if passage == Passage::Passed
        && let Some(read) = &pending.read
    {
        tx.clear_lane_now(&pending.lane, read).await?;
    }
    Ok(Some(passage))
}

/// Why the debt of a release was given up.
const NOT_PASSED: &str = "车辆未通过";

/// How long a vehicle may take to be seen through before its opening stands in the list, ms.
const PATIENCE_MS: i64 = 10 * 60_000;

/// Openings of a lot whose vehicle was not seen to pass, newest first (R37).
pub async fn without_passage(hub: &Hub, actor: &Actor, lot: &LotId, limit: i64) -> Result<Vec<OpeningId>> {
    actor.allow(Permission::OpeningsOfOthers)?;
    actor.see(lot)?;
    let since = hub.clock().now().plus_ms(-PATIENCE_MS);
    let mut reader = hub.store().read().await?;
    let conn = &mut reader.conn();
    Ok(conn.openings_without_passage(lot, since, limit).await?)
}

/// What is written into the opening; none: nothing yet.
fn outcome(settlement: &Settlement) -> Option<(Passage, Option<ReleaseKind>)> {
    match settlement {
        Settlement::Waiting => None,
        Settlement::NoPassage => Some((Passage::None, None)),
        Settlement::Entered { release, .. } | Settlement::Left { release, .. } => {
            Some((Passage::Passed, Some(*release)))
        }
    }
}

/// A vehicle that went through a lane.
pub(crate) struct LanePassage<'a> {
    pub(crate) lot: &'a LotId,
    pub(crate) lane: &'a LaneId,
    pub(crate) read: Option<&'a ReadId>,
    pub(crate) plate: Option<&'a Plate>,
    pub(crate) phone: Option<&'a Phone>,
}

/// Begins or ends the stay. `stay` is the new one's id, or the one to end.
pub(crate) async fn keep(
    tx: &mut Tx<'_>,
    through: &LanePassage<'_>,
    stay: Option<StayId>,
    settlement: &Settlement,
) -> Result<(), StoreError> {
    match settlement {
        Settlement::Waiting | Settlement::NoPassage => Ok(()),
        Settlement::Entered { at, space_taken, .. } => {
            if through.plate.is_none() && through.phone.is_none() {
                // By neither could it ever be found again: the opening alone records it.
                return Ok(());
            }
            let new = NewStay {
                id: stay.unwrap_or_default(),
                lot: through.lot.clone(),
                plate: through.plate.cloned(),
                phone: through.phone.cloned(),
                entered_at: *at,
                lane: through.lane.clone(),
                read: through.read.cloned(),
                space_taken: *space_taken,
            };
            tx.begin_stay(&new).await
        }
        Settlement::Left { at, release, due, .. } => {
            let leaving = StayEnd {
                at: *at,
                lane: through.lane.clone(),
                read: through.read.cloned(),
                due: *due,
                release: *release,
            };
            match stay {
                Some(stay) => tx.end_stay(&stay, &leaving).await.map(drop),
                // Released without a known entry: the opening alone records it.
                None => Ok(()),
            }
        }
    }
}
