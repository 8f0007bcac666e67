//! Whether a release says everything it must, against the page as it is now (R22–R24).

use super::super::barrier::text;
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::view::Page,
    store::{NewDebt, NewOpening},
};
use lanedesk_domain::{
    debt::MOST_FEN,
    ids::{CaseId, DebtId, PhotoId},
    lane::Direction,
    money::Fen,
    offers::{Need, Op, offered},
    phone::Phone,
    release::{ApprovalFacts, Proof, ReleaseError, check as complete, may_bring_later, needs_approval as must_ask},
    time::Timestamp,
};
use lanedesk_wire::release::{Release, Unpaid};
use std::collections::BTreeSet;

/// Longest remark, in characters.
const LONGEST_REMARK: usize = 500;

#[derive(Debug, Clone)]
pub(in crate::ops) struct CompleteRelease {
    pub(in crate::ops) reason: String,
    pub(in crate::ops) remark: String,
    pub(in crate::ops) photos: Vec<PhotoId>,
    /// Photos that are to be brought later.
    pub(in crate::ops) owed: u32,
    pub(in crate::ops) direction: Direction,
    /// What would go unpaid; nothing where nothing is due.
    pub(in crate::ops) due: Fen,
    pub(in crate::ops) unpaid: Option<Unpaid>,
    pub(in crate::ops) phone: Option<Phone>,
}

/// A photo that is not of this case, is gone, or proves another opening.
pub(super) fn unusable() -> Error {
    invalid("photos", "photo_not_usable")
}

fn invalid(field: &'static str, why: &'static str) -> Error {
    Error::Invalid { field, why }
}

impl From<ReleaseError> for Error {
    fn from(missing: ReleaseError) -> Self {
        match missing {
            ReleaseError::ReasonRequired => Self::ReasonRequired,
            ReleaseError::RemarkRequired => Self::RemarkRequired,
            ReleaseError::EvidenceRequired { min, max, given } => Self::EvidenceRequired { min, max, given },
        }
    }
}

/// Refuses what is not offered, and names the first thing that is missing.
pub(super) async fn check(hub: &Hub, page: &Page, case: &CaseId, wanted: &Release) -> Result<CompleteRelease> {
    offered(&page.facts, Op::Release).ok_or(Error::NotOffered)?;
    let direction = page.direction.ok_or(Error::NotOffered)?;
    let directory = hub.directory();
    let reason = directory.reasons.get(wanted.reason.trim());
    let remark = wanted.remark.trim();
    if remark.chars().count() > LONGEST_REMARK {
        return Err(invalid("remark", "too_long"));
    }
    let given: BTreeSet<&PhotoId> = wanted.photos.iter().collect();
    let mut reader = hub.store().read().await?;
    let there = reader.conn().unused_photos(case).await?;
    drop(reader);
    let photos: Vec<PhotoId> = there.into_iter().map(|photo| photo.id).filter(|id| given.contains(id)).collect();
    let proof = Proof {
        photos: u32::try_from(photos.len()).unwrap_or(u32::MAX),
        later: wanted.photos_later && late(hub, page, direction),
    };
    let owed = complete(reason, direction, remark, proof)?;
    if photos.len() < given.len() {
        return Err(unusable());
    }
    let phone = text(wanted.driver_phone.as_deref())
        .map(Phone::parse)
        .transpose()
        .map_err(|_| invalid("driver_phone", "not_a_phone"))?;
    let due = due(page);
    let unpaid = money(page, wanted.unpaid, due, phone.as_ref())?;
    Ok(CompleteRelease {
        reason: wanted.reason.trim().to_owned(),
        remark: remark.to_owned(),
        photos,
        owed,
        direction,
        due,
        unpaid,
        phone,
    })
}

/// Whether missing photos may be brought later here.
pub(super) fn late(hub: &Hub, page: &Page, direction: Direction) -> bool {
    may_bring_later(&hub.rules(), direction, page.standing.picture_id.is_some())
}

/// What would go unpaid.
pub(super) fn due(page: &Page) -> Fen {
    let due = page.quote.as_ref().map_or(0, |quote| quote.dues.due.0);
    Fen(due.clamp(0, MOST_FEN))
}

/// What becomes of the money: said where something is due, and a debt only where somebody can be asked for it.
fn money(page: &Page, unpaid: Option<Unpaid>, due: Fen, phone: Option<&Phone>) -> Result<Option<Unpaid>> {
    let case = page.standing.case.as_ref();
    let known = phone.is_some() || case.is_some_and(|case| case.plate.is_some() || case.phone.is_some());
    match unpaid {
        None if due.0 > 0 => Err(invalid("unpaid", "unpaid_required")),
        Some(Unpaid::Debt) if due.0 == 0 => Err(invalid("unpaid", "nothing_due")),
        Some(Unpaid::Debt) if !known => Err(invalid("driver_phone", "plate_or_phone")),
        // Nothing was due, so nothing was waived.
        _ if due.0 == 0 => Ok(None),
        unpaid => Ok(unpaid),
    }
}

/// Whether a supervisor must allow it.
pub(super) async fn needs_approval(hub: &Hub, actor: &Actor, page: &Page, checked: &CompleteRelease) -> Result<bool> {
    let (directory, rules) = (hub.directory(), hub.rules());
    let Some(reason) = directory.reasons.get(&checked.reason) else {
        return Err(Error::ReasonRequired);
    };
    let facts = approval_facts(hub, actor, page, checked.due).await?;
    Ok(must_ask(reason, facts, &rules))
}

/// What besides the reason may make a release ask for leave.
pub(super) async fn approval_facts(hub: &Hub, actor: &Actor, page: &Page, unpaid: Fen) -> Result<ApprovalFacts> {
    let needs = offered(&page.facts, Op::Release).map(|offer| offer.needs);
    let hours = i64::from(hub.rules().shift_hours);
    let since = hub.clock().now().plus_minutes(-60 * hours);
    let mut reader = hub.store().read().await?;
    Ok(ApprovalFacts {
        vehicle: needs.is_some_and(|needs| needs.contains(&Need::Approval)),
        unpaid,
        in_shift: reader.conn().releases_by(&actor.id, since).await?,
    })
}

impl CompleteRelease {
    /// The debt that is filed with the opening, where the money is to be asked for later.
    pub(super) fn debt(&self, opening: &NewOpening, at: Timestamp) -> Option<NewDebt> {
        (self.unpaid == Some(Unpaid::Debt)).then(|| NewDebt {
            id: DebtId::new(),
            lot: opening.lot.clone(),
            lane: opening.lane.clone(),
            case: opening.case.clone(),
            opening: Some(opening.id.clone()),
            stay: opening.stay.clone(),
            plate: opening.plate.clone(),
            phone: opening.phone.clone(),
            amount: self.due,
            person: opening.person.clone(),
            at,
        })
    }
}
