//! `/api/debts`, `/api/cases/{case}/debt`

use super::{Id, Input, Params, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State, http::StatusCode};
use lanedesk_domain::{
    ids::{CaseId, DebtId},
    person::Permission,
};
use lanedesk_wire::{
    debt::{Debt, FileDebt, WaiveDebt},
    list::Page,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(list)).routes(routes!(waive))
}

/// File what is owed where no candidate fits.
#[utoipa::path(post, path = "/api/cases/{case}/debt", tag = "case", params(("case" = String, Path)),
    request_body = FileDebt, responses(
    (status = 201, body = Debt),
    (status = 409, description = "`lease_lost` or `not_offered`", body = Problem),
    (status = 422, description = "`invalid` with its field", body = Problem)))]
async fn file(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    wanted: Input<FileDebt>,
) -> Result<(StatusCode, Json<Debt>)> {
    actor.allow(Permission::FileDebt)?;
    let debt = ops::debt::file(&hub, &actor, &case.get()?, &wanted.get()?).await?;
    Ok((StatusCode::CREATED, Json(debt)))
}

/// Follow-up debts, newest first. Who may not see others' sees those they filed.
#[utoipa::path(get, path = "/api/debts", tag = "records", params(ops::debt::Which), responses(
    (status = 200, body = Page<Debt>)))]
async fn list(State(hub): State<Hub>, Who(actor): Who, which: Params<ops::debt::Which>) -> Result<Json<Page<Debt>>> {
    actor.allow(Permission::Openings)?;
    let page = ops::debt::list(&hub, &actor, which.get()?);
    page.await.map(Json)
}

/// Give a debt up, with a reason.
#[utoipa::path(post, path = "/api/debts/{id}/waive", tag = "records", params(("id" = String, Path)),
    request_body = WaiveDebt, responses(
    (status = 200, body = Debt),
    (status = 422, description = "`reason_required`, or `invalid`: it is not open", body = Problem)))]
async fn waive(State(hub): State<Hub>, Who(actor): Who, id: Id<DebtId>, why: Input<WaiveDebt>) -> Result<Json<Debt>> {
    actor.allow(Permission::WaiveDebt)?;
    let (id, why) = (id.get()?, why.get()?.reason);
    ops::debt::waive(&hub, &actor, &id, &why).await.map(Json)
}
