//! The rows a figure leads to: each list takes the figure's own filter.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::PastFilter;
use lanedesk_wire::{
    approval::Approval,
    list::Page,
    past::{LongStay, Outage, PastCall, PastCase},
};
use tauri::State;

/// Cases that ended in a time.
#[tauri::command]
#[specta::specta]
pub async fn past_cases(desk: State<'_, Desk>, filter: PastFilter) -> Answer<Page<PastCase>> {
    desk.ask(|hub| async move { hub.past_cases(&filter).await }).await
}

/// Calls that began to ring in a time.
#[tauri::command]
#[specta::specta]
pub async fn past_calls(desk: State<'_, Desk>, filter: PastFilter) -> Answer<Page<PastCall>> {
    desk.ask(|hub| async move { hub.past_calls(&filter).await }).await
}

/// Vehicles that had been inside for long at the end of a time.
#[tauri::command]
#[specta::specta]
pub async fn long_stays(desk: State<'_, Desk>, filter: PastFilter) -> Answer<Page<LongStay>> {
    desk.ask(|hub| async move { hub.long_stays(&filter).await }).await
}

/// Leave asked of supervisors in a time.
#[tauri::command]
#[specta::specta]
pub async fn past_approvals(desk: State<'_, Desk>, filter: PastFilter) -> Answer<Page<Approval>> {
    desk.ask(|hub| async move { hub.past_approvals(&filter).await }).await
}

/// Times in which devices could not be reached.
#[tauri::command]
#[specta::specta]
pub async fn outages(desk: State<'_, Desk>, filter: PastFilter) -> Answer<Page<Outage>> {
    desk.ask(|hub| async move { hub.outages(&filter).await }).await
}
