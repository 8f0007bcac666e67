//! Signed heads of the audit chains: every hour and on demand, written beside the objects.
//!
//! The key is made once and rests sealed in the records, so that every hub on one database signs with the same one and a
//! backup carries it. Whoever has the records but not the vault's key cannot sign with it. A vault key that was lost takes
//! the signing key with it; a new one is made, and heads signed before still name theirs.

use crate::{
    actor::Actor,
    audit,
    error::{Error, Result},
    hub::Hub,
    store::{Audit, SigningKeyRow, Store, StoreError},
    vault::SealSlot,
};
use ed25519_dalek::SigningKey;
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use lanedesk_wire::audit::AuditHead;
use serde_json::json;
use std::time::Duration;

/// Between two heads.
const EVERY: Duration = Duration::from_secs(3600);
/// From the start of a hub to its first head.
const FIRST: Duration = Duration::from_secs(60);

/// Says in the record from where on rows are summed up, and how many there were before; once for every database. Hubs of
/// before, which sum nothing up, must not run any more.
pub async fn begin(store: &Store, now: Timestamp) -> std::result::Result<(), StoreError> {
    store
        .write(async move |tx| {
            let Some(before) = tx.begin_ledger().await? else {
                return Ok(());
            };
            tx.audit(Audit::new(now, None, "record.begin", "record:rows", json!({"before": before}))).await
        })
        .await
}

/// A fresh head, for somebody who reviews the record.
pub async fn head(hub: &Hub, actor: &Actor) -> Result<AuditHead> {
    make(hub, Some(actor.id.clone())).await
}

/// Makes one every hour, for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    tokio::time::sleep(FIRST).await;
    loop {
        if let Err(error) = make(&hub, None).await {
            tracing::warn!(%error, "no head of the audit chains was made");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Signs where the chains end, keeps the head beside the objects and says in the record that it was made.
async fn make(hub: &Hub, person: Option<PersonId>) -> Result<AuditHead> {
    let key = signing_key(hub).await?;
    let now = hub.clock().now();
    let ends = hub.store().read().await?.conn().chain_ends().await?;
    let head = audit::sign(&key, now, ends);
    let body = serde_json::to_vec(&head).map_err(internal)?;
    let name = format!("heads/{}/{}-{}.json", day(&head), now.0, &head.digest[..8]);
    hub.vault().publish(&name, body).await.map_err(internal)?;
    let facts = json!({"digest": head.digest, "public_key": head.public_key, "object": name});
    let digest = head.digest.clone();
    hub.store()
        .write(async move |tx| {
            tx.add_head(&digest, now).await?;
            tx.audit(Audit::new(now, person.as_ref(), "audit.head", "audit:head", facts.clone())).await
        })
        .await?;
    Ok(head)
}

/// Its day, for the folder.
fn day(head: &AuditHead) -> String {
    head.at.local_day()
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

/// The newest key that this hub can open; a new one where there is none.
async fn signing_key(hub: &Hub) -> Result<SigningKey> {
    let rows = hub.store().read().await?.conn().signing_keys().await?;
    let mut opened = rows.iter().filter_map(|row| open(hub, row));
    if let Some(key) = opened.next() {
        return Ok(key);
    }
    let key = SigningKey::from_bytes(&rand::random());
    let public_key = hex::encode(key.verifying_key());
    let sealed = hub.vault().seal_text(SealSlot::signing_key(&public_key), &hex::encode(key.to_bytes()));
    let sealed = sealed.map_err(internal)?;
    let (row, now) = (SigningKeyRow { public_key, sealed }, hub.clock().now());
    hub.store()
        .write(async move |tx| {
            tx.add_signing_key(&row, now).await?;
            tx.audit(Audit::new(now, None, "audit.key", "audit:key", json!({"public_key": row.public_key}))).await
        })
        .await?;
    Ok(key)
}

fn open(hub: &Hub, row: &SigningKeyRow) -> Option<SigningKey> {
    let seed = hex::decode(hub.vault().open_text(SealSlot::signing_key(&row.public_key), &row.sealed).ok()?).ok()?;
    let key = SigningKey::from_bytes(&seed.try_into().ok()?);
    (hex::encode(key.verifying_key()) == row.public_key).then_some(key)
}
