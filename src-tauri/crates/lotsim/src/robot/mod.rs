//! A simulated robot: linked to the hub over a real socket, with a driver before it who does what drivers do.

mod control;
mod driver;
mod link;

pub(crate) use control::routes;
pub use driver::{DriverError, Integration};

use crate::scene::kiosk;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

/// How long [`Robot::wait_for`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// A robot as it is set up.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RobotConfig {
    /// Its number.
    pub number: String,
    /// Its link key.
    pub key: String,
    /// The lane it stands at.
    pub lane: String,
    /// Where the hub is, `http://…`.
    pub hub: String,
    /// The telephone system that tells the hub of its calls; none: its own button does, over its link.
    #[serde(default)]
    pub telephony: Option<Integration>,
    /// The payment system that tells the hub of its driver's payments.
    #[serde(default)]
    pub payments: Option<Integration>,
}

/// How a robot misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RobotFault {
    /// It does not.
    #[default]
    None,
    /// It says no to every command.
    Refuses,
    /// It does what it is told and never says so.
    Silent,
    /// Its link breaks when a command comes.
    Dies,
    /// It does not link at all.
    Offline,
}

/// What a robot shows and does now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RobotNow {
    /// Whether its link stands.
    pub linked: bool,
    /// How often it has linked.
    pub links: u32,
    /// The last `show` as it came; null before the first.
    pub show: Value,
    /// The scene on its screen.
    pub scene: String,
    /// Its light.
    pub light: String,
    /// What it said, oldest first.
    pub said: Vec<String>,
    /// Types of the commands that came, oldest first.
    pub commands: Vec<String>,
    /// The document held before its camera.
    pub document: Option<String>,
    /// The call the driver is in, by the telephone system's id.
    pub call: Option<String>,
    /// How it misbehaves.
    pub fault: RobotFault,
}

/// A running robot. Cheap to clone; it ends when the last clone is dropped.
#[derive(Clone)]
pub struct Robot(Arc<RobotParts>);

struct RobotParts {
    config: RobotConfig,
    /// Where the hub is now; at first where the site says.
    hub: watch::Sender<String>,
    now: watch::Sender<RobotNow>,
    /// What it says of itself over its link.
    says: mpsc::UnboundedSender<Value>,
    http: reqwest::Client,
    task: JoinHandle<()>,
}

impl Drop for RobotParts {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Robot {
    /// A robot that links by itself, and again whenever its link breaks.
    pub fn start(config: RobotConfig) -> Result<Self, reqwest::Error> {
        let now = watch::Sender::new(RobotNow::default());
        let hub = watch::Sender::new(config.hub.clone());
        let (says, said) = mpsc::unbounded_channel();
        let http = reqwest::Client::builder().no_proxy().build()?;
        let linking = link::run(config.clone(), hub.subscribe(), now.clone(), said);
        let task = tokio::spawn(linking);
        Ok(Self(Arc::new(RobotParts { config, hub, now, says, http, task })))
    }

    /// How it is set up.
    pub fn config(&self) -> &RobotConfig {
        &self.0.config
    }

    /// What it shows and does now.
    pub fn now(&self) -> RobotNow {
        self.0.now.borrow().clone()
    }

    /// Looks for the hub elsewhere from its next link on.
    pub fn look_for_hub(&self, address: &str) {
        self.0.hub.send_replace(address.to_owned());
    }

    /// Waits until it is as wanted. False: it never was.
    pub async fn wait_for(&self, holds: impl Fn(&RobotNow) -> bool) -> bool {
        let mut now = self.0.now.subscribe();
        let waited = timeout(PATIENCE, now.wait_for(|now| holds(now))).await;
        waited.is_ok_and(|seen| seen.is_ok())
    }

    /// Makes it misbehave, or behave again.
    pub fn fault(&self, fault: RobotFault) {
        self.0.now.send_modify(|now| now.fault = fault);
    }

    /// The driver holds a document before its camera, or takes it away.
    pub fn hold(&self, document: Option<&str>) {
        self.0.now.send_modify(|now| now.document = document.map(str::to_owned));
    }

    /// Its screen as JPEG.
    pub fn screen(&self) -> Bytes {
        kiosk::draw_screen(&screen_of(&self.now()))
    }
}

/// What stands on the screen, from the last `show`.
fn screen_of(now: &RobotNow) -> kiosk::Screen {
    let words = now.show["words"].as_array().cloned().unwrap_or_default();
    let lines = words.iter().filter_map(|words| words["text"].as_str()).flat_map(str::lines).map(str::to_owned);
    let rows = now.show["qr"]["rows"].as_array().cloned();
    let code = rows.unwrap_or_default().into_iter();
    kiosk::Screen {
        lines: lines.collect(),
        plate: now.show["plate"]["text"].as_str().map(str::to_owned),
        code: code.filter_map(|row| row.as_str().map(str::to_owned)).collect(),
        light: now.light.clone(),
    }
}
