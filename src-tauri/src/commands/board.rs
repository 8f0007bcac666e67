//! What is being handled now, and who needs help (R3).

use super::Answer;
use crate::desk::Desk;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::{
    board::{Board, BoardItem},
    list::Page,
};
use tauri::State;

/// Lanes that people hold now, longest first.
#[tauri::command]
#[specta::specta]
pub async fn handled(desk: State<'_, Desk>) -> Answer<Page<BoardItem>> {
    desk.ask(|hub| async move { hub.handled().await }).await
}

/// The supervisor's board: lanes, calls that wait, devices out of reach, help asked for, today.
#[tauri::command]
#[specta::specta]
pub async fn board(desk: State<'_, Desk>) -> Answer<Board> {
    desk.ask(|hub| async move { hub.board().await }).await
}

/// Asks a supervisor for help with the case at hand 「需要帮助」.
#[tauri::command]
#[specta::specta]
pub async fn ask_help(desk: State<'_, Desk>, case_id: CaseId, note: String) -> Answer<()> {
    desk.ask(|hub| async move { hub.ask_help(&case_id, note).await }).await
}

/// Answers a holder who asked for help.
#[tauri::command]
#[specta::specta]
pub async fn answer_help(desk: State<'_, Desk>, case_id: CaseId, note: String) -> Answer<()> {
    desk.ask(|hub| async move { hub.answer_help(&case_id, note).await }).await
}

/// Help is no longer needed.
#[tauri::command]
#[specta::specta]
pub async fn drop_help(desk: State<'_, Desk>, case_id: CaseId) -> Answer<()> {
    desk.ask(|hub| async move { hub.drop_help(&case_id).await }).await
}
