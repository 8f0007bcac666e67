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
use std::collections::{BTreeMap, HashMap};

/// A lot.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub links: HashMap<Link, String>,
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

/// The same for a column that may be null.
pub(crate) fn parsed_opt<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.map(parsed).transpose()
}

fn small(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is out of range")))
}

async fn load_areas(conn: &mut Conn<'_>) -> Result<HashMap<AreaId, (String, Option<AreaId>)>, StoreError> {
    let rows: Vec<(String, String, Option<String>)> = conn.all("select id, name, parent_id from area", vec![]).await?;
    rows.into_iter().map(|(id, name, parent)| Ok((parsed(&id)?, (name, parsed_opt(parent.as_deref())?)))).collect()
}

#[derive(serde::Deserialize)]
struct LotRow {
    id: String,
    name: String,
    area_id: String,
    manager: String,
    manager_phone: String,
    outsiders: bool,
    address: Option<String>,
    leave_minutes: i64,
}

async fn load_lots(conn: &mut Conn<'_>) -> Result<HashMap<LotId, Lot>, StoreError> {
    let sql = "select id, name, area_id, manager, manager_phone, outsiders, address, leave_minutes from lot";
    let rows: Vec<LotRow> = conn.all(sql, vec![]).await?;
    let lot = |row: LotRow| {
        let id: LotId = parsed(&row.id)?;
        let lot = Lot {
            id: id.clone(),
            name: row.name,
            area: parsed(&row.area_id)?,
            manager: row.manager,
            manager_phone: row.manager_phone,
            outsiders: row.outsiders,
            address: row.address,
            leave_minutes: small(row.leave_minutes)?,
        };
        Ok((id, lot))
    };
    rows.into_iter().map(lot).collect()
}

#[derive(serde::Deserialize)]
struct LaneRow {
    id: String,
    lot_id: String,
    name: String,
    code: String,
    direction: String,
    barrier_id: Option<String>,
    plate_camera_id: Option<String>,
    environment_cameras: String,
    id_camera_id: Option<String>,
    robot_id: Option<String>,
}

async fn load_lanes(conn: &mut Conn<'_>) -> Result<HashMap<LaneId, Lane>, StoreError> {
    let sql = "select id, lot_id, name, code, direction, barrier_id, plate_camera_id, environment_cameras,
               id_camera_id, robot_id from lane";
    let rows: Vec<LaneRow> = conn.all(sql, vec![]).await?;
    let lane = |row: LaneRow| {
        let id: LaneId = parsed(&row.id)?;
        let lane = Lane {
            id: id.clone(),
            lot: parsed(&row.lot_id)?,
            name: row.name,
            code: row.code,
            direction: parsed(&row.direction)?,
            barrier: parsed_opt(row.barrier_id.as_deref())?,
            plate_camera: parsed_opt(row.plate_camera_id.as_deref())?,
            environment_cameras: serde_json::from_str(&row.environment_cameras)
                .map_err(|e| StoreError::Corrupt(format!("lane {}: {e}", row.id)))?,
            id_camera: parsed_opt(row.id_camera_id.as_deref())?,
            robot: parsed_opt(row.robot_id.as_deref())?,
        };
        Ok((id, lane))
    };
    rows.into_iter().map(lane).collect()
}

async fn load_devices(conn: &mut Conn<'_>) -> Result<HashMap<DeviceId, Device>, StoreError> {
    let rows: Vec<(String, String, String, String)> =
        conn.all("select id, driver, settings, secrets from device", vec![]).await?;
    let device = |(id, driver, settings, secrets): (String, _, _, _)| {
        let id: DeviceId = parsed(&id)?;
        Ok((id.clone(), Device { id, driver, settings, secrets }))
    };
    rows.into_iter().map(device).collect()
}

async fn load_robots(conn: &mut Conn<'_>) -> Result<HashMap<RobotId, Robot>, StoreError> {
    let rows: Vec<(String, String, String, String)> =
        conn.all("select id, number, phone, secret from robot", vec![]).await?;
    let robot = |(id, number, phone, secret): (String, _, _, _)| {
        let id: RobotId = parsed(&id)?;
        Ok((id.clone(), Robot { id, number, phone, secret }))
    };
    rows.into_iter().map(robot).collect()
}

/// Where codes lead.
type Links = HashMap<Link, String>;

async fn load_links(conn: &mut Conn<'_>) -> Result<Links, StoreError> {
    let rows: Vec<(String, String)> = conn.all("select name, url from link", vec![]).await?;
    rows.into_iter().map(|(name, url)| Ok((parsed(&name)?, url))).collect()
}

/// Words of robots by scene and language.
type Templates = HashMap<(RobotScene, RobotLanguage), (String, String)>;

async fn load_templates(conn: &mut Conn<'_>) -> Result<Templates, StoreError> {
    let rows: Vec<(String, String, String, String)> =
        conn.all("select scene, lang, text, speech from template", vec![]).await?;
    rows.into_iter()
        .map(|(scene, lang, text, speech)| Ok(((parsed(&scene)?, parsed(&lang)?), (text, speech))))
        .collect()
}

#[derive(serde::Deserialize)]
struct ReasonRow {
    code: String,
    text: String,
    direction: String,
    remark: bool,
    photos_min: i64,
    photos_max: i64,
    approval: bool,
}

async fn load_reasons(conn: &mut Conn<'_>) -> Result<BTreeMap<String, Reason>, StoreError> {
    let sql = "select code, text, direction, remark, photos_min, photos_max, approval from reason";
    let rows: Vec<ReasonRow> = conn.all(sql, vec![]).await?;
    if rows.is_empty() {
        // A site that names none has the usual ones.
        let named = |reason: Reason| (reason.code.clone(), reason);
        return Ok(default_reasons().into_iter().map(named).collect());
    }
    let reason = |row: ReasonRow| {
        let direction = if row.direction == "any" { None } else { Some(parsed(&row.direction)?) };
        let reason = Reason {
            code: row.code.clone(),
            text: row.text,
            direction,
            remark: row.remark,
            photos_min: small(row.photos_min)?,
            photos_max: small(row.photos_max)?,
            approval: row.approval,
        };
        Ok((row.code, reason))
    };
    rows.into_iter().map(reason).collect()
}

#[derive(serde::Deserialize)]
struct TariffColumns {
    lot_id: String,
    free_minutes: i64,
    first_minutes: i64,
    first_fen: i64,
    step_minutes: i64,
    step_fen: i64,
    day_cap_fen: Option<i64>,
}

async fn load_tariffs(conn: &mut Conn<'_>) -> Result<HashMap<LotId, TariffRow>, StoreError> {
    let sql = "select lot_id, free_minutes, first_minutes, first_fen, step_minutes, step_fen, day_cap_fen from tariff";
    let rows: Vec<TariffColumns> = conn.all(sql, vec![]).await?;
    let tariff = |row: TariffColumns| {
        let tariff = TariffRow {
            free_minutes: small(row.free_minutes)?,
            first_minutes: small(row.first_minutes)?,
            first_fen: Fen(row.first_fen),
            step_minutes: small(row.step_minutes)?,
            step_fen: Fen(row.step_fen),
            day_cap_fen: row.day_cap_fen.map(Fen),
        };
        Ok((parsed(&row.lot_id)?, tariff))
    };
    rows.into_iter().map(tariff).collect()
}

async fn load_integrations(conn: &mut Conn<'_>) -> Result<HashMap<IntegrationId, Integration>, StoreError> {
    let sql = "select id, kind, secret, next_secret from integration";
    let rows: Vec<(String, String, String, Option<String>)> = conn.all(sql, vec![]).await?;
    let integration = |(id, kind, secret, next_secret): (String, _, _, _)| {
        let id: IntegrationId = parsed(&id)?;
        let integration = Integration { id: id.clone(), kind, secret, next_secret };
        Ok((id, integration))
    };
    rows.into_iter().map(integration).collect()
}
