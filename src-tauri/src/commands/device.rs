//! How devices are.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::LotId;
use lanedesk_wire::maintenance::DeviceHealth;
use tauri::State;

/// Devices within one's scope, those that cannot be reached first.
#[tauri::command]
#[specta::specta]
pub async fn devices(desk: State<'_, Desk>, lot: Option<LotId>) -> Answer<Vec<DeviceHealth>> {
    let asked = desk.ask(|hub: Hub| async move { hub.devices(lot.as_ref()).await });
    Ok(asked.await?.items)
}
