//! Writing a site file's rows, in the order in which they refer to each other, many rows a statement.

use super::super::{Arg, Conn, StoreError, Tx};
use crate::{
    args,
    site::{Device, Lane, Lot, Pass, Person, Site, Tariff},
};
use lanedesk_domain::ids::{PassId, PersonId};
use serde_json::json;
use std::collections::HashMap;

/// What a site file says in the clear, as it rests in tables: made before the transaction, because hashing takes time.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Password hashes of new people by username.
    pub passwords: HashMap<String, String>,
    /// Sealed secrets of devices by id.
    pub devices: HashMap<String, String>,
    /// Sealed link keys of robots by id.
    pub robots: HashMap<String, String>,
    /// Sealed keys of integrations by id.
    pub integrations: HashMap<String, String>,
}

impl Tx<'_> {
    /// Writes a whole site.
    pub async fn import_site(&mut self, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
        places(self, site, secrets).await?;
        people(self, site, secrets).await?;
        passes(self, &site.passes).await?;
        vehicles_and_money(self, site, secrets).await
    }
}

/// A table as an import writes it: rows that are there already by `key` get the new values of all other columns.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [&'static str],
}

/// Values in one statement; SQLite takes 32,766, PostgreSQL 65,535.
const MOST_VALUES: usize = 4_000;

impl Table {
    async fn put(&self, conn: &mut Conn<'_>, rows: Vec<Vec<Arg>>) -> Result<(), StoreError> {
        for rows in rows.chunks(MOST_VALUES / self.columns.len()) {
            let sql = self.upsert(rows.len());
            let args = rows.iter().flatten().cloned().collect();
            // An upsert answers no rows, so their type means nothing.
            conn.all::<(i64,)>(&sql, args).await?;
        }
        Ok(())
    }

    fn upsert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let places = (1..=width).map(|column| format!("${}", row * width + column));
            format!("({})", places.collect::<Vec<_>>().join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        let others = self
            .columns
            .iter()
            .filter(|column| !self.key.contains(column));
        let sets: Vec<String> = others
            .map(|column| format!("{column} = excluded.{column}"))
            .collect();
        let then = if sets.is_empty() {
            "nothing".to_owned()
        } else {
            format!("update set {}", sets.join(", "))
        };
        format!(
            "insert into {} ({}) values {} on conflict ({}) do {then}",
            self.name,
            self.columns.join(", "),
            rows.join(", "),
            self.key.join(", "),
        )
    }
}

const AREA: Table = Table {
    name: "area",
    key: &["id"],
    columns: &["id", "name", "parent_id"],
};
const LOT: Table = Table {
    name: "lot",
    key: &["id"],
    columns: &[
        "id",
        "name",
        "area_id",
        "manager",
        "manager_phone",
        "outsiders",
        "address",
        "leave_minutes",
    ],
};
const DEVICE: Table = Table {
    name: "device",
    key: &["id"],
    columns: &["id", "driver", "settings", "secrets"],
};
const ROBOT: Table = Table {
    name: "robot",
    key: &["id"],
    columns: &["id", "number", "phone", "secret"],
};
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
const SEAT: Table = Table {
    name: "seat",
    key: &["number"],
    columns: &["number"],
};
const SCOPE: Table = Table {
    name: "person_scope",
    key: &["person_id", "kind", "target_id"],
    columns: &["person_id", "kind", "target_id"],
};
const REASON: Table = Table {
    name: "reason",
    key: &["code"],
    columns: &[
        "code",
        "text",
        "direction",
        "remark",
        "photos_min",
        "photos_max",
        "approval",
    ],
};
const PASS: Table = Table {
    name: "pass",
    key: &["id"],
    columns: &["id", "lot_id", "status", "valid_from", "valid_to", "spaces"],
};
const PASS_PLATE: Table = Table {
    name: "pass_plate",
    key: &["lot_id", "plate", "pass_id"],
    columns: &["lot_id", "plate", "pass_id"],
};
const VEHICLE: Table = Table {
    name: "vehicle",
    key: &["lot_id", "plate"],
    columns: &["lot_id", "plate", "locked", "blacklisted"],
};
const TARIFF: Table = Table {
    name: "tariff",
    key: &["lot_id"],
    columns: &[
        "lot_id",
        "free_minutes",
        "first_minutes",
        "first_fen",
        "step_minutes",
        "step_fen",
        "day_cap_fen",
    ],
};
const INTEGRATION: Table = Table {
    name: "integration",
    key: &["id"],
    columns: &["id", "kind", "secret"],
};
const LINK: Table = Table {
    name: "link",
    key: &["name"],
    columns: &["name", "url"],
};
const TEMPLATE: Table = Table {
    name: "template",
    key: &["scene", "lang"],
    columns: &["scene", "lang", "text", "speech"],
};
const RULE: Table = Table {
    name: "rule",
    key: &["name"],
    columns: &["name", "value"],
};

fn secret<'a>(secrets: &'a HashMap<String, String>, id: &str) -> &'a str {
    secrets.get(id).map_or("", String::as_str)
}

async fn places(conn: &mut Conn<'_>, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
    let areas = site
        .areas
        .iter()
        .map(|area| args![&area.id, &area.name, &area.parent]);
    AREA.put(conn, areas.collect()).await?;
    LOT.put(conn, site.lots.iter().map(lot).collect()).await?;
    let devices = site
        .devices
        .iter()
        .map(|row| device(row, secret(&secrets.devices, row.id.as_str())));
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

fn device(device: &Device, sealed: &str) -> Vec<Arg> {
    let mut settings = json!({
        "url": device.url,
        "username": device.username,
        "channel": device.channel,
        "namespace": device.namespace,
        "events": device.events,
    });
    if let Some(rtsp) = &device.rtsp {
        settings["rtsp"] = json!(rtsp);
    }
    args![&device.id, &device.driver, settings.to_string(), sealed]
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
    SEAT.put(
        conn,
        site.seats.iter().map(|number| args![number]).collect(),
    )
    .await?;
    let mut scopes = Vec::new();
    for person in &site.people {
        let id = put_person(conn, person, secret(&secrets.passwords, &person.username)).await?;
        let areas = person.areas.iter().map(|area| ("area", area.as_str()));
        let lots = person.lots.iter().map(|lot| ("lot", lot.as_str()));
        scopes.extend(
            areas
                .chain(lots)
                .map(|(kind, target)| args![&id, kind, target]),
        );
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
    REASON
        .put(conn, site.reasons.iter().map(reason).collect())
        .await
}

/// The password, and whether it must be changed, are for new people only.
async fn put_person(
    conn: &mut Conn<'_>,
    person: &Person,
    hash: &str,
) -> Result<String, StoreError> {
    let sql = "insert into person (id, username, name, role, password_hash, must_change)
               values ($1, $2, $3, $4, $5, $6)
               on conflict (username) do update set name = excluded.name, role = excluded.role returning id";
    let args = args![
        PersonId::new(),
        &person.username,
        &person.name,
        person.role,
        hash,
        person.must_change
    ];
    let (id,): (String,) = conn.one(sql, args).await?;
    conn.execute("delete from person_scope where person_id = $1", args![&id])
        .await?;
    Ok(id)
}

/// Passes by lot and plates, the plates in order.
type KnownPasses = HashMap<(String, Vec<String>), String>;

async fn known_passes(conn: &mut Conn<'_>) -> Result<KnownPasses, StoreError> {
    let sql = "select lot_id, pass_id, plate from pass_plate order by pass_id, plate";
    let rows: Vec<(String, String, String)> = conn.all(sql, vec![]).await?;
    let mut plates: HashMap<(String, String), Vec<String>> = HashMap::new();
    for (lot, pass, plate) in rows {
        plates.entry((lot, pass)).or_default().push(plate);
    }
    Ok(plates
        .into_iter()
        .map(|((lot, pass), plates)| ((lot, plates), pass))
        .collect())
}

async fn passes(conn: &mut Conn<'_>, passes: &[Pass]) -> Result<(), StoreError> {
    if passes.is_empty() {
        return Ok(());
    }
    let known = known_passes(conn).await?;
    let (mut rows, mut plates) = (Vec::new(), Vec::new());
    for pass in passes {
        let mut in_order = pass.plates.clone();
        in_order.sort();
        let known = known.get(&(pass.lot.to_string(), in_order)).cloned();
        let id = known.unwrap_or_else(|| PassId::new().to_string());
        plates.extend(pass.plates.iter().map(|plate| args![&pass.lot, plate, &id]));
        rows.push(args![
            id,
            &pass.lot,
            pass.status,
            pass.valid_from,
            pass.valid_to,
            pass.spaces
        ]);
    }
    PASS.put(conn, rows).await?;
    PASS_PLATE.put(conn, plates).await
}

async fn vehicles_and_money(
    conn: &mut Conn<'_>,
    site: &Site,
    secrets: &Secrets,
) -> Result<(), StoreError> {
    let vehicles = site
        .vehicles
        .iter()
        .map(|row| args![&row.lot, &row.plate, row.locked, row.blacklisted]);
    VEHICLE.put(conn, vehicles.collect()).await?;
    TARIFF
        .put(conn, site.tariffs.iter().map(tariff).collect())
        .await?;
    let integrations = site.integrations.iter().map(|row| {
        let sealed = secret(&secrets.integrations, row.id.as_str());
        args![&row.id, &row.kind, sealed]
    });
    INTEGRATION.put(conn, integrations.collect()).await?;
    let links = site
        .links
        .iter()
        .map(|(name, url)| args![name.as_str(), url]);
    LINK.put(conn, links.collect()).await?;
    let templates = site.templates.iter().map(|row| {
        args![
            row.scene.as_str(),
            row.lang.as_str(),
            &row.text,
            &row.speech
        ]
    });
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
