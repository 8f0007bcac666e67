//! What the side sheet of a release shows, as it stands now.

use super::check::{approval_facts, due, late};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{approval, photo, view},
};
use lanedesk_domain::{
    ids::CaseId,
    lane::Direction,
    money::Fen,
    offers::{Op, offered},
    photo::{Camera, may_use},
    release::{Reason, needs_approval},
};
use lanedesk_wire::{
    approval::ApprovalState,
    list::Page,
    release::{ReasonChoice, ReleaseForm},
};

/// Every reason, for lists and filters.
pub fn reasons(hub: &Hub) -> Page<ReasonChoice> {
    let directory = hub.directory();
    let items = directory.reasons.values().map(|reason| ReasonChoice {
        code: reason.code.clone(),
        text: reason.text.clone(),
        direction: reason.direction,
        remark: reason.remark,
        photos_min: reason.photos(Direction::Exit).0,
        photos_max: reason.photos(Direction::Exit).1,
        approval: reason.approval,
    });
    Page { items: items.collect(), next: None }
}

/// What a release of this case asks for now. Until the vehicle's way is known there is none.
pub async fn form(hub: &Hub, actor: &Actor, case: &CaseId) -> Result<ReleaseForm> {
    let page = view::page_of_case(hub, actor, case).await?;
    offered(&page.facts, Op::Release).ok_or(Error::NotOffered)?;
    let direction = page.direction.ok_or(Error::NotOffered)?;
    let (directory, rules) = (hub.directory(), hub.rules());
    let facts = approval_facts(hub, actor, &page, due(&page)).await?;
    let asks = |reason: &Reason| needs_approval(reason, facts, &rules);
    let fitting = directory.reasons.values().filter(|r| r.fits(direction));
    let reasons = fitting.map(|reason| choice(reason, direction, asks(reason)));
    let asked = approval::newest(hub, case).await?;
    Ok(ReleaseForm {
        direction,
        reasons: reasons.collect(),
        own_camera: may_use(&rules, actor.role, Camera::Own),
        lane_camera: page.facts.id_camera && may_use(&rules, actor.role, Camera::Lane),
        late_photo_minutes: late(hub, &page, direction).then_some(rules.late_photo_minutes),
        due_fen: Some(due(&page)).filter(|due| *due > Fen(0)),
        approval: facts.vehicle,
        asked: asked.filter(|asked| asked.state != ApprovalState::Used),
        photos: photo::unused(hub, case).await?,
    })
}

fn choice(reason: &Reason, direction: Direction, approval: bool) -> ReasonChoice {
    let (photos_min, photos_max) = reason.photos(direction);
    ReasonChoice {
        code: reason.code.clone(),
        text: reason.text.clone(),
        direction: reason.direction,
        remark: reason.remark || direction == Direction::Entry,
        photos_min,
        photos_max,
        approval,
    }
}
