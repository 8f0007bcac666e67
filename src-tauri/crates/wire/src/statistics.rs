//! Counts over the openings (R33). Each bar leads to its rows: its key goes back into the filter.

use lanedesk_domain::money::Fen;
use serde::{Deserialize, Serialize};

words_enum! {
    /// What is counted by.
    By { Lot, Lane, Person, Reason, Hour }
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Bar {
    /// Goes back into the filter: an id, a reason's code, or the hour of the day as two digits, local time.
    pub key: String,
    /// Shown to people.
    pub label: String,
    /// Openings.
    #[specta(type = u32)]
    pub openings: u64,
    /// Of them, against the rules.
    #[specta(type = u32)]
    pub abnormal: u64,
    /// Of them, with money due and no matching payment.
    #[specta(type = u32)]
    pub unpaid: u64,
    /// What was due and not collected.
    pub unpaid_fen: Fen,
}

/// A plate that was let out more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SamePlate {
    /// The plate.
    pub plate: String,
    /// Its openings in the time asked for.
    #[specta(type = u32)]
    pub openings: u64,
    /// Of them, against the rules.
    #[specta(type = u32)]
    pub abnormal: u64,
}

/// `GET /api/openings/statistics`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Statistics {
    /// All openings in the filter.
    #[specta(type = u32)]
    pub openings: u64,
    /// Of them, against the rules.
    #[specta(type = u32)]
    pub abnormal: u64,
    /// Of them, with money due and no matching payment.
    #[specta(type = u32)]
    pub unpaid: u64,
    /// What was due and not collected.
    pub unpaid_fen: Fen,
    /// The bars, most openings first; hours in their order.
    pub bars: Vec<Bar>,
    /// Plates let out more than once, most first, at most 20.
    pub same_plates: Vec<SamePlate>,
}
