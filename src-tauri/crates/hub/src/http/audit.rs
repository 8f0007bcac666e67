//! `/api/audit`

use super::Who;
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_wire::audit::AuditHead;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(head))
}

/// A fresh signed head of the audit chains. A copy kept outside proves later tampering (`verify-audit --head`).
#[utoipa::path(get, path = "/api/audit/head", tag = "audit", responses((status = 200, body = AuditHead)))]
async fn head(State(hub): State<Hub>, Who(actor): Who) -> Result<Json<AuditHead>> {
    ops::audit::head(&hub, &actor).await.map(Json)
}
