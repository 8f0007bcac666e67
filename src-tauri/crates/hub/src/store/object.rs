//! Sealed objects and the rows that name them, kept together over several hubs on one PostgreSQL.
//!
//! Objects are no rows: between sealing one and writing the row that names it another hub may find that no row does, and
//! drop it. Whoever keeps or drops an object holds its name meanwhile.

use super::{Pools, Store, StoreError, turn::PgTransaction};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Names held at once: each keeps a connection from everybody else.
const AT_ONCE: usize = 4;

/// The places of those who hold a name.
pub(super) struct Holders(Arc<Semaphore>);

impl Default for Holders {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Why a name is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The object is kept, and a row is to name it. Several may do so at once.
    Keep,
    /// It is dropped where no row names it.
    Drop,
}

/// An object's name in hand; given back with the value.
pub(crate) struct ObjectHold {
    _held: Option<(PgTransaction, OwnedSemaphorePermit)>,
}

impl Store {
    /// Waits until nobody on any hub holds this object's name for the opposite purpose. On SQLite there is one hub, which
    /// sees to it by itself.
    pub(crate) async fn hold_object(&self, sha256: &str, purpose: Purpose) -> Result<ObjectHold, StoreError> {
        let Pools::Postgres { pool, holders, .. } = &self.0.pools else {
            return Ok(ObjectHold { _held: None });
        };
        let place = holders.0.clone().acquire_owned().await;
        let closed = |_| StoreError::Unavailable("the store is closed".to_owned());
        let place = place.map_err(closed)?;
        let lock = match purpose {
            Purpose::Keep => "pg_advisory_xact_lock_shared",
            Purpose::Drop => "pg_advisory_xact_lock",
        };
        // Names are hexadecimal; two that meet at one number only wait for each other.
        let name: String = sha256.chars().filter(char::is_ascii_hexdigit).collect();
        let text = format!("begin; select {lock}(73051, hashtext('{name}'))");
        let begun = PgTransaction::with(pool, &text).await?;
        Ok(ObjectHold { _held: Some((begun, place)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Database, Engine};

    /// A photo that comes in at one hub while another drops the same picture waits, and is then kept anew.
    #[tokio::test]
    async fn what_one_hub_drops_another_keeps_only_afterwards() {
        let database = Database::new(Engine::Postgres).await.expect("a database");
        let (here, there) = (
            Store::open(&database.address).await.expect("opens"),
            Store::open(&database.address).await.expect("opens"),
        );
        let both = (here.hold_object("ab01", Purpose::Keep).await, there.hold_object("ab01", Purpose::Keep).await);
        assert!(both.0.is_ok() && both.1.is_ok(), "two may keep it at once");
        drop(both);
        let dropping = here.hold_object("ab01", Purpose::Drop).await;
        let keeping = tokio::spawn({
            let there = there.clone();
            async move { there.hold_object("ab01", Purpose::Keep).await.map(drop) }
        });
        let waits = async || {
            let sql = "select count(*) from pg_locks where locktype = 'advisory' and not granted and database =
                (select oid from pg_database where datname = current_database())";
            let mut reader = here.read().await.expect("reads");
            let (waiting,): (i64,) = reader.conn().one(sql, vec![]).await.expect("a number");
            waiting > 0
        };
        while !waits().await {
            tokio::task::yield_now().await;
        }
        assert!(!keeping.is_finished(), "it waits for the one that drops");
        drop(dropping);
        assert!(keeping.await.expect("ends").is_ok());
    }
}
