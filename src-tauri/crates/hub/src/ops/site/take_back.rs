//! Taking a whole import back as one change: what it changed is as it was, what it added is gone, people it added are
//! disabled. Refused while any of its rows was changed since, because that change would be lost (R34).

use super::{
    Reach,
    edit::people_changed,
    pending,
    row::{self, takes_effect},
    secret,
    take_in::sum,
    text,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::account,
    site::Site,
    store::{Audit, ChangeRow, NewChange, RowChange, Secrets, StoreError, StoredRow, Tx, needed_by},
    vault::Vault,
};
use lanedesk_domain::{ids::LaneId, time::Timestamp};
use lanedesk_wire::site::{Cell, Cells, ChangeKind, SiteTable};
use serde_json::json;
use std::collections::HashMap;

/// What taking an import back did.
struct Undone {
    /// The change's id.
    change: String,
    /// Sessions that are over with it, by their tokens' hashes.
    ended: Vec<String>,
    /// Something every hub keeps in memory was among it.
    in_memory: bool,
}

/// Does it, and answers the new change's id.
pub(super) async fn import(hub: &Hub, actor: &Actor, change: &str) -> Result<String> {
    let (who, change, now) = (actor.clone(), change.to_owned(), hub.clock().now());
    let vault = hub.vault().clone();
    let undone = hub.store().write(async move |tx| back(tx, &vault, &who, &change, now).await).await?;
    account::forget(hub, undone.ended);
    if undone.in_memory {
        takes_effect(hub).await?;
    }
    Ok(undone.change)
}

async fn back(tx: &mut Tx<'_>, vault: &Vault, actor: &Actor, change: &str, now: Timestamp) -> Result<Undone> {
    tx.lock_site().await?;
    let kept = tx.site_change(change).await?.ok_or(Error::NotFound)?;
    if !super::undo::can_go_back(&kept) {
        return Err(super::undo::not_undoable());
    }
    let rows = tx.change_rows(change, ("", ""), i64::MAX).await?;
    let lanes = rows.iter().filter(|row| row.table == SiteTable::Lane);
    let lanes: Vec<LaneId> = lanes.filter_map(|row| row.id.parse().ok()).collect();
    // Nobody claims one while it changes or goes.
    tx.need_lanes(&lanes)?;
    let now_there = unchanged(tx, &rows).await?;
    within(&Reach::of(tx, &actor.id).await?, &rows, &now_there)?;
    stays_as_strict(tx, actor, &rows, &now_there, now).await?;
    let taken = |error| match error {
        // What the row was called before is another's by now.
        StoreError::NotUnique(_) => Error::ChangedMeanwhile(None),
        other => other.into(),
    };
    let heads = tx.count_head_admins().await?;
    let (site, secrets) = before(tx, vault, &rows, &now_there).await?;
    // A language the import added to a scene is to stand at its default again.
    for row in rows.iter().filter(|row| row.table == SiteTable::Template) {
        tx.remove_site_row(row.table, &row.id).await?;
    }
    tx.import_site(&site, &secrets).await.map_err(taken)?;
    remove_added(tx, &rows, now).await?;
    let mut ended = Vec::new();
    let mut done = Vec::new();
    for (table, there) in &now_there {
        let ids: Vec<&str> = there.keys().map(String::as_str).collect();
        let after = tx.rows_now(*table, &ids).await?;
        if *table == SiteTable::Person {
            for id in &ids {
                ended.extend(people_changed(tx, id, after.get(*id)).await?);
            }
        }
        let became = there.iter().filter_map(|(id, was)| RowChange::between(*table, Some(was), after.get(id)));
        done.extend(became);
    }
    if heads > 0 && tx.count_head_admins().await? == 0 {
        return Err(Error::StillUsed("last_admin"));
    }
    let id = note(tx, actor, &kept, &done, now).await?;
    let in_memory = now_there.iter().any(|(table, _)| row::is_in_memory(*table));
    if in_memory {
        tx.tell_site_changed(now).await?;
    }
    Ok(Undone { change: id, ended, in_memory })
}

/// A table's rows as they are now, by id.
type Now = (SiteTable, HashMap<String, StoredRow>);

/// The rows of the change as they are now, which must be as it left them.
async fn unchanged(tx: &mut Tx<'_>, rows: &[RowChange]) -> Result<Vec<Now>> {
    let mut there: Vec<Now> = Vec::new();
    let (mut moved, mut first) = (0, None);
    for of_table in rows.chunk_by(|a, b| a.table == b.table) {
        let Some(table) = of_table.first().map(|row| row.table) else {
            continue;
        };
        let ids: Vec<&str> = of_table.iter().map(|row| row.id.as_str()).collect();
        let now = tx.rows_now(table, &ids).await?;
        for row in of_table {
            if now.get(&row.id).map(|now| &now.version) != row.version.as_ref() {
                moved += 1;
                first = first.or_else(|| Some(row.label.clone()));
            }
        }
        there.push((table, now));
    }
    match first {
        None => Ok(there),
        Some(label) => Err(Error::RowsMoved { rows: moved, label }),
    }
}

/// Every row must lie within the administrator's scope as it is, and as it would be again (R3).
fn within(reach: &Reach, rows: &[RowChange], there: &[Now]) -> Result<()> {
    if reach.is_whole() {
        return Ok(());
    }
    for (table, now) in there {
        if !now.values().all(|row| reach.holds(*table, &row.id, &row.cells)) {
            return Err(Error::NotFound);
        }
    }
    for row in rows {
        if let Some(before) = row.cells_before()? {
            let of_table = there.iter().find(|(table, _)| *table == row.table);
            let now = of_table.and_then(|(_, now)| now.get(&row.id));
            reach.may_become(row.table, &row.id, now.map(|now| &now.cells), &before)?;
        }
    }
    Ok(())
}

/// What weakens a rule of control is changed on its own page, where a second administrator confirms it.
async fn stays_as_strict(
    tx: &mut Tx<'_>,
    actor: &Actor,
    rows: &[RowChange],
    there: &[Now],
    now: Timestamp,
) -> Result<()> {
    let mut weaker = false;
    for row in rows.iter().filter(|row| pending::is_control(row.table)) {
        let of_table = there.iter().find(|(table, _)| *table == row.table);
        let is = of_table.and_then(|(_, rows)| rows.get(&row.id));
        let was = row.cells_before()?;
        if was.is_none() && row.table == SiteTable::Reason {
            // It was not there before the import either.
            continue;
        }
        weaker |= pending::weakens(row.table, &row.id, is.map(|is| &is.cells), was.as_ref());
    }
    if weaker && pending::must_wait(tx, actor, now).await? {
        return Err(Error::Invalid { field: "change", why: "weakens" });
    }
    Ok(())
}

/// What the changed rows were, as a site of their own.
async fn before(tx: &mut Tx<'_>, vault: &Vault, rows: &[RowChange], there: &[Now]) -> Result<(Site, Secrets)> {
    let (mut text, mut secrets) = (String::new(), Secrets::default());
    let (mut rules, mut links) = (Cells::new(), Cells::new());
    for row in rows {
        let Some(mut cells) = row.cells_before()? else {
            continue;
        };
        cells.remove("disabled");
        row::fit(row.table, &row.id, &mut cells);
        match row.table {
            SiteTable::Rule => {
                rules.extend(cells);
                continue;
            }
            SiteTable::Link => {
                links.extend(cells);
                continue;
            }
            _ => {}
        }
        if row.table == SiteTable::Link {
            links.extend(cells);
            continue;
        }
        let sealed = sealed_now(there, row);
        match row.table {
            SiteTable::Device => {
                let sealed = match row_now(there, row) {
                    Some(now) => secret::for_addresses(vault, now, secret::addresses(&cells))?,
                    None => sealed,
                };
                secrets.devices.insert(row.id.clone(), sealed);
            }
            SiteTable::Robot => drop(secrets.robots.insert(row.id.clone(), sealed)),
            SiteTable::Integration => {
                let first = sealed.split(' ').next().unwrap_or_default();
                secrets.integrations.insert(row.id.clone(), first.to_owned());
                // The check of an import wants one; what is sealed stays, whatever stands here.
                cells.insert("secret".to_owned(), Some(Cell::Text("kept".to_owned())));
            }
            _ => {}
        }
        text.push_str(&text::line(row.table, &cells)?);
    }
    for (table, cells) in [(SiteTable::Rule, &rules), (SiteTable::Link, &links)] {
        if !cells.is_empty() {
            text.push_str(&text::line(table, cells)?);
        }
    }
    let known = tx.known_site().await?;
    let site = Site::parse(&text, &known).map_err(Error::Faults)?;
    Ok((site, secrets))
}

fn row_now<'a>(there: &'a [Now], row: &RowChange) -> Option<&'a StoredRow> {
    let (_, rows) = there.iter().find(|(table, _)| *table == row.table)?;
    rows.get(&row.id)
}

fn sealed_now(there: &[Now], row: &RowChange) -> String {
    row_now(there, row).map_or_else(String::new, |row| row.sealed.clone())
}

/// Takes away what the import added. What other rows of it need goes after them.
async fn remove_added(tx: &mut Tx<'_>, rows: &[RowChange], now: Timestamp) -> Result<()> {
    let added = || rows.iter().filter(|row| row.before.is_none());
    let of = |table| added().filter(move |row| row.table == table);
    let passes: Vec<&str> = of(SiteTable::Pass).map(|row| row.id.as_str()).collect();
    tx.remove_passes(&passes).await?;
    for person in of(SiteTable::Person) {
        tx.disable(&person.id, now).await?;
    }
    let mut left: Vec<&RowChange> =
        added().filter(|row| !matches!(row.table, SiteTable::Pass | SiteTable::Person)).collect();
    while !left.is_empty() {
        let (before, mut stuck, mut why) = (left.len(), Vec::new(), "used_by_lanes");
        for row in left {
            if let Some(words) = needed(tx, row).await? {
                why = words;
                stuck.push(row);
            } else {
                tx.remove_site_row(row.table, &row.id).await?;
            }
        }
        if stuck.len() == before {
            return Err(Error::StillUsed(why));
        }
        left = stuck;
    }
    Ok(())
}

async fn needed(tx: &mut Tx<'_>, row: &RowChange) -> Result<Option<&'static str>> {
    for (sql, words) in needed_by(row.table) {
        if tx.count_of(sql, crate::args![&row.id]).await? > 0 {
            return Ok(Some(words));
        }
    }
    Ok(None)
}

async fn note(tx: &mut Tx<'_>, actor: &Actor, kept: &ChangeRow, done: &[RowChange], now: Timestamp) -> Result<String> {
    let id = uuid::Uuid::now_v7().to_string();
    tx.add_site_change(&NewChange {
        id: &id,
        section: "import",
        row_id: "",
        label: &kept.label,
        kind: ChangeKind::Imported,
        person: &actor.id,
        at: now,
        before: None,
        after: None,
        version: None,
        secrets: false,
        undoes: Some(&kept.id),
        confirmed_by: None,
        alone: false,
    })
    .await?;
    tx.keep_rows(&id, done).await?;
    let body = json!({"rows": done.len(), "sum": sum(done), "change": id, "undoes": kept.id});
    tx.audit(Audit {
        at: now,
        person: Some(actor.id.clone()),
        action: "site.import-undo",
        subject: "site:file".to_owned(),
        body,
    })
    .await?;
    Ok(id)
}
