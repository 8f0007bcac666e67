//! `/api/orders/{id}`

use super::{Id, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_domain::{ids::OrderId, person::Permission};
use lanedesk_wire::{barrier::Order, problem::Problem};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(one))
}

/// What became of an order.
#[utoipa::path(get, path = "/api/orders/{order}", tag = "case", params(("order" = String, Path)), responses(
    (status = 200, body = Order),
    (status = 404, description = "it never arrived and will not act", body = Problem)))]
async fn one(State(hub): State<Hub>, Who(actor): Who, order: Id<OrderId>) -> Result<Json<Order>> {
    actor.allow(Permission::View)?;
    ops::barrier::by_id(&hub, &actor, order.get()?).await.map(Json)
}
