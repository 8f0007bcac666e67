//! The site as the hub keeps it in memory: areas, lots, lanes, devices, reasons, rules. Rebuilt whole on every change.
//!
//! Not here: what changes without an administrator (leases, stays, payments) and what is too many (passes, vehicles,
//! people).

mod robot;

use crate::{
    site::{Area, Tariff, Template},
    store::{Conn, StoreError},
};

pub use crate::site::{Lane, Lot};
pub use lanedesk_domain::release::Reason;
use lanedesk_domain::{
    ids::{AreaId, DeviceId, IntegrationId, LaneId, LotId, RobotId},
    release::default_reasons,
    robot::{Link, RobotLanguage, RobotScene},
};
pub use robot::Callers;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// A device as the site file has it. The secrets stay sealed until a driver is made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The maker's protocol.
    pub driver: String,
    /// The driver's own settings, JSON.
    pub settings: String,
    /// Password and push key, JSON, sealed.
    pub secrets: String,
}

/// A robot. Its link key stays sealed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Robot {
    /// Its id.
    pub id: RobotId,
    /// As people call it.
    pub number: String,
    /// Its phone.
    pub phone: String,
    /// Its link key, sealed.
    pub secret: String,
}

/// A system that signs its requests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// `telephony` or `payments`.
    pub kind: String,
    /// Its HMAC key, sealed.
    pub secret: String,
    /// The key that takes its place, sealed; while both stand here either is good.
    pub next_secret: Option<String>,
}

/// The whole site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Every area with the one above it.
    pub areas: HashMap<AreaId, (String, Option<AreaId>)>,
    /// Every lot.
    pub lots: HashMap<LotId, Lot>,
    /// Every lane.
    pub lanes: HashMap<LaneId, Lane>,
    /// Every device.
    pub devices: HashMap<DeviceId, Device>,
    /// Every robot.
    pub robots: HashMap<RobotId, Robot>,
    /// The lane each robot stands at.
    pub robot_lanes: HashMap<RobotId, LaneId>,
    /// Where QR codes lead; those the site does not name lead nowhere.
    pub links: Links,
    /// Words of scenes in place of ours: what is shown and what is said.
    pub templates: HashMap<(RobotScene, RobotLanguage), (String, String)>,
    /// Where robots stand, by number and phone.
    pub callers: Callers,
    /// Reasons in the order of their codes.
    pub reasons: BTreeMap<String, Reason>,
    /// Tariffs by lot.
    pub tariffs: HashMap<LotId, Tariff>,
    /// Signing systems.
    pub integrations: HashMap<IntegrationId, Integration>,
    /// Rules that were set; the others have their defaults.
    pub rules: BTreeMap<String, i64>,
}

impl Directory {
    /// Reads the whole site.
    pub async fn load(conn: &mut Conn<'_>) -> Result<Self, StoreError> {
        let lanes: HashMap<_, Lane> = by(conn.nouns().await?, |lane: &Lane| lane.id.clone());
        let robots = load_robots(conn).await?;
        let stands = |lane: &Lane| Some((lane.robot.clone()?, lane.id.clone()));
        Ok(Self {
            robot_lanes: lanes.values().filter_map(stands).collect(),
            links: load_links(conn).await?,
            templates: conn
                .nouns::<Template>()
                .await?
                .into_iter()
                .map(|row| ((row.scene, row.lang), (row.text, row.speech)))
                .collect(),
            areas: conn.nouns::<Area>().await?.into_iter().map(|row| (row.id, (row.name, row.parent))).collect(),
            lots: by(conn.nouns().await?, |lot: &Lot| lot.id.clone()),
            callers: Callers::of(&robots, &lanes),
            lanes,
            devices: load_devices(conn).await?,
            robots,
            reasons: load_reasons(conn).await?,
            tariffs: by(conn.nouns().await?, |tariff: &Tariff| tariff.lot.clone()),
            integrations: load_integrations(conn).await?,
            rules: conn.all::<(String, i64)>("select name, value from rule", vec![]).await?.into_iter().collect(),
        })
    }

    /// A lane with its lot.
    pub fn lane(&self, id: &LaneId) -> Option<(&Lane, &Lot)> {
        let lane = self.lanes.get(id)?;
        Some((lane, self.lots.get(&lane.lot)?))
    }

    /// The lanes a device serves, as barrier or plate camera.
    pub fn lanes_of(&self, device: &DeviceId) -> impl Iterator<Item = &Lane> {
        self.lanes
            .values()
            .filter(move |lane| [&lane.barrier, &lane.plate_camera].into_iter().any(|id| id.as_ref() == Some(device)))
    }
}

fn by<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// Parses a word or id that a table holds; a row that does not parse is a fault of ours.
pub(crate) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|e| StoreError::Corrupt(format!("{text:?}: {e}")))
}

async fn load_devices(conn: &mut Conn<'_>) -> Result<HashMap<DeviceId, Device>, StoreError> {
    let rows: Vec<Device> = conn.all("select id, driver, settings, secrets from device", vec![]).await?;
    Ok(by(rows, |device| device.id.clone()))
}

async fn load_robots(conn: &mut Conn<'_>) -> Result<HashMap<RobotId, Robot>, StoreError> {
    let rows: Vec<Robot> = conn.all("select id, number, phone, secret from robot", vec![]).await?;
    Ok(by(rows, |robot| robot.id.clone()))
}

/// Addresses of codes by their names.
type Links = HashMap<Link, String>;

async fn load_links(conn: &mut Conn<'_>) -> Result<Links, StoreError> {
    let rows: Vec<(Link, String)> = conn.all("select name, url from link", vec![]).await?;
    Ok(rows.into_iter().collect())
}

async fn load_reasons(conn: &mut Conn<'_>) -> Result<BTreeMap<String, Reason>, StoreError> {
    let sql = "select code, text, nullif(direction, 'any') as direction, remark, photos_min, photos_max, approval
               from reason";
    let mut reasons: Vec<Reason> = conn.all(sql, vec![]).await?;
    if reasons.is_empty() {
        // A site that names none has the usual ones.
        reasons = default_reasons();
    }
    Ok(reasons.into_iter().map(|reason| (reason.code.clone(), reason)).collect())
}

async fn load_integrations(conn: &mut Conn<'_>) -> Result<HashMap<IntegrationId, Integration>, StoreError> {
    let rows: Vec<Integration> = conn.all("select id, kind, secret, next_secret from integration", vec![]).await?;
    Ok(by(rows, |integration| integration.id.clone()))
}
