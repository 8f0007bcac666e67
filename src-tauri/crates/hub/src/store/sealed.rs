//! What rests sealed in tables, and the check that tells whether a key fits.

use super::{Conn, StoreError};
use crate::args;

/// A column that holds sealed texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SealedColumn {
    table: &'static str,
    column: &'static str,
    select: &'static str,
    update: &'static str,
}

impl SealedColumn {
    /// Its table and its name.
    pub(crate) const fn named(self) -> (&'static str, &'static str) {
        (self.table, self.column)
    }
}

/// Every column that holds sealed texts.
pub(crate) const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "device",
        column: "secrets",
        select: "select id, secrets from device",
        update: "update device set secrets = $3 where id = $1 and secrets = $2",
    },
    SealedColumn {
        table: "robot",
        column: "secret",
        select: "select id, secret from robot",
        update: "update robot set secret = $3 where id = $1 and secret = $2",
    },
    SealedColumn {
        table: "robot_now",
        column: "screen",
        select: "select robot_id, screen from robot_now where screen is not null",
        update: "update robot_now set screen = $3 where robot_id = $1 and screen = $2",
    },
    SealedColumn {
        table: "integration",
        column: "secret",
        select: "select id, secret from integration",
        update: "update integration set secret = $3 where id = $1 and secret = $2",
    },
    SealedColumn {
        table: "integration",
        column: "next_secret",
        select: "select id, next_secret from integration where next_secret is not null",
        update: "update integration set next_secret = $3 where id = $1 and next_secret = $2",
    },
    SealedColumn {
        table: "person",
        column: "factor",
        select: "select id, factor from person where factor is not null",
        update: "update person set factor = $3 where id = $1 and factor = $2",
    },
    SealedColumn {
        table: "signing_key",
        column: "sealed",
        select: "select public_key, sealed from signing_key",
        update: "update signing_key set sealed = $3 where public_key = $1 and sealed = $2",
    },
    SealedColumn {
        table: "site_line",
        column: "words",
        select: "select section || '/' || row_id, words from site_line where section in ('device', 'robot', 'integration')",
        update: "update site_line set words = $3 where section || '/' || row_id = $1 and words = $2",
    },
    // Last: until then the old key is told to fit.
    SealedColumn {
        table: "vault_check",
        column: "sealed",
        select: "select id, sealed from vault_check",
        update: "update vault_check set sealed = $3 where id = $1 and sealed = $2",
    },
];

impl Conn<'_> {
    /// Ids and sealed texts of a column.
    pub(crate) async fn sealed_in(&mut self, table: SealedColumn) -> Result<Vec<(String, String)>, StoreError> {
        self.all(table.select, vec![]).await
    }

    /// Puts a new sealed text in the place of the old. Answers how many rows it touched.
    pub(crate) async fn seal_anew(
        &mut self,
        table: SealedColumn,
        id: &str,
        old: &str,
        new: &str,
    ) -> Result<u64, StoreError> {
        self.execute(table.update, args![id, old, new]).await
    }

    /// The sealed check, once there is one.
    pub(crate) async fn vault_check(&mut self) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = self.optional("select sealed from vault_check", vec![]).await?;
        Ok(row.map(|(sealed,)| sealed))
    }

    /// Writes the check unless another hub was first; answers the one that stands.
    pub(crate) async fn set_vault_check(&mut self, sealed: &str) -> Result<String, StoreError> {
        let sql = "insert into vault_check (id, sealed) values ('key', $1) on conflict (id) do nothing";
        self.execute(sql, args![sealed]).await?;
        let stands = self.vault_check().await?;
        stands.ok_or_else(|| StoreError::Corrupt("the vault's check is gone".to_owned()))
    }
}
