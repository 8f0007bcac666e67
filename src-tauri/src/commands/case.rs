//! Working a case: the fence stays in Rust, the page names only the case.

use super::Answer;
use crate::desk::Desk;
use lanedesk_domain::{ids::{CaseId, StayId}, lane::Direction};
use lanedesk_wire::{case::{Claimed, CloseCase, HandOver}, lane::View};
use tauri::State;

/// The case this person works now, so that a reloaded page finds its work again.
#[tauri::command]
#[specta::specta]
pub async fn current_case(desk: State<'_, Desk>) -> Answer<Option<Claimed>> {
    Err(desk.stub())
}

/// Ends the case and frees the lane at once (R8).
#[tauri::command]
#[specta::specta]
pub async fn close_case(desk: State<'_, Desk>, case_id: CaseId, close: CloseCase) -> Answer<()> {
    let _ = (case_id, close);
    Err(desk.stub())
}

/// Types the right plate.
#[tauri::command]
#[specta::specta]
pub async fn correct_plate(desk: State<'_, Desk>, case_id: CaseId, plate: String) -> Answer<View> {
    let _ = (case_id, plate);
    Err(desk.stub())
}

/// Looks an unlicensed vehicle up by the driver's phone.
#[tauri::command]
#[specta::specta]
pub async fn find_phone(desk: State<'_, Desk>, case_id: CaseId, phone: String) -> Answer<View> {
    let _ = (case_id, phone);
    Err(desk.stub())
}

/// Chooses among the look-alikes inside.
#[tauri::command]
#[specta::specta]
pub async fn choose_vehicle(desk: State<'_, Desk>, case_id: CaseId, candidate: StayId) -> Answer<View> {
    let _ = (case_id, candidate);
    Err(desk.stub())
}

/// Says which way the vehicle goes on a `both` lane (R42).
#[tauri::command]
#[specta::specta]
pub async fn set_direction(desk: State<'_, Desk>, case_id: CaseId, direction: Direction) -> Answer<View> {
    let _ = (case_id, direction);
    Err(desk.stub())
}

/// Says that the vehicle went through (「已通过」, R37).
#[tauri::command]
#[specta::specta]
pub async fn mark_passed(desk: State<'_, Desk>, case_id: CaseId) -> Answer<View> {
    let _ = (case);
    Err(desk.stub())
}

/// Hands the case to another person with a note.
#[tauri::command]
#[specta::specta]
pub async fn hand_over_case(desk: State<'_, Desk>, case_id: CaseId, to: HandOver) -> Answer<()> {
    let _ = (case_id, to);
    Err(desk.stub())
}
