//! A supervisor's leave.

use crate::{CallError, Hub};
use lanedesk_domain::ids::ApprovalId;
use lanedesk_wire::{
    approval::{AnswerApproval, Approval},
    list::Page,
};

impl Hub {
    /// What waits for a supervisor's word.
    pub async fn approvals(&self) -> Result<Page<Approval>, CallError> {
        self.get("/api/approvals?state=waiting").await
    }

    /// Allows or denies.
    pub async fn answer_approval(&self, id: &ApprovalId, answer: &AnswerApproval) -> Result<Approval, CallError> {
        self.post(&format!("/api/approvals/{id}"), answer).await
    }
}
