//! Robots: what people tell them, what they tell of themselves, and what they show by themselves (R16, R20, R21).
//!
//! A command is checked, written down and committed, and only then sent, once. The hub that holds the robot's link
//! sends it: this one at once, another one when it reads it in the outbox.

mod button;
mod deliver;
mod idle;
mod order;
mod pair;
mod photo;
mod qr;
mod scene;
mod state;

pub(crate) use button::{hung_up, pressed_call};
pub(crate) use deliver::hand_out;
pub use idle::run as keep_screens;
pub(crate) use idle::{another, idle, paid, welcome};
pub use order::order;
pub use pair::{open as open_pairing, pair};
pub(crate) use photo::{pose, posed, take as take_photo};
pub use qr::qr;
pub use state::{caller, load, screen};
pub(crate) use state::{due, heard, key_fits, linked, told, unlinked};

use crate::{directory::Directory, hub::Hub, robots::RobotStatus};
use lanedesk_domain::ids::{LaneId, LotId, RobotId};
use lanedesk_wire::{
    lane::RobotFacts,
    stream::{Told, ViewParts},
};

/// The kiosk of a lane as pages show it; none where there is none (R14).
pub(crate) fn facts(hub: &Hub, site: &Directory, lane: &LaneId) -> Option<RobotFacts> {
    let id = site.lanes.get(lane)?.robot.as_ref()?;
    let robot = site.robots.get(id)?;
    let now = hub.robots().now(id);
    Some(now.facts(&robot.number, &robot.phone, lane))
}

/// Where a robot stands; none: nowhere.
fn stands_at(site: &Directory, robot: &RobotId) -> Option<(LaneId, LotId)> {
    let lane = site.lanes.get(site.robot_lanes.get(robot)?)?;
    Some((lane.id.clone(), lane.lot.clone()))
}

/// What everybody who watches the robot's lane is told of it.
fn news(hub: &Hub, site: &Directory, lane: &LaneId) -> Told {
    said(lane, facts(hub, site, lane))
}

/// The same of what was known of it at a moment: nobody is told of a picture that is not kept yet.
fn news_of(site: &Directory, robot: &RobotId, lane: &LaneId, known: &RobotStatus) -> Told {
    let row = site.robots.get(robot);
    said(lane, row.map(|row| known.facts(&row.number, &row.phone, lane)))
}

fn said(lane: &LaneId, robot: Option<RobotFacts>) -> Told {
    Told::View { lane: lane.clone(), case: None, parts: Box::new(ViewParts { robot, ..ViewParts::default() }) }
}
