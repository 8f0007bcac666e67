//! Deleting photos that are past their time (rule `photo_retention_days`), unless somebody holds them.
//!
//! The row stays as a tombstone and the opening keeps the photo's id, so that the record still says what proved it.

use crate::{
    error::{Error, Result},
    hub::Hub,
    ops::photo::leaving,
    store::{Audit, EvidenceRow},
};
use serde_json::json;
use std::time::Duration;

/// How often photos past their time are looked for.
const EVERY: Duration = Duration::from_secs(3600);
/// Rows looked for in one read.
const AT_ONCE: i64 = 100;
/// How far back objects are looked after whose hub stopped between burying the row and dropping the object.
const LOOK_BACK_MINUTES: i64 = 7 * 24 * 60;

/// Deletes what is past its time, again and again; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    if let Err(error) = drop_left_over(&hub).await {
        tracing::warn!(%error, "objects of deleted photos were not looked after");
    }
    loop {
        match prune(&hub).await {
            Ok(deleted) if deleted > 0 => tracing::info!(deleted, "photos past their time deleted"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "photos past their time were not deleted"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Deletes what is past its time; answers how many.
pub async fn prune(hub: &Hub) -> Result<u64> {
    let days = i64::from(hub.rules().photo_retention_days);
    let before = hub.clock().now().plus_minutes(-days * 24 * 60);
    let mut deleted = 0;
    loop {
        let mut reader = hub.store().read().await?;
        let photos = reader.conn().evidence_past_its_time(before, AT_ONCE).await?;
        drop(reader);
        if photos.is_empty() {
            return Ok(deleted);
        }
        for photo in photos {
            deleted += u64::from(delete(hub, photo, days).await?);
        }
    }
}

/// The row goes first: an object without a row is only waste, a row without an object would be a lie.
async fn delete(hub: &Hub, photo: EvidenceRow, days: i64) -> Result<bool> {
    let _leaving = leaving(hub, &photo.sha256).await?;
    let (now, sha256) = (hub.clock().now(), photo.sha256.clone());
    let (buried, named) = hub
        .store()
        .write(async move |tx| {
            if !tx.bury_photo(&photo.id, now).await? {
                return Ok::<_, Error>((false, true));
            }
            let body = json!({
                "case": photo.case, "opening": photo.opening, "sha256": photo.sha256, "retention_days": days,
            });
            tx.audit(Audit::new(now, None, "photo.delete", format!("photo:{}", photo.id), body)).await?;
            Ok((true, tx.object_is_named(&photo.sha256).await?))
        })
        .await?;
    if !named {
        forget(hub, &sha256).await?;
    }
    Ok(buried)
}

async fn drop_left_over(hub: &Hub) -> Result<()> {
    let since = hub.clock().now().plus_minutes(-LOOK_BACK_MINUTES);
    let objects = hub.store().read().await?.conn().objects_deleted_since(since).await?;
    for sha256 in objects {
        let _leaving = leaving(hub, &sha256).await?;
        if !hub.store().read().await?.conn().object_is_named(&sha256).await? {
            forget(hub, &sha256).await?;
        }
    }
    Ok(())
}

async fn forget(hub: &Hub, sha256: &str) -> Result<()> {
    let forgotten = hub.vault().forget(sha256).await;
    forgotten.map_err(|error| Error::Internal(error.to_string()))
}
