//! 「补录」: photos that are brought after their release (R24).
//!
//! Such a photo comes in like any other of its case. It goes to the release that owes it in the transaction that writes
//! its row, so that none is acknowledged and then belongs to nothing.

use crate::{
    error::Result,
    hub::Hub,
    store::{Audit, PhotoRow, To, Tx},
};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::{opening::PhotosOwed, stream::Told};
use serde_json::json;

/// What a release owes that lacks so many photos; nothing where it lacks none.
pub(super) fn owed(hub: &Hub, missing: u32, made_at: Option<Timestamp>) -> Option<PhotosOwed> {
    let from = made_at.unwrap_or_else(|| hub.clock().now());
    let minutes = i64::from(hub.rules().late_photo_minutes);
    (missing > 0).then(|| PhotosOwed {
        missing,
        due_at: from.plus_minutes(minutes),
    })
}

/// Gives a photo that came in to the release of its case that owes one, if there is one of this person's.
pub(in crate::ops) async fn brought(tx: &mut Tx<'_>, hub: &Hub, photo: &PhotoRow) -> Result<()> {
    let owing = tx.opening_owing(&photo.case, &photo.person, photo.taken_at);
    let Some(opening) = owing.await? else {
        return Ok(());
    };
    if !tx.bring_photo(&opening, photo).await? {
        return Ok(());
    }
    let now = photo.received_at;
    let directory = hub.directory();
    let Some(opening) = tx.opening(&directory, &opening).await? else {
        return Ok(());
    };
    tx.audit(Audit {
        at: now,
        person: Some(photo.person.clone()),
        action: "release.photo",
        subject: format!("opening:{}", opening.id),
        body: json!({"photo": photo.id, "case": photo.case, "photos_owed": opening.photos_owed}),
    })
    .await?;
    let (lot, opening) = (opening.lot.id.clone(), Box::new(opening));
    let told = Told::Opening { opening };
    Ok(tx.tell_all(now, &[(To::Lot(&lot), told)]).await?)
}
