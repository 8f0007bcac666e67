//! Half-filled work.

use super::{Store, StoreError};
use lanedesk_domain::time::Timestamp;

/// Drafts nobody came back to within a week are dropped: they may name plates and phones.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Whose work it is: a device serves several people, and none sees another's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// Address of the hub.
    pub hub: String,
    /// The person's id.
    pub person: String,
}

impl Store {
    /// Work kept under a key.
    pub async fn draft(&self, owner: &Owner, key: &str) -> Result<Option<String>, StoreError> {
        let body = sqlx::query_scalar("select body from draft where hub = $1 and person = $2 and key = $3")
            .bind(&owner.hub)
            .bind(&owner.person)
            .bind(key)
            .fetch_optional(self.pool()?)
            .await?;
        Ok(body)
    }

    /// Keeps work under a key, and drops what nobody came back to.
    pub async fn save_draft(&self, owner: &Owner, key: &str, body: &str, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "insert into draft (hub, person, key, body, saved_at) values ($1, $2, $3, $4, $5)
             on conflict (hub, person, key) do update set body = excluded.body, saved_at = excluded.saved_at",
        )
        .bind(&owner.hub)
        .bind(&owner.person)
        .bind(key)
        .bind(body)
        .bind(now.0)
        .execute(self.pool()?)
        .await?;
        sqlx::query("delete from draft where saved_at < $1")
            .bind(now.plus_ms(-KEPT_MS).0)
            .execute(self.pool()?)
            .await?;
        Ok(())
    }

    /// Forgets work that was sent or given up.
    pub async fn drop_draft(&self, owner: &Owner, key: &str) -> Result<(), StoreError> {
        sqlx::query("delete from draft where hub = $1 and person = $2 and key = $3")
            .bind(&owner.hub)
            .bind(&owner.person)
            .bind(key)
            .execute(self.pool()?)
            .await?;
        Ok(())
    }
}
