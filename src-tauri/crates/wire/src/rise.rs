//! Barriers that rose without us: 非本台开闸 (R40).

use crate::{opening::LaneRef, search::LotRef};
use lanedesk_domain::{
    ids::{DeviceId, RiseId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// One rise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Rise {
    /// Its id.
    pub id: RiseId,
    /// The lot.
    pub lot: LotRef,
    /// The lane.
    pub lane: LaneRef,
    /// The device that reported it.
    pub device: DeviceId,
    /// When the arm was first seen up.
    pub at: Timestamp,
    /// When it was last seen down before that; absent: not known since the hub began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_at: Option<Timestamp>,
    /// Lane picture then, path on the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The plate that was last read there, within a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
}
