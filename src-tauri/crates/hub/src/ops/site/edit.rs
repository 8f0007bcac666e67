//! One change of one row, in one transaction: looked at again, checked as an import is, written, kept so that it can be
//! taken back, audited with before and after.

use super::{Reach, pending, row, secret, text, words};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::account,
    store::{Audit, NewChange, Secrets, StoreError, StoredRow, Tx, needed_by},
};
use lanedesk_domain::{
    ids::{LaneId, PassId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::site::{Cell, Cells, ChangeKind, SiteTable};
use serde_json::json;

/// What is to become of a row.
#[derive(Clone)]
pub(super) struct Edit {
    pub(super) table: SiteTable,
    /// The row; none: a new one, whose id stands in it or is made.
    pub(super) id: Option<String>,
    /// The version it was changed from; none: there is no such row yet.
    pub(super) version: Option<String>,
    /// Its values; none: it goes.
    pub(super) cells: Option<Cells>,
    /// The sum of the code with which a new person sets their password.
    pub(super) code: Option<String>,
    /// The change this takes back.
    pub(super) undoes: Option<String>,
    /// Who confirmed that a rule of control is weakened.
    pub(super) confirmed_by: Option<PersonId>,
}

impl Edit {
    /// Of a row by whoever asks.
    pub(super) fn new(table: SiteTable, id: Option<String>, version: Option<String>, cells: Option<Cells>) -> Self {
        Self { table, id, version, cells, code: None, undoes: None, confirmed_by: None }
    }
}

/// What a change did.
#[derive(Clone)]
pub(super) struct Effect {
    /// The change's id.
    pub(super) change: String,
    /// The row as it is now; none: it is gone.
    pub(super) row: Option<StoredRow>,
    /// Sessions that are over with it, by their tokens' hashes.
    pub(super) ended: Vec<String>,
    /// Nothing was changed yet: it waits for a second administrator.
    pub(super) waits: bool,
}

/// Does it.
pub(super) async fn apply(tx: &mut Tx<'_>, hub: &Hub, actor: &Actor, edit: Edit, now: Timestamp) -> Result<Effect> {
    let id = match (&edit.id, &edit.cells) {
        (Some(id), _) => id.clone(),
        (None, Some(cells)) => row::new_id(edit.table, cells)?,
        (None, None) => return Err(Error::NotFound),
    };
    if edit.table == SiteTable::Lane {
        // Nobody claims it while it changes or goes.
        let lane: LaneId = id.parse().map_err(|_| Error::NotFound)?;
        tx.need_lane(&lane)?;
    }
    tx.lock_site().await?;
    let reach = Reach::of(tx, &actor.id).await?;
    let before = tx.site_row(edit.table, &id).await?;
    within(&reach, &edit, &id, before.as_ref())?;
    as_expected(hub, &edit, before.as_ref())?;
    let alone = match decided(tx, (actor, &reach), &edit, &id, before.as_ref(), now).await? {
        Decision::Made { alone } => alone,
        Decision::Waits(pending) => {
            return Ok(Effect { change: pending, row: None, ended: Vec::new(), waits: true });
        }
    };
    let heads = tx.count_head_admins().await?;
    let (mut secrets, mut ended) = (false, Vec::new());
    match edit.cells.clone() {
        Some(cells) => {
            secrets = put(tx, (hub, &reach), &edit, &id, cells, before.as_ref(), now).await?;
        }
        None => remove(tx, &edit, &id, before.as_ref()).await?,
    }
    let after = tx.site_row(edit.table, &id).await?;
    if edit.table == SiteTable::Person {
        ended = people_changed(tx, &id, after.as_ref()).await?;
        if heads > 0 && tx.count_head_admins().await? == 0 {
            return Err(Error::StillUsed("last_admin"));
        }
    }
    let change = uuid::Uuid::now_v7().to_string();
    note(
        tx,
        actor,
        &edit,
        &EditNote { change: &change, id: &id, before: before.as_ref(), after: after.as_ref(), secrets, alone },
        now,
    )
    .await?;
    if row::is_in_memory(edit.table) {
        tx.tell_site_changed(now).await?;
    }
    Ok(Effect { change, row: after, ended, waits: false })
}

/// Whether a change is made now.
enum Decision {
    /// It is; `alone`: it weakens a rule of control, and nobody else could have confirmed it.
    Made { alone: bool },
    /// It waits for a second administrator, under this id.
    Waits(String),
}

async fn decided(
    tx: &mut Tx<'_>,
    (actor, reach): (&Actor, &Reach),
    edit: &Edit,
    id: &str,
    before: Option<&StoredRow>,
    now: Timestamp,
) -> Result<Decision> {
    if !reach.may_hold(edit.table) {
        return Err(Error::NotAllowed);
    }
    let was = before.map(|row| &row.cells);
    let weak = pending::is_control(edit.table) && pending::weakens(edit.table, id, was, edit.cells.as_ref());
    if !weak || edit.confirmed_by.is_some() {
        return Ok(Decision::Made { alone: false });
    }
    if !pending::must_wait(tx, actor, now).await? {
        return Ok(Decision::Made { alone: true });
    }
    if let Some(mut cells) = edit.cells.clone() {
        // What could never be is refused now.
        row::fit(edit.table, id, &mut cells);
        text::read(edit.table, &cells, &tx.known_site().await?)?;
    }
    let waits = pending::keep(tx, actor, edit, id, was, now).await?;
    Ok(Decision::Waits(waits))
}

/// A row outside the administrator's scope is not there for them (R3), nor is one that stands at its default.
fn within(reach: &Reach, edit: &Edit, id: &str, before: Option<&StoredRow>) -> Result<()> {
    let there = match before {
        Some(row) => reach.holds(edit.table, id, &row.cells),
        None => reach.may_hold(edit.table) || !words::stand_always(edit.table),
    };
    if there { Ok(()) } else { Err(Error::NotFound) }
}

/// The row must be the one the change was made from.
fn as_expected(hub: &Hub, edit: &Edit, before: Option<&StoredRow>) -> Result<()> {
    match (&edit.version, before) {
        (None, None) => Ok(()),
        (Some(version), Some(before)) if *version == before.version => Ok(()),
        // Rules and words that were never set stand at their defaults; changing one is not making it.
        (Some(version), None) if words::stand_always(edit.table) && version == row::DEFAULT => Ok(()),
        (_, Some(before)) => {
            let current = row::shown(hub, edit.table, before.clone());
            Err(Error::ChangedMeanwhile(Some(Box::new(current))))
        }
        (Some(_), None) if edit.undoes.is_some() => Err(Error::ChangedMeanwhile(None)),
        (Some(_), None) => Err(Error::NotFound),
    }
}

async fn put(
    tx: &mut Tx<'_>,
    (hub, reach): (&Hub, &Reach),
    edit: &Edit,
    id: &str,
    mut cells: Cells,
    before: Option<&StoredRow>,
    now: Timestamp,
) -> Result<bool> {
    let mut sealed = Secrets::default();
    let secrets = secret::take(edit.table, id, &mut cells, before, hub.vault(), &mut sealed)?;
    let disabled = matches!(cells.remove("disabled"), Some(Some(Cell::Truth(true))));
    row::fit(edit.table, id, &mut cells);
    reach.may_become(edit.table, id, before.map(|row| &row.cells), &cells)?;
    let mut known = tx.known_site().await?;
    known.networks = Some(hub.runtime().networks().clone());
    let site = text::read(edit.table, &cells, &known)?;
    match edit.table {
        SiteTable::Pass => {
            let pass = site.passes.first().ok_or(Error::NotFound)?;
            let same = tx.pass_of(pass).await?;
            if same.is_some_and(|same| same != id) {
                return Err(text::refused("plates", "there is a pass for these plates already"));
            }
            let id: PassId = id.parse().map_err(|_| Error::NotFound)?;
            tx.put_pass(&id, pass).await?;
        }
        SiteTable::Person => {
            let person = site.people.first().ok_or(Error::NotFound)?;
            if before.is_some() {
                let off = disabled.then_some(now);
                tx.set_account(id, &person.username, off).await.map_err(|e| taken(e, "username"))?;
            } else {
                tx.add_person(id, &person.username).await.map_err(|e| taken(e, "username"))?;
                if let Some(code) = &edit.code {
                    let new = id.parse().map_err(|_| Error::NotFound)?;
                    account::give_code(tx, &new, reach.who(), code, now).await?;
                }
            }
            tx.import_site(&site, &sealed).await?;
        }
        table => {
            if table == SiteTable::Template {
                // A language that the row leaves out is to stand at its default again.
                tx.remove_site_row(table, id).await?;
            }
            tx.import_site(&site, &sealed).await.map_err(|e| taken(e, row::key(table)))?;
        }
    }
    Ok(secrets)
}

/// What must be unique is there already.
fn taken(error: StoreError, column: &str) -> Error {
    match error {
        StoreError::NotUnique(_) => text::refused(column, "is there already"),
        other => other.into(),
    }
}

async fn remove(tx: &mut Tx<'_>, edit: &Edit, id: &str, before: Option<&StoredRow>) -> Result<()> {
    if before.is_none() {
        return Err(Error::NotFound);
    }
    if let Some(words) = needed(tx, edit.table, id).await? {
        return Err(Error::StillUsed(words));
    }
    tx.remove_site_row(edit.table, id).await?;
    Ok(())
}

/// What still needs a row, as the key of the words that say so.
pub(super) async fn needed(tx: &mut Tx<'_>, table: SiteTable, id: &str) -> Result<Option<&'static str>> {
    for (sql, words) in needed_by(table) {
        if tx.count_of(sql, crate::args![id]).await? > 0 {
            return Ok(Some(words));
        }
    }
    Ok(None)
}

/// There must always be somebody who can administer, and whoever may no longer log in is out at once.
pub(super) async fn people_changed(tx: &mut Tx<'_>, id: &str, after: Option<&StoredRow>) -> Result<Vec<String>> {
    if tx.count_admins().await? == 0 {
        return Err(Error::StillUsed("last_admin"));
    }
    let disabled = after.is_some_and(|row| row.cells.get("disabled") == Some(&Some(Cell::Truth(true))));
    let person = id.parse().map_err(|_| Error::NotFound)?;
    if disabled { Ok(tx.end_sessions_of(&person, "").await?) } else { Ok(Vec::new()) }
}

struct EditNote<'a> {
    change: &'a str,
    id: &'a str,
    before: Option<&'a StoredRow>,
    after: Option<&'a StoredRow>,
    secrets: bool,
    alone: bool,
}

async fn note(tx: &mut Tx<'_>, actor: &Actor, edit: &Edit, noted: &EditNote<'_>, now: Timestamp) -> Result<()> {
    let (before, after) = (noted.before.map(|row| &row.cells), noted.after.map(|row| &row.cells));
    let kind = match (before, after) {
        (None, _) => ChangeKind::Added,
        (Some(_), Some(_)) => ChangeKind::Changed,
        (Some(_), None) => ChangeKind::Removed,
    };
    let section = edit.table.word();
    tx.add_site_change(&NewChange {
        id: noted.change,
        section: &section,
        row_id: noted.id,
        label: noted.after.or(noted.before).map_or(noted.id, |row| row.label.as_str()),
        kind,
        person: &actor.id,
        at: now,
        before,
        after,
        version: noted.after.map(|row| row.version.as_str()),
        secrets: noted.secrets,
        undoes: edit.undoes.as_deref(),
        confirmed_by: edit.confirmed_by.as_ref(),
        alone: noted.alone,
    })
    .await?;
    tx.audit(Audit::new(now, Some(&actor.id), match kind {
            ChangeKind::Added => "site.add",
            ChangeKind::Removed => "site.remove",
            _ => "site.change",
        }, format!("{section}:{}", noted.id), json!({"before": before, "after": after, "secrets": noted.secrets, "change": noted.change, "undoes": edit.undoes,
            "confirmed_by": edit.confirmed_by, "alone": noted.alone})))
    .await?;
    Ok(())
}
