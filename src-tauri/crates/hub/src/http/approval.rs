//! `/api/approvals`

use super::handler::handlers;
use crate::ops::approval::{self, ApprovalFilter};
use lanedesk_domain::ids::ApprovalId;
use lanedesk_wire::{
    approval::{AnswerApproval, Approval},
    list::Page,
};

handlers! { routes:
    /// What supervisors are or were asked for, newest first.
    get "/api/approvals" "records" Approve list(hub, actor) ?[which: ApprovalFilter] -> 200 Page<Approval>
        = approval::list(hub, actor, which);
    /// Allow or deny, once.
    post "/api/approvals/{id}" "records" Approve answer(hub, actor) [id: ApprovalId] {said: AnswerApproval}
        -> 200 Approval, 422 "`invalid`: it was answered otherwise, or its time is over"
        = approval::answer(hub, actor, &id, said);
}
