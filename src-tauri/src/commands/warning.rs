//! Patterns worth a look (FIELD.md).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::WarningFilter;
use lanedesk_domain::ids::WarningId;
use lanedesk_wire::{list::Page, warning::Warning};
use tauri::State;

/// Warnings within one's scope, newest first.
#[tauri::command]
#[specta::specta]
pub async fn warnings(desk: State<'_, Desk>, filter: WarningFilter) -> Answer<Page<Warning>> {
    desk.ask(|hub| async move { hub.warnings(&filter).await }).await
}

/// Sets a warning aside, with a reason.
#[tauri::command]
#[specta::specta]
pub async fn dismiss_warning(desk: State<'_, Desk>, id: WarningId, reason: String) -> Answer<()> {
    desk.ask(|hub| async move { hub.dismiss_warning(&id, reason).await }).await
}
