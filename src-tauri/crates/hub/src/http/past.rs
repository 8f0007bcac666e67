//! `/api/cases`, `/api/calls/past`, `/api/stays`, `/api/outages`: the rows a figure leads to

use super::{Params, Who};
use crate::{
    error::Result,
    hub::Hub,
    ops::past::{self, AskedPast},
};
use axum::{Json, extract::State};
use lanedesk_domain::person::Permission;
use lanedesk_wire::{
    list::Page,
    past::{LongStay, Outage, PastCall, PastCase},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(cases)).routes(routes!(calls)).routes(routes!(stays)).routes(routes!(outages))
}

/// Cases that ended in a time, newest end first.
#[utoipa::path(get, path = "/api/cases", tag = "report", params(AskedPast), responses((status = 200, body = Page<PastCase>)))]
async fn cases(State(hub): State<Hub>, Who(actor): Who, asked: Params<AskedPast>) -> Result<Json<Page<PastCase>>> {
    actor.allow(Permission::Statistics)?;
    past::cases(&hub, &actor, asked.get()?).await.map(Json)
}

/// Calls that began to ring in a time, newest first.
#[utoipa::path(get, path = "/api/calls/past", tag = "report", params(AskedPast), responses((status = 200, body = Page<PastCall>)))]
async fn calls(State(hub): State<Hub>, Who(actor): Who, asked: Params<AskedPast>) -> Result<Json<Page<PastCall>>> {
    actor.allow(Permission::Statistics)?;
    past::calls(&hub, &actor, asked.get()?).await.map(Json)
}

/// Vehicles that had been inside for long at the end of a time, longest first.
#[utoipa::path(get, path = "/api/stays", tag = "report", params(AskedPast), responses((status = 200, body = Page<LongStay>)))]
async fn stays(State(hub): State<Hub>, Who(actor): Who, asked: Params<AskedPast>) -> Result<Json<Page<LongStay>>> {
    actor.allow(Permission::Statistics)?;
    past::stays(&hub, &actor, asked.get()?).await.map(Json)
}

/// Times in which devices could not be reached, newest first.
#[utoipa::path(get, path = "/api/outages", tag = "report", params(AskedPast), responses((status = 200, body = Page<Outage>)))]
async fn outages(State(hub): State<Hub>, Who(actor): Who, asked: Params<AskedPast>) -> Result<Json<Page<Outage>>> {
    actor.allow(Permission::Statistics)?;
    past::outages(&hub, &actor, asked.get()?).await.map(Json)
}
