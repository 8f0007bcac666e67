//! `/api/records`

use super::{Params, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_domain::person::Permission;
use lanedesk_wire::record::Records;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(records))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// A plate or part of one, a phone, or the number of an order, payment, case, stay or opening.
    #[serde(default)]
    q: String,
}

/// What a plate, phone or number finds, without claiming (R41).
#[utoipa::path(get, path = "/api/records", tag = "opening", params(Asked), responses((status = 200, body = Records)))]
async fn records(State(hub): State<Hub>, Who(actor): Who, asked: Params<Asked>) -> Result<Json<Records>> {
    actor.allow(Permission::Records)?;
    ops::record::find(&hub, &actor, &asked.get()?.q).await.map(Json)
}
