//! A barrier was seen to rise: was it us, the camera, or a hand (R40)?

use super::{
    opening::{scope, time},
    page::{Length, behind},
    picture,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    runtime::LaneDevices,
    store::{Audit, Conn, ListCursor, LockRows, NewRise, PictureKind, PictureRow, RiseFilter, Told, Tx},
};
use bytes::Bytes;
use lanedesk_domain::{
    ids::{LaneId, OrderId, RiseId},
    rise::{ArmRise, Cause},
};
use lanedesk_wire::{list::Page, rise::Rise};
use serde_json::json;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// A camera tells of its own opening a moment after the arm moves: nobody is judged before.
const PATIENCE: Duration = Duration::from_secs(4);
/// A still of the lane not older than this shows the rise.
const FRESH: Duration = Duration::from_secs(1);
/// Orders remembered for having raised this arm before.
const REMEMBERED: usize = 16;

/// Orders that already explained a rise of one arm. Cheap to clone; clones are the same memory.
#[derive(Debug, Clone, Default)]
pub struct UsedOrders(Arc<Mutex<Vec<OrderId>>>);

impl UsedOrders {
    fn all(&self) -> Vec<OrderId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a cause was found; an order that is one explains no other rise.
    fn noted(&self, cause: Option<Cause>) -> bool {
        if let Some(Cause::Order(order)) = cause {
            self.add(order);
        }
        cause.is_some()
    }

    fn add(&self, order: OrderId) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.push(order);
        let surplus = used.len().saturating_sub(REMEMBERED);
        used.drain(..surplus);
    }
}

/// Finds out what raised the arm of a lane, and records the rise where nothing of ours and no camera did.
pub async fn judge(hub: Hub, lane: Arc<LaneDevices>, risen: ArmRise, used: UsedOrders) {
    if let Err(error) = judged(&hub, &lane, risen, &used).await {
        tracing::warn!(lane = %lane.lane, %error, "a rise could not be judged");
    }
}

async fn judged(hub: &Hub, lane: &LaneDevices, risen: ArmRise, used: &UsedOrders) -> Result<()> {
    let lanes = under_one_arm(hub, lane);
    // Lanes that share an arm are all asked; the first of them tells.
    if lanes.iter().min() != Some(&lane.lane) || explained(hub, &lanes, risen, used).await? {
        return Ok(());
    }
    let still = match lane.camera() {
        Some(camera) => camera.still(FRESH).await.ok(),
        None => None,
    };
    tokio::time::sleep(PATIENCE).await;
    if explained(hub, &lanes, risen, used).await? {
        return Ok(());
    }
    record(hub, lane, lanes, (risen, used), still).await
}

/// The lanes whose arm the same device moves.
fn under_one_arm(hub: &Hub, lane: &LaneDevices) -> Vec<LaneId> {
    let site = hub.directory();
    let device = lane.barrier.as_ref().map(|opened| opened.id());
    let shared = site
        .lanes
        .values()
        .filter(|other| other.id == lane.lane || (device.is_some() && other.barrier.as_ref() == device));
    shared.map(|other| other.id.clone()).collect()
}

async fn explained(hub: &Hub, lanes: &[LaneId], risen: ArmRise, used: &UsedOrders) -> Result<bool> {
    let mut reader = hub.store().read().await?;
    let cause = cause(&mut reader.conn(), lanes, risen, used).await?;
    Ok(used.noted(cause))
}

async fn cause(conn: &mut Conn<'_>, lanes: &[LaneId], risen: ArmRise, used: &UsedOrders) -> Result<Option<Cause>> {
    let orders = conn.orders_of_rise(lanes, &risen).await?;
    let passages = conn.passages_of_rise(lanes, &risen).await?;
    Ok(risen.cause(&orders, &used.all(), &passages))
}

async fn record(
    hub: &Hub,
    lane: &LaneDevices,
    lanes: Vec<LaneId>,
    (risen, used): (ArmRise, &UsedOrders),
    still: Option<Bytes>,
) -> Result<()> {
    let picture = match &still {
        Some(jpeg) => keep(hub, lane, risen, jpeg).await,
        None => None,
    };
    let device = lane.barrier.as_ref().map(|opened| opened.id().clone());
    let new = NewRise {
        id: RiseId::new(),
        lot: lane.lot.clone(),
        lane: lane.lane.clone(),
        device: device.ok_or(Error::NotFound)?,
        risen,
        picture: picture.as_ref().map(|(row, _)| row.id.clone()),
    };
    let known = used.clone();
    let found = hub
        .write_at(LockRows::lanes(&lanes), async move |tx, hub| {
            // An order or a camera's word may have been written down while the picture was kept.
            let found = cause(tx, &lanes, new.risen, &known).await?;
            if found.is_none() {
                write(tx, hub, &new, picture.clone()).await?;
            }
            Ok::<_, Error>(found)
        })
        .await?;
    used.noted(found);
    Ok(())
}

/// A picture that cannot be kept costs only itself.
async fn keep(hub: &Hub, lane: &LaneDevices, risen: ArmRise, jpeg: &Bytes) -> Option<(PictureRow, usize)> {
    match picture::seal(hub, &lane.lane, &lane.lot, jpeg).await {
        Ok(row) => {
            let taken_at = risen.at;
            Some((PictureRow { taken_at, ..row }, jpeg.len()))
        }
        Err(error) => {
            tracing::warn!(lane = %lane.lane, %error, "the picture of a rise was not kept");
            None
        }
    }
}

async fn write(tx: &mut Tx<'_>, hub: &Hub, new: &NewRise, picture: Option<(PictureRow, usize)>) -> Result<()> {
    if !tx.add_rise(new).await? {
        return Ok(());
    }
    if let Some((picture, bytes)) = &picture {
        tx.add_picture(picture, PictureKind::Still, *bytes).await?;
    }
    let now = hub.clock().now();
    let body = json!({"rise": new.id, "device": new.device, "at": new.risen.at, "down_at": new.risen.down_at});
    tx.audit(Audit::new(now, None, "barrier.rise", format!("lane:{}", new.lane), body)).await?;
    let rise = tx.rise(&hub.directory(), &new.id).await?;
    if let Some(rise) = rise.map(Box::new) {
        tx.tell(now, &new.lot, &Told::Rise { rise }).await?;
    }
    Ok(())
}

/// What a list of rises is asked for; what is not given does not filter.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RiseQuery {
    /// A lot's id.
    pub lot: Option<String>,
    /// A lane's id.
    pub lane: Option<String>,
    /// Seen up at or after.
    pub from: Option<String>,
    /// Seen up before.
    pub to: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(pattern = r"^-?[0-9]{1,18}\.[A-Za-z0-9_-]{1,40}$")]
    pub cursor: Option<String>,
}

/// Barriers that rose without us, newest first.
pub async fn list(hub: &Hub, actor: &Actor, asked: RiseQuery) -> Result<Page<Rise>> {
    let length = Length::of(asked.limit);
    let filter = RiseFilter {
        lots: scope(hub, actor),
        lot: asked.lot,
        lane: asked.lane,
        from: time(asked.from, "from")?,
        to: time(asked.to, "to")?,
        behind: behind(asked.cursor.as_deref())?,
        limit: length.and_one(),
    };
    let mut reader = hub.store().read().await?;
    let items = reader.conn().rises(&hub.directory(), &filter).await?;
    Ok(length.page(items, |rise| ListCursor::new(rise.at, rise.id.as_str()).to_string()))
}
