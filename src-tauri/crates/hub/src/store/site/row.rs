//! Rows of the site as administrators see them: one query for every table, put together from its [`NounTable`].

use super::{
    super::{Arg, Conn, StoreError},
    noun::{NounTable, noun},
};
use crate::{args, site::noun::ColumnKind};
use lanedesk_domain::{ids::LotId, time::Timestamp};
use lanedesk_wire::site::{Cell, Cells, SiteTable};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A row as it rests.
#[derive(Debug, Clone)]
pub(crate) struct StoredRow {
    /// What stands in the path.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Its values without secrets.
    pub cells: Cells,
    /// Its secrets, sealed; empty: it has none.
    pub sealed: String,
    /// Differs after every change, a secret's included.
    pub version: String,
}

/// Which rows of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowSelection {
    /// A part of id, name or what else names it.
    pub q: Option<String>,
    /// Of this lot.
    pub lot: Option<LotId>,
    /// Of these lots, a JSON array; none: wherever it lies.
    pub lots: Option<String>,
    /// Behind this id.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

impl Conn<'_> {
    pub(crate) async fn site_row(&mut self, table: SiteTable, id: &str) -> Result<Option<StoredRow>, StoreError> {
        let noun = noun(table);
        let sql = format!("{} where {} = $1", self.select(noun), noun.id);
        let row: Option<RawRow> = self.optional(&sql, args![id]).await?;
        row.map(|row| stored(noun, row)).transpose()
    }

    /// Rows as they rest, unread; of these ids, or all of the table.
    pub(super) async fn raw_rows(&mut self, noun: &NounTable, ids: Option<&[&str]>) -> Result<Vec<RawRow>, StoreError> {
        let sql = self.select(noun);
        let Some(ids) = ids else {
            return self.all(&sql, vec![]).await;
        };
        // Texts as a JSON array cannot fail to be written.
        let listed = serde_json::to_string(ids).unwrap_or_default();
        let sql = format!("{sql} where {}", self.in_lots(noun.id, 1));
        self.all(&sql, args![listed]).await
    }

    /// Rows in the order of their ids.
    pub(crate) async fn site_rows(
        &mut self,
        table: SiteTable,
        asked: &RowSelection,
    ) -> Result<Vec<StoredRow>, StoreError> {
        let noun = noun(table);
        let mut args: Vec<Arg> = args![asked.after.as_deref().unwrap_or_default(), asked.limit];
        let mut wanted = format!("{} > $1", noun.id);
        if let Some(lot) = &asked.lot {
            args.push(lot.into());
            wanted = format!("{wanted} and {} = ${}", noun.lot, args.len());
        }
        if let Some(lots) = &asked.lots {
            args.push(lots.as_str().into());
            wanted = format!("{wanted} and {}", self.in_lots(noun.lot, args.len()));
        }
        if let Some(q) = &asked.q {
            args.push(format!("%{}%", escaped(&q.to_lowercase())).into());
            let named = format!("lower({} || ' ' || {} || ' ' || {})", noun.id, noun.label, noun.also);
            let plate = if table == SiteTable::Pass {
                format!(
                    " or exists (select 1 from pass_plate y where y.pass_id = x.id and lower(y.plate) like ${} escape '!')",
                    args.len()
                )
            } else {
                String::new()
            };
            wanted = format!("{wanted} and ({named} like ${} escape '!'{plate})", args.len());
        }
        let sql = format!("{} where {wanted} order by {} limit $2", self.select(noun), noun.id);
        let rows: Vec<RawRow> = self.all(&sql, args).await?;
        rows.into_iter().map(|row| stored(noun, row)).collect()
    }

    /// Id, label, values as one JSON object, sealed secrets.
    fn select(&self, noun: &NounTable) -> String {
        let object = noun.values(!self.is_postgres());
        format!(
            "select {} as id, {} as label, {object} as cells, {} as sealed from {} x",
            noun.id, noun.label, noun.sealed, noun.table
        )
    }

    /// Keeps other changes of the site waiting until this transaction ends, so that what was looked at stays true.
    /// On SQLite there is only one writer anyway.
    pub(crate) async fn lock_site(&mut self) -> Result<(), StoreError> {
        if self.is_postgres() {
            // The number means nothing; whoever changes the site asks for the same.
            self.execute("select pg_advisory_xact_lock(7305118261)", vec![]).await?;
        }
        Ok(())
    }
}

fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// A row unread: id, label, values as JSON, sealed secrets. Two that are alike are the same row unchanged.
pub(super) type RawRow = (String, String, String, String);

pub(super) fn stored(noun: &NounTable, row: RawRow) -> Result<StoredRow, StoreError> {
    let (id, label, body, sealed) = row;
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("{} {id}: {error}", noun.table));
    let values: Value = serde_json::from_str(&body).map_err(|error| corrupt(&error))?;
    let mut cells = Cells::new();
    for (key, kind) in noun.keys() {
        match (kind, values.get(key).unwrap_or(&Value::Null)) {
            (ColumnKind::Flat, Value::Object(inner)) => {
                cells.extend(inner.iter().map(|(key, value)| (key.clone(), cell(ColumnKind::Plain, value))));
            }
            (kind, value) => drop(cells.insert(key.to_owned(), cell(kind, value))),
        }
    }
    let version = version(&cells, &sealed).map_err(|error| corrupt(&error))?;
    Ok(StoredRow { id, label, cells, sealed, version })
}

fn cell(kind: ColumnKind, value: &Value) -> Option<Cell> {
    match value {
        Value::Bool(truth) => Some(Cell::Truth(*truth)),
        Value::Number(number) => {
            let number = number.as_i64()?;
            Some(match kind {
                ColumnKind::Truth => Cell::Truth(number != 0),
                ColumnKind::Time => Cell::Text(Timestamp(number).to_string()),
                _ => Cell::Number(number),
            })
        }
        Value::String(text) => Some(Cell::Text(text.clone())),
        Value::Array(items) => {
            let text = |item: &Value| item.as_str().map(str::to_owned);
            Some(Cell::List(items.iter().filter_map(text).collect()))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// A sum over everything the row holds: another value, or another secret, is another version.
fn version(cells: &Cells, sealed: &str) -> Result<String, serde_json::Error> {
    let mut sum = Sha256::new();
    sum.update(serde_json::to_vec(cells)?);
    sum.update(sealed);
    Ok(hex::encode(&sum.finalize()[..10]))
}
