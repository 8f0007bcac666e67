//! `/api/health`, `/metrics` and `/api/openapi.json`: for machines, without a session.

use super::openapi;
use crate::{hub::Hub, ops};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use lanedesk_wire::health::Health;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(metrics)).routes(routes!(document))
}

/// Whether the hub can do its work, whatever the devices do.
#[utoipa::path(get, path = "/api/health", tag = "running", security(()), responses(
    (status = 200, body = Health), (status = 503, description = "the database is gone", body = Health)))]
async fn health(State(hub): State<Hub>) -> impl IntoResponse {
    let health = ops::health::health(&hub).await;
    let status = if health.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

/// Numbers for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "running", security(()), responses(
    (status = 200, content_type = "text/plain", body = String)))]
async fn metrics(State(hub): State<Hub>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], ops::health::metrics(&hub).await)
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "running", security(()), responses(
    (status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi::json())
}
