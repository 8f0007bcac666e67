//! `/api/seat`, `/api/seats`

use super::{Input, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State, http::StatusCode};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    list::Page,
    problem::Problem,
    seat::{Seat, SetSeatState},
    session::{BindSeat, Person},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(bind, free)).routes(routes!(set_state)).routes(routes!(seats))
}

/// Sit down at a seat.
#[utoipa::path(put, path = "/api/seat", tag = "seat", request_body = BindSeat, responses(
    (status = 200, body = Person),
    (status = 403, description = "only agents have seats", body = Problem),
    (status = 409, description = "`seat_taken`, with `holder`", body = Problem)))]
async fn bind(State(hub): State<Hub>, Who(actor): Who, seat: Input<BindSeat>) -> Result<Json<Person>> {
    actor.allow(Permission::Seat)?;
    ops::seat::bind(&hub, &actor, seat.get()?.number).await.map(Json)
}

/// Leave the seat.
#[utoipa::path(delete, path = "/api/seat", tag = "seat", responses((status = 204)))]
async fn free(State(hub): State<Hub>, Who(actor): Who) -> Result<StatusCode> {
    ops::seat::free(&hub, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take calls again, or none for now.
#[utoipa::path(put, path = "/api/seat/state", tag = "seat", request_body = SetSeatState, responses(
    (status = 200, body = Seat),
    (status = 409, description = "`seat_required`", body = Problem)))]
async fn set_state(State(hub): State<Hub>, Who(actor): Who, state: Input<SetSeatState>) -> Result<Json<Seat>> {
    actor.allow(Permission::Seat)?;
    let state = state.get()?;
    ops::seat::set_state(&hub, &actor, &state).await.map(Json)
}

/// Every seat and how it stands.
#[utoipa::path(get, path = "/api/seats", tag = "seat", responses(
    (status = 200, body = Page<Seat>),
    (status = 403, description = "only agents and supervisors see seats", body = Problem)))]
async fn seats(State(hub): State<Hub>, Who(actor): Who) -> Result<Json<Page<Seat>>> {
    ops::seat::seats(&hub, &actor).await.map(Json)
}
