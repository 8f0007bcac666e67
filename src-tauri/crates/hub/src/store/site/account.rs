//! Rows of devices and of changes to them, for taking accounts out of addresses.

use super::super::{Conn, StoreError};
use crate::args;

/// A row before or after, as a change keeps it.
#[derive(Debug, Clone)]
pub(crate) struct KeptRow {
    table: &'static str,
    column: &'static str,
    change: String,
    row: String,
}

/// Where rows of devices are kept: the table, the column, how the row is found.
const KEPT: [(&str, &str, &str); 4] = [
    ("site_change", "before", "id"),
    ("site_change", "after", "id"),
    ("site_change_row", "before", "change_id"),
    ("site_change_row", "after", "change_id"),
];

impl Conn<'_> {
    /// Ids, settings and sealed secrets of devices whose addresses may carry an account.
    pub(crate) async fn device_rows(&mut self) -> Result<Vec<(String, String, String)>, StoreError> {
        let sql = "select id, settings, secrets from device where settings like '%@%' order by id";
        self.all(sql, vec![]).await
    }

    /// Writes a device's settings and secrets.
    pub(crate) async fn put_device_row(&mut self, id: &str, settings: &str, sealed: &str) -> Result<(), StoreError> {
        let sql = "update device set settings = $2, secrets = $3 where id = $1";
        self.execute(sql, args![id, settings, sealed]).await.map(drop)
    }

    /// Rows of devices that changes keep and whose addresses may carry an account.
    pub(crate) async fn addresses_in_changes(&mut self) -> Result<Vec<(KeptRow, String)>, StoreError> {
        let mut kept = Vec::new();
        for (table, column, change) in KEPT {
            let sql = format!(
                "select {change}, row_id, {column} from {table} where section = 'device' and {column} like '%@%'"
            );
            let rows: Vec<(String, String, String)> = self.all(&sql, vec![]).await?;
            kept.extend(rows.into_iter().map(|(change, row, text)| {
                let place = KeptRow { table, column, change, row };
                (place, text)
            }));
        }
        Ok(kept)
    }

    /// Writes such a row.
    pub(crate) async fn put_clean_change(&mut self, kept: &KeptRow, text: &str) -> Result<(), StoreError> {
        let KeptRow { table, column, change, row } = kept;
        let key = if *table == "site_change" { "id" } else { "change_id" };
        let sql = format!("update {table} set {column} = $3 where {key} = $1 and section = 'device' and row_id = $2");
        self.run(&sql, args![change, row, text]).await.map(drop)
    }
}
