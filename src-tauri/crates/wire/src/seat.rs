//! Seats: an agent's telephone position and how it stands (R2, R4, R30).

use crate::problem::Holder;
use lanedesk_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

pub use lanedesk_domain::seat::{SeatChoice, SeatState};

/// A seat as agents and supervisors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Seat {
    /// Its number, as the telephone system knows it.
    pub number: String,
    /// Who sits there; absent: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Holder>,
    /// How it stands; absent with `person`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SeatState>,
    /// Since when it stands so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// `PUT /api/seat/state`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SetSeatState {
    /// Ready for calls again, or away.
    pub state: SeatChoice,
}
