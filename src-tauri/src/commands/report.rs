//! The daily report.

use super::Answer;
use crate::desk::Desk;
use lanedesk_wire::report::Report;
use tauri::State;

/// One day (local, `2026-11-22`) of the lots in scope.
#[tauri::command]
#[specta::specta]
pub async fn report(desk: State<'_, Desk>, day: String) -> Answer<Report> {
    let day = desk.day(&day)?;
    desk.ask(|hub| async move { hub.report(day).await }).await
}

/// This person's word that they read it.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_report(desk: State<'_, Desk>, day: String) -> Answer<Report> {
    let day = desk.day(&day)?;
    desk.ask(|hub| async move { hub.acknowledge_report(day).await }).await
}
