//! `/api/audit`

use super::handler::handlers;
use crate::ops::audit;
use lanedesk_wire::audit::AuditHead;

handlers! { routes:
    /// A fresh signed head of the audit chains. A copy kept outside proves later tampering (`verify-audit --head`).
    get "/api/audit/head" "audit" OpeningsOfOthers head(hub, actor) -> 200 AuditHead = audit::head(hub, actor);
}
