//! `/api/session`

use super::Input;
use crate::{auth::Visitor, error::Result, hub::Hub, ops, origin::Origin};
use axum::{
    Json,
    extract::{DefaultBodyLimit, FromRequestParts, State},
    http::{Extensions, StatusCode, request::Parts},
};
use lanedesk_wire::{
    problem::Problem,
    session::{Login, Person, Session},
};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(log_in, who_am_i, log_out)).layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// What a log-in may say, bytes: names and passwords are short, and anybody may send one.
pub(super) const BODY_LIMIT: usize = 16 * 1024;

/// Where a request comes from, as far as it is believed.
pub(super) struct RequestOrigin(pub(super) IpAddr);

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(origin(&parts.extensions)))
    }
}

/// The same of what a request carries along.
pub(super) fn origin(extensions: &Extensions) -> IpAddr {
    let origin = extensions.get::<Origin>();
    origin.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |origin| origin.0)
}

/// Log in.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = Login, responses(
    (status = 201, body = Session),
    (status = 401, description = "`bad_credentials`", body = Problem),
    (status = 429, description = "`too_many_attempts`, with `Retry-After`", body = Problem)))]
async fn log_in(
    State(hub): State<Hub>,
    RequestOrigin(from): RequestOrigin,
    login: Input<Login>,
) -> Result<(StatusCode, Json<Session>)> {
    let session = ops::session::log_in(&hub, login.get()?, from).await?;
    Ok((StatusCode::CREATED, Json(session)))
}

/// The person of the session.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = Person)))]
async fn who_am_i(State(hub): State<Hub>, visitor: Visitor) -> Result<Json<Person>> {
    ops::session::present(&hub, &visitor.actor, visitor.beyond).await.map(Json)
}

/// Log out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
async fn log_out(State(hub): State<Hub>, visitor: Visitor) -> Result<StatusCode> {
    ops::session::log_out(&hub, &visitor).await?;
    Ok(StatusCode::NO_CONTENT)
}
