//! `/api/cases/{case}/cash`, `/api/cash` 代收现金 (R39)

use super::{Id, Input, Params, Who};
use crate::{
    error::Result,
    hub::Hub,
    ops::cash::{self, Which},
};
use axum::{Json, extract::State, http::StatusCode};
use lanedesk_domain::{ids::CaseId, person::Permission};
use lanedesk_wire::{
    cash::{Cash, CashTotal, TakeCash},
    list::Page,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(take)).routes(routes!(list)).routes(routes!(totals))
}

/// Records cash; it counts as paid.
#[utoipa::path(post, path = "/api/cases/{case}/cash", tag = "case", request_body = TakeCash, responses(
    (status = 201, body = Cash), (status = 409, description = "`not_offered`, `lease_lost`", body = Problem)))]
async fn take(
    State(hub): State<Hub>,
    Who(actor): Who,
    id: Id<CaseId>,
    taken: Input<TakeCash>,
) -> Result<(StatusCode, Json<Cash>)> {
    actor.allow(Permission::RecordCash)?;
    let cash = cash::take(&hub, &actor, &id.get()?, &taken.get()?).await?;
    Ok((StatusCode::CREATED, Json(cash)))
}

/// Cash taken, newest first.
#[utoipa::path(get, path = "/api/cash", tag = "cash", params(Which), responses((status = 200, body = Page<Cash>)))]
async fn list(State(hub): State<Hub>, Who(actor): Who, which: Params<Which>) -> Result<Json<Page<Cash>>> {
    actor.allow(Permission::SeeCash)?;
    cash::list(&hub, &actor, which.get()?).await.map(Json)
}

/// Sums by person and shift.
#[utoipa::path(get, path = "/api/cash/totals", tag = "cash", params(Which), responses((status = 200, body = Page<CashTotal>)))]
async fn totals(State(hub): State<Hub>, Who(actor): Who, which: Params<Which>) -> Result<Json<Page<CashTotal>>> {
    actor.allow(Permission::SeeCash)?;
    cash::totals(&hub, &actor, which.get()?).await.map(Json)
}
