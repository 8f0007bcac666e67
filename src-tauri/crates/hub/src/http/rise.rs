//! `/api/rises`

use super::{Params, Who};
use crate::{
    error::Result,
    hub::Hub,
    ops::rise::{self, AskedRises},
};
use axum::{Json, extract::State};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{list::Page, rise::Rise};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Barriers that rose without an order of ours and without an automatic passage, newest first (R40).
#[utoipa::path(get, path = "/api/rises", tag = "rise", params(AskedRises), responses((status = 200, body = Page<Rise>)))]
async fn list(State(hub): State<Hub>, Who(actor): Who, asked: Params<AskedRises>) -> Result<Json<Page<Rise>>> {
    actor.allow(Permission::OpeningsOfOthers)?;
    rise::list(&hub, &actor, asked.get()?).await.map(Json)
}
