//! What a robot is told, and QR codes on the desk's own screen (R16, R18, R21). The picture of a robot's screen comes by
//! the `lanedesk` scheme.

use super::Answer;
use crate::desk::Desk;
use lanedesk_domain::{ids::CaseId, offers::Scene};
use lanedesk_wire::robot::{Qr, RobotCommand, RobotOrder};
use tauri::State;

/// Tells the lane's robot something, once. No answer is the result `unknown`.
#[tauri::command]
#[specta::specta]
pub async fn press_robot(desk: State<'_, Desk>, case_id: CaseId, command: RobotCommand) -> Answer<RobotOrder> {
    desk.press_robot(case_id, command).await
}

/// The QR code of a case, to hold up to the driver; `scene` absent: what fits the vehicle.
#[tauri::command]
#[specta::specta]
pub async fn qr(desk: State<'_, Desk>, case_id: CaseId, scene: Option<Scene>) -> Answer<Qr> {
    desk.ask(|hub| async move { hub.qr(&case_id, scene).await }).await
}
