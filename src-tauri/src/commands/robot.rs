//! What a robot is told, and QR codes on the desk's own screen (R16, R18, R21). The picture of a robot's screen comes by
//! the `lanedesk` scheme.

use lanedesk_domain::ids::CaseId;
use lanedesk_wire::robot::{RobotCommand, RobotOrder};

commands! { desk:
    /// Tells the lane's robot something, once. No answer is the result `unknown`.
    press_robot(case_id: CaseId, command: RobotCommand) -> RobotOrder = desk.press_robot(case_id, command).await;
}
