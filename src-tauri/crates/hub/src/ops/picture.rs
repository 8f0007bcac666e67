//! Pictures of lanes: a fresh one when somebody asks, those before and after an order, and those that were kept.

mod kept;
mod prune;

pub use kept::of_read;
pub use prune::prune;

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{
        case,
        read::{self, Cause, ReadOutcome},
        view,
    },
    runtime::{LaneDevices, OpenDevice},
    store::{LockRows, PictureKind, PictureRow},
};
use bytes::Bytes;
use lanedesk_devices::{DeviceError, PlateRead};
use lanedesk_domain::{
    ids::{CaseId, DeviceId, Fence, LaneId, LotId, OpeningId, PhotoId, ReadId},
    person::Permission,
    time::Timestamp,
};
use lanedesk_wire::{
    lane::{LaneStill, View},
    list::Page,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// Watchers within this time share one picture of the device.
const SHARED_FOR: Duration = Duration::from_secs(1);
/// The picture of the lane before the arm moves waits no longer than this for the order to be sent.
const BEFORE_WITHIN: Duration = Duration::from_millis(300);
/// The same for surroundings that are watched still by still where they cannot be watched live, 2 to 5 times a second.
const STILL_BY_STILL: Duration = Duration::from_millis(180);
/// From the order to the picture after it.
const AFTER: Duration = Duration::from_secs(3);

/// A picture on its way to somebody.
#[derive(Debug, Clone)]
pub struct Jpeg {
    /// The file.
    pub bytes: Bytes,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// How long ago that is, in seconds.
    pub age_s: i64,
}

/// Takes a fresh picture of a lane and reads the plate on it, where the camera can. A plate that is read becomes the
/// lane's vehicle; a failure to read one takes nothing away.
pub async fn refresh(hub: &Hub, lane: &LaneId) -> Result<()> {
    let devices = hub.runtime().lane(lane).ok_or(Error::NotFound)?;
    let then = read_now(hub, lane).await?;
    match recognised(hub, &devices, then).await {
        Ok(true) => Ok(()),
        Ok(false) => still(hub, &devices).await,
        Err(error) => Err(unreachable(&error)),
    }
}

/// The read of the vehicle at the lane. What is asked of the camera from now on counts only while it stays the same.
async fn read_now(hub: &Hub, lane: &LaneId) -> Result<Option<ReadId>> {
    let mut reader = hub.store().read().await?;
    let read = reader.conn().lane_now(lane).await?.read;
    Ok(read.map(|read| read.id))
}

/// The same for the person who works the case; answers the page as it then is.
pub async fn for_case(hub: &Hub, actor: &Actor, case: &CaseId, fence: Fence) -> Result<View> {
    let held = case::held(hub, actor, case, fence).await?;
    refresh(hub, &held.lane).await?;
    view::of_case(hub, actor, case).await
}

/// Whether the camera read a plate and gave the picture with it.
async fn recognised(hub: &Hub, devices: &LaneDevices, then: Option<ReadId>) -> Result<bool, DeviceError> {
    let Some(opened) = &devices.plate_camera else {
        return Ok(false);
    };
    let Some(camera) = opened.device().and_then(|device| device.plate_camera()) else {
        return Ok(false);
    };
    match opened.noted(camera.recognise().await) {
        Ok(read) if read.plate.is_some() && read.picture.is_some() => Ok(take_read(hub, opened, read, then).await),
        // A camera that cannot read on demand, or sees no plate, may still give a picture.
        Ok(_) | Err(DeviceError::NotSupported { .. } | DeviceError::Refused { .. } | DeviceError::BadAnswer(_)) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// What a camera reads on demand is of this moment, and no passage.
async fn take_read(hub: &Hub, opened: &OpenDevice, read: PlateRead, then: Option<ReadId>) -> bool {
    let read = PlateRead { history: false, opened_by_camera: Some(false), ..read };
    match read::take(hub, opened, read, Cause::Asked(then)).await {
        Ok(taken) => taken == ReadOutcome::New,
        Err(error) => {
            tracing::warn!(device = %opened.id(), %error, "a read on demand was not kept");
            false
        }
    }
}

/// A still of the vehicle at the lane, kept, told, and in force unless another vehicle came meanwhile.
async fn still(hub: &Hub, devices: &LaneDevices) -> Result<()> {
    let camera = camera(devices)?;
    let read = read_now(hub, &devices.lane).await?;
    let jpeg = camera.still(Duration::ZERO).await;
    let jpeg = jpeg.map_err(|error| unreachable(&error))?;
    let picture = seal(hub, &devices.lane, &devices.lot, &jpeg).await?;
    put_still(hub, picture, jpeg.len(), read).await
}

async fn put_still(hub: &Hub, picture: PictureRow, bytes: usize, read: Option<ReadId>) -> Result<()> {
    hub.write_at(LockRows::lane(&picture.lane), async move |tx, hub| {
        tx.add_picture(&picture, PictureKind::Still, bytes).await?;
        if tx.set_lane_picture(&picture.lane, read.as_ref(), &picture.id).await? {
            view::tell(tx, hub, &picture.lane, picture.taken_at).await?;
        }
        Ok(())
    })
    .await
}

/// Takes the still that a read came without, so that the picture before it never stands for this vehicle.
pub(crate) fn still_for_read(hub: &Hub, lane: &LaneId) {
    let (hub, lane) = (hub.clone(), lane.clone());
    tokio::spawn(async move {
        let Some(devices) = hub.runtime().lane(&lane) else {
            return;
        };
        if let Err(error) = still(&hub, &devices).await {
            tracing::debug!(%lane, %error, "no still for a read");
        }
    });
}

/// Keeps the picture of the lane at an order and the one 3 s after it, beside the order and without delaying it: the
/// device that moves the arm is often the camera too, so the first still waits until the order is `sent`.
pub fn around_order(hub: &Hub, lane: &LaneId, opening: &OpeningId, sent: oneshot::Receiver<()>) {
    let (hub, lane, opening) = (hub.clone(), lane.clone(), opening.clone());
    tokio::spawn(async move {
        // Its sender is only ever dropped.
        let _ = tokio::time::timeout(BEFORE_WITHIN, sent).await;
        let began = tokio::time::Instant::now();
        for (kind, at) in [(PictureKind::Before, began), (PictureKind::After, began + AFTER)] {
            tokio::time::sleep_until(at).await;
            if let Err(error) = keep_for(&hub, &lane, &opening, kind).await {
                tracing::info!(%lane, %opening, %error, kind = kind.as_str(), "no picture for an opening");
            }
        }
    });
}

async fn keep_for(hub: &Hub, lane: &LaneId, opening: &OpeningId, kind: PictureKind) -> Result<()> {
    let devices = hub.runtime().lane(lane).ok_or(Error::NotFound)?;
    let jpeg = camera(&devices)?.still(SHARED_FOR).await;
    let jpeg = jpeg.map_err(|error| unreachable(&error))?;
    let (bytes, opening) = (jpeg.len(), opening.clone());
    let picture = seal(hub, lane, &devices.lot, &jpeg).await?;
    hub.store()
        .write(async move |tx| {
            tx.add_picture(&picture, kind, bytes).await?;
            Ok(tx.picture_opening(&opening, kind, &picture.id).await?)
        })
        .await
}

/// Seals a picture; its row is still to be written.
pub(crate) async fn seal(hub: &Hub, lane: &LaneId, lot: &LotId, jpeg: &[u8]) -> Result<PictureRow> {
    let sha256 = hub.vault().keep(jpeg).await;
    Ok(PictureRow {
        id: PhotoId::new(),
        lot: lot.clone(),
        lane: lane.clone(),
        taken_at: hub.clock().now(),
        sha256: sha256.map_err(|error| Error::Internal(error.to_string()))?,
    })
}

/// The lane as it looks now; where the camera gives nothing, the newest picture kept, with its age.
pub async fn of_lane(hub: &Hub, actor: &Actor, lane: &LaneId) -> Result<Jpeg> {
    let devices = seen_lane(hub, actor, lane)?;
    let live = match camera(&devices) {
        Ok(camera) => camera.still(SHARED_FOR).await.map_err(|error| unreachable(&error)),
        Err(error) => Err(error),
    };
    match live {
        Ok(bytes) => Ok(fresh(hub, bytes)),
        Err(error) => kept::newest(hub, lane).await?.ok_or(error),
    }
}

/// The last minute of a lane at which somebody works, oldest first.
pub fn stills(hub: &Hub, actor: &Actor, lane: &LaneId) -> Result<Page<LaneStill>> {
    seen_lane(hub, actor, lane)?;
    let stills = hub.stills().of(lane).into_iter();
    let items = stills.map(|still| LaneStill {
        url: format!("/api/lanes/{lane}/picture?still={}", still.id),
        taken_at: still.taken_at,
        plate: still.plate.map(|plate| plate.as_str().to_owned()),
    });
    let items = items.collect();
    Ok(Page { items, next: None })
}

/// One of them, as long as it is kept.
pub fn still_of(hub: &Hub, actor: &Actor, lane: &LaneId, still: u64) -> Result<Jpeg> {
    seen_lane(hub, actor, lane)?;
    let still = hub.stills().find(lane, still).ok_or(Error::NotFound)?;
    Ok(Jpeg {
        bytes: still.jpeg,
        taken_at: still.taken_at,
        age_s: hub.clock().now().since(still.taken_at).max(0) / 1000,
    })
}

/// What an environment camera of the lane shows now: the named one, or the first.
pub async fn of_environment(hub: &Hub, actor: &Actor, lane: &LaneId, camera: Option<&DeviceId>) -> Result<Jpeg> {
    let devices = seen_lane(hub, actor, lane)?;
    let mut cameras = devices.environment.iter();
    let opened = cameras.find(|opened| camera.is_none_or(|id| id == opened.id()));
    let still = opened.ok_or(Error::NotFound)?.still(STILL_BY_STILL).await;
    let bytes = still.map_err(|error| unreachable(&error))?;
    Ok(fresh(hub, bytes))
}

/// A picture that was kept, for somebody who may see its lot.
pub async fn by_id(hub: &Hub, actor: &Actor, id: &PhotoId) -> Result<Jpeg> {
    actor.allow(Permission::View)?;
    kept::by_id(hub, id, |lot| actor.may_see(lot)).await
}

fn seen_lane(hub: &Hub, actor: &Actor, lane: &LaneId) -> Result<Arc<LaneDevices>> {
    actor.allow(Permission::View)?;
    let devices = hub.runtime().lane(lane).ok_or(Error::NotFound)?;
    actor.see(&devices.lot)?;
    Ok(devices)
}

fn fresh(hub: &Hub, bytes: Bytes) -> Jpeg {
    Jpeg { bytes, taken_at: hub.clock().now(), age_s: 0 }
}

fn camera(devices: &LaneDevices) -> Result<&Arc<OpenDevice>> {
    let none = || Error::DeviceUnreachable("the lane has no camera".to_owned());
    devices.camera().ok_or_else(none)
}

fn unreachable(error: &DeviceError) -> Error {
    Error::DeviceUnreachable(error.to_string())
}
