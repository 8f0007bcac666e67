//! A supervisor's leave for a release that asks for it: asked, answered once, used once, told on every path.

mod expire;

pub use expire::{once as expire_now, run as expire};

use super::{
    barrier::digest,
    opening::time,
    page::{Length, behind},
    release::CompleteRelease,
    view::{Basis, Page},
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Answer, ApprovalRow, Audience, Audit, LockRows, OrderRow, Requester, Tx, lots_arg, picture_path},
};
use lanedesk_domain::{
    ids::{ApprovalId, CaseId, PersonId},
    money::Fen,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{
    approval::{AnswerApproval, Approval, ApprovalState, ApprovalWord},
    case::Step,
    list,
    opening::LaneRef,
    release::Unpaid,
    stream::Told,
};
use serde_json::json;

/// The leave this release may use up. Where there is none it is asked for, and the release is refused until it is given.
pub(super) async fn for_release(
    hub: &Hub,
    actor: &Actor,
    order: &OrderRow,
    basis: Basis,
    question: ApprovalRow,
) -> Result<(ApprovalId, PersonId)> {
    let (who, order) = (actor.clone(), order.clone());
    let found = hub
        .write_at(LockRows::lane(&order.lane), async move |tx, hub| {
            let now = hub.clock().now();
            // The lane, which was taken first, keeps two presses from asking twice.
            if !tx.hold_lease(&order.lane, &who.id, order.fence, now).await? {
                return Err(Error::LeaseLost);
            }
            basis.stands(tx).await?;
            ask_once(tx, hub, &question, now).await
        })
        .await?;
    decided(found)
}

/// What stands of this question: an answer, or the question itself, asked now if it was not.
async fn ask_once(tx: &mut Tx<'_>, hub: &Hub, question: &ApprovalRow, now: Timestamp) -> Result<Approval> {
    let asked = &question.shown;
    let before = tx.newest_approval(&hub.directory(), &asked.case, Some(&question.content)).await?;
    if let Some(before) = before.map(|row| row.shown) {
        let stands = match state(&before, now) {
            // A no stands too, for exactly what was asked; more proof is a new question.
            ApprovalState::Waiting | ApprovalState::Allowed | ApprovalState::Denied => true,
            ApprovalState::Expired | ApprovalState::Used => false,
        };
        if stands {
            return Ok(before);
        }
    }
    tx.add_approval(question).await?;
    let facts = [("reason", asked.reason.clone())];
    record(tx, asked, Step::ApprovalAsked, Some(&asked.by.id), &facts, now).await?;
    tell(tx, asked, now).await?;
    Ok(asked.clone())
}

fn decided(approval: Approval) -> Result<(ApprovalId, PersonId)> {
    match (approval.state, approval.answered_by) {
        (ApprovalState::Allowed, Some(by)) => Ok((approval.id, by.id)),
        (ApprovalState::Denied, Some(by)) => {
            Err(Error::ApprovalDenied { approval: approval.id, by, note: approval.note })
        }
        _ => Err(Error::ApprovalRequired(approval.id)),
    }
}

/// Leave is for exactly this: who asks and where, vehicle, direction, reason, remark, photos and money. What is released
/// otherwise is another question; what becomes of the case meanwhile ends this one (`store::step`).
pub(super) fn question(
    hub: &Hub,
    actor: &Actor,
    order: &OrderRow,
    page: &Page,
    checked: &CompleteRelease,
) -> ApprovalRow {
    let (now, case) = (hub.clock().now(), page.standing.case.as_ref());
    let plate = case.and_then(|case| case.plate.as_ref());
    let phone = case.and_then(|case| case.phone.as_ref());
    let phone = checked.phone.as_ref().or(phone);
    let (due, unpaid) = (checked.due.0.to_string(), checked.unpaid.map(Unpaid::word));
    let said = [
        Some(actor.id.as_str()),
        Some(order.lane.as_str()),
        plate.map(Plate::as_str),
        phone.map(Phone::as_str),
        Some(checked.direction.as_str()),
        Some(checked.reason.as_str()),
        Some(due.as_str()),
        unpaid.as_deref(),
        Some(checked.remark.as_str()),
    ];
    let photos = checked.photos.iter().map(|photo| Some(photo.as_str()));
    let content = digest(said.into_iter().chain(photos));
    let lot = lanedesk_wire::search::LotRef { id: page.view.lot.id.clone(), name: page.view.lot.name.clone() };
    let lane =
        LaneRef { id: page.view.lane.id.clone(), name: page.view.lane.name.clone(), code: page.view.lane.code.clone() };
    let shown = Approval {
        id: ApprovalId::new(),
        case: order.case.clone(),
        lot,
        lane,
        direction: checked.direction,
        plate: plate.map(|plate| plate.as_str().to_owned()),
        assessment: page.view.assessment,
        due_fen: Some(checked.due).filter(|due| *due > Fen(0)),
        reason: checked.reason.clone(),
        remark: checked.remark.clone(),
        photos: checked.photos.clone(),
        picture: page.standing.picture_id.as_ref().map(|id| picture_path(id.as_str())),
        by: actor.holder(),
        asked_at: now,
        expires_at: lasts(hub, now),
        state: ApprovalState::Waiting,
        answered_by: None,
        note: None,
    };
    ApprovalRow { shown, content, picture: page.standing.picture_id.clone() }
}

fn lasts(hub: &Hub, from: Timestamp) -> Timestamp {
    from.plus_minutes(i64::from(hub.rules().approval_minutes))
}

/// Where an approval stands now: time ends a question, and leave that was not used.
fn state(approval: &Approval, now: Timestamp) -> ApprovalState {
    match approval.state {
        ApprovalState::Waiting | ApprovalState::Allowed if approval.expires_at <= now => ApprovalState::Expired,
        state => state,
    }
}

/// As people are shown it now.
fn shown(row: ApprovalRow, now: Timestamp) -> Approval {
    let state = state(&row.shown, now);
    Approval { state, ..row.shown }
}

/// The newest approval of a case.
pub(super) async fn newest(hub: &Hub, case: &CaseId) -> Result<Option<Approval>> {
    let now = hub.clock().now();
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let row = conn.newest_approval(&hub.directory(), case, None).await?;
    Ok(row.map(|row| shown(row, now)))
}

/// What a list of approvals is asked for.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ApprovalFilter {
    /// `waiting`: only those that can still be answered.
    pub state: Option<String>,
    /// A lot's id.
    pub lot: Option<String>,
    /// Who asked.
    pub person: Option<String>,
    /// Asked at or after.
    pub from: Option<String>,
    /// Asked before.
    pub to: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]{1,40}$")]
    pub cursor: Option<String>,
}

/// Approvals of the supervisor's lots, newest first.
pub async fn list(hub: &Hub, actor: &Actor, which: ApprovalFilter) -> Result<list::Page<Approval>> {
    let now = hub.clock().now();
    let length = Length::of(which.limit);
    let waiting = match which.state.as_deref() {
        None => None,
        Some("waiting") => Some(now),
        Some(_) => {
            return Err(Error::Invalid { field: "state", why: "not_acceptable" });
        }
    };
    let before: Option<ApprovalId> = behind(which.cursor.as_deref())?;
    let lots = match which.lot.filter(|lot| !lot.is_empty()) {
        None => lots_arg(actor.scope.lots()),
        Some(lot) => {
            let lot = lot.parse().map_err(|_| Error::NotFound)?;
            actor.see(&lot)?;
            lots_arg(std::iter::once(&lot))
        }
    };
    let asked = Requester {
        from: time(which.from, "from")?.unwrap_or(Timestamp(i64::MIN)),
        to: time(which.to, "to")?.unwrap_or(Timestamp(i64::MAX)),
        person: which.person.unwrap_or_default(),
    };
    let mut reader = hub.store().read().await?;
    let rows =
        reader.conn().approvals(&hub.directory(), &lots, waiting, &asked, before.as_ref(), length.and_one()).await?;
    let items = rows.into_iter().map(|row| shown(row, now)).collect();
    Ok(length.page(items, |approval: &Approval| approval.id.to_string()))
}

/// Answers a question once. Whoever asked cannot allow it: two people are the point.
pub async fn answer(hub: &Hub, actor: &Actor, id: &ApprovalId, said: AnswerApproval) -> Result<Approval> {
    let (who, id) = (actor.clone(), id.clone());
    hub.write(async move |tx, hub| answer_in(tx, hub, &who, &id, &said).await).await
}

async fn answer_in(
    tx: &mut Tx<'_>,
    hub: &Hub,
    actor: &Actor,
    id: &ApprovalId,
    said: &AnswerApproval,
) -> Result<Approval> {
    let (directory, now) = (hub.directory(), hub.clock().now());
    let asked = tx.approval(&directory, id).await?.ok_or(Error::NotFound)?.shown;
    actor.see(&asked.lot.id)?;
    tx.need_lane(&asked.lane.id)?;
    if asked.by.id == actor.id {
        return Err(Error::NotAllowed);
    }
    let note = super::barrier::text(said.note.as_deref());
    let answer = Answer { word: said.answer, person: &actor.id, at: now, until: lasts(hub, now), note };
    if !tx.answer_approval(id, &answer).await? {
        return repeated(&asked, actor, said.answer, now);
    }
    let answered = tx.approval(&directory, id).await?.ok_or(Error::NotFound)?.shown;
    let facts = [("answer", answered.state.word()), ("note", note.unwrap_or_default().to_owned())];
    record(tx, &answered, Step::ApprovalAnswered, Some(&actor.id), &facts, now).await?;
    tell(tx, &answered, now).await?;
    Ok(answered)
}

/// The same answer again is told again; another one comes too late.
fn repeated(asked: &Approval, actor: &Actor, word: ApprovalWord, now: Timestamp) -> Result<Approval> {
    let theirs = asked.answered_by.as_ref().is_some_and(|by| by.id == actor.id);
    let same = match word {
        ApprovalWord::Allow => {
            matches!(asked.state, ApprovalState::Allowed | ApprovalState::Used)
        }
        ApprovalWord::Deny => asked.state == ApprovalState::Denied,
    };
    if theirs && same {
        let state = state(asked, now);
        return Ok(Approval { state, ..asked.clone() });
    }
    Err(Error::Invalid { field: "answer", why: "approval_over" })
}

async fn record(
    tx: &mut Tx<'_>,
    approval: &Approval,
    step: Step,
    person: Option<&PersonId>,
    facts: &[(&'static str, String)],
    now: Timestamp,
) -> Result<()> {
    let action = match (step, person) {
        (Step::ApprovalAsked, _) => "approval.ask",
        (_, Some(_)) => "approval.answer",
        (_, None) => "approval.expire",
    };
    tx.add_step(&approval.case, now, person, step, facts).await?;
    let body = json!({
        "case": approval.case, "lane": approval.lane.id, "state": approval.state, "reason": approval.reason,
        "due_fen": approval.due_fen, "photos": approval.photos, "note": approval.note,
    });
    tx.audit(Audit::new(now, person, action, format!("approval:{}", approval.id), body)).await?;
    Ok(())
}

/// Supervisors in scope and whoever asked are told; the stream leaves everybody else out.
async fn tell(tx: &mut Tx<'_>, approval: &Approval, now: Timestamp) -> Result<()> {
    let told = Told::Approval {
        approval: approval.id.clone(),
        case: approval.case.clone(),
        facts: Box::new(approval.clone()),
    };
    Ok(tx.tell_all(now, &[(Audience::Lot(&approval.lot.id), told)]).await?)
}
