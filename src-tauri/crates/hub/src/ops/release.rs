//! Abnormal release: an opening against the rules, with reason, remark and proof (R22–R25).
//!
//! It goes the way of every order to a barrier (`ops::barrier`): checked, written down with its opening, committed, and
//! only then sent, once. What it adds is looked at here, and written in the same transaction.

mod check;
mod form;
mod late;

pub(super) use check::CompleteRelease;
pub use form::{form, reasons};
pub(super) use late::brought;
pub use late::close_photos;

use super::barrier::{self, OrderDraft, Press, RaiseGrounds, digest};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{approval, debt, view::Basis},
    store::{Grounds, NewOpening, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, OpeningId, PhotoId},
    opening::OpeningKind,
    order::BarrierAction,
    time::Timestamp,
};
use lanedesk_wire::release::{Release, Released, Unpaid};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// Why a debt gave way to the one of a later release of its case.
const SUPERSEDED: &str = "同一单重新放行，以新登记为准";

/// Releases a vehicle against the rules, and answers what the barrier said.
pub async fn release(hub: &Hub, actor: &Actor, case: &CaseId, wanted: Release) -> Result<Released> {
    let press = Press {
        id: wanted.order_id,
        fence: wanted.fence,
        action: BarrierAction::Open,
        made_at: wanted.made_at,
        content: content(case, &wanted),
    };
    // Known from here where it was made here: an order that was sent is answered even when nothing can be read any more.
    let made: Mutex<Option<OpeningId>> = Mutex::default();
    // In a box: what it looks up is large, and every order of the kind would carry it about.
    let preparing = || {
        Box::pin(async {
            let prepared = prepare(hub, actor, case, &press, &wanted).await?;
            let id = prepared.opening.as_ref().map(|opening| opening.id.clone());
            *made.lock().unwrap_or_else(PoisonError::into_inner) = id;
            Ok(prepared)
        })
    };
    // Known first: what is asked for again must not ask for leave again.
    let known = barrier::find(hub, press.id).await?;
    let order = barrier::give(hub, actor, &press, known, None, preparing).await?;
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    let id = match stored(hub, order.id).await {
        Ok(Some(id)) => id,
        Ok(None) => return Err(Error::OrderIdUsed),
        Err(error) => made.ok_or(error)?,
    };
    Ok(Released { id, order_id: order.id, result: order.result, detail: order.detail })
}

async fn stored(hub: &Hub, order: lanedesk_domain::ids::OrderId) -> Result<Option<OpeningId>> {
    let mut reader = hub.store().read().await?;
    let opening = reader.conn().opening_of_order(&hub.directory(), order).await?;
    Ok(opening.map(|opening| opening.id))
}

/// SHA-256 over what is released, hex. The fence and the time of the press are not part of it.
fn content(case: &CaseId, wanted: &Release) -> String {
    let unpaid = wanted.unpaid.map(Unpaid::word);
    let fields = [
        Some("release"),
        Some(case.as_str()),
        Some(wanted.reason.as_str()),
        Some(wanted.remark.as_str()),
        unpaid.as_deref(),
        wanted.driver_phone.as_deref(),
        wanted.photos_later.then_some("later"),
    ];
    let photos = wanted.photos.iter().map(|photo| Some(photo.as_str()));
    digest(fields.into_iter().chain(photos))
}

async fn prepare(hub: &Hub, actor: &Actor, case: &CaseId, press: &Press, wanted: &Release) -> Result<OrderDraft> {
    let (page, order) = barrier::stage(hub, actor, case, press).await?;
    let checked = check::check(hub, &page, case, wanted).await?;
    let approval = if check::needs_approval(hub, actor, &page, &checked).await? {
        let basis = Basis::of(&page).ok_or(Error::LeaseLost)?;
        let question = approval::question(hub, actor, &order, &page, &checked);
        Some(approval::for_release(hub, actor, &order, basis, question).await?)
    } else {
        None
    };
    let asked = RaiseGrounds { phone: checked.phone.clone(), entry_reason: None };
    let opening =
        barrier::opening(&page, &order, asked).map(|opening| NewOpening { kind: OpeningKind::Abnormal, ..opening });
    let opening = opening.ok_or(Error::NotOffered)?;
    let debt = checked.debt(&opening, order.made_at);
    let abnormal = Grounds {
        reason: checked.reason,
        remark: Some(checked.remark).filter(|remark| !remark.is_empty()),
        photos: checked.photos,
        unpaid: checked.unpaid,
        approval,
        debt,
        owed: late::owed(hub, checked.owed, press.made_at),
    };
    Ok(OrderDraft {
        order,
        opening: Some(opening),
        abnormal: Some(abnormal),
        basis: Basis::of(&page).ok_or(Error::LeaseLost)?,
    })
}

/// Writes what a release adds, in the transaction that makes its opening. What was used up meanwhile undoes all of it.
pub(super) async fn keep(tx: &mut Tx<'_>, opening: &NewOpening, abnormal: &Grounds, now: Timestamp) -> Result<()> {
    if let Some((approval, _)) = &abnormal.approval
        && !tx.use_approval(approval, opening, now).await?
    {
        return Err(Error::ApprovalRequired(approval.clone()));
    }
    for photo in &abnormal.photos {
        if !tx.use_photo(&opening.case, photo, &opening.id).await? {
            return Err(check::unusable());
        }
    }
    tx.supersede_debts(opening, SUPERSEDED, now).await?;
    if let Some(debt) = &abnormal.debt {
        tx.add_debt(debt).await?;
        debt::filed(tx, debt).await?;
    }
    Ok(tx.make_abnormal(&opening.id, abnormal).await?)
}

/// What the timeline says of a release besides the order.
pub(super) fn facts(abnormal: &Grounds) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("kind", OpeningKind::Abnormal.to_string()),
        ("reason", abnormal.reason.clone()),
        ("photos", abnormal.photos.len().to_string()),
    ];
    facts.extend(abnormal.owed.as_ref().map(|owed| ("photos_owed", owed.missing.to_string())));
    facts.extend(abnormal.unpaid.map(|unpaid| ("unpaid", unpaid.word())));
    facts
}

/// What the audit chain says of a release besides the order; `content` there covers every word of it.
pub(super) fn audited(abnormal: &Grounds) -> Value {
    json!({
        "reason": abnormal.reason,
        "photos": abnormal.photos.iter().map(PhotoId::as_str).collect::<Vec<_>>(),
        "photos_owed": abnormal.owed,
        "unpaid": abnormal.unpaid.map(Unpaid::word),
        "approval": abnormal.approval.as_ref().map(|(id, _)| id),
        "debt": abnormal.debt.as_ref().map(|debt| &debt.id),
    })
}
