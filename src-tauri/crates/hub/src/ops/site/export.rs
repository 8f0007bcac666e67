//! The whole site as it would be written down. Device passwords and keys are in it, so that a new hub can be made from
//! it; people's passwords are not: only their hashes are known.

use crate::{
    directory::{self, Directory},
    site::{Area, Device, Integration, Lane, Lot, Reason, Robot, Site, Tariff, Template},
    store::{Store, StoreError},
    vault::{Slot, Vault, VaultError},
};
use lanedesk_domain::{
    lane::Direction,
    robot::{RobotLanguage, RobotScene},
};
use serde_json::Value;

/// Why a site could not be given out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A secret was sealed under another key.
    #[error("{what}: {error}")]
    Vault {
        /// Whose secret.
        what: String,
        /// What is wrong with it.
        error: VaultError,
    },
    /// A row does not hold what it must.
    #[error("{0}: its settings are no JSON object")]
    Settings(String),
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything a site file can say, in the order of ids.
pub async fn export(store: &Store, vault: &Vault) -> Result<Site, ExportError> {
    let mut reader = store.read().await?;
    let mut conn = reader.conn();
    let directory = Directory::load(&mut conn).await?;
    Ok(Site {
        areas: areas(&directory),
        lots: sorted(&directory.lots, lot, |lot| lot.id.to_string()),
        lanes: sorted(&directory.lanes, lane, |lane| lane.id.to_string()),
        devices: devices(&directory, vault)?,
        robots: robots(&directory, vault)?,
        seats: conn.all_seats().await?,
        people: conn.all_people().await?,
        reasons: directory.reasons.values().map(reason).collect(),
        passes: conn.all_passes().await?,
        vehicles: conn.all_vehicles().await?,
        tariffs: tariffs(&directory),
        integrations: integrations(&directory, vault)?,
        templates: templates(&directory),
        links: directory.links.into_iter().collect(),
        rules: directory.rules,
    })
}

fn templates(directory: &Directory) -> Vec<Template> {
    let template = |(key, words): (&(RobotScene, RobotLanguage), &(String, String))| Template {
        scene: key.0,
        lang: key.1,
        text: words.0.clone(),
        speech: words.1.clone(),
    };
    let mut templates: Vec<Template> = directory.templates.iter().map(template).collect();
    templates.sort_by_key(|template| (template.scene, template.lang));
    templates
}

fn sorted<K, V, T>(rows: &std::collections::HashMap<K, V>, one: fn(&V) -> T, key: fn(&T) -> String) -> Vec<T> {
    let mut rows: Vec<T> = rows.values().map(one).collect();
    rows.sort_by_cached_key(key);
    rows
}

fn areas(directory: &Directory) -> Vec<Area> {
    let area = |(id, (name, parent)): (&_, &(String, Option<_>))| Area {
        id: Clone::clone(id),
        name: name.clone(),
        parent: parent.clone(),
    };
    let mut areas: Vec<Area> = directory.areas.iter().map(area).collect();
    areas.sort_by(|a, b| a.id.cmp(&b.id));
    areas
}

fn lot(lot: &directory::Lot) -> Lot {
    Lot {
        id: lot.id.clone(),
        name: lot.name.clone(),
        area: lot.area.clone(),
        manager: lot.manager.clone(),
        manager_phone: lot.manager_phone.clone(),
        outsiders: lot.outsiders,
        address: lot.address.clone(),
        leave_minutes: lot.leave_minutes.into(),
    }
}

fn lane(lane: &directory::Lane) -> Lane {
    Lane {
        id: lane.id.clone(),
        lot: lane.lot.clone(),
        name: lane.name.clone(),
        code: lane.code.clone(),
        direction: lane.direction,
        barrier: lane.barrier.clone(),
        plate_camera: lane.plate_camera.clone(),
        environment_cameras: lane.environment_cameras.clone(),
        id_camera: lane.id_camera.clone(),
        robot: lane.robot.clone(),
    }
}

fn reason(reason: &directory::Reason) -> Reason {
    Reason {
        code: reason.code.clone(),
        text: reason.text.clone(),
        direction: reason.direction.map_or("any", Direction::as_str).to_owned(),
        remark: reason.remark,
        photos_min: reason.photos_min.into(),
        photos_max: reason.photos_max.into(),
        approval: reason.approval,
    }
}

fn tariffs(directory: &Directory) -> Vec<Tariff> {
    let mut tariffs: Vec<Tariff> = directory
        .tariffs
        .iter()
        .map(|(lot, tariff)| Tariff {
            lot: lot.clone(),
            free_minutes: tariff.free_minutes.into(),
            first_minutes: tariff.first_minutes.into(),
            first_fen: tariff.first_fen,
            step_minutes: tariff.step_minutes.into(),
            step_fen: tariff.step_fen,
            day_cap_fen: tariff.day_cap_fen,
        })
        .collect();
    tariffs.sort_by(|a, b| a.lot.cmp(&b.lot));
    tariffs
}

fn open(vault: &Vault, slot: Slot<'_>, sealed: &str, what: impl FnOnce() -> String) -> Result<String, ExportError> {
    let opened = vault.open_text(slot, sealed);
    opened.map_err(|error| ExportError::Vault { what: what(), error })
}

fn devices(directory: &Directory, vault: &Vault) -> Result<Vec<Device>, ExportError> {
    let device = |row: &directory::Device| {
        let what = || format!("device {}", row.id);
        let secrets = open(vault, Slot::device(row.id.as_str()), &row.secrets, what)?;
        let settings = serde_json::from_str(&row.settings).map_err(|_| ExportError::Settings(what()))?;
        let secrets = serde_json::from_str(&secrets).map_err(|_| ExportError::Settings(what()))?;
        let text = |from: &Value, key: &str| Some(from.get(key)?.as_str()?.to_owned());
        let setting = |key: &str| text(&settings, key).unwrap_or_default();
        Ok(Device {
            id: row.id.clone(),
            driver: row.driver.clone(),
            url: setting("url"),
            username: setting("username"),
            password: text(&secrets, "password"),
            push_key: text(&secrets, "push_key"),
            push_from: text(&settings, "push_from"),
            serial: text(&settings, "serial"),
            channel: settings.get("channel").and_then(Value::as_i64).unwrap_or(1),
            namespace: setting("namespace"),
            events: setting("events"),
            rtsp: text(&settings, "rtsp"),
            rtsp_username: text(&secrets, "rtsp_username"),
            rtsp_password: text(&secrets, "rtsp_password"),
            rtsp_basic: settings.get("rtsp_basic").and_then(Value::as_bool).unwrap_or_default(),
            transport: text(&settings, "transport"),
        })
    };
    let devices: Result<Vec<Device>, ExportError> = directory.devices.values().map(device).collect();
    let mut devices = devices?;
    devices.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(devices)
}

fn robots(directory: &Directory, vault: &Vault) -> Result<Vec<Robot>, ExportError> {
    let robot = |row: &directory::Robot| {
        let slot = Slot::robot(row.id.as_str());
        let key = open(vault, slot, &row.secret, || format!("robot {}", row.id))?;
        Ok(Robot { id: row.id.clone(), number: row.number.clone(), phone: row.phone.clone(), key })
    };
    let robots: Result<Vec<Robot>, ExportError> = directory.robots.values().map(robot).collect();
    let mut robots = robots?;
    robots.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(robots)
}

fn integrations(directory: &Directory, vault: &Vault) -> Result<Vec<Integration>, ExportError> {
    let integration = |row: &directory::Integration| {
        let slot = Slot::integration(row.id.as_str());
        let what = || format!("integration {}", row.id);
        let secret = open(vault, slot, &row.secret, what)?;
        Ok(Integration { id: row.id.clone(), kind: row.kind.clone(), secret })
    };
    let integrations: Result<Vec<Integration>, ExportError> =
        directory.integrations.values().map(integration).collect();
    let mut integrations = integrations?;
    integrations.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(integrations)
}
