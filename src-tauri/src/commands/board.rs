//! The live board (R3).

use super::Answer;
use crate::desk::Desk;
use lanedesk_wire::board::Board;
use tauri::State;

/// What is being handled now.
#[tauri::command]
#[specta::specta]
pub async fn board(desk: State<'_, Desk>) -> Answer<Board> {
    desk.ask(|hub| async move { hub.board().await }).await
}
