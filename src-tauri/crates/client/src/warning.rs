//! Patterns worth a look (FIELD.md).

use crate::{CallError, Hub};
use lanedesk_domain::{
    ids::{LotId, WarningId},
    time::Timestamp,
};
use lanedesk_wire::{
    list::Page,
    warning::{DismissWarning, Pattern, Warning},
};
use reqwest::Method;
use serde::{Deserialize, Serialize};

/// Which warnings are wanted; a part left out filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct WarningFilter {
    /// Of this lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// Of this pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
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
    /// Warnings within one's scope, newest first.
    pub async fn warnings(&self, filter: &WarningFilter) -> Result<Page<Warning>, CallError> {
        self.get_with("/api/warnings", filter).await
    }

    /// Sets a warning aside, with a reason.
    pub async fn dismiss_warning(&self, id: &WarningId, reason: String) -> Result<(), CallError> {
        let path = format!("/api/warnings/{id}/dismiss");
        let body = DismissWarning { reason };
        self.tell(Method::POST, &path, Some(&body)).await
    }
}
