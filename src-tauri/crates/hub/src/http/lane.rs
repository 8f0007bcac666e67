//! `/api/lanes/{lane}`: look, claim, take over, ask.

use super::{Id, Input, Who};
use crate::{auth::Visitor, error::Result, hub::Hub, ops};
use axum::{Json, extract::State, http::StatusCode};
use lanedesk_domain::ids::LaneId;
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    case::{Claimed, TakeOver},
    lane::View,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(view)).routes(routes!(claim)).routes(routes!(take_over)).routes(routes!(ask))
}

/// A lane's page, read-only.
#[utoipa::path(get, path = "/api/lanes/{lane}", tag = "lane", params(("lane" = String, Path)), responses(
    (status = 200, body = View),
    (status = 404, description = "no such lane in one's lots", body = Problem)))]
async fn view(State(hub): State<Hub>, Who(actor): Who, lane: Id<LaneId>) -> Result<Json<View>> {
    actor.allow(Permission::View)?;
    ops::view::of_lane(&hub, &actor, &lane.get()?).await.map(Json)
}

/// Take the lane, or renew one's own hold of it.
#[utoipa::path(post, path = "/api/lanes/{lane}/claim", tag = "lane", params(("lane" = String, Path)), responses(
    (status = 201, body = Claimed),
    (status = 409, description = "`lane_held`, with `holder` and `since`", body = Problem)))]
async fn claim(State(hub): State<Hub>, Who(actor): Who, lane: Id<LaneId>) -> Result<(StatusCode, Json<Claimed>)> {
    actor.allow(Permission::Claim)?;
    let claimed = ops::lease::claim(&hub, &actor, &lane.get()?).await?;
    Ok((StatusCode::CREATED, Json(claimed)))
}

/// Take the lane from whoever holds it.
#[utoipa::path(post, path = "/api/lanes/{lane}/take-over", tag = "lane", params(("lane" = String, Path)),
    request_body = TakeOver, responses(
    (status = 201, body = Claimed),
    (status = 403, description = "only supervisors take over", body = Problem),
    (status = 422, description = "`reason_required`", body = Problem)))]
async fn take_over(
    State(hub): State<Hub>,
    visitor: Visitor,
    lane: Id<LaneId>,
    why: Input<TakeOver>,
) -> Result<(StatusCode, Json<Claimed>)> {
    visitor.actor.allow(Permission::TakeOver)?;
    visitor.confirmed(&hub, |rules| rules.reentry_take_over)?;
    let (lane, why) = (lane.get()?, why.get()?);
    let claimed = ops::lease::take_over(&hub, &visitor.actor, &lane, &why.reason).await?;
    Ok((StatusCode::CREATED, Json(claimed)))
}

/// Ask the holder for the lane.
#[utoipa::path(post, path = "/api/lanes/{lane}/ask", tag = "lane", params(("lane" = String, Path)), responses(
    (status = 204),
    (status = 409, description = "`not_offered`: nobody else holds it", body = Problem)))]
async fn ask(State(hub): State<Hub>, Who(actor): Who, lane: Id<LaneId>) -> Result<StatusCode> {
    actor.allow(Permission::HandOver)?;
    ops::lease::ask(&hub, &actor, &lane.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
