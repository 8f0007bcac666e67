//! The record of every manual opening (开闸列表).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::{ExportFormat, Hub, OpeningFilter};
use lanedesk_domain::ids::OpeningId;
use lanedesk_wire::{
    case::TimelineEntry,
    list::Page,
    opening::Opening,
    photo::Evidence,
    statistics::{By, Statistics},
};
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

/// Openings within one's scope, newest first.
#[tauri::command]
#[specta::specta]
pub async fn openings(desk: State<'_, Desk>, filter: OpeningFilter) -> Answer<Page<Opening>> {
    desk.ask(|hub| async move { hub.openings(&filter).await }).await
}

/// One opening.
#[tauri::command]
#[specta::specta]
pub async fn opening(desk: State<'_, Desk>, id: OpeningId) -> Answer<Opening> {
    desk.ask(|hub| async move { hub.opening(&id).await }).await
}

/// Everything that happened in an opening's case, in order (R35).
#[tauri::command]
#[specta::specta]
pub async fn opening_timeline(desk: State<'_, Desk>, id: OpeningId) -> Answer<Vec<TimelineEntry>> {
    let asked = desk.ask(|hub: Hub| async move { hub.opening_timeline(&id).await });
    Ok(asked.await?.items)
}

/// Where the photos of an opening stand: kept, held, deleted when their time had come, or damaged (R36).
#[tauri::command]
#[specta::specta]
pub async fn opening_photos(desk: State<'_, Desk>, id: OpeningId) -> Answer<Vec<Evidence>> {
    let asked = desk.ask(|hub: Hub| async move { hub.opening_photos(&id).await });
    Ok(asked.await?.items)
}

/// From now on photos may be taken for this opening, which owes them (补录, R24). Answers the opening as it stands.
#[tauri::command]
#[specta::specta]
pub async fn bring_photos(desk: State<'_, Desk>, id: OpeningId) -> Answer<Opening> {
    desk.bring_photos(id).await
}

/// Waits no longer for overdue photos of a release, with a reason (补录, R24). Answers the opening as it stands.
#[tauri::command]
#[specta::specta]
pub async fn close_photos(desk: State<'_, Desk>, id: OpeningId, reason: String) -> Answer<Opening> {
    desk.ask(|hub: Hub| async move { hub.close_photos(&id, reason).await }).await
}

/// Counts over the openings of a filter; each bar's key goes back into the filter.
#[tauri::command]
#[specta::specta]
pub async fn opening_statistics(desk: State<'_, Desk>, filter: OpeningFilter, by: By) -> Answer<Statistics> {
    desk.ask(|hub| async move { hub.opening_statistics(&filter, by).await }).await
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
