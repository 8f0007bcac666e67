//! Working a case: the fence stays in Rust, the page names only the case.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::{
    ids::{CaseId, StayId},
    lane::Direction,
};
use lanedesk_wire::{
    case::{Claimed, CloseCase, HandOver},
    lane::View,
};
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
    let end = |hub: Hub, id: CaseId| async move { hub.close_case(&id, &close).await };
    desk.end_case(case_id, end).await
}

/// Types the right plate.
#[tauri::command]
#[specta::specta]
pub async fn correct_plate(desk: State<'_, Desk>, case_id: CaseId, plate: String) -> Answer<View> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.correct_plate(&id, fence, plate).await };
    desk.step(case_id, step).await
}

/// Looks an unlicensed vehicle up by the driver's phone.
#[tauri::command]
#[specta::specta]
pub async fn find_phone(desk: State<'_, Desk>, case_id: CaseId, phone: String) -> Answer<View> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.find_phone(&id, fence, phone).await };
    desk.step(case_id, step).await
}

/// Chooses among the look-alikes inside.
#[tauri::command]
#[specta::specta]
pub async fn choose_vehicle(desk: State<'_, Desk>, case_id: CaseId, candidate: StayId) -> Answer<View> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.choose_vehicle(&id, fence, candidate).await };
    desk.step(case_id, step).await
}

/// Says which way the vehicle goes on a `both` lane (R42).
#[tauri::command]
#[specta::specta]
pub async fn set_direction(desk: State<'_, Desk>, case_id: CaseId, direction: Direction) -> Answer<View> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.set_direction(&id, fence, direction).await };
    desk.step(case_id, step).await
}

/// Says that the vehicle went through (「已通过」, R37).
#[tauri::command]
#[specta::specta]
pub async fn mark_passed(desk: State<'_, Desk>, case_id: CaseId) -> Answer<View> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.mark_passed(&id, fence).await };
    desk.step(case_id, step).await
}

/// Hands the case to another person with a note.
#[tauri::command]
#[specta::specta]
pub async fn hand_over_case(desk: State<'_, Desk>, case_id: CaseId, to: HandOver) -> Answer<()> {
    let end = |hub: Hub, id: CaseId| async move { hub.hand_over(&id, &to).await };
    desk.end_case(case_id, end).await
}
