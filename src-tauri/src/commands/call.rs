//! Drivers' calls (R29 to R32).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::{CallId, CaseId, LaneId};
use lanedesk_wire::{call::Taken, case::Claimed};
use tauri::State;

/// Takes a call, and its lane with it where that is known and free (R30). `lane`: the call's, where it is known.
#[tauri::command]
#[specta::specta]
pub async fn take_call(desk: State<'_, Desk>, id: CallId, lane: Option<LaneId>) -> Answer<Taken> {
    desk.take_call(lane, |hub: Hub| async move { hub.take_call(id).await }).await
}

/// Opens a case for a driver on another line (「手工建单」, R31).
#[tauri::command]
#[specta::specta]
pub async fn open_by_hand(desk: State<'_, Desk>, lane: LaneId, caller: Option<String>) -> Answer<Taken> {
    let named = Some(lane.clone());
    let take = |hub: Hub| async move { hub.open_by_hand(lane, caller).await };
    desk.take_call(named, take).await
}

/// Goes on with the case at another lane (「转到此道口」, R11).
#[tauri::command]
#[specta::specta]
pub async fn move_case(desk: State<'_, Desk>, case_id: CaseId, lane: LaneId) -> Answer<Claimed> {
    desk.move_case(case_id, lane).await
}
