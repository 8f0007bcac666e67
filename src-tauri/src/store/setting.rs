//! What this device remembers between starts.

use super::{Store, StoreError};
use serde::{Serialize, de::DeserializeOwned};

impl Store {
    /// What is remembered under a name.
    pub async fn remembered<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let found = sqlx::query_scalar::<_, String>("select value from setting where name = $1")
            .bind(name)
            .fetch_optional(self.pool().ok()?)
            .await;
        serde_json::from_str(&found.ok()??).ok()
    }

    /// Remembers a value under a name.
    pub async fn remember(&self, name: &str, value: &impl Serialize) -> Result<(), StoreError> {
        let value = serde_json::to_string(value)?;
        sqlx::query(
            "insert into setting (name, value) values ($1, $2)
             on conflict (name) do update set value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(self.pool()?)
        .await?;
        Ok(())
    }

    /// Forgets what is remembered under a name.
    pub async fn forget(&self, name: &str) -> Result<(), StoreError> {
        sqlx::query("delete from setting where name = $1").bind(name).execute(self.pool()?).await?;
        Ok(())
    }
}
