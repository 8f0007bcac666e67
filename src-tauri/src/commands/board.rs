//! What is being handled now.

use super::Answer;
use crate::desk::Desk;
use lanedesk_wire::{board::BoardItem, list::Page};
use tauri::State;

/// Lanes that people hold now, longest first.
#[tauri::command]
#[specta::specta]
pub async fn handled(desk: State<'_, Desk>) -> Answer<Page<BoardItem>> {
    desk.ask(|hub| async move { hub.handled().await }).await
}
