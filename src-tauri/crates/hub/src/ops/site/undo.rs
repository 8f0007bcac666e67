//! The list of changes, and taking one back.

use super::{Reach, edit::Edit, row::edit_row, secret, take_back};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{ChangeRow, Conn},
};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    list::Page,
    site::{Cell, ChangeKind, SiteChange, SiteTable},
};

/// Which changes.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Changes {
    /// Of this table.
    pub table: Option<SiteTable>,
    /// Of this row.
    pub id: Option<String>,
    /// What this import did, row by row.
    pub import: Option<String>,
    /// At most so many, 500 at most.
    pub limit: Option<u32>,
    /// The page after the one that gave this `next`.
    pub cursor: Option<String>,
}

/// Changes of the site, newest first.
pub async fn changes(hub: &Hub, actor: &Actor, asked: Changes) -> Result<Page<SiteChange>> {
    actor.allow(Permission::Configure)?;
    let limit = i64::from(asked.limit.unwrap_or(50).clamp(1, 500));
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let reach = Reach::of(&mut conn, &actor.id).await?;
    let place = |row: &ChangeRow| match (&asked.import, row.change.table) {
        (Some(_), Some(table)) => format!("{}/{}", table.word(), row.change.row_id),
        _ => row.change.id.clone(),
    };
    let (mut rows, mut cursor, most) = (Vec::new(), asked.cursor.clone(), usize::try_from(limit).unwrap_or(1));
    loop {
        let found = asked.rows(&mut conn, cursor.as_deref(), limit).await?;
        let full = found.len() == most;
        cursor = found.last().map(place);
        rows.extend(found.into_iter().filter(|row| reach.holds_change(row)));
        // What lies outside leaves a page short; the next changes fill it.
        if rows.len() >= most || !full {
            break;
        }
    }
    rows.truncate(most);
    let next = rows.last().filter(|_| rows.len() == most).map(place);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let undoable = can_go_back(&row) && is_untouched(&mut conn, &row).await?;
        items.push(SiteChange { undoable, ..row.change });
    }
    Ok(Page { items, next })
}

impl Changes {
    async fn rows(&self, conn: &mut Conn<'_>, cursor: Option<&str>, limit: i64) -> Result<Vec<ChangeRow>> {
        let rows = match (&self.import, self.table, &self.id) {
            (Some(import), _, _) => {
                let behind = cursor.and_then(|cursor| cursor.split_once('/'));
                conn.changes_of_import(import, behind.unwrap_or_default(), limit).await
            }
            (None, Some(table), Some(id)) => conn.changes_of_row(table, id, cursor, limit).await,
            _ => conn.site_changes(self.table, cursor, limit).await,
        };
        Ok(rows?)
    }
}

/// Whether whatever was changed is still as the change left it.
async fn is_untouched(conn: &mut Conn<'_>, row: &ChangeRow) -> Result<bool> {
    let Some(table) = row.change.table else {
        return Ok(conn.rows_left_alone(&row.change.id).await?);
    };
    let now = conn.site_row(table, &row.change.row_id).await?;
    Ok(now.map(|now| now.version) == row.version)
}

/// Whether nothing stands in the way but somebody else's later change.
pub(super) fn can_go_back(row: &ChangeRow) -> bool {
    if row.change.undone_by.is_some() || row.of_import {
        return false;
    }
    match (row.change.table, row.change.kind) {
        (None, _) => row.change.undoes.is_none() && !row.secrets,
        // What was not there needs no secret to be gone again.
        (Some(_), ChangeKind::Added) => true,
        // An integration that was removed has lost its secret.
        (Some(SiteTable::Integration), ChangeKind::Removed) => false,
        // A device goes back to its address without a secret: none goes to where it was not given for.
        (Some(SiteTable::Device), ChangeKind::Changed) => !row.secrets || has_moved(row),
        _ => !row.secrets,
    }
}

fn has_moved(row: &ChangeRow) -> bool {
    let states = row.change.before.as_ref().zip(row.change.after.as_ref());
    states.is_some_and(|(before, after)| secret::moved(before, after))
}

/// The words for it.
pub(super) fn not_undoable() -> Error {
    Error::Invalid { field: "change", why: "not_undoable" }
}

/// Puts the row back as it was before a change. Refused where somebody has changed it since.
pub async fn undo(hub: &Hub, actor: &Actor, change: &str) -> Result<SiteChange> {
    actor.allow(Permission::Configure)?;
    let row = {
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        let reach = Reach::of(&mut conn, &actor.id).await?;
        let found = conn.site_change(change).await?;
        found.filter(|row| reach.holds_change(row)).ok_or(Error::NotFound)?
    };
    if !can_go_back(&row) {
        return Err(not_undoable());
    }
    let new = match row.change.table {
        None => take_back::import(hub, actor, &row.change.id).await?,
        Some(table) => row_back(hub, actor, table, row).await?,
    };
    let kept = hub.store().read().await?.conn().site_change(&new).await?;
    let kept = kept.ok_or(Error::NotFound)?;
    let undoable = can_go_back(&kept);
    Ok(SiteChange { undoable, ..kept.change })
}

/// Puts one row back, and answers the new change's id.
async fn row_back(hub: &Hub, actor: &Actor, table: SiteTable, kept: ChangeRow) -> Result<String> {
    let row = kept.change;
    let mut cells = row.before;
    if let (Some(before), SiteTable::Rule) = (&mut cells, table) {
        before.retain(|key, _| key == "value");
    }
    // People stay, because records name them; one who was added may no longer log in.
    if let (None, SiteTable::Person, Some(mut added)) = (&cells, table, row.after) {
        added.insert("disabled".to_owned(), Some(Cell::Truth(true)));
        cells = Some(added);
    }
    let edit = Edit { undoes: Some(row.id), ..Edit::new(table, Some(row.row_id), kept.version, cells) };
    Ok(edit_row(hub, actor, edit).await?.change)
}
