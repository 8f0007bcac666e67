//! `/api/devices/{device}/hikvision`: cameras that call the hub. They can set only an address, so a key stands in it, and it
//! is looked at before anything of the body is read.

use super::{input::read, prove, session::origin};
use crate::{error::Result, hub::Hub, ops, runtime::OpenDevice};
use axum::{
    extract::{FromRequest, FromRequestParts as _, Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::problem::Problem;
use std::{convert::Infallible, net::IpAddr, sync::Arc};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Two pictures and a document, generously.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(hikvision))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DeviceKey {
    /// The device's `push_key`.
    #[serde(default)]
    key: String,
}

/// A call of a device, of which only the head was looked at.
struct Call {
    device: Option<DeviceId>,
    key: String,
    from: IpAddr,
    request: Request,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let (mut parts, body) = request.into_parts();
        let path = Path::<String>::from_request_parts(&mut parts, state).await;
        let keyed = Query::<DeviceKey>::from_request_parts(&mut parts, state).await;
        Ok(Self {
            device: path.ok().and_then(|Path(id)| id.parse().ok()),
            key: keyed.map(|Query(keyed)| keyed.key).unwrap_or_default(),
            from: origin(&parts.extensions),
            request: Request::from_parts(parts, body),
        })
    }
}

/// What a device brought once its key was right.
struct DevicePush {
    opened: Arc<OpenDevice>,
    from: IpAddr,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// The body, if the key is the device's.
    async fn answered(self, hub: &Hub, driver: &str) -> Result<DevicePush> {
        let (device, from) = (self.device.as_ref(), self.from);
        let opened = ops::device::caller(hub, device, driver, &self.key, from)?;
        let (parts, body) = self.request.into_parts();
        prove(&parts.extensions);
        Ok(DevicePush { opened, from, headers: parts.headers, body: read(body, BODY_LIMIT).await? })
    }
}

/// A plate event of a Hikvision camera; answered when it is written.
#[utoipa::path(post, path = "/api/devices/{device}/hikvision", tag = "devices", security(()),
    params(("device" = DeviceId, Path), DeviceKey),
    request_body(content((Vec<u8> = "multipart/form-data"), (String = "application/xml"))), responses(
    (status = 200, description = "written, or known already"),
    (status = 400, body = Problem), (status = 401, description = "wrong key, or not from where it may call", body = Problem),
    (status = 429, description = "too many wrong keys from there, with `Retry-After`", body = Problem)))]
async fn hikvision(State(hub): State<Hub>, call: Call) -> Result<StatusCode> {
    let push = call.answered(&hub, "hikvision").await?;
    let kind = push.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    ops::device::hikvision(&hub, &push.opened, push.from, kind, &push.body).await?;
    Ok(StatusCode::OK)
}
