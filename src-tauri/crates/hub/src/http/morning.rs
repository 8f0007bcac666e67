//! `/api/morning/{day}`, `/api/cases/statistics`: figures beside their past

use super::{Asker, Id, Params, export, handler::handlers};
use crate::{
    error::Result,
    hub::Hub,
    ops::{
        handling::{self, HandlingCount},
        morning,
        report::Day,
    },
};
use axum::{extract::State, response::Response};
use lanedesk_domain::{ids::LotId, person::Permission};
use lanedesk_wire::morning::{CaseStatistics, Morning};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    plain().routes(routes!(file))
}

/// Which lot, and as what.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct MorningQuery {
    /// A lot's id; all lots in scope where it is not given.
    lot: Option<LotId>,
    /// `csv` or `xlsx`.
    format: Option<String>,
}

/// The same as a file.
#[utoipa::path(get, path = "/api/morning/{day}/export", tag = "report", params(MorningQuery), responses(
    (status = 200, description = "the file", content(
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))))]
async fn file(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    day: Id<Day>,
    about: Params<MorningQuery>,
) -> Result<Response> {
    actor.allow(Permission::Export)?;
    let words = ["figure", "unit", "value", "median_28_days"];
    let rows = morning::table(&hub, &actor, &day.get()?, words).await?;
    export::table("morning", about.get()?.format.as_deref(), &actor.name, &rows)
}

handlers! { plain:
    /// The figures of a day, each beside its own 28-day median, each with the filter that leads to its rows.
    get "/api/morning/{day}" "report" Statistics of_day(hub, actor) [day: Day] ?[about: MorningQuery] -> 200 Morning
        = morning::of_day(hub, actor, &day, about.lot);
    /// How cases ended and how long they took.
    get "/api/cases/statistics" "report" Statistics cases(hub, actor) ?[counted: HandlingCount] -> 200 CaseStatistics
        = handling::count(hub, actor, counted);
}
