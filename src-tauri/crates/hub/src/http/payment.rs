//! `/api/integrations/payments/events`: payments told by a payment system, signed.

use super::signed::SignedRequest;
use crate::{error::Result, hub::Hub, ops};
use axum::{extract::State, http::StatusCode};
use lanedesk_wire::{payment::PaymentEvent, problem::Problem};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(event))
}

/// A payment. Answered when it is written; a repeated `event_id` has no effect.
#[utoipa::path(post, path = "/api/integrations/payments/events", tag = "payments", security(()), params(
        ("X-Integration" = String, Header, description = "the integration's id"),
        ("X-Timestamp" = String, Header, description = "unix seconds, within 5 minutes of the hub's clock"),
        ("X-Signature" = String, Header, description = "hex(HMAC-SHA256(secret, timestamp + \".\" + body))")),
    request_body = PaymentEvent, responses((status = 200, description = "written, or known already"),
    (status = 401, description = "wrong signature or time stamp", body = Problem),
    (status = 422, description = "a value is not acceptable", body = Problem)))]
async fn event(State(hub): State<Hub>, signed: SignedRequest) -> Result<StatusCode> {
    let (from, event): (_, PaymentEvent) = signed.check(&hub, "payments").await?;
    ops::payment::take(&hub, &from, &event).await?;
    Ok(StatusCode::OK)
}
