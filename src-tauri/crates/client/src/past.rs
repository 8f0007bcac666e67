//! The rows a figure leads to.

use crate::{CallError, Hub};
use lanedesk_wire::{
    approval::Approval,
    list::Page,
    past::{LongStay, Outage, PastCall, PastCase},
};
use std::collections::BTreeMap;

/// A figure's own filter, as the list's query takes it; `cursor` asks for the page behind.
pub type PastFilter = BTreeMap<String, String>;

impl Hub {
    /// Cases that ended in a time, newest end first.
    pub async fn past_cases(&self, filter: &PastFilter) -> Result<Page<PastCase>, CallError> {
        self.get_with("/api/cases", filter).await
    }

    /// Calls that began to ring in a time, newest first.
    pub async fn past_calls(&self, filter: &PastFilter) -> Result<Page<PastCall>, CallError> {
        self.get_with("/api/calls/past", filter).await
    }

    /// Vehicles that had been inside for long at the end of a time, longest first.
    pub async fn long_stays(&self, filter: &PastFilter) -> Result<Page<LongStay>, CallError> {
        self.get_with("/api/stays", filter).await
    }

    /// Leave asked of supervisors in a time, newest first.
    pub async fn past_approvals(&self, filter: &PastFilter) -> Result<Page<Approval>, CallError> {
        self.get_with("/api/approvals", filter).await
    }

    /// Times in which devices could not be reached, newest first.
    pub async fn outages(&self, filter: &PastFilter) -> Result<Page<Outage>, CallError> {
        self.get_with("/api/outages", filter).await
    }
}
