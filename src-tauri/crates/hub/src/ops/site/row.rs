//! The site's rows for administrators: looked at, added, changed, removed (R34).

use super::{
    Reach,
    edit::{Edit, Effect, apply},
    secret, text, words,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{account, right},
    store::{RowSelection, StoredRow},
};
use lanedesk_domain::{
    ids::{LotId, PassId, PersonId},
    person::Permission,
};
use lanedesk_wire::{
    list::Page,
    site::{AddRow, Cell, Cells, ChangeRow, SiteRow, SiteTable},
};
use serde_json::json;

/// The version of a rule nobody has set.
pub(super) const DEFAULT: &str = "default";

/// What is looked for.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SiteRowQuery {
    /// A part of an id, a name, a plate or a number.
    pub q: Option<String>,
    /// Rows of this lot.
    pub lot: Option<LotId>,
    /// At most so many, 500 at most.
    pub limit: Option<u32>,
    /// The page after the one that gave this `next`.
    pub cursor: Option<String>,
}

/// Rows of a table in the order of their ids.
pub async fn list(hub: &Hub, actor: &Actor, table: SiteTable, asked: SiteRowQuery) -> Result<Page<SiteRow>> {
    actor.allow(Permission::Configure)?;
    let reach = Reach::of(&mut hub.store().read().await?.conn(), &actor.id).await?;
    if !reach.may_hold(table) {
        return Ok(Page { items: Vec::new(), next: None });
    }
    if words::stand_always(table) {
        return words::list(hub, table, asked.q.as_deref()).await;
    }
    let most = asked.limit.unwrap_or(100).clamp(1, 500) as usize;
    let mut wanted = RowSelection {
        q: asked.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty()),
        lot: asked.lot,
        lots: reach.lots_of(table).map(|lots| json!(lots).to_string()),
        after: asked.cursor,
        limit: i64::try_from(most).unwrap_or(i64::MAX) + 1,
    };
    let mut reader = hub.store().read().await?;
    let mut rows: Vec<StoredRow> = Vec::new();
    loop {
        let found = reader.conn().site_rows(table, &wanted).await?;
        let last = found.last().map(|row| row.id.clone());
        let full = found.len() > most;
        rows.extend(found.into_iter().filter(|row| reach.holds(table, &row.id, &row.cells)));
        // What lies outside leaves a page short; the next rows fill it.
        if rows.len() > most || !full {
            break;
        }
        wanted.after = last;
    }
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    let items = rows.into_iter().map(|row| shown(hub, table, row)).collect();
    Ok(Page { items, next })
}

/// One row.
pub async fn one(hub: &Hub, actor: &Actor, table: SiteTable, id: &str) -> Result<SiteRow> {
    actor.allow(Permission::Configure)?;
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let reach = Reach::of(&mut conn, &actor.id).await?;
    let row = conn.site_row(table, id).await?;
    let outside = row.as_ref().is_some_and(|row| !reach.holds(table, id, &row.cells));
    if outside || !reach.may_hold(table) {
        return Err(Error::NotFound);
    }
    let told = words::told(table, id, row.as_ref());
    told.or_else(|| row.map(|row| shown(hub, table, row))).ok_or(Error::NotFound)
}

/// Adds a row. A new person gets a code, told in this answer and never again, with which they set their password.
pub async fn add(hub: &Hub, actor: &Actor, table: SiteTable, new: AddRow) -> Result<SiteRow> {
    actor.allow(Permission::Configure)?;
    let username = text::text(&new.row, "username").unwrap_or_default().to_owned();
    let id = match table {
        SiteTable::Pass => Some(PassId::new().to_string()),
        SiteTable::Person => Some(PersonId::new().to_string()),
        _ => None,
    };
    let code = (table == SiteTable::Person).then(|| account::made_code(username, hub.clock().now()));
    let (told, kept) = code.unzip();
    let mut cells = new.row;
    words::whole(table, &mut cells);
    let edit = Edit { code: kept, ..Edit::new(table, id, None, Some(cells)) };
    let mut row = done(hub, table, edit_row(hub, actor, edit).await?)?;
    row.one_time_code = told;
    Ok(row)
}

/// Changes a row.
pub async fn change(hub: &Hub, actor: &Actor, table: SiteTable, id: &str, change: ChangeRow) -> Result<SiteRow> {
    actor.allow(Permission::Configure)?;
    let mut cells = change.row;
    words::whole(table, &mut cells);
    let edit = Edit::new(table, Some(id.to_owned()), Some(change.version), Some(cells));
    done(hub, table, edit_row(hub, actor, edit).await?)
}

/// Removes a row nothing needs any more. A rule goes back to its default.
pub async fn remove(hub: &Hub, actor: &Actor, table: SiteTable, id: &str, version: String) -> Result<()> {
    actor.allow(Permission::Configure)?;
    let edit = Edit::new(table, Some(id.to_owned()), Some(version), None);
    edit_row(hub, actor, edit).await.map(drop)
}

fn done(hub: &Hub, table: SiteTable, edited: Effect) -> Result<SiteRow> {
    let row = edited.row.ok_or(Error::NotFound)?;
    Ok(shown(hub, table, row))
}

/// Writes a change and lets it take effect: when this answers, the hub goes by it.
pub(super) async fn edit_row(hub: &Hub, actor: &Actor, edit: Edit) -> Result<Effect> {
    let (who, now, table) = (actor.clone(), hub.clock().now(), edit.table);
    let edited = hub.write(async move |tx, hub| apply(tx, hub, &who, edit.clone(), now).await).await?;
    if edited.waits {
        return Err(Error::ConfirmationRequired);
    }
    account::forget(hub, edited.ended.clone());
    if is_in_memory(table) {
        takes_effect(hub).await?;
    }
    Ok(edited)
}

/// The hub reads its site anew, and rights that are gone end what they held.
pub(super) async fn takes_effect(hub: &Hub) -> Result<()> {
    hub.reload().await?;
    right::enforce(hub).await
}

/// Whether a change must be read by every hub; passes and vehicles are looked up each time.
pub(super) fn is_in_memory(table: SiteTable) -> bool {
    !matches!(table, SiteTable::Pass | SiteTable::Vehicle | SiteTable::Seat)
}

/// The key that names a row of the table.
pub(super) fn key(table: SiteTable) -> &'static str {
    match table {
        SiteTable::Seat => "number",
        SiteTable::Person => "username",
        SiteTable::Reason => "code",
        SiteTable::Pass => "plates",
        SiteTable::Vehicle => "plate",
        SiteTable::Tariff => "lot",
        SiteTable::Rule | SiteTable::Link => "name",
        SiteTable::Template => "scene",
        _ => "id",
    }
}

/// The id a new row says itself.
pub(super) fn new_id(table: SiteTable, cells: &Cells) -> Result<String> {
    let missing = |key: &str| text::refused(key, &format!("{key} is missing"));
    let named = |key: &'static str| {
        text::text(cells, key).map(str::trim).filter(|id| !id.is_empty()).ok_or_else(|| missing(key))
    };
    if table == SiteTable::Vehicle {
        let plate = lanedesk_domain::plate::Plate::parse(named("plate")?);
        let plate = plate.map_err(|error| text::refused("plate", &error.to_string()))?;
        return Ok(format!("{}:{}", named("lot")?, plate.as_str()));
    }
    named(key(table)).map(str::to_owned)
}

/// Puts the id where the site file has it, and takes out what is only shown.
pub(super) fn fit(table: SiteTable, id: &str, cells: &mut Cells) {
    for only_shown in ["must_change", "second_factor", "password"] {
        if table == SiteTable::Person {
            cells.remove(only_shown);
        }
    }
    let said = |text: &str| Some(Cell::Text(text.to_owned()));
    match table {
        SiteTable::Person | SiteTable::Pass => {}
        SiteTable::Vehicle => {
            let (lot, plate) = id.split_once(':').unwrap_or((id, ""));
            cells.insert("lot".to_owned(), said(lot));
            cells.insert("plate".to_owned(), said(plate));
        }
        SiteTable::Rule => {
            let value = cells.remove("value").flatten();
            cells.clear();
            cells.insert(id.to_owned(), value);
        }
        SiteTable::Link => {
            // Without an address it is refused as an empty one.
            let url = cells.remove("url").flatten();
            cells.clear();
            cells.insert(id.to_owned(), url.or_else(|| said("")));
        }
        SiteTable::Template => words::fit(id, cells),
        _ => drop(cells.insert(key(table).to_owned(), said(id))),
    }
}

/// A row as it is told: without secrets, with the names of those that are set.
pub(super) fn shown(hub: &Hub, table: SiteTable, row: StoredRow) -> SiteRow {
    if let Some(told) = words::told(table, &row.id, Some(&row)) {
        return told;
    }
    SiteRow {
        table,
        secrets: secret::set(table, &row.id, &row.sealed, hub.vault()),
        id: row.id,
        label: row.label,
        version: row.version,
        row: row.cells,
        one_time_code: None,
    }
}
