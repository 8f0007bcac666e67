//! Barriers that rose without us (R40).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::RiseFilter;
use lanedesk_wire::{list::Page, rise::Rise};
use tauri::State;

/// Rises within one's scope, newest first.
#[tauri::command]
#[specta::specta]
pub async fn rises(desk: State<'_, Desk>, filter: RiseFilter) -> Answer<Page<Rise>> {
    desk.ask(|hub| async move { hub.rises(&filter).await }).await
}
