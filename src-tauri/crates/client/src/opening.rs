//! Asking for openings.

use crate::{CallError, Hub};
use lanedesk_domain::{
    ids::{LaneId, LotId, PersonId},
    lane::Direction,
    opening::{OpeningKind, Source},
    order::OrderResult,
    time::Timestamp,
};
use lanedesk_wire::{list::Page, opening::Opening};
use serde::{Deserialize, Serialize};

/// Which openings are wanted; a part left out filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct OpeningFilter {
    /// Of this lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// Of this lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// Of this plate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Of this reason's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// In or out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// By this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// By lookup or by call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// By the rules or against them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OpeningKind>,
    /// With this result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<OrderResult>,
    /// From this moment on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// At most so many, 500 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The page after the one that gave this `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Hub {
    /// Openings within one's scope, newest first (R33).
    pub async fn openings(&self, filter: &OpeningFilter) -> Result<Page<Opening>, CallError> {
        self.get_with("/api/openings", filter).await
    }
}
