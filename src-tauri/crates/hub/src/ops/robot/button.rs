//! The robot's own call button, for kiosks that have no telephone.

use crate::{hub::Hub, ops::call};
use lanedesk_domain::ids::RobotId;

/// The driver pressed the call button: it rings as a telephone would.
pub(crate) fn pressed_call(hub: &Hub, robot: &RobotId) {
    let Some(number) = number(hub, robot) else {
        return;
    };
    let (hub, robot) = (hub.clone(), robot.clone());
    tokio::spawn(async move {
        if let Err(error) = call::robot_calls(&hub, &number).await {
            tracing::warn!(%robot, %error, "a robot's call was not taken in");
        }
    });
}

/// The driver ended the call.
pub(crate) fn hung_up(hub: &Hub, robot: &RobotId) {
    let Some(number) = number(hub, robot) else {
        return;
    };
    let (hub, robot) = (hub.clone(), robot.clone());
    tokio::spawn(async move {
        if let Err(error) = call::robot_hung_up(&hub, &number).await {
            tracing::warn!(%robot, %error, "the end of a robot's call was not taken in");
        }
    });
}

fn number(hub: &Hub, robot: &RobotId) -> Option<String> {
    let site = hub.directory();
    Some(site.robots.get(robot)?.number.clone())
}
