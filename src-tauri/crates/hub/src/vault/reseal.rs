//! Sealing anew, under the newest key, what rests under older ones; afterwards those can be thrown away.

use super::{OBJECTS, SealSlot, Vault, VaultError};
use crate::store::{Audit, SEALED, Store, StoreError};
use futures::TryStreamExt as _;
use lanedesk_domain::time::Timestamp;
use object_store::{ObjectMeta, ObjectStoreExt as _, PutPayload, path::Path as ObjectPath};
use serde_json::json;

/// What was sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResealCount {
    /// Secrets in tables.
    pub secrets: u64,
    /// Pictures.
    pub objects: u64,
    /// Secrets and pictures that no key opens: left as they are.
    pub damaged: u64,
}

/// Why not everything was sealed anew. What was stays so; trying again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// The records cannot be used.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The objects cannot be used, or nothing can be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Seals everything anew that is not under the newest key. A hub may run meanwhile.
pub async fn reseal(store: &Store, vault: &Vault, now: Timestamp) -> Result<ResealCount, ResealError> {
    let mut done = ResealCount::default();
    for table in SEALED {
        secrets(store, vault, *table, &mut done).await?;
    }
    objects(vault, &mut done).await?;
    let facts = json!({
        "key": vault.newest().to_string(), "secrets": done.secrets, "objects": done.objects, "damaged": done.damaged,
    });
    store
        .write(async move |tx| tx.audit(Audit::new(now, None, "vault.rotate", "vault:key", facts.clone())).await)
        .await?;
    Ok(done)
}

async fn secrets(
    store: &Store,
    vault: &Vault,
    table: crate::store::SealedColumn,
    done: &mut ResealCount,
) -> Result<(), ResealError> {
    let rows = store.read().await?.conn().sealed_in(table).await?;
    for (id, old) in rows {
        if vault.is_newest_text(&old) {
            continue;
        }
        let Ok(secret) = vault.open_text(SealSlot::row(table.named(), &id), &old) else {
            done.damaged += 1;
            continue;
        };
        let new = vault.seal_text(SealSlot::row(table.named(), &id), &secret)?;
        // Only over what was read: a site file taken in meanwhile has the last word.
        done.secrets += store.write(async move |tx| tx.seal_anew(table, &id, &old, &new).await).await?;
    }
    Ok(())
}

async fn objects(vault: &Vault, done: &mut ResealCount) -> Result<(), VaultError> {
    let folder = ObjectPath::from(OBJECTS);
    let mut listed = vault.objects.list(Some(&folder));
    while let Some(object) = listed.try_next().await.map_err(VaultError::Objects)? {
        match one(vault, &object).await {
            Ok(anew) => done.objects += u64::from(anew),
            // Dropped since it was listed.
            Err(VaultError::Missing) => {}
            Err(VaultError::Damaged | VaultError::ForeignKey(_)) => done.damaged += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn one(vault: &Vault, object: &ObjectMeta) -> Result<bool, VaultError> {
    let sealed = vault.read(&object.location).await?;
    if vault.ring().is_newest(&sealed) {
        return Ok(false);
    }
    let name = object.location.filename().unwrap_or_default();
    let picture = vault.open_picture(name, &sealed)?;
    let anew = vault.ring().seal(SealSlot::picture(name), &picture)?;
    let put = vault.objects.put(&object.location, PutPayload::from(anew));
    put.await.map_err(VaultError::Objects)?;
    Ok(true)
}
