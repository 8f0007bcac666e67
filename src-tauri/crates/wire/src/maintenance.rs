//! Devices: how they are, who was alerted, what is to be repaired.

use crate::{opening::LaneRef, problem::Holder, search::LotRef};
use lanedesk_domain::{
    ids::{CaseId, DeviceId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// One device. `GET /api/devices`, those that cannot be reached first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct DeviceHealth {
    /// The device.
    pub id: DeviceId,
    /// The maker's protocol.
    pub driver: String,
    /// The lot of its lanes; absent where no lane names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRef>,
    /// The lanes it serves.
    pub lanes: Vec<LaneRef>,
    /// Whether it was reached at the last try; absent: not tried yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    /// Since when it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The last error, also where it is reached again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// When it last gave a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_picture_at: Option<Timestamp>,
    /// How far its clock is ahead of the hub's; negative: behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[specta(type = Option<f64>)]
    pub clock_offset_ms: Option<i64>,
    /// The repair that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Maintenance>,
}

words_enum! {
    /// Whether something is still to be repaired.
    MaintenanceState { Open, Closed }
}

/// Something to repair. `GET /api/maintenance?state=&lot=&device=`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Maintenance {
    /// Its id.
    pub id: String,
    /// The device.
    pub device: DeviceId,
    /// Its lot.
    pub lot: LotRef,
    /// The lane it was noticed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneRef>,
    /// The case it was noticed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// Where it stands.
    pub state: MaintenanceState,
    /// What was noticed; may be empty.
    pub note: String,
    /// Who noticed it.
    pub by: Holder,
    /// When.
    pub at: Timestamp,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// Who did, or wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<Holder>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

/// `POST /api/devices/{device}/maintenance`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct OpenMaintenance {
    /// What was noticed.
    pub note: String,
}

/// `POST /api/maintenance/{id}/close`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CloseMaintenance {
    /// What was done; required.
    pub repair: String,
}
