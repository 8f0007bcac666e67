//! What an import does row by row: the rows it names before and after, and the list that is kept of it (R34).
//!
//! A hundred thousand rows are looked at in a few questions and kept in a few statements; only those that differ are
//! read.

use super::{
    super::{Conn, StoreError, Tx},
    import::{RowCounter, Secrets, Table, table},
    noun::noun,
    row::{RawRow, StoredRow, stored},
};
use crate::{
    args,
    site::{NounRow, Pass, Site},
};
use lanedesk_domain::ids::PassId;
use lanedesk_wire::site::{Cells, SiteTable};
use std::collections::HashMap;

/// Values in one statement. PostgreSQL takes 65,535; on SQLite each is looked up by its name among all of the statement,
/// so that many would cost the square.
pub(super) fn most_values(conn: &Conn<'_>) -> usize {
    if conn.is_postgres() { 4_000 } else { 280 }
}

/// The id of a pass of an import.
pub(super) struct PassKey {
    pub(super) id: String,
    /// There was a pass for exactly these plates.
    pub(super) known: bool,
}

/// What became of one row.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct RowChange {
    pub(crate) table: SiteTable,
    /// The row.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) label: String,
    /// JSON of the row before; none: there was none.
    pub(crate) before: Option<String>,
    /// JSON of the row after; none: it is gone.
    pub(crate) after: Option<String>,
    /// Its version after.
    pub(crate) version: Option<String>,
    /// It was there, and a secret of it is another now.
    pub(crate) secrets: bool,
}

impl RowChange {
    /// From one look to the next; none: nothing became of it.
    pub(crate) fn between(table: SiteTable, before: Option<&StoredRow>, after: Option<&StoredRow>) -> Option<Self> {
        let row = after.or(before)?;
        let json = |row: &StoredRow| serde_json::to_string(&row.cells).ok();
        Some(Self {
            table,
            id: row.id.clone(),
            label: row.label.clone(),
            before: before.and_then(json),
            after: after.and_then(json),
            version: after.map(|row| row.version.clone()),
            secrets: matches!((before, after), (Some(before), Some(after)) if before.sealed != after.sealed),
        })
    }

    /// The row as it was before.
    pub(crate) fn cells_before(&self) -> Result<Option<Cells>, StoreError> {
        let read = |text: &String| serde_json::from_str(text).map_err(|e| StoreError::Corrupt(e.to_string()));
        self.before.as_ref().map(read).transpose()
    }
}

const CHANGE_ROW: Table = table(
    "site_change_row",
    &["change_id", "section", "row_id"],
    &["change_id", "section", "row_id", "label", "before", "after", "version"],
);

/// Rows unread, by id.
type RowsById = HashMap<String, RawRow>;

/// Tables of which a site says something, in the order of the contract.
fn named(site: &Site) -> Vec<SiteTable> {
    let mut tables: Vec<SiteTable> = site.rows().map(NounRow::table).collect();
    tables.dedup();
    tables.extend((!site.links.is_empty()).then_some(SiteTable::Link));
    tables.extend((!site.rules.is_empty()).then_some(SiteTable::Rule));
    tables
}

impl Tx<'_> {
    /// Writes a whole site, and answers what became of every row that is another now.
    pub(crate) async fn take_site_in(
        &mut self,
        site: &Site,
        secrets: &Secrets,
        heard: RowCounter<'_>,
    ) -> Result<Vec<RowChange>, StoreError> {
        let keys = self.pass_ids(&site.passes).await?;
        let mut before = Vec::new();
        for table in named(site) {
            let known = keys.iter().filter(|key| key.known);
            before.push((table, self.rows_named(table, site, known.map(|key| &key.id)).await?));
        }
        self.write_site(site, secrets, &keys, heard).await?;
        let mut changes = Vec::new();
        for (table, before) in before {
            let after = self.rows_named(table, site, keys.iter().map(|key| &key.id)).await?;
            differences(&mut changes, table, before, after)?;
        }
        Ok(changes)
    }

    /// Keeps what became of the rows of a change.
    pub(crate) async fn keep_rows(&mut self, change: &str, rows: &[RowChange]) -> Result<(), StoreError> {
        let row = |row: &RowChange| {
            args![change, row.table.word(), &row.id, &row.label, &row.before, &row.after, &row.version]
        };
        CHANGE_ROW.put(self, rows.iter().map(row).collect()).await
    }
}

impl Conn<'_> {
    /// The rows a site names. Passes and vehicles are many, so only those; of all other tables every row.
    async fn rows_named(
        &mut self,
        table: SiteTable,
        site: &Site,
        passes: impl Iterator<Item = &String>,
    ) -> Result<RowsById, StoreError> {
        let vehicles: Vec<String>;
        let ids: Option<Vec<&str>> = match table {
            SiteTable::Pass => Some(passes.map(String::as_str).collect()),
            SiteTable::Vehicle => {
                vehicles = site.vehicles.iter().map(NounRow::name).collect();
                Some(vehicles.iter().map(String::as_str).collect())
            }
            _ => None,
        };
        if ids.as_ref().is_some_and(Vec::is_empty) {
            return Ok(RowsById::new());
        }
        let rows = self.raw_rows(noun(table), ids.as_deref()).await?;
        Ok(rows.into_iter().map(|row| (row.0.clone(), row)).collect())
    }

    /// Rows of a table as they are now.
    pub(crate) async fn rows_now(
        &mut self,
        table: SiteTable,
        ids: &[&str],
    ) -> Result<HashMap<String, StoredRow>, StoreError> {
        let noun = noun(table);
        let rows = self.raw_rows(noun, Some(ids)).await?;
        let read = |row| stored(noun, row).map(|row| (row.id.clone(), row));
        rows.into_iter().map(read).collect()
    }

    /// The ids of passes: those that are there for exactly these plates, and new ones for the others.
    pub(super) async fn pass_ids(&mut self, passes: &[Pass]) -> Result<Vec<PassKey>, StoreError> {
        if passes.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.passes_by_plates().await?;
        let key = |pass: &Pass| {
            let mut plates: Vec<&str> = pass.plates.iter().map(String::as_str).collect();
            plates.sort_unstable();
            let known = known.get(&by_plates(pass.lot.as_str(), &plates));
            PassKey { id: known.map_or_else(|| PassId::new().to_string(), Clone::clone), known: known.is_some() }
        };
        Ok(passes.iter().map(key).collect())
    }

    /// Every pass by its lot and plates.
    async fn passes_by_plates(&mut self) -> Result<HashMap<String, String>, StoreError> {
        let sql = "select lot_id, pass_id, plate from pass_plate order by pass_id, plate";
        let rows: Vec<(String, String, String)> = self.all(sql, vec![]).await?;
        let of_one = rows.chunk_by(|a, b| a.1 == b.1);
        let key = |rows: &[(String, String, String)]| {
            let plates: Vec<&str> = rows.iter().map(|row| row.2.as_str()).collect();
            let (lot, pass, _) = rows.first()?;
            Some((by_plates(lot, &plates), pass.clone()))
        };
        Ok(of_one.filter_map(key).collect())
    }

    /// What became of the rows of a change, behind one of them.
    pub(crate) async fn change_rows(
        &mut self,
        change: &str,
        behind: (&str, &str),
        limit: i64,
    ) -> Result<Vec<RowChange>, StoreError> {
        let sql = "select section as \"table\", row_id as id, label, before, after, version, false as secrets from site_change_row
             where change_id = $1 and (section > $2 or (section = $2 and row_id > $3))
             order by section, row_id limit $4";
        self.all(sql, args![change, behind.0, behind.1, limit]).await
    }

    /// Whether nothing that is on record happened to the rows of a change since. Looked at without reading a row.
    pub(crate) async fn rows_left_alone(&mut self, change: &str) -> Result<bool, StoreError> {
        let sql = "select count(*) from site_change_row where change_id = $1";
        if self.count_of(sql, args![change]).await? == 0 {
            return Ok(false);
        }
        let sql = "select count(*) where exists (
                select 1 from site_change c join site_change_row r
                on r.change_id = $1 and r.section = c.section and r.row_id = c.row_id where c.id > $1)
             or exists (
                select 1 from site_change_row c join site_change_row r
                on r.change_id = $1 and r.section = c.section and r.row_id = c.row_id where c.change_id > $1)";
        Ok(self.count_of(sql, args![change]).await? == 0)
    }
}

/// A lot and plates in order; neither holds a blank.
fn by_plates(lot: &str, plates: &[&str]) -> String {
    format!("{lot} {}", plates.join(" "))
}

/// What differs between two looks at a table, in the order of ids.
fn differences(
    out: &mut Vec<RowChange>,
    table: SiteTable,
    mut before: RowsById,
    after: RowsById,
) -> Result<(), StoreError> {
    let noun = noun(table);
    let mut after: Vec<RawRow> = after.into_values().collect();
    after.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for after in after {
        let before = before.remove(&after.0);
        if before.as_ref() == Some(&after) {
            continue;
        }
        let before = before.map(|row| stored(noun, row)).transpose()?;
        let after = stored(noun, after)?;
        out.extend(RowChange::between(table, before.as_ref(), Some(&after)));
    }
    Ok(())
}
