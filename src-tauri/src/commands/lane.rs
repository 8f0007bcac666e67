//! Looking at a lane and taking it (R6–R10, R12).

use super::Answer;
use crate::desk::Desk;
use lanedesk_client::Hub;
use lanedesk_domain::ids::LaneId;
use lanedesk_wire::{case::Claimed, lane::View};
use tauri::State;

/// Looks at a lane without locking it (「查看」); its changes are told from now on.
#[tauri::command]
#[specta::specta]
pub async fn view_lane(desk: State<'_, Desk>, lane: LaneId) -> Answer<View> {
    desk.view_lane(lane).await
}

/// Takes a lane for this person (「处理」, 「再次查询」).
#[tauri::command]
#[specta::specta]
pub async fn claim_lane(desk: State<'_, Desk>, lane: LaneId) -> Answer<Claimed> {
    let named = lane.clone();
    let take = |hub: Hub| async move { hub.claim(named).await };
    desk.take(lane, take).await
}

/// A supervisor takes a held lane; the former holder is told why.
#[tauri::command]
#[specta::specta]
pub async fn take_over_lane(desk: State<'_, Desk>, lane: LaneId, reason: String) -> Answer<Claimed> {
    let named = lane.clone();
    let take = |hub: Hub| async move { hub.take_over(named, reason).await };
    desk.take(lane, take).await
}

/// Tells once when the lane becomes free (「释放后提醒我」), or no longer.
#[tauri::command]
#[specta::specta]
pub async fn remind_when_free(desk: State<'_, Desk>, lane: LaneId, on: bool) -> Answer<()> {
    desk.remind(lane, on).await
}
