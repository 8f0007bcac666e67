//! The site file: areas, lots, lanes, devices, people and rules in one TOML text (R34).
//!
//! `import`, `export` and the settings screen are the same data. A text is read whole, every fault is told with its
//! line, and nothing is used of a text that has one.

pub(crate) mod address;
mod check;
mod fault;
mod parse;
mod read;
pub(crate) mod sheet;
#[cfg(test)]
mod tests;
mod write;

pub use check::Known;
pub(crate) use check::key_sum;
pub use fault::Fault;
pub(crate) use parse::push_key_fault;

use lanedesk_domain::{
    ids::{AreaId, DeviceId, IntegrationId, LaneId, LotId, RobotId},
    lane::LaneDirection,
    money::Fen,
    pass::PassStatus,
    person::Role,
    robot::{Link, RobotLanguage, RobotScene},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// Everything a site file can say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The scope tree.
    pub areas: Vec<Area>,
    /// Car parks.
    pub lots: Vec<Lot>,
    /// Entries and exits.
    pub lanes: Vec<Lane>,
    /// Cameras, barrier controllers, relays.
    pub devices: Vec<Device>,
    /// Kiosks.
    pub robots: Vec<Robot>,
    /// Telephone positions, by number.
    pub seats: Vec<String>,
    /// Who can log in.
    pub people: Vec<Person>,
    /// Reasons for abnormal releases.
    pub reasons: Vec<Reason>,
    /// Monthly passes.
    pub passes: Vec<Pass>,
    /// What is known of single vehicles.
    pub vehicles: Vec<Vehicle>,
    /// What parking costs.
    pub tariffs: Vec<Tariff>,
    /// Systems that send signed events.
    pub integrations: Vec<Integration>,
    /// Where codes lead; the others keep what they have.
    pub links: BTreeMap<Link, String>,
    /// Words of robots in place of ours.
    pub templates: Vec<Template>,
    /// Settings that hold for every lot, by name; the others keep what they have.
    pub rules: BTreeMap<String, i64>,
}

impl Site {
    /// Reads a site file. `known` are the ids the database already has, which the text may refer to.
    ///
    /// # Errors
    /// Every fault of the text, in line order.
    pub fn parse(text: &str, known: &Known) -> Result<Self, Vec<Fault>> {
        parse::parse(text, known)
    }

    /// Barriers that several lanes name, each in words. Two people could then move one arm, so it is worth a look; but
    /// there are gates like that.
    pub fn shared_barriers(&self) -> Vec<String> {
        let mut lanes: BTreeMap<&DeviceId, Vec<&str>> = BTreeMap::new();
        for lane in &self.lanes {
            if let Some(barrier) = &lane.barrier {
                lanes.entry(barrier).or_default().push(lane.id.as_str());
            }
        }
        let shared = lanes.into_iter().filter(|(_, lanes)| lanes.len() > 1);
        shared.map(|(barrier, lanes)| format!("{barrier} moves the arms of {}", lanes.join(", "))).collect()
    }

    /// The same data as TOML; [`Site::parse`] of it gives this site again.
    pub fn to_toml(&self) -> String {
        write::to_toml(self)
    }
}

/// `[[area]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its id.
    pub id: AreaId,
    /// Shown to people.
    pub name: String,
    /// The area above; none at the root.
    pub parent: Option<AreaId>,
}

/// `[[lot]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its id.
    pub id: LotId,
    /// Shown to people.
    pub name: String,
    /// Where it hangs in the tree.
    pub area: AreaId,
    /// Who is in charge; may be empty.
    pub manager: String,
    /// As people dial it; may be empty.
    pub manager_phone: String,
    /// Whether vehicles without a pass are admitted.
    pub outsiders: bool,
    /// Where it is.
    pub address: Option<String>,
    /// Minutes a paid vehicle has to leave.
    pub leave_minutes: i64,
}

/// `[[lane]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its id.
    pub id: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// Its name within the lot.
    pub name: String,
    /// As painted at the gate.
    pub code: String,
    /// Which ways it lets vehicles pass.
    pub direction: LaneDirection,
    /// The device that moves the arm.
    pub barrier: Option<DeviceId>,
    /// The device that reads plates.
    pub plate_camera: Option<DeviceId>,
    /// The devices that look at the lane's surroundings.
    pub environment_cameras: Vec<DeviceId>,
    /// The device that pictures documents.
    pub id_camera: Option<DeviceId>,
    /// The kiosk.
    pub robot: Option<RobotId>,
}

/// `[[device]]`
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The maker's protocol.
    pub driver: String,
    /// Where it answers.
    pub url: String,
    /// Its account; may be empty.
    pub username: String,
    /// The account's password.
    pub password: Option<String>,
    /// The key it shows when it calls the hub.
    pub push_key: Option<String>,
    /// Where it may call the hub from: addresses and networks, with commas; none: from anywhere.
    pub push_from: Option<String>,
    /// The serial number or MAC its calls carry; none: nobody looks.
    pub serial: Option<String>,
    /// Which of its channels looks at the lane.
    pub channel: i64,
    /// The XML namespace of barrier orders; empty: none.
    pub namespace: String,
    /// How its plate events arrive: `pull`, `push` or `none`.
    pub events: String,
    /// The live stream's address; none: the maker's own.
    pub rtsp: Option<String>,
    /// The live stream's account, where it has one of its own.
    pub rtsp_username: Option<String>,
    /// That account's password.
    pub rtsp_password: Option<String>,
    /// Whether the live stream may be told the password in the clear.
    pub rtsp_basic: bool,
    /// How the live stream travels: `tcp` or `udp`; none: tcp.
    pub transport: Option<String>,
}

impl Device {
    /// Where it, and its live stream, are asked.
    pub(crate) fn addresses(&self) -> address::Addresses<'_> {
        address::Addresses { url: &self.url, rtsp: self.rtsp.as_deref().unwrap_or_default() }
    }
}

/// `[[robot]]`
#[derive(Clone, PartialEq, Eq)]
pub struct Robot {
    /// Its id.
    pub id: RobotId,
    /// As people call it.
    pub number: String,
    /// The number it calls from; may be empty.
    pub phone: String,
    /// Its link key; may be empty.
    pub key: String,
}

/// `[[person]]`
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub username: String,
    /// The name people know.
    pub name: String,
    /// Their one role.
    pub role: Role,
    /// Taken as given, for a new person only; absent in an export, where only a hash is known.
    pub password: Option<String>,
    /// Lots they may see.
    pub lots: Vec<LotId>,
    /// Areas they may see, with everything below.
    pub areas: Vec<AreaId>,
    /// Whether the password is for the first login only. Where nothing is said it is for logins from the hub's own machine,
    /// and is changed at the first from another: whoever wrote it down knows it.
    pub must_change: Option<bool>,
}

/// `[[reason]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Its short name in records.
    pub code: String,
    /// Shown to people.
    pub text: String,
    /// `entry`, `exit` or `any`.
    pub direction: String,
    /// A remark is required; entries always require one.
    pub remark: bool,
    /// Fewest photos at an exit.
    pub photos_min: i64,
    /// Most photos at an exit.
    pub photos_max: i64,
    /// A supervisor must allow it.
    pub approval: bool,
}

/// `[[pass]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Where it is good.
    pub lot: LotId,
    /// The plates that share it, in the order given.
    pub plates: Vec<String>,
    /// Its status.
    pub status: PassStatus,
    /// First moment.
    pub valid_from: Timestamp,
    /// Last moment.
    pub valid_to: Timestamp,
    /// Parking spaces its plates share.
    pub spaces: i64,
}

/// `[[vehicle]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vehicle {
    /// Where this holds.
    pub lot: LotId,
    /// The plate.
    pub plate: String,
    /// The owner locked it.
    pub locked: bool,
    /// The lot bars it.
    pub blacklisted: bool,
}

/// `[[tariff]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// Where it holds.
    pub lot: LotId,
    /// Minutes that cost nothing.
    pub free_minutes: i64,
    /// Length of the first period.
    pub first_minutes: i64,
    /// Its price.
    pub first_fen: Fen,
    /// Length of each later period.
    pub step_minutes: i64,
    /// Its price.
    pub step_fen: Fen,
    /// Most that 24 hours cost; none: no cap.
    pub day_cap_fen: Option<Fen>,
}

/// `[[integration]]`
#[derive(Clone, PartialEq, Eq)]
pub struct Integration {
    /// Its id, sent as `X-Integration`.
    pub id: IntegrationId,
    /// `telephony` or `payments`.
    pub kind: String,
    /// The HMAC key.
    pub secret: String,
}

/// `[[template]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The scene.
    pub scene: RobotScene,
    /// The language.
    pub lang: RobotLanguage,
    /// Shown; its first line is the heading.
    pub text: String,
    /// Said; may be empty.
    pub speech: String,
}

/// Rows with secrets show only what they are.
macro_rules! named_only {
    ($($kind:ident . $field:ident),+) => {$(
        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($kind)).field(stringify!($field), &self.$field).finish_non_exhaustive()
            }
        }
    )+};
}
named_only!(Device.id, Robot.id, Person.username, Integration.id);
