//! The record of every manual opening (开闸列表).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::ExportFormat;
use lanedesk_domain::ids::OpeningId;
use lanedesk_wire::{filter::OpeningFilter, opening::Opening};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ExportDone {
    /// The file.
    pub path: String,
    /// Openings in it; absent where the hub did not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
}

/// From now on photos may be taken for this opening, which owes them (补录, R24). Answers the opening as it stands.
#[tauri::command]
#[specta::specta]
pub async fn bring_photos(desk: State<'_, Desk>, id: OpeningId) -> Answer<Opening> {
    desk.bring_photos(id).await
}

/// Writes the openings of a filter into a file of the person's download folder; its progress is told by event.
/// Nothing where it was cancelled.
#[tauri::command]
#[specta::specta]
pub async fn export_openings(
    desk: State<'_, Desk>,
    filter: OpeningFilter,
    format: ExportFormat,
) -> Answer<Option<ExportDone>> {
    desk.export_openings(filter, format).await
}

/// Stops the export that is being written; nothing of it stays.
#[tauri::command]
#[specta::specta]
pub async fn cancel_export(desk: State<'_, Desk>) -> Answer<()> {
    desk.cancel_export();
    Ok(())
}
