//! `/api/approvals`

use super::{Id, Input, Params, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_domain::{ids::ApprovalId, person::Permission};
use lanedesk_wire::{
    approval::{AnswerApproval, Approval},
    list::Page,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(answer))
}

/// What supervisors are or were asked for, newest first.
#[utoipa::path(get, path = "/api/approvals", tag = "records", params(ops::approval::Which), responses(
    (status = 200, body = Page<Approval>)))]
async fn list(
    State(hub): State<Hub>,
    Who(actor): Who,
    which: Params<ops::approval::Which>,
) -> Result<Json<Page<Approval>>> {
    actor.allow(Permission::Approve)?;
    let page = ops::approval::list(&hub, &actor, which.get()?);
    page.await.map(Json)
}

/// Allow or deny, once.
#[utoipa::path(post, path = "/api/approvals/{id}", tag = "records", params(("id" = String, Path)),
    request_body = AnswerApproval, responses(
    (status = 200, body = Approval),
    (status = 422, description = "`invalid`: it was answered otherwise, or its time is over", body = Problem)))]
async fn answer(
    State(hub): State<Hub>,
    Who(actor): Who,
    id: Id<ApprovalId>,
    said: Input<AnswerApproval>,
) -> Result<Json<Approval>> {
    actor.allow(Permission::Approve)?;
    let (id, said) = (id.get()?, said.get()?);
    ops::approval::answer(&hub, &actor, &id, said).await.map(Json)
}
