//! Whether an order may be given: what is offered now, and what must be sent with it (R18, R28).

use super::OrderRow;
use crate::{
    error::{Error, Result},
    ops::view::Page,
    store::NewOpening,
};
use lanedesk_domain::{
    ids::{CaseId, OpeningId},
    offers::{Need, Op, UnderArm, offered},
    opening::OpeningKind,
    order::BarrierAction,
    phone::Phone,
    time::Timestamp,
};
use lanedesk_wire::barrier::BarrierOrder;
use sha2::{Digest, Sha256};

/// SHA-256 over what is ordered, hex. The fence and the time of the press are not part of it: an order sent again
/// is the same order.
pub(super) fn content(case: &CaseId, wanted: &BarrierOrder) -> String {
    digest([
        Some(case.as_str()),
        Some(wanted.action.as_str()),
        wanted.driver_phone.as_deref(),
        wanted.entry_reason.as_deref(),
        wanted.clear.map(|clear| if clear { "clear" } else { "not clear" }),
    ])
}

/// SHA-256 over fields in their order, hex.
pub(in crate::ops) fn digest<'a>(fields: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let mut sha = Sha256::new();
    for field in fields {
        // Each led by its length, and nothing told apart from empty, so that no two orders read alike.
        let field = field.unwrap_or("\u{0}");
        sha.update((field.len() as u64).to_be_bytes());
        sha.update(field.as_bytes());
    }
    hex::encode(sha.finalize())
}

/// What a person sent along with an order that raises the arm.
#[derive(Debug, Clone, Default)]
pub(in crate::ops) struct RaiseGrounds {
    pub(in crate::ops) phone: Option<Phone>,
    pub(in crate::ops) entry_reason: Option<String>,
}

/// Refuses what the bar does not offer now, and what lacks something it needs.
pub(super) fn ready(page: &Page, wanted: &BarrierOrder) -> Result<RaiseGrounds> {
    let op = match wanted.action {
        BarrierAction::Open => Op::Open,
        BarrierAction::Close => Op::Close,
    };
    if wanted.action == BarrierAction::Close && page.facts.under_arm == UnderArm::Occupied {
        return Err(Error::NotClear);
    }
    let offer = offered(&page.facts, op).ok_or(Error::NotOffered)?;
    if offer.needs.contains(&Need::Clear) && wanted.clear != Some(true) {
        return Err(Error::NotClear);
    }
    let lacks = |need, given: bool| offer.needs.contains(&need) && !given;
    let (phone, reason) = (text(wanted.driver_phone.as_deref()), text(wanted.entry_reason.as_deref()));
    if lacks(Need::DriverPhone, phone.is_some()) {
        return Err(invalid("driver_phone", "empty"));
    }
    if lacks(Need::EntryReason, reason.is_some()) {
        return Err(invalid("entry_reason", "empty"));
    }
    let phone = phone.map(Phone::parse).transpose();
    Ok(RaiseGrounds {
        phone: phone.map_err(|_| invalid("driver_phone", "not_a_phone"))?,
        entry_reason: reason.map(str::to_owned),
    })
}

fn invalid(field: &'static str, why: &'static str) -> Error {
    Error::Invalid { field, why }
}

/// What was said, if anything.
pub(in crate::ops) fn text(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The record of an order that raises the arm; none for one that lowers it.
pub(in crate::ops) fn opening(page: &Page, order: &OrderRow, asked: RaiseGrounds) -> Option<NewOpening> {
    if order.action != BarrierAction::Open {
        return None;
    }
    let case = page.standing.case.as_ref()?;
    let dues = page.quote.as_ref().map(|quote| quote.dues);
    let stay = page.known.as_ref().and_then(|known| known.stay());
    Some(NewOpening {
        id: OpeningId::new(),
        order: order.id,
        case: order.case.clone(),
        kind: OpeningKind::Normal,
        lot: order.lot.clone(),
        lane: order.lane.clone(),
        direction: page.direction?,
        plate: case.plate.clone(),
        plate_read: case.plate_read.clone(),
        plate_color: case.plate_color.clone(),
        phone: asked.phone.or_else(|| case.phone.clone()),
        entry_reason: asked.entry_reason,
        person: order.person.clone(),
        source: case.source,
        assessment: page.view.assessment,
        read: case.read.clone(),
        stay: stay.map(|stay| stay.id.clone()),
        due: dues.map(|dues| dues.due),
        first_quote: case.first_quote.or(dues.map(|dues| dues.due)),
        collected: dues.map(|dues| dues.paid),
        picture_before: page.standing.picture_id.clone(),
        claimed_at: claimed_at(page, order.made_at),
        at: order.made_at,
        barrier_before: page.view.barrier.state,
    })
}

fn claimed_at(page: &Page, otherwise: Timestamp) -> Timestamp {
    page.view.lease.as_ref().map_or(otherwise, |lease| lease.acquired_at)
}
