//! `/api/devices`, `/api/maintenance`: how devices are, and what is to be repaired

use super::{Asker, Input, Language, handler::handlers};
use crate::{
    error::Result,
    hub::Hub,
    ops::maintenance::{self, Devices, MaintenanceQuery},
};
use axum::{
    Json,
    extract::{Path, State},
};
use lanedesk_domain::{ids::DeviceId, person::Permission};
use lanedesk_wire::{
    list::Page,
    maintenance::{CloseMaintenance, DeviceHealth, Maintenance, OpenMaintenance},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    plain().routes(routes!(close))
}

handlers! { plain:
    /// Devices of one's lots, those that cannot be reached first.
    get "/api/devices" "device" SeeDevices devices(hub, actor; language: Language) ?[asked: Devices] -> 200 Page<DeviceHealth>
        = maintenance::devices(hub, actor, asked, &|finding| language.says(finding));
    /// Says that a device is to be repaired.
    post "/api/devices/{device}/maintenance" "device" Maintain open(hub, actor) [id: DeviceId] {said: OpenMaintenance}
        -> 201 Maintenance = maintenance::open(hub, actor, &id, &said.note);
    /// What is, or was, to be repaired, newest first.
    get "/api/maintenance" "device" Maintain list(hub, actor) ?[which: MaintenanceQuery] -> 200 Page<Maintenance>
        = maintenance::list(hub, actor, which);
}

/// Says what was done.
#[utoipa::path(post, path = "/api/maintenance/{entry}/close", tag = "device", request_body = CloseMaintenance,
    responses((status = 200, body = Maintenance)))]
async fn close(
    State(hub): State<Hub>,
    Asker(actor): Asker,
    Path(entry): Path<String>,
    done: Input<CloseMaintenance>,
) -> Result<Json<Maintenance>> {
    actor.allow(Permission::Maintain)?;
    maintenance::close(&hub, &actor, &entry, &done.get()?.repair).await.map(Json)
}
