//! `/api/session`

use super::{Input, Who};
use crate::{auth::Visitor, error::Result, hub::Hub, ops};
use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use lanedesk_wire::{
    problem::Problem,
    session::{Login, Person, Session},
};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(log_in, who_am_i, log_out))
}

/// Where a request comes from: the proxy's word where one stands before the hub, else the other end of the line.
pub(super) struct From(pub(super) IpAddr);

impl FromRequestParts<Hub> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<axum::extract::ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let forwarded = parts
            .headers
            .get("x-forwarded-for")
            .and_then(|value| value.to_str().ok());
        // The last entry is the one our own proxy wrote; those before it anybody can invent.
        let told = forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
        Ok(Self(told.filter(|_| hub.behind_proxy()).unwrap_or(peer)))
    }
}

/// Log in.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = Login, responses(
    (status = 201, body = Session),
    (status = 401, description = "`bad_credentials`", body = Problem),
    (status = 429, description = "`too_many_attempts`, with `Retry-After`", body = Problem)))]
async fn log_in(
    State(hub): State<Hub>,
    From(from): From,
    login: Input<Login>,
) -> Result<(StatusCode, Json<Session>)> {
    let session = ops::session::log_in(&hub, login.get()?, from).await?;
    Ok((StatusCode::CREATED, Json(session)))
}

/// The person of the session.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = Person)))]
async fn who_am_i(State(hub): State<Hub>, Who(actor): Who) -> Result<Json<Person>> {
    ops::session::present(&hub, &actor).await.map(Json)
}

/// Log out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
async fn log_out(State(hub): State<Hub>, visitor: Visitor) -> Result<StatusCode> {
    ops::session::log_out(&hub, &visitor).await?;
    Ok(StatusCode::NO_CONTENT)
}
