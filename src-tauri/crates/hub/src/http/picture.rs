//! `/api/lanes/{lane}/picture`, `/api/lanes/{lane}/environment.jpg`, `/api/pictures/{id}`, `/api/cases/{case}/picture`

use super::{Asker, Id, Params, handler::handlers};
use crate::{
    error::Result,
    hub::Hub,
    ops::{self, picture::Jpeg},
};
use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use lanedesk_domain::{
    ids::{CaseId, DeviceId, LaneId, PhotoId},
    person::Permission,
};
use lanedesk_wire::{
    case::MarkPassed,
    lane::{LaneStill, View},
    list::Page,
    problem::Problem,
};
use std::future::ready;
use utoipa_axum::{router::OpenApiRouter, routes};

/// When the picture was taken, RFC 3339. `Age` says how many seconds ago.
const TAKEN_AT: HeaderName = HeaderName::from_static("x-taken-at");

pub(super) fn routes() -> OpenApiRouter<Hub> {
    plain().routes(routes!(of_lane)).routes(routes!(of_environment)).routes(routes!(by_id))
}

/// The lane as it looks now; where its camera gives nothing, the newest picture kept: `Age` says how old it is.
#[utoipa::path(get, path = "/api/lanes/{lane}/picture", tag = "see", params(("lane" = LaneId, Path), StillQuery),
    responses((status = 200, content_type = "image/jpeg", body = [u8]),
    (status = 404, body = Problem), (status = 502, description = "no camera and no picture", body = Problem)))]
async fn of_lane(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    lane: Id<LaneId>,
    which: Params<StillQuery>,
) -> Result<Response> {
    actor.allow(Permission::View)?;
    let (lane, still) = (lane.get()?, which.get()?.still);
    let jpeg = match still {
        Some(still) => ops::picture::still_of(&hub, &actor, &lane, still)?,
        None => ops::picture::of_lane(&hub, &actor, &lane).await?,
    };
    Ok(sent(jpeg, "no-store"))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StillQuery {
    /// One of the last minute's stills; the lane as it looks now unless given.
    still: Option<u64>,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PictureQuery {
    /// The environment camera; the lane's first unless given.
    camera: Option<DeviceId>,
}

/// What the lane's surroundings look like now.
#[utoipa::path(get, path = "/api/lanes/{lane}/environment.jpg", tag = "see", params(("lane" = LaneId, Path), PictureQuery),
    responses((status = 200, content_type = "image/jpeg", body = [u8]),
    (status = 404, body = Problem), (status = 502, description = "the camera does not answer", body = Problem)))]
async fn of_environment(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    lane: Id<LaneId>,
    which: Params<PictureQuery>,
) -> Result<Response> {
    actor.allow(Permission::View)?;
    let (lane, which) = (lane.get()?, which.get()?);
    let camera = which.camera.as_ref();
    let jpeg = ops::picture::of_environment(&hub, &actor, &lane, camera).await?;
    Ok(sent(jpeg, "no-store"))
}

/// A picture that was kept.
#[utoipa::path(get, path = "/api/pictures/{id}", tag = "see", params(("id" = PhotoId, Path)), responses(
    (status = 200, content_type = "image/jpeg", body = [u8]), (status = 404, body = Problem)))]
async fn by_id(State(hub): State<Hub>, Asker(actor): Asker, id: Id<PhotoId>) -> Result<Response> {
    actor.allow(Permission::View)?;
    let jpeg = ops::picture::by_id(&hub, &actor, &id.get()?).await?;
    // What an id names never changes; only the person's own program may keep it.
    Ok(sent(jpeg, "private, max-age=3600, immutable"))
}

handlers! { plain:
    /// The lane's last minute in stills, oldest first; kept while a case is open there.
    get "/api/lanes/{lane}/stills" "see" View stills(hub, actor) [lane: LaneId] -> 200 Page<LaneStill>, 404
        = ready(ops::picture::stills(hub, actor, &lane));
    /// Take a fresh picture and read the plate on it.
    post "/api/cases/{case}/picture" "act" Act refresh(hub, actor) [case: CaseId] {shown: MarkPassed}
        -> 200 View, 404, 409 "no longer the holder", 502 "the camera does not answer"
        = ops::picture::for_case(hub, actor, &case, shown.fence);
}

pub(super) fn sent(jpeg: Jpeg, cache: &'static str) -> Response {
    let head = [
        (header::CONTENT_TYPE, "image/jpeg".to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::AGE, jpeg.age_s.to_string()),
        (TAKEN_AT, jpeg.taken_at.to_string()),
    ];
    (head, jpeg.bytes).into_response()
}
