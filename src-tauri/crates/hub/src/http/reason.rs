//! `/api/reasons`

use super::Who;
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{list::Page, release::ReasonChoice};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The reasons people may choose for a release, and what each asks for at an exit.
#[utoipa::path(get, path = "/api/reasons", tag = "records", responses((status = 200, body = Page<ReasonChoice>)))]
async fn list(State(hub): State<Hub>, Who(actor): Who) -> Result<Json<Page<ReasonChoice>>> {
    actor.allow(Permission::View)?;
    ops::release::reasons(&hub, &actor).map(Json)
}
