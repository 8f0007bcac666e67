//! 「需要帮助」: a holder asks, supervisors of the lot are told, one answers.

use crate::{
    actor::Actor,
    directory::Directory,
    error::{Error, Result},
    hub::Hub,
    store::{Audit, HelpRow, LeaseRow, LockRows, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, LotId},
    time::Timestamp,
};
use lanedesk_wire::{board::Help, case::Step, opening::LaneRef, search::LotRef, stream::Told};
use serde_json::json;

/// Longest note, in characters.
const LONGEST: usize = 500;

/// As people are told. None: the lane is gone from the site.
pub(super) fn shown(site: &Directory, row: HelpRow) -> Option<Help> {
    let (lane, lot) = site.lane(&row.lane)?;
    let (answered_by, answer) = row.answered.unzip();
    Some(Help {
        case: row.case,
        lane: LaneRef { id: lane.id.clone(), name: lane.name.clone(), code: lane.code.clone() },
        lot: LotRef { id: lot.id.clone(), name: lot.name.clone() },
        by: row.by,
        note: row.note,
        at: row.at,
        answered_by,
        answer,
    })
}

/// Asks for help in a case one holds.
pub async fn ask(hub: &Hub, actor: &Actor, case: &CaseId, note: &str) -> Result<()> {
    let note: String = note.trim().chars().take(LONGEST).collect();
    let (who, case, now) = (actor.clone(), case.clone(), hub.clock().now());
    hub.write_at(LockRows::case(&case), async move |tx, hub| {
        let held = held(tx, &who, &case, now).await?;
        tx.ask_help(&case, (&held.lot, &held.lane), &who.id, &note, now).await?;
        record(tx, &who, &case, Step::HelpAsked, "case.help", &note, now).await?;
        tell(tx, hub, &held.lot, &case, now).await
    })
    .await
}

/// The lease of a case this person holds; a case of another lot is not there.
async fn held(tx: &mut Tx<'_>, actor: &Actor, case: &CaseId, now: Timestamp) -> Result<LeaseRow> {
    let row = tx.case(case).await?.ok_or(Error::NotFound)?;
    actor.see(&row.lot)?;
    tx.need_lane(&row.lane)?;
    let lease = tx.lease_of_person(&actor.id).await?;
    lease.filter(|lease| lease.case == *case && lease.holds(now)).ok_or(Error::LeaseLost)
}

/// A supervisor answers; the holder is told.
pub async fn answer(hub: &Hub, actor: &Actor, case: &CaseId, answer: &str) -> Result<()> {
    let answer: String = answer.trim().chars().take(LONGEST).collect();
    let (who, case, now) = (actor.clone(), case.clone(), hub.clock().now());
    hub.write_at(LockRows::case(&case), async move |tx, hub| {
        let row = tx.case(&case).await?.ok_or(Error::NotFound)?;
        who.see(&row.lot)?;
        tx.need_lane(&row.lane)?;
        tx.help_of(&case).await?.ok_or(Error::NotFound)?;
        tx.answer_help(&case, &who.id, &answer, now).await?;
        record(tx, &who, &case, Step::HelpAnswered, "case.help-answer", &answer, now).await?;
        tell(tx, hub, &row.lot, &case, now).await
    })
    .await
}

/// The holder needs no help any more.
pub async fn end(hub: &Hub, actor: &Actor, case: &CaseId) -> Result<()> {
    let (who, case, now) = (actor.clone(), case.clone(), hub.clock().now());
    hub.write_at(LockRows::case(&case), async move |tx, hub| {
        let held = held(tx, &who, &case, now).await?;
        if tx.end_help(&case, now).await? {
            note(tx, &who, &case, "case.help-end", "", now).await?;
        }
        tell(tx, hub, &held.lot, &case, now).await
    })
    .await
}

/// A case that ends, or goes to somebody else, asks for nothing any more.
pub(super) async fn over(tx: &mut Tx<'_>, lot: &LotId, case: &CaseId, now: Timestamp) -> Result<()> {
    if tx.end_help(case, now).await? {
        let told = Told::Help { case: case.clone(), help: None };
        tx.tell(now, lot, &told).await?;
    }
    Ok(())
}

/// A case that went to another lane asks from there.
pub(super) async fn moved(
    tx: &mut Tx<'_>,
    hub: &Hub,
    (from, to): (&LotId, &LotId),
    case: &CaseId,
    now: Timestamp,
) -> Result<()> {
    if tx.help_of(case).await?.is_none() {
        return Ok(());
    }
    if from != to {
        let told = Told::Help { case: case.clone(), help: None };
        tx.tell(now, from, &told).await?;
    }
    tell(tx, hub, to, case, now).await
}

async fn tell(tx: &mut Tx<'_>, hub: &Hub, lot: &LotId, case: &CaseId, now: Timestamp) -> Result<()> {
    let help = tx.help_of(case).await?;
    let help = help.and_then(|row| shown(&hub.directory(), row)).map(Box::new);
    let told = Told::Help { case: case.clone(), help };
    Ok(tx.tell(now, lot, &told).await?)
}

async fn record(
    tx: &mut Tx<'_>,
    who: &Actor,
    case: &CaseId,
    what: Step,
    action: &'static str,
    words: &str,
    now: Timestamp,
) -> Result<()> {
    let facts = [("note", words.to_owned())];
    tx.add_step(case, now, Some(&who.id), what, &facts).await?;
    note(tx, who, case, action, words, now).await
}

async fn note(
    tx: &mut Tx<'_>,
    who: &Actor,
    case: &CaseId,
    action: &'static str,
    words: &str,
    at: Timestamp,
) -> Result<()> {
    let audit = Audit::new(at, Some(&who.id), action, format!("case:{case}"), json!({"note": words}));
    Ok(tx.audit(audit).await?)
}
