//! Working a case: the fence stays in Rust, the page names only the case.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::case::{Claimed, CloseCase, HandOver};
use tauri::State;

/// The case this person works now, so that a reloaded page finds its work again.
#[tauri::command]
#[specta::specta]
pub async fn current_case(desk: State<'_, Desk>) -> Answer<Option<Claimed>> {
    desk.current_case().await
}

/// Ends the case and frees the lane at once (R8).
#[tauri::command]
#[specta::specta]
pub async fn close_case(desk: State<'_, Desk>, case_id: CaseId, close: CloseCase) -> Answer<()> {
    let end = |hub: Hub, id: CaseId| async move { hub.close_case(id, close).await };
    desk.end_case(case_id, end).await
}

/// Hands the case to another person with a note.
#[tauri::command]
#[specta::specta]
pub async fn hand_over_case(desk: State<'_, Desk>, case_id: CaseId, to: HandOver) -> Answer<()> {
    let end = |hub: Hub, id: CaseId| async move { hub.hand_over(id, to).await };
    desk.end_case(case_id, end).await
}
