//! Follow-up debts (R38).

use crate::{CallError, Hub};
use lanedesk_domain::{
    ids::{CaseId, DebtId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::{
    debt::{Debt, DebtState, FileDebt, WaiveDebt},
    list::Page,
};
use reqwest::Method;
use serde::{Deserialize, Serialize};

/// Which debts are wanted; a part left out filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct DebtFilter {
    /// Of this lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// Of this plate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// That stand so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DebtState>,
    /// Filed by this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Filed from this moment on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Filed before this moment.
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
    /// Files what is owed in a case.
    pub async fn file_debt(&self, case: &CaseId, debt: &FileDebt) -> Result<Debt, CallError> {
        self.post(&format!("/api/cases/{case}/debt"), debt).await
    }

    /// Debts within one's scope, newest first.
    pub async fn debts(&self, filter: &DebtFilter) -> Result<Page<Debt>, CallError> {
        self.get_with("/api/debts", filter).await
    }

    /// Gives a debt up, with a reason.
    pub async fn waive_debt(&self, id: &DebtId, reason: String) -> Result<(), CallError> {
        let path = format!("/api/debts/{id}/waive");
        let body = WaiveDebt { reason };
        self.tell(Method::POST, &path, Some(&body)).await
    }
}
