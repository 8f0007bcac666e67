//! What is to be repaired.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::MaintenanceFilter;
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::{list::Page, maintenance::Maintenance};
use tauri::State;

/// Notes something to repair.
#[tauri::command]
#[specta::specta]
pub async fn open_maintenance(desk: State<'_, Desk>, device: DeviceId, note: String) -> Answer<Maintenance> {
    desk.ask(|hub| async move { hub.open_maintenance(&device, note).await }).await
}

/// Repairs, newest first.
#[tauri::command]
#[specta::specta]
pub async fn maintenance(desk: State<'_, Desk>, filter: MaintenanceFilter) -> Answer<Page<Maintenance>> {
    desk.ask(|hub| async move { hub.maintenance(&filter).await }).await
}

/// Notes what was done.
#[tauri::command]
#[specta::specta]
pub async fn close_maintenance(desk: State<'_, Desk>, id: String, repair: String) -> Answer<Maintenance> {
    desk.ask(|hub| async move { hub.close_maintenance(&id, repair).await }).await
}
