//! Finding lots, lanes and records (R5, R41).

use lanedesk_domain::{
    ids::{LaneId, LotId},
    lane::LaneDirection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A lane worked before on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RecentLane {
    /// The lane.
    pub lane: LaneId,
    /// Its name within the lot.
    pub lane_name: String,
    /// Its short code.
    pub code: String,
    /// Which ways it lets vehicles pass.
    pub direction: LaneDirection,
    /// Its lot.
    pub lot: LotId,
    /// The lot's name.
    pub lot_name: String,
    /// When it was last claimed here.
    pub used_at: Timestamp,
}

commands! { desk:
    /// Lanes this person worked on this device, newest first, at most 12.
    recent_lanes() -> Vec<RecentLane> = desk.stored(desk.store().recent_lanes(&desk.owner()).await);
}
