//! What a signed head is made of: the ends of the chains, and the keys that sign.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::audit::ChainHead;

/// A signing key's row.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct SigningKeyRow {
    /// Ed25519, hex.
    pub public_key: String,
    /// Its seed, sealed.
    pub sealed: String,
}

/// From chain to chain by their names, so that a long record costs one look a chain.
const ENDS: &str = "with recursive c (chain) as (
        select min(chain) from audit
        union all
        select (select min(a.chain) from audit a where a.chain > c.chain) from c where c.chain is not null)
     select a.chain, a.seq, a.hash from c join audit a on a.chain = c.chain
        and a.seq = (select max(b.seq) from audit b where b.chain = c.chain)
     order by a.chain";

impl Conn<'_> {
    /// Where every chain ends, by name.
    pub(crate) async fn chain_ends(&mut self) -> Result<Vec<ChainHead>, StoreError> {
        let rows: Vec<(String, i64, String)> = self.all(ENDS, vec![]).await?;
        let shown = |(chain, seq, hash)| ChainHead { chain, seq, hash };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// The newest head, by its digest.
    pub(crate) async fn newest_head(&mut self) -> Result<Option<String>, StoreError> {
        let sql = "select digest from audit_head order by at desc, digest desc limit 1";
        let row: Option<(String,)> = self.optional(sql, vec![]).await?;
        Ok(row.map(|(digest,)| digest))
    }

    /// Every head, with its time in ms UTC.
    pub(crate) async fn heads(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        let sql = "select digest, at from audit_head order by at, digest";
        self.all(sql, vec![]).await
    }

    /// Keeps a head: chains that begin from now on follow it.
    pub(crate) async fn add_head(&mut self, digest: &str, at: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into audit_head (digest, at) values ($1, $2) on conflict (digest) do nothing";
        self.execute(sql, args![digest, at]).await.map(drop)
    }

    /// The hash of an audit row.
    pub(crate) async fn audit_hash(&mut self, chain: &str, seq: i64) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> =
            self.optional("select hash from audit where chain = $1 and seq = $2", args![chain, seq]).await?;
        Ok(row.map(|(hash,)| hash))
    }

    /// The keys that sign heads, newest first.
    pub(crate) async fn signing_keys(&mut self) -> Result<Vec<SigningKeyRow>, StoreError> {
        self.all("select public_key, sealed from signing_key order by made_at desc, public_key", vec![]).await
    }

    /// Keeps a new key.
    pub(crate) async fn add_signing_key(&mut self, key: &SigningKeyRow, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "insert into signing_key (public_key, sealed, made_at) values ($1, $2, $3)",
            args![&key.public_key, &key.sealed, now],
        )
        .await
        .map(drop)
    }
}
