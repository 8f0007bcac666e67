//! Taking a whole import back as one change: what it changed is as it was, what it added is gone, people it added are
//! disabled. Refused while any of its rows was changed since, because that change would be lost (R34).

use super::{
    Reach,
    edit::{needed, people_changed},
    pending,
    row::{self, takes_effect},
    secret,
    take_in::keep_import,
    text,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::account,
    site::Site,
    store::{RowChange, RowName, Secrets, StoreError, StoredRow, Tx},
    vault::Vault,
};
use lanedesk_domain::{ids::LaneId, time::Timestamp};
use lanedesk_wire::site::{Cell, SiteTable};
use serde_json::json;
use std::collections::HashMap;

/// What taking an import back did.
struct UndoOutcome {
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

async fn back(tx: &mut Tx<'_>, vault: &Vault, actor: &Actor, change: &str, now: Timestamp) -> Result<UndoOutcome> {
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
    let now_there = rows_now(tx, &rows).await?;
    unchanged(&rows, &now_there)?;
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
    let after = rows_now(tx, &rows).await?;
    let (mut ended, mut done) = (Vec::new(), Vec::new());
    for row in &rows {
        let name = (row.table, row.id.clone());
        if row.table == SiteTable::Person {
            ended.extend(people_changed(tx, &row.id, after.get(&name)).await?);
        }
        done.extend(RowChange::between(row.table, now_there.get(&name), after.get(&name)));
    }
    if heads > 0 && tx.count_head_admins().await? == 0 {
        return Err(Error::StillUsed("last_admin"));
    }
    let body = json!({"rows": done.len(), "undoes": change});
    let id = keep_import(tx, &actor.id, (&kept.change.label, &done), (false, Some(change)), body, now).await?;
    let in_memory = rows.iter().any(|row| row::is_in_memory(row.table));
    if in_memory {
        tx.tell_site_changed(now).await?;
    }
    Ok(UndoOutcome { change: id, ended, in_memory })
}

/// Rows as they are now.
type PresentRows = HashMap<RowName, StoredRow>;

async fn rows_now(tx: &mut Tx<'_>, rows: &[RowChange]) -> Result<PresentRows> {
    let mut there = PresentRows::new();
    for of_table in rows.chunk_by(|a, b| a.table == b.table) {
        let ids: Vec<&str> = of_table.iter().map(|row| row.id.as_str()).collect();
        let now = tx.rows_now(of_table[0].table, &ids).await?;
        there.extend(now.into_iter().map(|(id, row)| ((of_table[0].table, id), row)));
    }
    Ok(there)
}

fn now_of<'a>(there: &'a PresentRows, row: &RowChange) -> Option<&'a StoredRow> {
    there.get(&(row.table, row.id.clone()))
}

/// The rows of the change must be as it left them.
fn unchanged(rows: &[RowChange], there: &PresentRows) -> Result<()> {
    let is_moved = |row: &&RowChange| now_of(there, row).map(|now| &now.version) != row.version.as_ref();
    let moved: Vec<&RowChange> = rows.iter().filter(is_moved).collect();
    let count = u32::try_from(moved.len()).unwrap_or(u32::MAX);
    moved.first().map_or(Ok(()), |first| Err(Error::RowsMoved { rows: count, label: first.label.clone() }))
}

/// Every row must lie within the administrator's scope as it is, and as it would be again (R3).
fn within(reach: &Reach, rows: &[RowChange], there: &PresentRows) -> Result<()> {
    if reach.is_whole() {
        return Ok(());
    }
    if !there.iter().all(|((table, id), row)| reach.holds(*table, id, &row.cells)) {
        return Err(Error::NotFound);
    }
    for row in rows {
        if let Some(before) = row.cells_before()? {
            reach.may_become(row.table, &row.id, now_of(there, row).map(|now| &now.cells), &before)?;
        }
    }
    Ok(())
}

/// What weakens a rule of control is changed on its own page, where a second administrator confirms it.
async fn stays_as_strict(
    tx: &mut Tx<'_>,
    actor: &Actor,
    rows: &[RowChange],
    there: &PresentRows,
    now: Timestamp,
) -> Result<()> {
    let mut weaker = false;
    for row in rows.iter().filter(|row| pending::is_control(row.table)) {
        let is = now_of(there, row);
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

/// What the changed rows were.
async fn before(tx: &mut Tx<'_>, vault: &Vault, rows: &[RowChange], there: &PresentRows) -> Result<(Site, Secrets)> {
    let (mut was, mut secrets) = (Vec::new(), Secrets::default());
    for row in rows {
        let Some(mut cells) = row.cells_before()? else {
            continue;
        };
        cells.remove("disabled");
        row::fit(row.table, &row.id, &mut cells);
        let now = now_of(there, row);
        let sealed = now.map_or("", |now| now.sealed.as_str());
        let stays = match (row.table, now) {
            (SiteTable::Device, Some(now)) => secret::for_addresses(vault, now, secret::addresses(&cells))?,
            (SiteTable::Integration, _) => {
                // The check of an import wants one; what is sealed stays, whatever stands here.
                cells.insert("secret".to_owned(), Some(Cell::Text("kept".to_owned())));
                sealed.split(' ').next().unwrap_or_default().to_owned()
            }
            _ => sealed.to_owned(),
        };
        if !stays.is_empty() {
            secrets.rows.insert((row.table, row.id.clone()), stays);
        }
        was.extend(text::rows(row.table, &cells).into_iter().map(|(cells, _)| (row.table, cells)));
    }
    let site = Site::of_rows(&was, &tx.known_site().await?).map_err(Error::Faults)?;
    Ok((site, secrets))
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
            if let Some(words) = needed(tx, row.table, &row.id).await? {
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
