//! ID photos the hub keeps. Those of the case at hand are `evidence`.

use super::Answer;
use crate::desk::Desk;
use lanedesk_domain::ids::PhotoId;
use lanedesk_wire::photo::HoldPhoto;
use tauri::State;

/// Keeps a photo beyond its retention, or lets it go again (R36).
#[tauri::command]
#[specta::specta]
pub async fn hold_photo(desk: State<'_, Desk>, id: PhotoId, hold: HoldPhoto) -> Answer<()> {
    desk.ask(|hub| async move { hub.hold_photo(&id, &hold).await }).await
}
