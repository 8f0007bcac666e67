//! Which robot calls, and from which lane: looked up for every call, so not searched for.

use super::{Directory, Lane, Robot};
use lanedesk_domain::ids::{LaneId, RobotId};
use std::collections::HashMap;

/// Robots by number and phone, and the lane each stands at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Callers {
    numbers: HashMap<String, RobotId>,
    /// By the digits of its phone.
    phones: HashMap<String, RobotId>,
    lanes: HashMap<RobotId, LaneId>,
}

impl Callers {
    pub(super) fn of(robots: &HashMap<RobotId, Robot>, lanes: &HashMap<LaneId, Lane>) -> Self {
        let mut callers = Self::default();
        for robot in robots.values() {
            callers.numbers.insert(robot.number.clone(), robot.id.clone());
            let phone = digits(&robot.phone);
            if !phone.is_empty() {
                callers.phones.insert(phone, robot.id.clone());
            }
        }
        for lane in lanes.values() {
            if let Some(robot) = &lane.robot {
                let first = callers.lanes.entry(robot.clone()).or_insert_with(|| lane.id.clone());
                // A robot named at two lanes stands at the first of them, whatever the order of the map.
                if lane.id < *first {
                    *first = lane.id.clone();
                }
            }
        }
        callers
    }
}

impl Directory {
    /// The robot people know by this number.
    pub fn robot_numbered(&self, number: &str) -> Option<&Robot> {
        self.robots.get(self.callers.numbers.get(number)?)
    }

    /// The robot with this phone, however the number is written.
    pub fn robot_phoned(&self, phone: &str) -> Option<&Robot> {
        let phone = digits(phone);
        self.robots.get(self.callers.phones.get(&phone)?)
    }

    /// The lane a robot stands at.
    pub fn lane_of_robot(&self, robot: &RobotId) -> Option<&Lane> {
        self.lanes.get(self.callers.lanes.get(robot)?)
    }
}

/// A phone number's digits without China's code.
fn digits(phone: &str) -> String {
    let international = phone.trim_start().starts_with('+');
    let plain: String = phone.chars().filter(char::is_ascii_digit).collect();
    match plain.strip_prefix("0086") {
        Some(rest) => rest.to_owned(),
        None if international => plain.strip_prefix("86").unwrap_or(&plain).to_owned(),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_phone_is_the_same_however_it_is_written() {
        for written in ["0755-8212 0102", "075582120102", "(0755)82120102", "+86075582120102"] {
            assert_eq!(digits(written), "075582120102", "{written}");
        }
        assert_eq!(digits("8612"), "8612", "a short number may begin with 86");
        assert_eq!(digits("anonymous"), "");
    }
}
