//! The site as the hub keeps it in memory: areas, lots, lanes, devices, reasons, rules. Rebuilt whole on every change.
//!
//! Not here: what changes without an administrator (leases, stays, payments) and what is too many (passes, vehicles,
//! people).

mod robot;

use crate::store::{Conn, StoreError};
pub use lanedesk_domain::release::Reason;
use lanedesk_domain::{
    ids::{AreaId, DeviceId, IntegrationId, LaneId, LotId, RobotId},
    lane::LaneDirection,
    money::Fen,
    release::default_reasons,
    robot::{Link, RobotLanguage, RobotScene},
};
pub use robot::Callers;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// A lot.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Lot {
    /// Its id.
    pub id: LotId,
    /// Its name.
    pub name: String,
    /// Where it hangs in the tree.
    pub area: AreaId,
    /// Who is in charge.
    pub manager: String,
    /// Their phone.
    pub manager_phone: String,
    /// Whether vehicles without a pass are admitted.
    pub outsiders: bool,
    /// Where it is.
    pub address: Option<String>,
    /// Minutes a paid vehicle has to leave.
    pub leave_minutes: u32,
}

/// A lane.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Lane {
    /// Its id.
    pub id: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// Its name within the lot.
    pub name: String,
    /// Its short code.
    pub code: String,
    /// Which ways it lets vehicles pass.
    pub direction: LaneDirection,
    /// The device that moves the arm.
    pub barrier: Option<DeviceId>,
    /// The device that reads plates.
    pub plate_camera: Option<DeviceId>,
    /// Cameras that show the surroundings.
    pub environment_cameras: Vec<DeviceId>,
    /// The camera for documents.
    pub id_camera: Option<DeviceId>,
    /// The robot.
    pub robot: Option<RobotId>,
}

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

/// What parking costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct TariffRow {
    /// Minutes that cost nothing.
    pub free_minutes: u32,
    /// Length of the first period.
    pub first_minutes: u32,
    /// Its price.
    pub first_fen: Fen,
    /// Length of each further step.
    pub step_minutes: u32,
    /// Its price.
    pub step_fen: Fen,
    /// Most that 24 hours cost.
    pub day_cap_fen: Option<Fen>,
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
    pub tariffs: HashMap<LotId, TariffRow>,
    /// Signing systems.
    pub integrations: HashMap<IntegrationId, Integration>,
    /// Rules that were set; the others have their defaults.
    pub rules: BTreeMap<String, i64>,
}

impl Directory {
    /// Reads the whole site.
    pub async fn load(conn: &mut Conn<'_>) -> Result<Self, StoreError> {
        let (lanes, robots) = (load_lanes(conn).await?, load_robots(conn).await?);
        let stands = |lane: &Lane| Some((lane.robot.clone()?, lane.id.clone()));
        Ok(Self {
            robot_lanes: lanes.values().filter_map(stands).collect(),
            links: load_links(conn).await?,
            templates: load_templates(conn).await?,
            areas: load_areas(conn).await?,
            lots: load_lots(conn).await?,
            callers: Callers::of(&robots, &lanes),
            lanes,
            devices: load_devices(conn).await?,
            robots,
            reasons: load_reasons(conn).await?,
            tariffs: load_tariffs(conn).await?,
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

/// Parses a word or id that a table holds; a row that does not parse is a fault of ours.
pub(crate) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|e| StoreError::Corrupt(format!("{text:?}: {e}")))
}

async fn load_areas(conn: &mut Conn<'_>) -> Result<HashMap<AreaId, (String, Option<AreaId>)>, StoreError> {
    let rows: Vec<(AreaId, String, Option<AreaId>)> = conn.all("select id, name, parent_id from area", vec![]).await?;
    Ok(rows.into_iter().map(|(id, name, parent)| (id, (name, parent))).collect())
}

async fn load_lots(conn: &mut Conn<'_>) -> Result<HashMap<LotId, Lot>, StoreError> {
    let sql = "select id, name, area_id as area, manager, manager_phone, outsiders, address, leave_minutes from lot";
    let rows: Vec<Lot> = conn.all(sql, vec![]).await?;
    Ok(rows.into_iter().map(|lot| (lot.id.clone(), lot)).collect())
}

async fn load_lanes(conn: &mut Conn<'_>) -> Result<HashMap<LaneId, Lane>, StoreError> {
    let sql = "select id, lot_id as lot, name, code, direction, barrier_id as barrier, plate_camera_id as plate_camera,
               environment_cameras, id_camera_id as id_camera, robot_id as robot from lane";
    let rows: Vec<Lane> = conn.all(sql, vec![]).await?;
    Ok(rows.into_iter().map(|lane| (lane.id.clone(), lane)).collect())
}

async fn load_devices(conn: &mut Conn<'_>) -> Result<HashMap<DeviceId, Device>, StoreError> {
    let rows: Vec<Device> = conn.all("select id, driver, settings, secrets from device", vec![]).await?;
    Ok(rows.into_iter().map(|device| (device.id.clone(), device)).collect())
}

async fn load_robots(conn: &mut Conn<'_>) -> Result<HashMap<RobotId, Robot>, StoreError> {
    let rows: Vec<Robot> = conn.all("select id, number, phone, secret from robot", vec![]).await?;
    Ok(rows.into_iter().map(|robot| (robot.id.clone(), robot)).collect())
}

/// Addresses of codes by their names.
type Links = HashMap<Link, String>;

async fn load_links(conn: &mut Conn<'_>) -> Result<Links, StoreError> {
    let rows: Vec<(Link, String)> = conn.all("select name, url from link", vec![]).await?;
    Ok(rows.into_iter().collect())
}

/// Words of robots by scene and language.
type Templates = HashMap<(RobotScene, RobotLanguage), (String, String)>;

async fn load_templates(conn: &mut Conn<'_>) -> Result<Templates, StoreError> {
    let rows: Vec<(RobotScene, RobotLanguage, String, String)> =
        conn.all("select scene, lang, text, speech from template", vec![]).await?;
    Ok(rows.into_iter().map(|(scene, lang, text, speech)| ((scene, lang), (text, speech))).collect())
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

async fn load_tariffs(conn: &mut Conn<'_>) -> Result<HashMap<LotId, TariffRow>, StoreError> {
    #[derive(Deserialize)]
    struct Of {
        lot_id: LotId,
        tariff: TariffRow,
    }
    let sql = "select lot_id, free_minutes, first_minutes, first_fen, step_minutes, step_fen, day_cap_fen from tariff";
    let rows: Vec<Of> = conn.all(sql, vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.lot_id, row.tariff)).collect())
}

async fn load_integrations(conn: &mut Conn<'_>) -> Result<HashMap<IntegrationId, Integration>, StoreError> {
    let rows: Vec<Integration> = conn.all("select id, kind, secret, next_secret from integration", vec![]).await?;
    Ok(rows.into_iter().map(|integration| (integration.id.clone(), integration)).collect())
}
