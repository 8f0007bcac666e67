//! Writing a site file's rows, in the order in which they refer to each other, many rows a statement.

use super::{
    super::{Arg, Conn, StoreError, Tx},
    taken::{PassKey, most_values},
};
use crate::{
    args,
    site::{Device, Lane, Lot, Pass, Person, Site, Tariff},
};
use lanedesk_domain::ids::PersonId;
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// What a site file says in the clear, as it rests in tables: made before the transaction, because hashing takes time.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Password hashes of new people by username.
    pub passwords: HashMap<String, String>,
    /// New people whose password others know: it is changed at the first login from another machine.
    pub handed: HashSet<String>,
    /// Sealed secrets of devices by id.
    pub devices: HashMap<String, String>,
    /// Sealed link keys of robots by id.
    pub robots: HashMap<String, String>,
    /// Sealed keys of integrations by id.
    pub integrations: HashMap<String, String>,
}

/// Whoever is told how many rows are written.
pub(crate) type Heard<'a> = &'a (dyn Fn(usize) + Send + Sync);

impl Tx<'_> {
    /// Writes a whole site.
    pub async fn import_site(&mut self, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
        let passes = self.pass_ids(&site.passes).await?;
        self.write_site(site, secrets, &passes, &|_| {}).await
    }

    /// Writes a whole site whose passes have these ids.
    pub(super) async fn write_site(
        &mut self,
        site: &Site,
        secrets: &Secrets,
        pass_ids: &[PassKey],
        heard: Heard<'_>,
    ) -> Result<(), StoreError> {
        // In the order of everybody else who takes several.
        let lanes: Vec<_> = site.lanes.iter().map(|lane| lane.id.clone()).collect();
        self.need_lanes(&lanes)?;
        places(self, site, secrets).await?;
        people(self, site, secrets).await?;
        passes(self, &site.passes, pass_ids, heard).await?;
        vehicles_and_money(self, site, secrets).await
    }
}

/// A table as an import writes it: rows that are there already by `key` get the new values of all other columns.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static [&'static str],
    pub(super) columns: &'static [&'static str],
}

impl Table {
    pub(super) async fn put(&self, conn: &mut Conn<'_>, rows: Vec<Vec<Arg>>) -> Result<(), StoreError> {
        self.put_told(conn, rows, &|_| {}).await
    }

    /// The same; `heard` is told after every statement how many rows are written.
    async fn put_told(&self, conn: &mut Conn<'_>, rows: Vec<Vec<Arg>>, heard: Heard<'_>) -> Result<(), StoreError> {
        let at_once = (most_values(conn) / self.columns.len()).min(rows.len());
        let (full, mut done) = (self.upsert(at_once), 0);
        let mut rows = rows.into_iter();
        loop {
            let args: Vec<Arg> = rows.by_ref().take(at_once).flatten().collect();
            let count = args.len() / self.columns.len();
            if count == 0 {
                return Ok(());
            }
            done += count;
            // An upsert answers no rows, so their type means nothing.
            if count == at_once {
                conn.all::<(i64,)>(&full, args).await?;
            } else {
                conn.all::<(i64,)>(&self.upsert(count), args).await?;
            }
            heard(done);
        }
    }

    fn upsert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let places = (1..=width).map(|column| format!("${}", row * width + column));
            format!("({})", places.collect::<Vec<_>>().join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        let others = self.columns.iter().filter(|column| !self.key.contains(column));
        let sets: Vec<String> = others.map(|column| format!("{column} = excluded.{column}")).collect();
        let then = if sets.is_empty() { "nothing".to_owned() } else { format!("update set {}", sets.join(", ")) };
        format!(
            "insert into {} ({}) values {} on conflict ({}) do {then}",
            self.name,
            self.columns.join(", "),
            rows.join(", "),
            self.key.join(", "),
        )
    }
}

const AREA: Table = Table { name: "area", key: &["id"], columns: &["id", "name", "parent_id"] };
const LOT: Table = Table {
    name: "lot",
    key: &["id"],
    columns: &["id", "name", "area_id", "manager", "manager_phone", "outsiders", "address", "leave_minutes"],
};
const DEVICE: Table = Table { name: "device", key: &["id"], columns: &["id", "driver", "settings", "secrets"] };
const ROBOT: Table = Table { name: "robot", key: &["id"], columns: &["id", "number", "phone", "secret"] };
const LANE: Table = Table {
    name: "lane",
    key: &["id"],
    columns: &[
        "id",
        "lot_id",
        "name",
        "code",
        "direction",
        "barrier_id",
        "plate_camera_id",
        "environment_cameras",
        "id_camera_id",
        "robot_id",
    ],
};
const SEAT: Table = Table { name: "seat", key: &["number"], columns: &["number"] };
const SCOPE: Table = Table {
    name: "person_scope",
    key: &["person_id", "kind", "target_id"],
    columns: &["person_id", "kind", "target_id"],
};
const REASON: Table = Table {
    name: "reason",
    key: &["code"],
    columns: &["code", "text", "direction", "remark", "photos_min", "photos_max", "approval"],
};
const PASS: Table =
    Table { name: "pass", key: &["id"], columns: &["id", "lot_id", "status", "valid_from", "valid_to", "spaces"] };
const PASS_PLATE: Table =
    Table { name: "pass_plate", key: &["lot_id", "plate", "pass_id"], columns: &["lot_id", "plate", "pass_id"] };
const VEHICLE: Table =
    Table { name: "vehicle", key: &["lot_id", "plate"], columns: &["lot_id", "plate", "locked", "blacklisted"] };
const TARIFF: Table = Table {
    name: "tariff",
    key: &["lot_id"],
    columns: &["lot_id", "free_minutes", "first_minutes", "first_fen", "step_minutes", "step_fen", "day_cap_fen"],
};
const INTEGRATION: Table = Table { name: "integration", key: &["id"], columns: &["id", "kind", "secret"] };
const LINK: Table = Table { name: "link", key: &["name"], columns: &["name", "url"] };
const TEMPLATE: Table =
    Table { name: "template", key: &["scene", "lang"], columns: &["scene", "lang", "text", "speech"] };
const RULE: Table = Table { name: "rule", key: &["name"], columns: &["name", "value"] };

fn secret<'a>(secrets: &'a HashMap<String, String>, id: &str) -> &'a str {
    secrets.get(id).map_or("", String::as_str)
}

async fn places(conn: &mut Conn<'_>, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
    let areas = site.areas.iter().map(|area| args![&area.id, &area.name, &area.parent]);
    AREA.put(conn, areas.collect()).await?;
    LOT.put(conn, site.lots.iter().map(lot).collect()).await?;
    let devices = site.devices.iter().map(|row| device(row, secret(&secrets.devices, row.id.as_str())));
    DEVICE.put(conn, devices.collect()).await?;
    let robots = site.robots.iter().map(|robot| {
        let sealed = secret(&secrets.robots, robot.id.as_str());
        args![&robot.id, &robot.number, &robot.phone, sealed]
    });
    ROBOT.put(conn, robots.collect()).await?;
    LANE.put(conn, site.lanes.iter().map(lane).collect()).await
}

fn lot(lot: &Lot) -> Vec<Arg> {
    args![
        &lot.id,
        &lot.name,
        &lot.area,
        &lot.manager,
        &lot.manager_phone,
        lot.outsiders,
        &lot.address,
        lot.leave_minutes
    ]
}

/// A device's settings as they rest.
pub(crate) fn device_settings(device: &Device) -> String {
    let mut settings = json!({
        "url": device.url,
        "username": device.username,
        "channel": device.channel,
        "namespace": device.namespace,
        "events": device.events,
    });
    let more = [
        ("rtsp", &device.rtsp),
        ("transport", &device.transport),
        ("push_from", &device.push_from),
        ("serial", &device.serial),
    ];
    for (key, value) in more {
        if let Some(value) = value {
            settings[key] = json!(value);
        }
    }
    if device.rtsp_basic {
        settings["rtsp_basic"] = json!(true);
    }
    settings.to_string()
}

fn device(device: &Device, sealed: &str) -> Vec<Arg> {
    args![&device.id, &device.driver, device_settings(device), sealed]
}

fn lane(lane: &Lane) -> Vec<Arg> {
    args![
        &lane.id,
        &lane.lot,
        &lane.name,
        &lane.code,
        lane.direction,
        &lane.barrier,
        &lane.plate_camera,
        json!(lane.environment_cameras).to_string(),
        &lane.id_camera,
        &lane.robot
    ]
}

async fn people(conn: &mut Conn<'_>, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
    SEAT.put(conn, site.seats.iter().map(|number| args![number]).collect()).await?;
    let mut scopes = Vec::new();
    for person in &site.people {
        let hash = secret(&secrets.passwords, &person.username);
        let handed = secrets.handed.contains(&person.username);
        let id = put_person(conn, person, hash, handed).await?;
        let areas = person.areas.iter().map(|area| ("area", area.as_str()));
        let lots = person.lots.iter().map(|lot| ("lot", lot.as_str()));
        scopes.extend(areas.chain(lots).map(|(kind, target)| args![&id, kind, target]));
    }
    SCOPE.put(conn, scopes).await?;
    let reason = |reason: &crate::site::Reason| {
        args![
            &reason.code,
            &reason.text,
            &reason.direction,
            reason.remark,
            reason.photos_min,
            reason.photos_max,
            reason.approval
        ]
    };
    REASON.put(conn, site.reasons.iter().map(reason).collect()).await
}

/// The password, and whether it must be changed, are for new people only.
async fn put_person(conn: &mut Conn<'_>, person: &Person, hash: &str, handed: bool) -> Result<String, StoreError> {
    let sql = "insert into person (id, username, name, role, password_hash, must_change, handed)
               values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (username) do update set name = excluded.name, role = excluded.role returning id";
    let args = args![
        PersonId::new(),
        &person.username,
        &person.name,
        person.role,
        hash,
        person.must_change.unwrap_or(false),
        handed
    ];
    let (id,): (String,) = conn.one(sql, args).await?;
    conn.execute("delete from person_scope where person_id = $1", args![&id]).await?;
    Ok(id)
}

async fn passes(conn: &mut Conn<'_>, passes: &[Pass], ids: &[PassKey], heard: Heard<'_>) -> Result<(), StoreError> {
    let row = |(pass, key): (&Pass, &PassKey)| {
        args![&key.id, &pass.lot, pass.status, pass.valid_from, pass.valid_to, pass.spaces]
    };
    let rows = passes.iter().zip(ids).map(row).collect();
    PASS.put_told(conn, rows, heard).await?;
    // A pass that is there has these plates already: by them it was found.
    let new = passes.iter().zip(ids).filter(|(_, key)| !key.known);
    let plates = new.flat_map(|(pass, key)| {
        let row = move |plate| args![&pass.lot, plate, &key.id];
        pass.plates.iter().map(row)
    });
    PASS_PLATE.put(conn, plates.collect()).await
}

async fn vehicles_and_money(conn: &mut Conn<'_>, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
    let vehicles = site.vehicles.iter().map(|row| args![&row.lot, &row.plate, row.locked, row.blacklisted]);
    VEHICLE.put(conn, vehicles.collect()).await?;
    TARIFF.put(conn, site.tariffs.iter().map(tariff).collect()).await?;
    let integrations = site.integrations.iter().map(|row| {
        let sealed = secret(&secrets.integrations, row.id.as_str());
        args![&row.id, &row.kind, sealed]
    });
    INTEGRATION.put(conn, integrations.collect()).await?;
    let links = site.links.iter().map(|(name, url)| args![name.as_str(), url]);
    LINK.put(conn, links.collect()).await?;
    let templates =
        site.templates.iter().map(|row| args![row.scene.as_str(), row.lang.as_str(), &row.text, &row.speech]);
    TEMPLATE.put(conn, templates.collect()).await?;
    let rules = site.rules.iter().map(|(name, value)| args![name, *value]);
    RULE.put(conn, rules.collect()).await
}

fn tariff(tariff: &Tariff) -> Vec<Arg> {
    args![
        &tariff.lot,
        tariff.free_minutes,
        tariff.first_minutes,
        tariff.first_fen,
        tariff.step_minutes,
        tariff.step_fen,
        tariff.day_cap_fen
    ]
}
