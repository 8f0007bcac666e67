//! `/api/devices`, `/api/maintenance`: how devices are, and what is to be repaired

use super::{Id, Input, Language, Params, Who};
use crate::{
    error::Result,
    hub::Hub,
    ops::maintenance::{self, Devices, Which},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use lanedesk_domain::{ids::DeviceId, person::Permission};
use lanedesk_wire::{
    list::Page,
    maintenance::{CloseMaintenance, DeviceHealth, Maintenance, OpenMaintenance},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(devices)).routes(routes!(open)).routes(routes!(list)).routes(routes!(close))
}

/// Devices of one's lots, those that cannot be reached first.
#[utoipa::path(get, path = "/api/devices", tag = "device", params(Devices), responses((status = 200, body = Page<DeviceHealth>)))]
async fn devices(
    State(hub): State<Hub>,
    Who(actor): Who,
    language: Language,
    asked: Params<Devices>,
) -> Result<Json<Page<DeviceHealth>>> {
    actor.allow(Permission::SeeDevices)?;
    maintenance::devices(&hub, &actor, asked.get()?, &|finding| language.says(finding)).await.map(Json)
}

/// Says that a device is to be repaired.
#[utoipa::path(post, path = "/api/devices/{device}/maintenance", tag = "device", request_body = OpenMaintenance,
    responses((status = 201, body = Maintenance)))]
async fn open(
    State(hub): State<Hub>,
    Who(actor): Who,
    id: Id<DeviceId>,
    note: Input<OpenMaintenance>,
) -> Result<(StatusCode, Json<Maintenance>)> {
    actor.allow(Permission::Maintain)?;
    let noted = maintenance::open(&hub, &actor, &id.get()?, &note.get()?.note).await?;
    Ok((StatusCode::CREATED, Json(noted)))
}

/// What is, or was, to be repaired, newest first.
#[utoipa::path(get, path = "/api/maintenance", tag = "device", params(Which), responses((status = 200, body = Page<Maintenance>)))]
async fn list(State(hub): State<Hub>, Who(actor): Who, which: Params<Which>) -> Result<Json<Page<Maintenance>>> {
    actor.allow(Permission::Maintain)?;
    maintenance::list(&hub, &actor, which.get()?).await.map(Json)
}

/// Says what was done.
#[utoipa::path(post, path = "/api/maintenance/{entry}/close", tag = "device", request_body = CloseMaintenance,
    responses((status = 200, body = Maintenance)))]
async fn close(
    State(hub): State<Hub>,
    Who(actor): Who,
    Path(entry): Path<String>,
    done: Input<CloseMaintenance>,
) -> Result<Json<Maintenance>> {
    actor.allow(Permission::Maintain)?;
    maintenance::close(&hub, &actor, &entry, &done.get()?.repair).await.map(Json)
}
