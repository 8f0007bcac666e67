//! The lane picture. Its bytes come by the `lanedesk` scheme, never through a command.

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::{CaseId, LaneId};
use lanedesk_wire::lane::{LaneStill, View};
use tauri::State;

/// Takes a fresh still and reads its plate (「刷新图片」).
#[tauri::command]
#[specta::specta]
pub async fn refresh_picture(desk: State<'_, Desk>, case_id: CaseId) -> Answer<View> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.refresh_picture(&id, fence).await };
    desk.step(case_id, step).await
}

/// The lane's last minute in stills, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn lane_stills(desk: State<'_, Desk>, lane: LaneId) -> Answer<Vec<LaneStill>> {
    desk.ask(|hub| async move { hub.lane_stills(&lane).await }).await
}
