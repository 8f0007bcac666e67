//! What a supervisor looks at each morning.

use super::{Answer, opening::ExportDone};
use crate::desk::Desk;
use lanedesk_client::ExportFormat;
use lanedesk_domain::ids::LotId;
use lanedesk_wire::morning::Morning;
use tauri::State;

/// One day (local, `2026-11-22`) beside the 28 before it.
#[tauri::command]
#[specta::specta]
pub async fn morning(desk: State<'_, Desk>, day: String, lot: Option<LotId>) -> Answer<Morning> {
    let day = desk.day(&day)?;
    desk.ask(|hub| async move { hub.morning(day, lot).await }).await
}

/// Writes one day's figures into a file of the person's download folder. Nothing where it was cancelled.
#[tauri::command]
#[specta::specta]
pub async fn export_morning(desk: State<'_, Desk>, day: String, format: ExportFormat) -> Answer<Option<ExportDone>> {
    let day = desk.day(&day)?;
    desk.export_morning(day, format).await
}
