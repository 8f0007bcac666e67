//! The lane picture. Its bytes come by the `lanedesk` scheme, never through a command.

use super::Answer;
use crate::desk::Desk;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::lane::View;
use tauri::State;

/// Takes a fresh still and reads its plate (「刷新图片」).
#[tauri::command]
#[specta::specta]
pub async fn refresh_picture(desk: State<'_, Desk>, case_id: CaseId) -> Answer<View> {
    let _ = (case);
    Err(desk.stub())
}
