//! A plate read becomes known: kept once, settles what it is a sign of, and is put before whoever works the lane.
//!
//! A read the camera tells late (a replay, a repeated push) fills gaps in the stays and does nothing else: it never
//! opens, pops or changes an open case.

mod gap;
mod passage;

use crate::{
    directory::{Directory, Lane},
    error::{Error, Result},
    hub::Hub,
    ops::{picture, robot, stay, view},
    runtime::OpenDevice,
    store::{Audit, LockRows, PictureKind, PictureRow, ReadRow, Tx},
};
use lanedesk_devices::{PlateRead, Travel};
use lanedesk_domain::{
    ids::ReadId,
    lane::{Direction, LaneDirection},
    opening::Passage,
    plate::{Plate, same_vehicle},
    stay::Sign,
    time::Timestamp,
};
use lanedesk_wire::case::Step;

/// A live event older than this was held up on its way: what it shows is over.
const STALE_MS: i64 = 60_000;

/// What became of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOutcome {
    /// It was new.
    New,
    /// The same event was told before; nothing was done.
    Repeated,
    /// The device reads for no lane.
    NoLane,
}

/// When a read was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The camera told it by itself.
    Event,
    /// We asked while this read was in force. Where another vehicle came before the answer did, the answer is old.
    Asked(Option<ReadId>),
}

/// A read with its picture, about to be written.
#[derive(Clone)]
struct ReadNews {
    cause: Cause,
    read: ReadRow,
    /// The device's own name for the event, under the device's: unique over all hubs.
    dedupe: String,
    picture: Option<(PictureRow, usize)>,
    lane_direction: LaneDirection,
    /// The camera saw the vehicle go against the lane's way.
    reverse: bool,
}

/// Takes what a camera read. Durable when this answers.
pub async fn take(hub: &Hub, opened: &OpenDevice, told: PlateRead, cause: Cause) -> Result<ReadOutcome> {
    let site = hub.directory();
    let lane = hub.runtime().read_by(opened.id());
    let Some(lane) = lane.and_then(|lane| site.lanes.get(&lane)) else {
        return Ok(ReadOutcome::NoLane);
    };
    // A camera tells its whole memory at every connection: what is known costs one look.
    let dedupe = format!("{}:{}", opened.id(), told.uuid);
    if hub.store().read().await?.conn().knows_read(&dedupe).await? {
        return Ok(ReadOutcome::Repeated);
    }
    let news = ReadNews { cause, dedupe, ..news(hub, opened, lane, told).await };
    let (lane, without_picture) = (lane.id.clone(), news.picture.is_none());
    let live = !news.read.history;
    let rows = rows(&site, &news.read);
    let taken = hub
        .write_at(rows, async move |tx, hub| {
            let now = hub.clock().now();
            write(tx, hub, &news, now).await
        })
        .await?;
    if taken == ReadOutcome::New && live && without_picture {
        picture::still_for_read(hub, &lane);
    }
    Ok(taken)
}

/// The lane; every lane of the lot where the camera let a vehicle through, for then its stay begins or ends.
fn rows(site: &Directory, read: &ReadRow) -> LockRows {
    if read.opened_by_camera && read.plate.is_some() {
        LockRows::lanes(&stay::lanes_of(site, &read.lot)).and_lane(&read.lane)
    } else {
        LockRows::lane(&read.lane)
    }
}

/// Puts what the device said into our words and keeps its picture. A picture that cannot be kept costs only itself.
async fn news(hub: &Hub, opened: &OpenDevice, lane: &Lane, told: PlateRead) -> ReadNews {
    let taken_at = opened.taken_at(told.taken_at, !told.history);
    let held_up = hub.clock().now().since(taken_at) > STALE_MS;
    let picture = match &told.picture {
        Some(jpeg) => match picture::seal(hub, &lane.id, &lane.lot, jpeg).await {
            Ok(row) => Some((PictureRow { taken_at, ..row }, jpeg.len())),
            Err(error) => {
                tracing::warn!(device = %opened.id(), %error, "the picture of a read was not kept");
                None
            }
        },
        None => None,
    };
    let read = ReadRow {
        id: ReadId::new(),
        lot: lane.lot.clone(),
        lane: lane.id.clone(),
        plate: told.plate.as_deref().and_then(Plate::from_reading),
        color: told.color,
        confidence: told.confidence,
        doubtful: told.doubtful,
        plate_box: told.plate_box,
        direction: direction(lane.direction, told.travel),
        taken_at,
        history: told.history || held_up,
        opened_by_camera: told.opened_by_camera == Some(true),
        picture: picture.as_ref().map(|(row, _)| row.id.clone()),
    };
    ReadNews {
        cause: Cause::Event,
        read,
        dedupe: String::new(),
        picture,
        lane_direction: lane.direction,
        reverse: told.travel == Some(Travel::Reverse),
    }
}

/// Which way the vehicle went as the camera says. On a lane that goes both ways, forward is in (R42).
fn direction(lane: LaneDirection, travel: Option<Travel>) -> Option<Direction> {
    let forward = match lane {
        LaneDirection::Entry | LaneDirection::Both => Direction::Entry,
        LaneDirection::Exit => Direction::Exit,
    };
    match (travel?, forward) {
        (Travel::Forward, way) => Some(way),
        (Travel::Reverse, Direction::Entry) => Some(Direction::Exit),
        (Travel::Reverse, Direction::Exit) => Some(Direction::Entry),
    }
}

async fn write(tx: &mut Tx<'_>, hub: &Hub, news: &ReadNews, now: Timestamp) -> Result<ReadOutcome> {
    let read = &news.read;
    tx.need_lane(&read.lane)?;
    if !tx.add_read(read, &news.dedupe, now).await? {
        return Ok(ReadOutcome::Repeated);
    }
    if let Some((picture, bytes)) = &news.picture {
        tx.add_picture(picture, PictureKind::Read, *bytes).await?;
    }
    audit(tx, read, now).await?;
    let before = tx.lane_now(&read.lane).await?.read;
    // Two events may overtake each other on their way here; the older one is then as good as history.
    let overtaken = before.as_ref().is_some_and(|before| before.taken_at > read.taken_at);
    let overtaken = match &news.cause {
        Cause::Event => overtaken,
        Cause::Asked(then) => before.as_ref().map(|before| &before.id) != then.as_ref(),
    };
    if read.history || overtaken {
        gap::fill(tx, hub, news, now).await?;
    } else {
        arrive(tx, hub, news, before.as_ref(), now).await?;
    }
    Ok(ReadOutcome::New)
}

/// A vehicle stands at the lane now.
async fn arrive(tx: &mut Tx<'_>, hub: &Hub, news: &ReadNews, before: Option<&ReadRow>, now: Timestamp) -> Result<()> {
    let read = &news.read;
    let sign = Sign::Read {
        plate: read.plate.clone(),
        at: read.taken_at,
        opened_by_camera: read.opened_by_camera,
        history: false,
    };
    let mut settled = passage::turned_back(tx, news, before).await?;
    settled.extend(stay::settle(tx, &read.lane, &sign).await?);
    passage::note(tx, &settled, now).await?;
    stay::tell_others(tx, hub, &settled, &read.lane, now).await?;
    let own = |s: &stay::Clearing| [&s.plate, &s.plate_read].into_iter().any(|p| alike(p.as_ref(), read));
    if read.opened_by_camera && !settled.iter().any(own) {
        passage::automatic(tx, hub, news, now).await?;
    }
    // Who was let through by the camera stands there no longer.
    let (there, picture) = if read.opened_by_camera { (None, None) } else { (Some(&read.id), read.picture.as_ref()) };
    tx.set_lane_now(&read.lane, there, picture).await?;
    let gone = settled.iter().any(|s| s.passage == Passage::Passed);
    let another = before.is_none_or(|before| !alike(before.plate.as_ref(), read));
    if gone || read.opened_by_camera {
        robot::idle(tx, hub, &read.lane, now).await?;
    } else if another {
        robot::another(tx, hub, &read.lane, now).await?;
    }
    take_into_case(tx, read, &settled, now).await?;
    view::tell(tx, hub, &read.lane, now).await
}

/// Whether a read is probably of the vehicle with this plate.
fn alike(plate: Option<&Plate>, read: &ReadRow) -> bool {
    plate.zip(read.plate.as_ref()).is_some_and(|(a, b)| same_vehicle(a, b))
}

/// The open case of the lane goes on with this vehicle, unless a person set the one it has. One that a person set and
/// that was now seen to pass is no longer there to protect.
async fn take_into_case(tx: &mut Tx<'_>, read: &ReadRow, settled: &[stay::Clearing], now: Timestamp) -> Result<()> {
    let Some((case, plate)) = tx.case_plate(&read.lane).await? else {
        return Ok(());
    };
    let gone = settled.iter().any(|settled| settled.case == case);
    let another = gone || !alike(plate.as_ref(), read);
    let same = plate == read.plate && !gone;
    let taken = tx.put_into_case(read, another, gone).await?;
    if let (Some(case), false) = (taken, same) {
        let plate = read.plate.as_ref().map_or("", Plate::as_str).to_owned();
        let facts = [("plate", plate)];
        tx.add_step(&case, now, None, Step::PlateRead, &facts).await?;
    }
    Ok(())
}

async fn audit(tx: &mut Tx<'_>, read: &ReadRow, now: Timestamp) -> Result<()> {
    let body = serde_json::json!({
        "read": read.id,
        "taken_at": read.taken_at,
        "history": read.history,
        "opened_by_camera": read.opened_by_camera,
    });
    tx.audit(Audit::new(now, None, "plate.read", format!("lane:{}", read.lane), body)).await.map_err(Error::from)
}
