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

/// A holder who asks a supervisor for help 「需要帮助」.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Help {
    /// The case.
    pub case: CaseId,
    /// The lane.
    pub lane: LaneRef,
    /// Its lot.
    pub lot: LotRef,
    /// Who asks.
    pub by: Holder,
    /// What for; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<Holder>,
    /// What they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// `POST /api/cases/{case}/help`, and with an answer `POST /api/cases/{case}/help/answer`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct HelpNote {
    /// In the person's words.
    #[serde(default)]
    pub note: String,
}

/// What was opened since midnight, local time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Today {
    /// Openings.
    pub openings: u32,
    /// Of them, against the rules.
    pub abnormal: u32,
    /// Of them, of which the result is unknown.
    pub unknown: u32,
    /// Barriers that rose without us.
    pub rises: u32,
    /// Releases that wait for a supervisor now.
    pub approvals: u32,
}

/// `GET /api/board`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Board {
    /// Lanes being handled, longest first.
    pub items: Vec<BoardItem>,
    /// Calls that wait, oldest first; empty for roles that see no queue.
    pub queue: Vec<WaitingCall>,
    /// Devices that cannot be reached.
    pub offline: Vec<OfflineDevice>,
    /// Holders who ask for help, oldest first.
    #[serde(default)]
    pub help: Vec<Help>,
    /// Since midnight.
    #[serde(default)]
    pub today: Today,
}
