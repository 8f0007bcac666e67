//! `/api/morning/{day}`, `/api/cases/statistics`: figures beside their past

use super::{Id, Params, Who, export};
use crate::{
    error::Result,
    hub::Hub,
    ops::{
        handling::{self, Counted},
        morning,
        report::Day,
    },
};
use axum::{Json, extract::State, response::Response};
use lanedesk_domain::{ids::LotId, person::Permission};
use lanedesk_wire::morning::{CaseStatistics, Morning};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(of_day)).routes(routes!(file)).routes(routes!(cases))
}

/// Which lot, and as what.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct About {
    /// A lot's id; all lots in scope where it is not given.
    lot: Option<LotId>,
    /// `csv` or `xlsx`.
    format: Option<String>,
}

/// The figures of a day, each beside its own 28-day median, each with the filter that leads to its rows.
#[utoipa::path(get, path = "/api/morning/{day}", tag = "report", params(About), responses((status = 200, body = Morning)))]
async fn of_day(State(hub): State<Hub>, Who(actor): Who, day: Id<Day>, about: Params<About>) -> Result<Json<Morning>> {
    actor.allow(Permission::Statistics)?;
    morning::of_day(&hub, &actor, &day.get()?, about.get()?.lot).await.map(Json)
}

/// The same as a file.
#[utoipa::path(get, path = "/api/morning/{day}/export", tag = "report", params(About), responses(
    (status = 200, description = "the file", content(
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))))]
async fn file(State(hub): State<Hub>, Who(actor): Who, day: Id<Day>, about: Params<About>) -> Result<Response> {
    actor.allow(Permission::Export)?;
    let words = ["figure", "unit", "value", "median_28_days"];
    let rows = morning::table(&hub, &actor, &day.get()?, words).await?;
    export::table("morning", about.get()?.format.as_deref(), &actor.name, &rows)
}

/// How cases ended and how long they took.
#[utoipa::path(get, path = "/api/cases/statistics", tag = "report", params(Counted), responses(
    (status = 200, body = CaseStatistics)))]
async fn cases(State(hub): State<Hub>, Who(actor): Who, counted: Params<Counted>) -> Result<Json<CaseStatistics>> {
    actor.allow(Permission::Statistics)?;
    handling::count(&hub, &actor, counted.get()?).await.map(Json)
}
