//! The site as administrators change it (R34).

use super::{Answer, opening::ExportDone};
use crate::desk::{Desk, SiteFile};
use lanedesk_client::SiteFormat;
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::site::{Cells, DeviceTest, ImportResult, SiteTable};
use tauri::State;

/// Tries a device without moving anything 「测试」: as it stands in the form, or where none is given as it is saved.
#[tauri::command]
#[specta::specta]
pub async fn test_device(desk: State<'_, Desk>, id: DeviceId, row: Option<Cells>) -> Answer<DeviceTest> {
    desk.ask(|hub| async move { hub.test_device(&id, row).await }).await
}

/// Takes a file in whole or not at all, or with `x-preview: true` looks at what it would change; how far it is, is told
/// by event. Called with the file's bytes as the raw body; its name stands in the header `x-name`, a sheet's table in
/// `x-table`.
#[tauri::command]
#[specta::specta]
pub async fn import_site(desk: State<'_, Desk>, file: SiteFile) -> Answer<ImportResult> {
    desk.import_site(file).await
}

/// Writes the site, or one of its tables, into a file of the person's download folder. Nothing where it was cancelled.
#[tauri::command]
#[specta::specta]
pub async fn export_site(
    desk: State<'_, Desk>,
    format: SiteFormat,
    table: Option<SiteTable>,
) -> Answer<Option<ExportDone>> {
    desk.export_site(format, table).await
}
