//! The site as administrators change it (R34).

use super::{Answer, opening::ExportDone};
use crate::desk::{Desk, SiteFile};
use lanedesk_client::{ChangeFilter, RowFilter, SiteFormat};
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::{
    list::Page,
    robot::Pairing,
    site::{
        Cells, ChangeRow, DeviceTest, ImportResult, NewSecret, PendingChange, PendingWord, SecretStep, SiteChange,
        SiteRow, SiteTable,
    },
};
use tauri::State;

/// Rows of a table.
#[tauri::command]
#[specta::specta]
pub async fn site_rows(desk: State<'_, Desk>, table: SiteTable, filter: RowFilter) -> Answer<Page<SiteRow>> {
    desk.ask(|hub| async move { hub.site_rows(table, &filter).await }).await
}

/// One row as it is now.
#[tauri::command]
#[specta::specta]
pub async fn site_row(desk: State<'_, Desk>, table: SiteTable, id: String) -> Answer<SiteRow> {
    desk.ask(|hub| async move { hub.site_row(table, &id).await }).await
}

/// Adds a row.
#[tauri::command]
#[specta::specta]
pub async fn add_site_row(desk: State<'_, Desk>, table: SiteTable, row: Cells) -> Answer<SiteRow> {
    desk.ask(|hub| async move { hub.add_site_row(table, row).await }).await
}

/// Changes a row that was of this version; 409 `changed_meanwhile` with the row as it is now.
#[tauri::command]
#[specta::specta]
pub async fn change_site_row(
    desk: State<'_, Desk>,
    table: SiteTable,
    id: String,
    version: String,
    row: Cells,
) -> Answer<SiteRow> {
    let change = ChangeRow { version, row };
    desk.ask(|hub| async move { hub.change_site_row(table, &id, &change).await }).await
}

/// Takes a row away.
#[tauri::command]
#[specta::specta]
pub async fn remove_site_row(desk: State<'_, Desk>, table: SiteTable, id: String, version: String) -> Answer<()> {
    desk.ask(|hub| async move { hub.remove_site_row(table, &id, &version).await }).await
}

/// Changes of the site, newest first.
#[tauri::command]
#[specta::specta]
pub async fn site_changes(desk: State<'_, Desk>, filter: ChangeFilter) -> Answer<Page<SiteChange>> {
    desk.ask(|hub| async move { hub.site_changes(&filter).await }).await
}

/// Takes a change back.
#[tauri::command]
#[specta::specta]
pub async fn undo_site_change(desk: State<'_, Desk>, change: String) -> Answer<SiteChange> {
    desk.ask(|hub| async move { hub.undo_site_change(&change).await }).await
}

/// Changes that weaken a rule of control and wait for a second administrator.
#[tauri::command]
#[specta::specta]
pub async fn pending_changes(desk: State<'_, Desk>) -> Answer<Vec<PendingChange>> {
    let asked = desk.ask(|hub| async move { hub.pending_changes().await });
    Ok(asked.await?.items)
}

/// Confirms such a change, which is in force then, or refuses it.
#[tauri::command]
#[specta::specta]
pub async fn answer_pending(desk: State<'_, Desk>, id: String, word: PendingWord) -> Answer<PendingChange> {
    desk.ask(|hub| async move { hub.answer_pending(&id, word).await }).await
}

/// Tries a device without moving anything 「测试」: as it stands in the form, or where none is given as it is saved.
#[tauri::command]
#[specta::specta]
pub async fn test_device(desk: State<'_, Desk>, id: DeviceId, row: Option<Cells>) -> Answer<DeviceTest> {
    desk.ask(|hub| async move { hub.test_device(&id, row).await }).await
}

/// Lets a tablet become the robot of this number, by a code that holds a short while.
#[tauri::command]
#[specta::specta]
pub async fn pair_robot(desk: State<'_, Desk>, number: String) -> Answer<Pairing> {
    desk.ask(|hub| async move { hub.pair_robot(&number).await }).await
}

/// One step of changing an integration's secret.
#[tauri::command]
#[specta::specta]
pub async fn rotate_secret(desk: State<'_, Desk>, id: String, step: SecretStep) -> Answer<NewSecret> {
    desk.ask(|hub| async move { hub.rotate_secret(&id, step).await }).await
}

/// One step of changing the key of a camera that calls the hub. `begin` answers the new one, this once.
#[tauri::command]
#[specta::specta]
pub async fn rotate_push_key(desk: State<'_, Desk>, id: String, step: SecretStep) -> Answer<NewSecret> {
    desk.ask(|hub| async move { hub.rotate_push_key(&id, step).await }).await
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
