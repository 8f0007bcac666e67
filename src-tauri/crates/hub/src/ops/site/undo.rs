//! The list of changes, and taking one back.

use super::{edit::Edit, row::edit_row};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::ChangeRow as Kept,
};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    list::Page,
    site::{ChangeKind, SiteChange, SiteTable},
};

/// Which changes.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Changes {
    /// Of this table.
    #[param(value_type = Option<String>)]
    pub table: Option<SiteTable>,
    /// Of this row.
    pub id: Option<String>,
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
    let rows = conn
        .site_changes(
            asked.table,
            asked.id.as_deref(),
            asked.cursor.as_deref(),
            limit,
        )
        .await?;
    let full = i64::try_from(rows.len()).unwrap_or_default() == limit;
    let next = rows.last().filter(|_| full).map(|row| row.id.clone());
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let now = match row.table {
            Some(table) => conn.site_row(table, &row.row_id).await?,
            None => None,
        };
        let untouched = now.map(|now| now.version) == row.version;
        items.push(shown(row, untouched));
    }
    Ok(Page { items, next })
}

/// Whether nothing stands in the way but somebody else's later change.
fn can_go_back(row: &Kept) -> bool {
    let new_person = row.table == Some(SiteTable::Person) && row.kind == ChangeKind::Added;
    // An integration that was removed has lost its secret.
    let no_secret = row.table == Some(SiteTable::Integration) && row.kind == ChangeKind::Removed;
    row.table.is_some() && row.undone.is_none() && !row.secrets && !new_person && !no_secret
}

fn shown(row: Kept, untouched: bool) -> SiteChange {
    let undoable = untouched && can_go_back(&row);
    let (undone_by, undone_at) = row.undone.unzip();
    SiteChange {
        id: row.id,
        table: row.table,
        row_id: row.row_id,
        label: row.label,
        kind: row.kind,
        by: row.by,
        at: row.at,
        before: row.before,
        after: row.after,
        undoable,
        undone_by,
        undone_at,
    }
}

/// Puts the row back as it was before a change. Refused where somebody has changed it since.
pub async fn undo(hub: &Hub, actor: &Actor, change: &str) -> Result<SiteChange> {
    actor.allow(Permission::Configure)?;
    let found = hub.store().read().await?.conn().site_change(change).await?;
    let row = found.ok_or(Error::NotFound)?;
    let Some(table) = row.table.filter(|_| can_go_back(&row)) else {
        return Err(Error::Invalid {
            field: "change",
            why: "not_undoable",
        });
    };
    let mut cells = row.before.clone();
    if let (Some(before), SiteTable::Rule) = (&mut cells, table) {
        before.retain(|key, _| key == "value");
    }
    let edit = Edit {
        table,
        id: Some(row.row_id.clone()),
        version: row.version.clone(),
        cells,
        hash: None,
        undoes: Some(row.id.clone()),
    };
    let edited = edit_row(hub, actor, edit).await?;
    let kept = hub
        .store()
        .read()
        .await?
        .conn()
        .site_change(&edited.change)
        .await?;
    Ok(shown(kept.ok_or(Error::NotFound)?, true))
}
