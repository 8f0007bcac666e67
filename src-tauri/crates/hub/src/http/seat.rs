//! `/api/seat`

use super::{Input, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State, http::StatusCode};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    problem::Problem,
    session::{BindSeat, Person},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(bind, free))
}

/// Sit down at a seat.
#[utoipa::path(put, path = "/api/seat", tag = "seat", request_body = BindSeat, responses(
    (status = 200, body = Person),
    (status = 403, description = "only agents have seats", body = Problem),
    (status = 409, description = "`seat_taken`, with `holder`", body = Problem)))]
async fn bind(
    State(hub): State<Hub>,
    Who(actor): Who,
    seat: Input<BindSeat>,
) -> Result<Json<Person>> {
    actor.allow(Permission::Seat)?;
    ops::seat::bind(&hub, &actor, seat.get()?.number)
        .await
        .map(Json)
}

/// Leave the seat.
#[utoipa::path(delete, path = "/api/seat", tag = "seat", responses((status = 204)))]
async fn free(State(hub): State<Hub>, Who(actor): Who) -> Result<StatusCode> {
    ops::seat::free(&hub, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
