//! Barriers that rose without us (R40).

use crate::{CallError, Hub};
use lanedesk_domain::{
    ids::{LaneId, LotId},
    time::Timestamp,
};
use lanedesk_wire::{list::Page, rise::Rise};
use serde::{Deserialize, Serialize};

/// Which rises are wanted; a part left out filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct RiseFilter {
    /// Of this lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// Of this lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
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
    /// Rises within one's scope, newest first.
    pub async fn rises(&self, filter: &RiseFilter) -> Result<Page<Rise>, CallError> {
        self.get_with("/api/rises", filter).await
    }
}
