//! The links of robots: who is linked to this hub, what every robot last told of itself, and the way to it.
//!
//! What is known here of robots that are linked to other hubs came from the outbox. Sequence is in `ops::robot`.

mod link;

pub use link::{LARGEST_FRAME, serve};

use bytes::Bytes;
use lanedesk_domain::{
    ids::{LaneId, RobotId},
    time::Timestamp,
};
use lanedesk_wire::{
    lane::RobotFacts,
    robot::{RobotLight, RobotScreen},
    robot_link::{Ack, ToRobot},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// A robot of which nothing is heard for this long is not linked any more.
pub const SILENT: Duration = Duration::from_secs(30);
/// Commands that may wait for one link.
const WAITING: usize = 32;

/// What a robot last told of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RobotStatus {
    /// Whether it is linked to some hub.
    pub online: bool,
    /// The scene it shows.
    pub scene: Option<String>,
    /// Its light.
    pub light: Option<RobotLight>,
    /// When the picture of its screen came.
    pub screen_at: Option<Timestamp>,
    /// When it was last heard.
    pub heard_at: Option<Timestamp>,
}

impl RobotStatus {
    /// As a page shows it.
    pub fn facts(&self, number: &str, phone: &str, lane: &LaneId) -> RobotFacts {
        RobotFacts {
            number: number.to_owned(),
            phone: phone.to_owned(),
            online: self.online,
            scene: self.scene.clone(),
            light: self.light,
            screen: self
                .screen_at
                .map(|at| RobotScreen { url: format!("/api/lanes/{lane}/robot-screen?at={}", at.0), at }),
            seen_at: self.heard_at,
        }
    }
}

/// A command on its way to a robot.
#[derive(Debug)]
pub(crate) struct CommandDispatch {
    pub(crate) frame: ToRobot,
    /// The answer; dropped where the link ends before it came.
    pub(crate) acked: oneshot::Sender<Ack>,
    /// For a picture that is asked for.
    pub(crate) photo: Option<oneshot::Sender<Bytes>>,
}

/// A link as the rest of the hub holds it.
#[derive(Debug)]
struct RobotLine {
    id: String,
    out: mpsc::Sender<CommandDispatch>,
    /// Cancelled when another link takes its place.
    replaced: CancellationToken,
}

#[derive(Debug, Default)]
struct RobotState {
    now: RobotStatus,
    line: Option<RobotLine>,
    /// Of robots linked here; others' pictures are read from the records.
    screen: Option<(Timestamp, Bytes)>,
}

/// Every robot this hub knows something of.
#[derive(Debug, Default)]
pub struct Robots(Mutex<HashMap<RobotId, RobotState>>);

/// A new link's end of the way to the robot.
pub(crate) struct RobotInbox {
    pub(crate) out: mpsc::Receiver<CommandDispatch>,
    pub(crate) replaced: CancellationToken,
}

impl Robots {
    fn all(&self) -> MutexGuard<'_, HashMap<RobotId, RobotState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a robot last told of itself.
    pub fn now(&self, robot: &RobotId) -> RobotStatus {
        self.all().get(robot).map(|robot| robot.now.clone()).unwrap_or_default()
    }

    /// Whether it is linked to this very hub.
    pub fn is_here(&self, robot: &RobotId) -> bool {
        self.all().get(robot).is_some_and(|robot| robot.line.is_some())
    }

    /// The picture of the screen of a robot that is linked here.
    pub fn screen(&self, robot: &RobotId) -> Option<(Timestamp, Bytes)> {
        self.all().get(robot)?.screen.clone()
    }

    /// What the records, or another hub, say of a robot; one that is linked here knows better.
    pub(crate) fn heard_elsewhere(&self, robot: &RobotId, now: RobotStatus) {
        let mut all = self.all();
        let robot = all.entry(robot.clone()).or_default();
        if robot.line.is_none() {
            robot.now = now;
            robot.screen = None;
        }
    }

    /// A new link takes the place of the one before, which is told to end.
    pub(crate) fn link(&self, robot: &RobotId, id: &str, now: Timestamp) -> RobotInbox {
        let (out, incoming) = mpsc::channel(WAITING);
        let replaced = CancellationToken::new();
        let line = RobotLine { id: id.to_owned(), out, replaced: replaced.clone() };
        let mut all = self.all();
        let robot = all.entry(robot.clone()).or_default();
        robot.now.online = true;
        robot.now.heard_at = Some(now);
        if let Some(before) = robot.line.replace(line) {
            before.replaced.cancel();
        }
        RobotInbox { out: incoming, replaced }
    }

    /// A link has ended; `replaced`: because the robot has another, here or at another hub. False: it has no say any more.
    pub(crate) fn unlink(&self, robot: &RobotId, id: &str, replaced: bool) -> bool {
        let mut all = self.all();
        let Some(robot) = all.get_mut(robot) else {
            return false;
        };
        if robot.line.as_ref().is_none_or(|line| line.id != id) {
            return false;
        }
        robot.line = None;
        robot.now.online = replaced;
        true
    }

    /// Ends a robot's link, if it is here: another hub has its newest.
    pub(crate) fn let_go(&self, robot: &RobotId, besides: &str) {
        let all = self.all();
        let line = all.get(robot).and_then(|robot| robot.line.as_ref());
        if let Some(line) = line.filter(|line| line.id != besides) {
            line.replaced.cancel();
        }
    }

    /// Changes what is known of a robot over one of its links. None: that link has no say any more.
    pub(crate) fn tell(
        &self,
        robot: &RobotId,
        link: &str,
        change: impl FnOnce(&mut RobotStatus),
    ) -> Option<RobotStatus> {
        let mut all = self.all();
        let robot = all.get_mut(robot)?;
        robot.line.as_ref().filter(|line| line.id == link)?;
        change(&mut robot.now);
        Some(robot.now.clone())
    }

    /// Keeps the picture of a robot's screen.
    pub(crate) fn keep_screen(&self, robot: &RobotId, link: &str, at: Timestamp, jpeg: Bytes) {
        let kept = self.tell(robot, link, |now| now.screen_at = Some(at));
        if kept.is_some()
            && let Some(robot) = self.all().get_mut(robot)
        {
            robot.screen = Some((at, jpeg));
        }
    }

    /// Puts a command on its way. None: the robot is not linked here, or its link takes nothing.
    pub(crate) fn send(&self, robot: &RobotId, sending: CommandDispatch) -> Option<()> {
        let all = self.all();
        let line = all.get(robot)?.line.as_ref()?;
        line.out.try_send(sending).ok()
    }
}
