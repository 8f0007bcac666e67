//! `/api/reports`

use super::{Id, Who};
use crate::{
    error::Result,
    hub::Hub,
    ops::report::{self, Day},
};
use axum::{Json, extract::State};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{problem::Problem, report::Report};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(day)).routes(routes!(acknowledge))
}

/// One local day (`2026-11-22`) of the lots in sight.
#[utoipa::path(get, path = "/api/reports/{day}", tag = "report", params(("day" = String, Path)), responses(
    (status = 200, body = Report), (status = 404, body = Problem)))]
async fn day(State(hub): State<Hub>, Who(actor): Who, day: Id<Day>) -> Result<Json<Report>> {
    actor.allow(Permission::Statistics)?;
    report::of_day(&hub, &actor, &day.get()?).await.map(Json)
}

/// A supervisor says that they read it.
#[utoipa::path(post, path = "/api/reports/{day}/acknowledge", tag = "report", params(("day" = String, Path)),
    responses((status = 200, body = Report), (status = 404, body = Problem)))]
async fn acknowledge(State(hub): State<Hub>, Who(actor): Who, day: Id<Day>) -> Result<Json<Report>> {
    actor.allow(Permission::Review)?;
    report::acknowledge(&hub, &actor, &day.get()?).await.map(Json)
}
