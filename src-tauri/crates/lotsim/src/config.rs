//! What a simulated site consists of.

use crate::{RobotConfig, Vehicle};
use lanedesk_domain::lane::LaneDirection;
use serde::{Deserialize, Serialize};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

/// A whole site.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address on which devices listen.
    #[serde(default = "local")]
    pub listen: IpAddr,
    /// Where the control API listens; absent for none.
    #[serde(default)]
    pub control: Option<SocketAddr>,
    /// Its lanes, one device each.
    #[serde(rename = "lane")]
    pub lanes: Vec<LaneConfig>,
    /// Its robots.
    #[serde(default, rename = "robot")]
    pub robots: Vec<RobotConfig>,
}

/// One lane with its camera and its barrier. All times are milliseconds unless named otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneConfig {
    /// Names the lane in the control API and in the journal; unique in a site.
    pub code: String,
    /// Name as the camera writes it into the picture.
    #[serde(default)]
    pub name: String,
    /// Name of the lot.
    #[serde(default)]
    pub lot: String,
    /// Which way it goes.
    #[serde(default = "entry")]
    pub direction: LaneDirection,
    /// Port of its device; 0 for any free one.
    #[serde(default)]
    pub port: u16,
    /// Port of its moving picture (RTSP); 0 for any free one.
    #[serde(default)]
    pub rtsp_port: u16,
    /// Pictures a second of it.
    #[serde(default = "fps")]
    pub fps: u32,
    /// Every how many pictures a decoder can begin.
    #[serde(default = "fps")]
    pub key_every: u32,
    /// A recording (H.264 with start codes) played in place of the scene.
    #[serde(default)]
    pub reel: Option<PathBuf>,
    /// The device's user name.
    #[serde(default = "username")]
    pub username: String,
    /// The device's password.
    #[serde(default = "password")]
    pub password: String,
    /// How long the bar takes from one limit to the other.
    #[serde(default = "travel")]
    pub travel_ms: u64,
    /// Seconds a nonce is good for.
    #[serde(default = "nonce")]
    pub nonce_seconds: u64,
    /// Firmware that looks at an order's body before it asks for a password.
    #[serde(default)]
    pub body_first: bool,
    /// XML namespace orders must have; with another the device says OK and does not move. Absent: any will do.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The camera opens by itself for a plate it has read, and the vehicle drives through.
    #[serde(default)]
    pub automatic: bool,
    /// Vehicles drive through by themselves this long after the bar is up; absent: only when told.
    #[serde(default)]
    pub drives_after_ms: Option<u64>,
    /// The box lowers the bar this long after a vehicle has passed; absent: it stays up.
    #[serde(default)]
    pub falls_after_ms: Option<u64>,
    /// After a passage the next vehicle of `waiting` comes this much later.
    #[serde(default)]
    pub next_after_ms: u64,
    /// Keep-alive of the event stream.
    #[serde(default = "heartbeat")]
    pub heartbeat_ms: u64,
    /// Where the camera posts its events as well, from the start.
    #[serde(default)]
    pub push_url: Option<String>,
    /// Draw night (true) or day (false); absent: by the time of day in China.
    #[serde(default)]
    pub night: Option<bool>,
    /// The vehicle that stands there at the start.
    #[serde(default)]
    pub vehicle: Option<Vehicle>,
    /// Vehicles that come after it, again from the first when all have come.
    #[serde(default)]
    pub waiting: Vec<Vehicle>,
    /// What the camera read before the start and still remembers.
    #[serde(default)]
    pub past: Vec<PastRead>,
}

/// A passage in a camera's memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastRead {
    /// Minutes before the start.
    pub minutes_ago: u32,
    /// Which vehicle; the camera had opened for it.
    pub vehicle: Vehicle,
}

/// Why a config file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not what is expected.
    #[error("{}: {error}", path.display())]
    Toml {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: Box<toml::de::Error>,
    },
}

impl Config {
    /// A site of these lanes on this computer, without control API.
    pub fn of(lanes: impl IntoIterator<Item = LaneConfig>) -> Self {
        Self { listen: local(), control: None, lanes: lanes.into_iter().collect(), robots: Vec::new() }
    }

    /// Reads a TOML file.
    pub fn read(path: &Path) -> Result<Self, BadConfig> {
        let text = std::fs::read_to_string(path).map_err(|error| BadConfig::File { path: path.to_owned(), error })?;
        toml::from_str(&text).map_err(|error| BadConfig::Toml { path: path.to_owned(), error: Box::new(error) })
    }
}

impl LaneConfig {
    /// An entry lane with a barrier of usual speed where nothing happens by itself.
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            name: code.to_owned(),
            lot: String::new(),
            direction: entry(),
            port: 0,
            rtsp_port: 0,
            fps: fps(),
            key_every: fps(),
            reel: None,
            username: username(),
            password: password(),
            travel_ms: travel(),
            nonce_seconds: nonce(),
            body_first: false,
            namespace: None,
            automatic: false,
            drives_after_ms: None,
            falls_after_ms: None,
            next_after_ms: 0,
            heartbeat_ms: heartbeat(),
            push_url: None,
            night: None,
            vehicle: None,
            waiting: Vec::new(),
            past: Vec::new(),
        }
    }

    /// The same with a barrier fast enough for tests.
    pub fn quick(code: &str) -> Self {
        Self { travel_ms: 60, heartbeat_ms: 200, ..Self::new(code) }
    }
}

const fn local() -> IpAddr {
    IpAddr::V4(Ipv4Addr::LOCALHOST)
}
const fn entry() -> LaneDirection {
    LaneDirection::Entry
}
fn username() -> String {
    crate::demo::USERNAME.to_owned()
}
fn password() -> String {
    crate::demo::PASSWORD.to_owned()
}
const fn travel() -> u64 {
    1500
}
const fn nonce() -> u64 {
    60
}
const fn fps() -> u32 {
    25
}
const fn heartbeat() -> u64 {
    5000
}
