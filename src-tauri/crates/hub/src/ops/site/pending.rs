//! A change that weakens a rule of control waits for a second administrator (two people decide what one person can no
//! longer be held to).
//!
//! Whoever holds a root area confirms it, or refuses; never whoever asks, and for a day nobody whose account the one had
//! in the other's hand: an administrator who makes or resets a colleague does not confirm by their name. Where nobody else
//! holds a root area, nor did a day ago, the change is made at once and its record says that it was decided alone.

use super::{
    Reach,
    edit::{Edit, Effect, apply},
    row::takes_effect,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::account,
    site::{self, Site, SiteFault},
    store::{Audit, Conn, PendingRow, Tx},
};
use lanedesk_domain::{
    control::{reason_weakens, rule_weakens},
    lane::Direction,
    person::Permission,
    release::Reason,
    time::Timestamp,
};
use lanedesk_wire::{
    list::Page,
    site::{AnswerPending, Cell, Cells, PendingChange, PendingState, PendingWord, SiteTable},
};
use serde_json::json;

/// How long two accounts of which one was in the other's hand do not confirm each other, hours.
const APART_HOURS: i64 = 24;

fn lately(now: Timestamp) -> Timestamp {
    now.plus_minutes(-60 * APART_HOURS)
}

/// Whether rows of the table can hold a rule of control.
pub(super) fn is_control(table: SiteTable) -> bool {
    matches!(table, SiteTable::Rule | SiteTable::Reason)
}

fn number(cells: Option<&Cells>, key: &str) -> Option<i64> {
    match cells?.get(key)? {
        Some(Cell::Number(number)) => Some(*number),
        _ => None,
    }
}

fn truth(cells: &Cells, key: &str, usual: bool) -> bool {
    match cells.get(key) {
        Some(Some(Cell::Truth(truth))) => *truth,
        _ => usual,
    }
}

/// A reason's row as the rules know it. Usual values are those of the site file.
fn reason(cells: &Cells) -> Reason {
    let photos = |key, usual| {
        let number = number(Some(cells), key).unwrap_or(usual);
        u32::try_from(number).unwrap_or_default()
    };
    let direction = match cells.get("direction") {
        Some(Some(Cell::Text(word))) => word.parse::<Direction>().ok(),
        _ => None,
    };
    Reason {
        code: String::new(),
        text: String::new(),
        direction,
        remark: truth(cells, "remark", true),
        photos_min: photos("photos_min", 1),
        photos_max: photos("photos_max", 3),
        approval: truth(cells, "approval", false),
    }
}

/// Whether a row that was `before` and is to be `after` weakens a rule of control.
pub(super) fn weakens(table: SiteTable, id: &str, before: Option<&Cells>, after: Option<&Cells>) -> bool {
    match (table, after) {
        (SiteTable::Rule, _) => {
            let new = number(after, "value").or_else(|| number(after, id));
            rule_weakens(id, number(before, "value"), new)
        }
        (SiteTable::Reason, Some(after)) => reason_weakens(before.map(reason).as_ref(), &reason(after)),
        // Made anew under its code it would ask nobody.
        (SiteTable::Reason, None) => before.is_some_and(|was| reason(was).approval),
        _ => false,
    }
}

/// Whether somebody else must confirm what this administrator decides.
pub(super) async fn must_wait(conn: &mut Conn<'_>, actor: &Actor, now: Timestamp) -> Result<bool> {
    Ok(conn.has_other_head(&actor.id, lately(now)).await?)
}

/// Keeps a change until it is answered. Answers its id.
pub(super) async fn keep(
    tx: &mut Tx<'_>,
    actor: &Actor,
    edit: &Edit,
    id: &str,
    before: Option<&Cells>,
    now: Timestamp,
) -> Result<String> {
    let label = match edit.cells.as_ref().or(before).and_then(|cells| cells.get("text")) {
        Some(Some(Cell::Text(text))) => text.clone(),
        _ => id.to_owned(),
    };
    let change = PendingChange {
        id: uuid::Uuid::now_v7().to_string(),
        table: edit.table,
        row_id: id.to_owned(),
        label,
        by: actor.holder(),
        at: now,
        before: before.cloned(),
        after: edit.cells.clone(),
        state: PendingState::Waiting,
        answered_by: None,
        answerable: false,
    };
    let row = PendingRow { change, version: edit.version.clone(), undoes: edit.undoes.clone() };
    tx.add_pending(&row).await?;
    note(tx, actor, "site.ask", &row.change, now).await?;
    Ok(row.change.id)
}

async fn note(tx: &mut Tx<'_>, actor: &Actor, action: &'static str, row: &PendingChange, now: Timestamp) -> Result<()> {
    let body = json!({"pending": row.id, "by": row.by.id, "before": row.before, "after": row.after});
    tx.audit(Audit::new(now, Some(&actor.id), action, format!("{}:{}", row.table.word(), row.row_id), body)).await?;
    Ok(())
}

/// Rules and reasons are whoever's who holds a root area; for others there is nothing to confirm.
async fn reach(conn: &mut Conn<'_>, actor: &Actor) -> Result<()> {
    if Reach::of(conn, &actor.id).await?.holds_root() { Ok(()) } else { Err(Error::NotFound) }
}

/// Whether this administrator may answer it.
async fn may_answer(conn: &mut Conn<'_>, actor: &Actor, row: &PendingChange, now: Timestamp) -> Result<bool> {
    let strangers = row.by.id != actor.id && !conn.had_in_hand(&actor.id, &row.by.id, lately(now)).await?;
    Ok(row.state == PendingState::Waiting && strangers)
}

/// Changes that wait, newest first. Whoever holds no root area has none.
pub async fn list(hub: &Hub, actor: &Actor) -> Result<Page<PendingChange>> {
    actor.allow(Permission::Configure)?;
    let now = hub.clock().now();
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let mut items = Vec::new();
    if Reach::of(&mut conn, &actor.id).await?.holds_root() {
        for row in conn.pending_changes().await? {
            let answerable = may_answer(&mut conn, actor, &row.change, now).await?;
            items.push(PendingChange { answerable, ..row.change });
        }
    }
    Ok(Page { items, next: None })
}

/// Confirms a change, which is in force then, or refuses it. Whoever asked may only withdraw it.
pub async fn answer(hub: &Hub, actor: &Actor, id: &str, said: AnswerPending) -> Result<PendingChange> {
    actor.allow(Permission::Configure)?;
    let (who, wanted) = (actor.clone(), id.to_owned());
    let edited = hub.write(async move |tx, hub| answer_in(tx, hub, &who, &wanted, said.answer).await).await?;
    if let Some(edited) = edited {
        account::forget(hub, edited.ended);
        takes_effect(hub).await?;
    }
    let mut reader = hub.store().read().await?;
    let row = reader.conn().pending_change(id).await?;
    Ok(row.ok_or(Error::NotFound)?.change)
}

async fn answer_in(tx: &mut Tx<'_>, hub: &Hub, actor: &Actor, id: &str, word: PendingWord) -> Result<Option<Effect>> {
    let now = hub.clock().now();
    tx.lock_site().await?;
    reach(tx, actor).await?;
    let PendingRow { change: row, version, undoes } = tx.pending_change(id).await?.ok_or(Error::NotFound)?;
    let withdrawn = word == PendingWord::Refuse && row.by.id == actor.id;
    if row.state == PendingState::Waiting && !withdrawn && !may_answer(tx, actor, &row, now).await? {
        return Err(Error::NotAllowed);
    }
    let (state, action) = match word {
        PendingWord::Confirm => (PendingState::Confirmed, "site.confirm"),
        PendingWord::Refuse => (PendingState::Refused, "site.refuse"),
    };
    if !tx.answer_pending(id, state, &actor.id, now).await? {
        return Err(Error::Invalid { field: "answer", why: "approval_over" });
    }
    note(tx, actor, action, &row, now).await?;
    if word == PendingWord::Refuse {
        return Ok(None);
    }
    let asker =
        Actor { id: row.by.id.clone(), name: row.by.name.clone(), role: row.by.role, scope: actor.scope.clone() };
    let id = version.is_some().then(|| row.row_id.clone());
    let confirmed_by = Some(actor.id.clone());
    let edit = Edit { undoes, confirmed_by, ..Edit::new(row.table, id, version, row.after) };
    apply(tx, hub, &asker, edit, now).await.map(Some)
}

/// What a file would weaken: it is changed on its own page, where somebody confirms it. Nothing, where nobody else could.
pub(super) async fn weakened_by(hub: &Hub, actor: &Actor, site: &Site) -> Result<Vec<SiteFault>> {
    if site.rules.is_empty() && site.reasons.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    if !must_wait(&mut conn, actor, hub.clock().now()).await? {
        return Ok(Vec::new());
    }
    let directory = hub.directory();
    let rules = site
        .rules
        .iter()
        .filter(|(name, value)| rule_weakens(name, directory.rules.get(*name).copied(), Some(**value)));
    let reasons = site.reasons.iter().filter(|row| reason_weakens(directory.reasons.get(&row.code), &ruled(row)));
    let fault = |column: &str, what: &str| SiteFault {
        line: 0,
        column: Some(column.to_owned()),
        reason: format!(
            "{what} is weakened by this file: change it on its page, where a second administrator confirms it"
        ),
    };
    let rules = rules.map(|(name, _)| fault(name, name));
    Ok(rules.chain(reasons.map(|row| fault("reason", &row.code))).collect())
}

fn ruled(row: &site::Reason) -> Reason {
    Reason {
        code: row.code.clone(),
        text: row.text.clone(),
        direction: row.direction.parse().ok(),
        remark: row.remark,
        photos_min: row.photos_min,
        photos_max: row.photos_max,
        approval: row.approval,
    }
}
