//! What a robot is told, and QR codes on the desk's own screen (R16, R18, R21). The picture of a robot's screen comes by
//! the `lanedesk` scheme.

use super::Answer;
use crate::desk::Desk;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::robot::{RobotCommand, RobotOrder};
use tauri::State;

/// Tells the lane's robot something, once. No answer is the result `unknown`.
#[tauri::command]
#[specta::specta]
pub async fn press_robot(desk: State<'_, Desk>, case_id: CaseId, command: RobotCommand) -> Answer<RobotOrder> {
    desk.press_robot(case_id, command).await
}
