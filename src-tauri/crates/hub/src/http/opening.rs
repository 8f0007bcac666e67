//! `/api/openings`

use super::{Id, Input, Params, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_domain::{ids::OpeningId, person::Permission};
use lanedesk_wire::{
    case::TimelineEntry,
    list::Page,
    opening::{ClosePhotos, Opening},
    photo::Evidence,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(timeline))
        .routes(routes!(photos))
        .routes(routes!(close_photos))
}

/// Manual openings, newest first; one's own where the role does not see others'.
#[utoipa::path(get, path = "/api/openings", tag = "opening", params(ops::opening::Asked), responses(
    (status = 200, body = Page<Opening>)))]
async fn list(
    State(hub): State<Hub>,
    Who(actor): Who,
    asked: Params<ops::opening::Asked>,
) -> Result<Json<Page<Opening>>> {
    actor.allow(Permission::Openings)?;
    ops::opening::list(&hub, &actor, asked.get()?).await.map(Json)
}

/// One manual opening.
#[utoipa::path(get, path = "/api/openings/{opening}", tag = "opening", params(("opening" = String, Path)), responses(
    (status = 200, body = Opening),
    (status = 404, body = Problem)))]
async fn one(State(hub): State<Hub>, Who(actor): Who, opening: Id<OpeningId>) -> Result<Json<Opening>> {
    actor.allow(Permission::Openings)?;
    ops::opening::one(&hub, &actor, &opening.get()?).await.map(Json)
}

/// Every step of its case, oldest first (R35).
#[utoipa::path(get, path = "/api/openings/{opening}/timeline", tag = "opening", params(("opening" = String, Path)),
    responses((status = 200, body = Page<TimelineEntry>), (status = 404, body = Problem)))]
async fn timeline(
    State(hub): State<Hub>,
    Who(actor): Who,
    opening: Id<OpeningId>,
) -> Result<Json<Page<TimelineEntry>>> {
    actor.allow(Permission::Openings)?;
    ops::opening::timeline(&hub, &actor, &opening.get()?).await.map(Json)
}

/// Where its photos stand: kept, held, deleted when their time had come, or damaged (R36).
#[utoipa::path(get, path = "/api/openings/{opening}/photos", tag = "opening", params(("opening" = String, Path)),
    responses((status = 200, body = Page<Evidence>), (status = 404, body = Problem)))]
async fn photos(State(hub): State<Hub>, Who(actor): Who, opening: Id<OpeningId>) -> Result<Json<Page<Evidence>>> {
    actor.allow(Permission::Openings)?;
    ops::evidence::of_opening(&hub, &actor, &opening.get()?).await.map(Json)
}

/// Wait no longer for overdue photos of a release, with a reason (补录, R24).
#[utoipa::path(post, path = "/api/openings/{opening}/photos/close", tag = "opening",
    params(("opening" = String, Path)), request_body = ClosePhotos, responses(
    (status = 200, body = Opening),
    (status = 404, body = Problem),
    (status = 422, description = "`reason_required`, or `invalid`: nothing is overdue", body = Problem)))]
async fn close_photos(
    State(hub): State<Hub>,
    Who(actor): Who,
    opening: Id<OpeningId>,
    why: Input<ClosePhotos>,
) -> Result<Json<Opening>> {
    actor.allow(Permission::ClosePhotos)?;
    let (id, why) = (opening.get()?, why.get()?.reason);
    let opening = ops::release::close_photos(&hub, &actor, &id, &why);
    opening.await.map(Json)
}
