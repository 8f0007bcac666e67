//! Drivers' calls: told by a telephone system, shown to agents, taken by one (R29 to R32).

use crate::{
    case::{CaseRef, Lease},
    lane::View,
    opening::LaneRef,
    problem::Holder,
    search::LotRef,
};
use lanedesk_domain::{
    ids::{CallId, CaseId, LaneId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

pub use lanedesk_domain::call::CallState;

/// What a telephone system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub enum CallEventType {
    /// It rings.
    #[serde(rename = "call.ringing")]
    Ringing,
    /// Somebody picked it up.
    #[serde(rename = "call.answered")]
    Answered,
    /// It is over.
    #[serde(rename = "call.ended")]
    Ended,
}

/// `POST /api/integrations/telephony/events`. `Debug` shows no phone number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CallEvent {
    /// Unique per integration; a repeated one has no effect.
    pub event_id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: CallEventType,
    /// The telephone system's own id of the call, the same in all its events.
    pub call_id: String,
    /// The robot that calls, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robot_number: Option<String>,
    /// The number that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// The number that calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The lane it is about, by its id, where the telephone system knows it (SIP's `X-Lane`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// The seat it rings at, where the telephone system chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    /// When it happened; events of one call are ordered by it.
    pub occurred_at: Timestamp,
    /// Where the recording lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_url: Option<String>,
}

impl std::fmt::Debug for CallEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallEvent")
            .field("event_id", &self.event_id)
            .field("kind", &self.kind)
            .field("occurred_at", &self.occurred_at)
            .finish_non_exhaustive()
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Call {
    /// Its id here.
    pub id: CallId,
    /// Where it stands.
    pub state: CallState,
    /// Its lot, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRef>,
    /// Its lane, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneRef>,
    /// The number that calls; empty where the telephone system did not tell it.
    pub caller: String,
    /// The number that was called, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// The robot's number, where a robot calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robot: Option<String>,
    /// The seat it rings at or was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Holder>,
    /// The case it is worked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// Opened by hand 「手工建单」.
    pub by_hand: bool,
    /// It rings longer at its own seat than the rule allows: anybody may take it.
    pub overflow: bool,
    /// Since when it rings.
    pub since: Timestamp,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// When somebody called the driver of an abandoned call back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_back_at: Option<Timestamp>,
    /// Who did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_back_by: Option<Holder>,
}

/// The answer to taking a call: `case`, `lease` and `view` stand there together where the lane was claimed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Taken {
    /// The call, now this person's.
    pub call: Call,
    /// The case that was opened or goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseRef>,
    /// The lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The page; without a lease it is read-only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
    /// Who holds the lane, where somebody else does (R7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<Holder>,
    /// Since when they hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Timestamp>,
}

/// `POST /api/calls` 「手工建单」: a driver who rang another number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct OpenByHand {
    /// The lane the driver stands at.
    pub lane: LaneId,
    /// The driver's number, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
}

/// `POST /api/calls/{id}/called-back`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CalledBack {
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
