//! `/api/cases/{case}/barrier`

use super::{Id, Input, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_domain::{ids::CaseId, person::Permission};
use lanedesk_wire::{
    barrier::{BarrierOrder, OrderAnswer},
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(order))
}

/// Raise or lower the barrier. Sent again under the same id, it acts once. Answers within 12 s.
#[utoipa::path(post, path = "/api/cases/{case}/barrier", tag = "case", params(("case" = String, Path)),
    request_body = BarrierOrder, responses(
    (status = 200, body = OrderAnswer),
    (status = 409, description = "`lease_lost`, `not_offered`, `not_clear`, `order_late` or `order_id_used`", body = Problem),
    (status = 503, description = "`unavailable`: nothing could be written, so nothing was sent", body = Problem)))]
async fn order(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    wanted: Input<BarrierOrder>,
) -> Result<Json<OrderAnswer>> {
    actor.allow(Permission::Act)?;
    let order = ops::barrier::order(&hub, &actor, &case.get()?, wanted.get()?).await?;
    Ok(Json(OrderAnswer { order }))
}
