//! The last minute of every lane somebody works at, still by still, to step back through. In memory alone: what is to be
//! kept as proof is kept elsewhere.

use crate::{hub::Hub, runtime::LaneDevices, store::StoreError};
use bytes::Bytes;
use lanedesk_domain::{ids::LaneId, plate::Plate, time::Timestamp};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Between two stills of a lane.
const EVERY: Duration = Duration::from_secs(2);
/// One that somebody else has just taken serves as well.
const SHARED_FOR: Duration = Duration::from_secs(1);
/// So long one can step back: a minute.
const LAST: Duration = EVERY.saturating_mul(30);
/// Bytes over all lanes; beyond it the oldest go first.
const MOST: usize = 256 * 1024 * 1024;
/// Lanes filmed at the same moment.
const AT_ONCE: usize = 64;

/// One still.
#[derive(Debug, Clone)]
pub struct Still {
    /// Counts up over all lanes.
    pub id: u64,
    /// When it was taken, in hub time.
    pub taken_at: Timestamp,
    /// What the lane's plate was read as at that moment.
    pub plate: Option<Plate>,
    /// The file.
    pub jpeg: Bytes,
    at: Instant,
}

/// Every lane's last minute.
#[derive(Default)]
pub struct Stills(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    lanes: HashMap<LaneId, VecDeque<Still>>,
    last: u64,
    bytes: usize,
    /// Lanes of which a still is on its way.
    under_way: HashSet<LaneId>,
}

impl Stills {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Every change under the lock is whole, so a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A lane's last minute, oldest first.
    pub fn of(&self, lane: &LaneId) -> Vec<Still> {
        let mut kept = self.shelf();
        kept.drop_old(Instant::now());
        let stills = kept.lanes.get(lane);
        stills.map(|stills| stills.iter().cloned().collect()).unwrap_or_default()
    }

    /// One of them.
    pub fn find(&self, lane: &LaneId, id: u64) -> Option<Still> {
        let kept = self.shelf();
        kept.lanes.get(lane)?.iter().find(|still| still.id == id).cloned()
    }

    fn put(&self, lane: &LaneId, taken_at: Timestamp, plate: Option<Plate>, jpeg: Bytes) {
        let at = Instant::now();
        let mut kept = self.shelf();
        let stills = kept.lanes.get(lane);
        // The camera was not asked again since the last one.
        if stills.and_then(VecDeque::back).is_some_and(|last| last.jpeg == jpeg) {
            return;
        }
        kept.last += 1;
        kept.bytes += jpeg.len();
        let id = kept.last;
        let still = Still { id, taken_at, plate, jpeg, at };
        kept.lanes.entry(lane.clone()).or_default().push_back(still);
        kept.drop_old(at);
        while kept.bytes > MOST && kept.drop_oldest() {}
    }
}

impl Shelf {
    fn drop_old(&mut self, now: Instant) {
        let Self { lanes, bytes, .. } = self;
        lanes.retain(|_, stills| {
            let old = |still: &Still| now.saturating_duration_since(still.at) > LAST;
            while stills.front().is_some_and(old) {
                *bytes -= stills.pop_front().map_or(0, |still| still.jpeg.len());
            }
            !stills.is_empty()
        });
    }

    fn drop_oldest(&mut self) -> bool {
        let oldest = self
            .lanes
            .values_mut()
            .filter(|stills| !stills.is_empty())
            .min_by_key(|stills| stills.front().map(|still| still.id));
        let dropped = oldest.and_then(VecDeque::pop_front);
        self.bytes -= dropped.as_ref().map_or(0, |still| still.jpeg.len());
        dropped.is_some()
    }
}

/// Films lanes while somebody works at them, until stopped.
pub(crate) async fn film(hub: Hub, stop: CancellationToken) {
    let filmed = async {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            for lane in hub.runtime().attended() {
                // Asked for by an order at this moment: the arm comes first.
                if !lane.is_hurried() && begin(&hub, &lane.lane) {
                    tokio::spawn(take(hub.clone(), lane));
                }
            }
        }
    };
    tokio::select! {
        () = filmed => {}
        () = stop.cancelled() => {}
    }
}

/// Whether a still of this lane is to be taken: not while the one before is on its way, nor too many at once.
fn begin(hub: &Hub, lane: &LaneId) -> bool {
    let mut shelf = hub.stills().shelf();
    shelf.under_way.len() < AT_ONCE && shelf.under_way.insert(lane.clone())
}

async fn take(hub: Hub, lane: Arc<LaneDevices>) {
    let camera = lane.camera();
    let jpeg = match camera {
        Some(camera) => camera.still(SHARED_FOR).await.ok(),
        None => None,
    };
    match jpeg {
        Some(jpeg) => match plate_now(&hub, &lane.lane).await {
            Ok(plate) => hub.stills().put(&lane.lane, hub.clock().now(), plate, jpeg),
            Err(error) => tracing::debug!(lane = %lane.lane, %error, "a still was not kept"),
        },
        // A camera that does not answer is asked less: others want it too.
        None => tokio::time::sleep(EVERY * 4).await,
    }
    hub.stills().shelf().under_way.remove(&lane.lane);
}

async fn plate_now(hub: &Hub, lane: &LaneId) -> Result<Option<Plate>, StoreError> {
    let mut reader = hub.store().read().await?;
    let now = reader.conn().lane_now(lane).await?;
    Ok(now.read.and_then(|read| read.plate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_kept_of_each_lane_and_the_same_picture_once() {
        let (stills, lane) = (Stills::default(), "E01".parse::<LaneId>().unwrap());
        for byte in [1, 1, 2, 3] {
            stills.put(&lane, Timestamp(5), None, Bytes::from(vec![byte; 10]));
        }
        let of = stills.of(&lane);
        assert_eq!(of.iter().map(|still| still.jpeg[0]).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(stills.find(&lane, of[1].id).unwrap().jpeg[0], 2);
        assert!(stills.find(&"E02".parse().unwrap(), of[1].id).is_none(), "of another lane");
        stills.shelf().drop_old(Instant::now() + LAST + Duration::from_secs(1));
        assert!(stills.of(&lane).is_empty());
        assert_eq!(stills.shelf().bytes, 0);
    }

    #[test]
    fn memory_has_an_end_and_the_oldest_goes_first() {
        let stills = Stills::default();
        let lanes: Vec<LaneId> = ["A", "B"].iter().map(|id| id.parse().unwrap()).collect();
        let large = Bytes::from(vec![0; MOST / 4]);
        for at in 0..6 {
            let mut jpeg = large.to_vec();
            jpeg[0] = at;
            let lane = &lanes[usize::from(at > 0)];
            stills.put(lane, Timestamp(0), None, jpeg.into());
        }
        let left = lanes.iter().map(|lane| stills.of(lane).len());
        assert_eq!(left.collect::<Vec<_>>(), [0, 4]);
        assert!(stills.shelf().bytes <= MOST);
    }
}
