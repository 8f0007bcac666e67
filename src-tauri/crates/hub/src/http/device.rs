//! `/api/devices/{device}/hikvision`: cameras that call the hub. They can set only an address, so a key stands in it.

use super::{Id, Params, input::unreadable};
use crate::{error::Result, hub::Hub, ops};
use axum::{
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::problem::Problem;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Two pictures and a document, generously.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(hikvision))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct Keyed {
    /// The device's `push_key`.
    #[serde(default)]
    key: String,
}

/// A plate event of a Hikvision camera; answered when it is written.
#[utoipa::path(post, path = "/api/devices/{device}/hikvision", tag = "devices", security(()),
    params(("device" = DeviceId, Path), Keyed),
    request_body(content = Vec<u8>, content_type = "multipart/form-data"), responses(
    (status = 200, description = "written, or known already"),
    (status = 400, body = Problem), (status = 401, description = "wrong key", body = Problem)))]
async fn hikvision(
    State(hub): State<Hub>,
    device: Id<DeviceId>,
    keyed: Params<Keyed>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode> {
    let key = keyed.get().map(|keyed| keyed.key).unwrap_or_default();
    let opened = ops::device::caller(&hub, device.get().ok().as_ref(), "hikvision", &key)?;
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let body = body.map_err(|error| unreadable(&error))?;
    ops::device::hikvision(&hub, &opened, kind.unwrap_or_default(), &body).await?;
    Ok(StatusCode::OK)
}
