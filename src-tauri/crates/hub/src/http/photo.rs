//! `/api/cases/{case}/photos`: photos of documents come in, and unused ones go.

mod upload;

use super::{Asker, Id, Input};
use crate::{
    error::Result,
    hub::Hub,
    ops::{self, photo::PhotoReceipt},
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
};
use lanedesk_domain::{ids::CaseId, person::Permission};
use lanedesk_wire::{
    photo::{Photo, PhotoFromLane},
    problem::Problem,
};
use upload::{Form, PhotoCasePath, Shape};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

/// Largest request with a photo: the photo and a little around it.
const LIMIT: usize = crate::evidence::MAX_BYTES + 64 * 1024;

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(add).layer(DefaultBodyLimit::max(LIMIT)))
        .routes(routes!(from_lane))
        .routes(routes!(remove))
}

/// A photo taken for this case. The same file again is the same photo.
#[utoipa::path(post, path = "/api/cases/{case}/photos", tag = "case", params(("case" = String, Path)),
    request_body(content = Shape, content_type = "multipart/form-data"), responses(
    (status = 201, body = Photo), (status = 200, description = "the same file was sent before", body = Photo),
    (status = 409, description = "`lease_lost`: not this person's case", body = Problem),
    (status = 413, body = Problem), (status = 415, body = Problem),
    (status = 422, description = "`bad_image`, `too_old`, or `invalid` for `lane_camera`: only the hub takes those", body = Problem)))]
async fn add(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    case: Id<CaseId>,
    form: Form,
) -> Result<(StatusCode, Json<Photo>)> {
    actor.allow(Permission::Release)?;
    let case = ops::photo::taken_for(&hub, &actor, &case.get()?).await?;
    let kept = ops::photo::add(&hub, &actor, case, form.read().await?);
    kept.await.map(answer)
}

/// A photo taken now with the lane's ID camera.
#[utoipa::path(post, path = "/api/cases/{case}/photos/from-lane", tag = "case", params(("case" = String, Path)),
    request_body = PhotoFromLane, responses(
    (status = 201, body = Photo), (status = 200, description = "the camera gave the same picture again", body = Photo),
    (status = 409, description = "`lease_lost`, or `not_offered`: the lane has no ID camera", body = Problem),
    (status = 502, description = "`device_unreachable`", body = Problem)))]
async fn from_lane(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    case: Id<CaseId>,
    body: Input<PhotoFromLane>,
) -> Result<(StatusCode, Json<Photo>)> {
    actor.allow(Permission::Release)?;
    let (case, fence) = (case.get()?, body.get()?.fence);
    let kept = ops::photo::from_lane(&hub, &actor, &case, fence);
    kept.await.map(answer)
}

/// Take back a photo that proves nothing yet.
#[utoipa::path(delete, path = "/api/cases/{case}/photos/{id}", tag = "case",
    params(("case" = String, Path), ("id" = String, Path)), responses(
    (status = 204),
    (status = 422, description = "`invalid`: it is the proof of an opening", body = Problem)))]
async fn remove(State(hub): State<Hub>, Asker(actor): Asker, named: PhotoCasePath) -> Result<StatusCode> {
    actor.allow(Permission::Release)?;
    let (case, id) = named.get()?;
    ops::photo::remove(&hub, &actor, &case, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(kept: PhotoReceipt) -> (StatusCode, Json<Photo>) {
    let status = if kept.new { StatusCode::CREATED } else { StatusCode::OK };
    (status, Json(kept.photo))
}
