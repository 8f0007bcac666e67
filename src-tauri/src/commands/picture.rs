//! The lane picture. Its bytes come by the `lanedesk` scheme, never through a command.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::lane::View;
use tauri::State;

/// Takes a fresh still and reads its plate (「刷新图片」).
#[tauri::command]
#[specta::specta]
pub async fn refresh_picture(desk: State<'_, Desk>, case_id: CaseId) -> Answer<View> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.refresh_picture(&id, fence).await };
    desk.step(case_id, step).await
}
