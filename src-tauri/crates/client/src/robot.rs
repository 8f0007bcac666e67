//! Commands to a robot: made once where the person pressed, never repeated as another command (R13, R26).

use crate::{CallError, Hub};
use lanedesk_domain::{
    ids::{CaseId, Fence, OrderId},
    order::OrderResult,
};
use lanedesk_wire::robot::{RobotAnswer, RobotCommand, RobotOrder, RobotPress};

impl Hub {
    /// Tells the lane's robot something, once. Where nobody answers, the result is `unknown`: it may have heard.
    pub async fn press_robot(
        &self,
        case: CaseId,
        fence: Fence,
        command: RobotCommand,
    ) -> Result<RobotOrder, CallError> {
        let pressed = self.pressed()?;
        let path = format!("/api/cases/{case}/robot");
        let press = RobotPress { order_id: OrderId::new(), fence, command, made_at: Some(pressed.made_at) };
        let id = press.order_id;
        if let Some(answer) = self.send_once(pressed, id, &path, &press).await {
            return answer.map(|answer: RobotAnswer| answer.order);
        }
        let detail = self.language().pick(
            "没有收到机器人的回执，可能已送达。请先看机器人屏幕。",
            "No answer from the robot; it may have heard. Look at its screen first.",
        );
        Ok(RobotOrder {
            id,
            case,
            command: name_of(&press.command),
            result: OrderResult::Unknown,
            detail: detail.to_owned(),
            at: pressed.made_at,
        })
    }
}

/// The command's `type`, as the hub writes it.
fn name_of(command: &RobotCommand) -> String {
    let name = match command {
        RobotCommand::ShowQr { .. } => "show_qr",
        RobotCommand::ShowText { .. } => "show_text",
        RobotCommand::Speak { .. } => "speak",
        RobotCommand::Light { .. } => "light",
        RobotCommand::Capture => "capture",
        RobotCommand::Restart => "restart",
        RobotCommand::HangUp => "hang_up",
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_wire::robot::RobotLight;

    #[test]
    fn a_command_is_named_as_the_wire_names_it() {
        for command in [
            RobotCommand::ShowQr { scene: None },
            RobotCommand::ShowText { scene: None, text: None },
            RobotCommand::Speak { text: String::new() },
            RobotCommand::Light { light: RobotLight::Red },
            RobotCommand::Capture,
            RobotCommand::Restart,
            RobotCommand::HangUp,
        ] {
            let wire = serde_json::to_value(&command).unwrap();
            assert_eq!(wire["type"], name_of(&command));
        }
    }
}
