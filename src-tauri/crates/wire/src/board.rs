//! The live board: what is being handled now (R3).

use crate::{opening::LaneRef, problem::Holder, search::LotRef};
use lanedesk_domain::{
    ids::{CaseId, DeviceId},
    opening::Source,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// One lane being handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct BoardItem {
    /// The lane.
    pub lane: LaneRef,
    /// Its lot.
    pub lot: LotRef,
    /// The case.
    pub case: CaseId,
    /// Who holds it.
    pub holder: Holder,
    /// Since when.
    pub since: Timestamp,
    /// Until when; null while a call is live.
    pub expires_at: Option<Timestamp>,
    /// By lookup or by call.
    pub source: Source,
}

/// A device that cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct OfflineDevice {
    /// The device.
    pub id: DeviceId,
    /// Since when.
    pub since: Timestamp,
    /// What the last try said.
    pub error: String,
}

/// A call that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct WaitingCall {
    /// The call.
    pub id: lanedesk_domain::ids::CallId,
    /// Its lot, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRef>,
    /// Its lane, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneRef>,
    /// The number that calls.
    pub caller: String,
    /// Since when it waits.
    pub since: Timestamp,
}

/// `GET /api/board`
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema,
)]
pub struct Board {
    /// Lanes being handled, longest first.
    pub items: Vec<BoardItem>,
    /// Calls that wait, oldest first; empty for roles that see no queue.
    pub queue: Vec<WaitingCall>,
    /// Devices that cannot be reached.
    pub offline: Vec<OfflineDevice>,
}
