//! `/api/openings/statistics`

use super::{Asker, Params};
use crate::{
    error::Result,
    hub::Hub,
    ops::{opening::OpeningQuery, statistics},
};
use axum::{Json, extract::State};
use lanedesk_domain::person::Permission;
use lanedesk_wire::statistics::Statistics;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(count))
}

/// What is counted by.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Grouping {
    /// `lot`, `lane`, `person`, `reason` or `hour`; `lot` where it is not given.
    by: Option<String>,
}

/// Counts over openings; takes the filter of the list.
#[utoipa::path(get, path = "/api/openings/statistics", tag = "opening", params(Grouping, OpeningQuery), responses(
    (status = 200, body = Statistics)))]
async fn count(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    grouping: Params<Grouping>,
    asked: Params<OpeningQuery>,
) -> Result<Json<Statistics>> {
    actor.allow(Permission::Statistics)?;
    let by = statistics::by(grouping.get()?.by.as_deref())?;
    statistics::count(&hub, &actor, by, asked.get()?).await.map(Json)
}
