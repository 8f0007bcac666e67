//! The record of every manual opening (开闸列表).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::OpeningFilter;
use lanedesk_wire::{list::Page, opening::Opening};
use tauri::State;

/// Openings within one's scope, newest first.
#[tauri::command]
#[specta::specta]
pub async fn openings(desk: State<'_, Desk>, filter: OpeningFilter) -> Answer<Page<Opening>> {
    desk.ask(|hub| async move { hub.openings(&filter).await })
        .await
}
