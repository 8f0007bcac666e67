//! `/api/photos/{id}`

use super::{Asker, Id, Params, handler::handlers};
use crate::{error::Result, hub::Hub, ops};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use lanedesk_domain::{ids::PhotoId, person::Permission};
use lanedesk_wire::{photo::HoldPhoto, problem::Problem};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    plain().routes(routes!(view))
}

#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Size {
    /// Cells too coarse to read.
    Thumb,
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct EvidenceQuery {
    /// `thumb` for a masked thumbnail, which is not logged as a view.
    #[param(inline)]
    size: Option<Size>,
}

/// A photo of a document, with the viewer's name and time burnt in; every view is logged (R36).
#[utoipa::path(get, path = "/api/photos/{id}", tag = "see", params(("id" = String, Path), EvidenceQuery), responses(
    (status = 200, content_type = "image/jpeg", body = [u8]), (status = 404, body = Problem),
    (status = 409, description = "the evidence is damaged", body = Problem),
    (status = 410, description = "deleted when its time had come", body = Problem)))]
async fn view(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    id: Id<PhotoId>,
    asked: Params<EvidenceQuery>,
) -> Result<Response> {
    actor.allow(Permission::Openings)?;
    let id = id.get()?;
    let jpeg = match asked.get()?.size {
        Some(Size::Thumb) => ops::evidence::thumb(&hub, &actor, &id).await?,
        None => ops::evidence::view(&hub, &actor, &id).await?,
    };
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, jpeg).into_response())
}

handlers! { plain:
    /// Keep a photo beyond its time, or let it go again.
    post "/api/photos/{id}/hold" "act" OpeningsOfOthers hold(hub, actor) [id: PhotoId] {wanted: HoldPhoto}
        -> 204, 404, 410 "deleted already" = ops::evidence::hold(hub, actor, &id, wanted);
}
