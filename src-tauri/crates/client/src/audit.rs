//! The signed head of the audit chains.

use crate::{CallError, Hub};
use lanedesk_wire::audit::AuditHead;

impl Hub {
    /// Has the hub sign where its chains end now.
    pub async fn audit_head(&self) -> Result<AuditHead, CallError> {
        self.get("/api/audit/head").await
    }
}
