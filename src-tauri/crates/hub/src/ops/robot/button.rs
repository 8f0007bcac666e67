//! The robot's own call button, for kiosks that have no telephone.

use crate::hub::Hub;
use lanedesk_domain::ids::RobotId;

/// The driver pressed the call button.
pub(crate) fn pressed_call(hub: &Hub, robot: &RobotId) {
    tracing::info!(hub = hub.id(), %robot, "the call button was pressed");
}

/// The driver ended the call.
pub(crate) fn hung_up(hub: &Hub, robot: &RobotId) {
    tracing::info!(hub = hub.id(), %robot, "the driver hung up");
}
