//! Taking ID photos in: whose they may be, when they were taken, and that none is lost once it is acknowledged (R23, R24).
//!
//! The sealed object is kept first and its row written after; only then is the photo acknowledged. How a photo is looked
//! over and made anew is `evidence::intake`.

use crate::{
    actor::Actor,
    crash_points::{self, Point},
    error::{Error, Result},
    evidence::take_in,
    hub::Hub,
    ops::{case, release, robot},
    store::{Audience, Audit, LockRows, ObjectHold, PhotoCase, PhotoRow, Purpose, Tx},
};
use bytes::Bytes;
use lanedesk_domain::{
    ids::{CaseId, Fence, PhotoId},
    person::Permission,
    photo::{Camera, may_use, taken_during},
    time::Timestamp,
};
use lanedesk_wire::{
    case::Step,
    photo::{Photo, PhotoSource},
    stream::{Told, ViewParts},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Held for reading from keeping an object to committing its row, and for writing from finding that no row names an
/// object to dropping it, so that a photo that comes in is never dropped with one that goes. Other hubs are kept from it
/// by the object's name in the records.
static OBJECTS: RwLock<()> = RwLock::const_new(());

/// From before an object is kept until the row that names it is committed.
async fn arriving(hub: &Hub, sha256: &str) -> Result<(RwLockReadGuard<'static, ()>, ObjectHold)> {
    let here = OBJECTS.read().await;
    Ok((here, hub.store().hold_object(sha256, Purpose::Keep).await?))
}

/// From before it is looked whether a row names an object until it is dropped.
pub(super) async fn leaving(hub: &Hub, sha256: &str) -> Result<(RwLockWriteGuard<'static, ()>, ObjectHold)> {
    let here = OBJECTS.write().await;
    Ok((here, hub.store().hold_object(sha256, Purpose::Drop).await?))
}

/// A photo as it was sent.
#[derive(Debug, Clone)]
pub struct PhotoUpload {
    /// The file.
    pub file: Bytes,
    /// Which camera took it.
    pub source: PhotoSource,
    /// When, in hub time; none: now.
    pub taken_at: Option<Timestamp>,
}

/// A kept photo, and whether it came in just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoReceipt {
    /// The photo.
    pub photo: Photo,
    /// False: the same file was sent before.
    pub new: bool,
}

/// The case somebody takes a photo for. Only who holds it, or held it, may; a photo may come after its case.
pub async fn taken_for(hub: &Hub, actor: &Actor, case: &CaseId) -> Result<PhotoCase> {
    actor.allow(Permission::Release)?;
    let mut reader = hub.store().read().await?;
    let case = reader.conn().photo_case(case, &actor.id).await?;
    let case = case.ok_or(Error::NotFound)?;
    actor.see(&case.lot)?;
    if !case.held {
        return Err(Error::LeaseLost);
    }
    Ok(case)
}

/// Which camera a role may use is a rule (R24).
fn allow_camera(hub: &Hub, actor: &Actor, source: PhotoSource) -> Result<()> {
    let camera = match source {
        PhotoSource::DeviceCamera | PhotoSource::SystemCamera => Camera::Own,
        PhotoSource::LaneCamera => Camera::Lane,
    };
    if may_use(&hub.rules(), actor.role, camera) { Ok(()) } else { Err(Error::NotAllowed) }
}

/// Takes in a photo that somebody sends. What a lane's camera took only the hub can say (R24): nobody sends one as such.
pub async fn add(hub: &Hub, actor: &Actor, case: PhotoCase, upload: PhotoUpload) -> Result<PhotoReceipt> {
    if upload.source == PhotoSource::LaneCamera {
        return Err(Error::Invalid { field: "source", why: "not_acceptable" });
    }
    keep(hub, actor, case, upload).await
}

/// Keeps a photo of a document. The same file sent again is the same photo.
pub(super) async fn keep(hub: &Hub, actor: &Actor, case: PhotoCase, upload: PhotoUpload) -> Result<PhotoReceipt> {
    allow_camera(hub, actor, upload.source)?;
    let now = hub.clock().now();
    let original = hex::encode(Sha256::digest(&upload.file));
    // First: whoever did not hear that a photo is kept sends it again, when its time may be over.
    if let Some(before) = sent_before(hub, &case.case, &original).await? {
        return Ok(before);
    }
    let taken_at = upload.taken_at.unwrap_or(now);
    let taken_at = taken_during(case.handled, taken_at, now).ok_or(Error::TooOld)?;
    let taken = take_in(upload.file).await?;
    let _arriving = arriving(hub, &hex::encode(Sha256::digest(&taken.jpeg))).await?;
    let sha256 = hub.vault().keep(&taken.jpeg).await;
    crash_points::at(Point::PhotoKept);
    let photo = PhotoRow {
        id: PhotoId::new(),
        case: case.case,
        lot: case.lot,
        person: actor.id.clone(),
        source: upload.source,
        taken_at,
        received_at: now,
        sha256: sha256.map_err(|error| Error::Internal(error.to_string()))?,
        original,
        near: taken.near,
        bytes: i64::try_from(taken.jpeg.len()).unwrap_or(i64::MAX),
        width: taken.width,
        height: taken.height,
        opening: None,
        deleted_at: None,
    };
    let kept = write(hub, actor, photo, case.lane).await;
    crash_points::at(Point::PhotoWritten);
    kept
}

async fn sent_before(hub: &Hub, case: &CaseId, original: &str) -> Result<Option<PhotoReceipt>> {
    let mut reader = hub.store().read().await?;
    let before = reader.conn().photo_of_file(case, original).await?;
    Ok(before.map(|photo| PhotoReceipt { photo: photo.shown(), new: false }))
}

async fn write(hub: &Hub, actor: &Actor, photo: PhotoRow, lane: lanedesk_domain::ids::LaneId) -> Result<PhotoReceipt> {
    let who = actor.id.clone();
    hub.write_at(LockRows::lane(&lane), async move |tx, hub| {
        if !tx.add_photo(&photo).await? {
            let before = tx.photo_of_file(&photo.case, &photo.original).await?;
            let before = before.ok_or(Error::NotFound)?.shown();
            return Ok(PhotoReceipt { photo: before, new: false });
        }
        let (at, case) = (photo.received_at, &photo.case);
        let facts = [("photo", photo.id.to_string()), ("source", photo.source.word())];
        tx.add_step(case, at, Some(&who), Step::PhotoTaken, &facts).await?;
        let body = json!({
            "case": case, "source": photo.source, "taken_at": photo.taken_at, "sha256": photo.sha256,
            "original": photo.original, "bytes": photo.bytes,
        });
        tx.audit(Audit::new(at, Some(&who), "photo.take", format!("photo:{}", photo.id), body)).await?;
        tell(tx, &photo, &lane, at).await?;
        release::brought(tx, hub, &photo).await?;
        Ok(PhotoReceipt { photo: photo.shown(), new: true })
    })
    .await
}

/// Whoever watches the lane sees the step.
async fn tell(tx: &mut Tx<'_>, photo: &PhotoRow, lane: &lanedesk_domain::ids::LaneId, now: Timestamp) -> Result<()> {
    // The timeline is read below.
    tx.flush().await?;
    let view = Told::View {
        lane: lane.clone(),
        case: Some(photo.case.clone()),
        parts: Box::new(ViewParts { timeline: Some(tx.timeline(&photo.case).await?), ..ViewParts::default() }),
    };
    Ok(tx.tell_all(now, &[(Audience::Lot(&photo.lot), view)]).await?)
}

/// Takes a photo with the lane's own ID camera.
pub async fn from_lane(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence) -> Result<PhotoReceipt> {
    let held = case::held(hub, actor, case, fence).await?;
    allow_camera(hub, actor, PhotoSource::LaneCamera)?;
    // The driver is asked to show the document before anything looks at it.
    let pose = robot::pose(hub, &held).await?;
    let devices = hub.runtime().lane(&held.lane).ok_or(Error::NotFound)?;
    let file = match devices.id_camera.as_ref() {
        Some(camera) => {
            tokio::time::sleep(pose).await;
            let still = camera.still(Duration::ZERO).await;
            still.map_err(|error| Error::DeviceUnreachable(error.to_string()))
        }
        None => robot::take_photo(hub, actor, &held).await,
    };
    robot::posed(hub, &held).await?;
    let file = file?;
    // It was the person's moment, whatever the camera's clock says.
    let upload = PhotoUpload { file, source: PhotoSource::LaneCamera, taken_at: Some(hub.clock().now()) };
    let case = taken_for(hub, actor, case).await?;
    keep(hub, actor, case, upload).await
}

/// Photos of a case that a release may use.
pub(super) async fn unused(hub: &Hub, case: &CaseId) -> Result<Vec<Photo>> {
    let mut reader = hub.store().read().await?;
    let photos = reader.conn().unused_photos(case).await?;
    Ok(photos.iter().map(PhotoRow::shown).collect())
}

/// Takes a photo back that proves nothing: one's own case, not used. It is gone for good.
pub async fn remove(hub: &Hub, actor: &Actor, case: &CaseId, id: &PhotoId) -> Result<()> {
    let case = taken_for(hub, actor, case).await?;
    let mut reader = hub.store().read().await?;
    let photo = reader.conn().photo_of_case(&case.case, id).await?;
    drop(reader);
    let photo = photo.filter(|photo| photo.deleted_at.is_none());
    let photo = photo.ok_or(Error::NotFound)?;
    let _leaving = leaving(hub, &photo.sha256).await?;
    let (who, now, sha256) = (actor.id.clone(), hub.clock().now(), photo.sha256.clone());
    let unnamed: Result<bool> = hub
        .store()
        .write_at(LockRows::lane(&case.lane), async move |tx| {
            if !tx.drop_photo(&photo.case, &photo.id, now).await? {
                return Err(Error::Invalid { field: "photo", why: "photo_used" });
            }
            let body = json!({"case": photo.case, "sha256": photo.sha256});
            tx.audit(Audit::new(now, Some(&who), "photo.drop", format!("photo:{}", photo.id), body)).await?;
            Ok(!tx.object_is_named(&photo.sha256).await?)
        })
        .await;
    if unnamed? && let Err(error) = hub.vault().forget(&sha256).await {
        tracing::warn!(%error, "a photo that was taken back still rests sealed");
    }
    Ok(())
}
