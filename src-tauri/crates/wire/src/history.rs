//! Rows behind the figures of a day: what ended, rang, stayed or could not be reached in a time.

use crate::{
    call::CallState,
    case::{CaseState, Outcome},
    opening::LaneRef,
    problem::Holder,
    search::LotRef,
};
use lanedesk_domain::{
    ids::{CallId, CaseId, DeviceId, StayId},
    lane::Direction,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A case that has ended. `GET /api/cases`, newest end first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PastCase {
    /// Its id.
    pub id: CaseId,
    /// Its lot.
    pub lot: LotRef,
    /// Its lane.
    pub lane: LaneRef,
    /// Who worked it last.
    pub person: Holder,
    /// What the camera read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate_read: Option<String>,
    /// The plate that counted in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// A person set the plate.
    pub corrected: bool,
    /// Which way the vehicle went, where that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// How it ended.
    pub state: CaseState,
    /// As the person told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What they noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Timestamp,
}

/// A call. `GET /api/calls/past`, newest first. `Debug` shows no phone number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PastCall {
    /// Its id.
    pub id: CallId,
    /// Its lot, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRef>,
    /// Its lane, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneRef>,
    /// The number that called; empty where it was not told.
    pub caller: String,
    /// Where it stands.
    pub state: CallState,
    /// Who had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Holder>,
    /// The case it was worked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// When it began to ring.
    pub since: Timestamp,
    /// Seconds until somebody had it, or it was given up; absent: it still waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_s: Option<u32>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl std::fmt::Debug for PastCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PastCall")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// A stay. `GET /api/stays`, longest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LongStay {
    /// Its id.
    pub id: StayId,
    /// Its lot.
    pub lot: LotRef,
    /// Absent: unlicensed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Where it came in; absent: not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneRef>,
    /// When.
    pub entered_at: Timestamp,
    /// When it left; absent: inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Timestamp>,
}

/// A time in which a device could not be reached. `GET /api/outages`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Outage {
    /// Its id.
    pub id: String,
    /// The device.
    pub device: DeviceId,
    /// The lot of its lanes; absent: none names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRef>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; absent: it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What the try that failed said.
    pub error: String,
}
