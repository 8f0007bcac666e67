//! The daily report a supervisor acknowledges by name.

use crate::{problem::Holder, statistics::Statistics};
use lanedesk_domain::{money::Fen, time::Timestamp};
use serde::{Deserialize, Serialize};

/// `GET /api/reports/{day}`: one day (local, `2026-11-22`) of the lots in scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Report {
    /// The day.
    pub day: String,
    /// Its openings by reason.
    pub openings: Statistics,
    /// Orders of which the result stayed unknown.
    #[specta(type = u32)]
    pub unknown: u64,
    /// Openings after which no vehicle was seen to pass.
    #[specta(type = u32)]
    pub without_passage: u64,
    /// Barriers that rose without us.
    #[specta(type = u32)]
    pub rises: u64,
    /// Debts filed.
    #[specta(type = u32)]
    pub debts: u64,
    /// Their sum.
    pub debts_fen: Fen,
    /// Warnings that nobody has dismissed.
    #[specta(type = u32)]
    pub warnings: u64,
    /// Who has read it, and when.
    pub acknowledged: Vec<Acknowledged>,
}

/// A supervisor's word that they read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Acknowledged {
    /// Who.
    pub by: Holder,
    /// When.
    pub at: Timestamp,
}
