//! Writing a site file's rows, in the order in which they refer to each other.

use super::super::{Conn, StoreError, Tx};
use crate::{
    args,
    site::{
        Area, Device, Integration, Lane, Lot, Pass, Person, Reason, Robot, Site, Tariff, Vehicle,
    },
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
        for area in &site.areas {
            put_area(self, area).await?;
        }
        for lot in &site.lots {
            put_lot(self, lot).await?;
        }
        for device in &site.devices {
            put_device(self, device, secret(&secrets.devices, device.id.as_str())).await?;
        }
        for robot in &site.robots {
            put_robot(self, robot, secret(&secrets.robots, robot.id.as_str())).await?;
        }
        for lane in &site.lanes {
            put_lane(self, lane).await?;
        }
        import_people(self, site, secrets).await?;
        import_vehicles_and_money(self, site, secrets).await
    }
}

async fn import_people(
    conn: &mut Conn<'_>,
    site: &Site,
    secrets: &Secrets,
) -> Result<(), StoreError> {
    for number in &site.seats {
        let sql = "insert into seat (number) values ($1) on conflict (number) do nothing";
        conn.execute(sql, args![number]).await?;
    }
    for person in &site.people {
        put_person(conn, person, secret(&secrets.passwords, &person.username)).await?;
    }
    for reason in &site.reasons {
        put_reason(conn, reason).await?;
    }
    Ok(())
}

async fn import_vehicles_and_money(
    conn: &mut Conn<'_>,
    site: &Site,
    secrets: &Secrets,
) -> Result<(), StoreError> {
    let known = if site.passes.is_empty() {
        HashMap::new()
    } else {
        known_passes(conn).await?
    };
    for pass in &site.passes {
        put_pass(conn, pass, &known).await?;
    }
    for vehicle in &site.vehicles {
        put_vehicle(conn, vehicle).await?;
    }
    for tariff in &site.tariffs {
        put_tariff(conn, tariff).await?;
    }
    for integration in &site.integrations {
        put_integration(
            conn,
            integration,
            secret(&secrets.integrations, integration.id.as_str()),
        )
        .await?;
    }
    for (name, value) in &site.rules {
        let sql = "insert into rule (name, value) values ($1, $2)
                   on conflict (name) do update set value = excluded.value";
        conn.execute(sql, args![name, *value]).await?;
    }
    Ok(())
}

fn secret<'a>(secrets: &'a HashMap<String, String>, id: &str) -> &'a str {
    secrets.get(id).map_or("", String::as_str)
}

async fn put_area(conn: &mut Conn<'_>, area: &Area) -> Result<(), StoreError> {
    let sql = "insert into area (id, name, parent_id) values ($1, $2, $3)
               on conflict (id) do update set name = excluded.name, parent_id = excluded.parent_id";
    conn.execute(sql, args![&area.id, &area.name, &area.parent])
        .await
        .map(drop)
}

async fn put_lot(conn: &mut Conn<'_>, lot: &Lot) -> Result<(), StoreError> {
    let sql = "insert into lot (id, name, area_id, manager, manager_phone, outsiders, address, leave_minutes)
               values ($1, $2, $3, $4, $5, $6, $7, $8)
               on conflict (id) do update set name = excluded.name, area_id = excluded.area_id,
               manager = excluded.manager, manager_phone = excluded.manager_phone, outsiders = excluded.outsiders,
               address = excluded.address, leave_minutes = excluded.leave_minutes";
    let args = args![
        &lot.id,
        &lot.name,
        &lot.area,
        &lot.manager,
        &lot.manager_phone,
        lot.outsiders,
        &lot.address,
        lot.leave_minutes
    ];
    conn.execute(sql, args).await.map(drop)
}

async fn put_device(conn: &mut Conn<'_>, device: &Device, sealed: &str) -> Result<(), StoreError> {
    let sql = "insert into device (id, driver, settings, secrets) values ($1, $2, $3, $4)
               on conflict (id) do update set driver = excluded.driver, settings = excluded.settings,
               secrets = excluded.secrets";
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
    conn.execute(
        sql,
        args![&device.id, &device.driver, settings.to_string(), sealed],
    )
    .await
    .map(drop)
}

async fn put_robot(conn: &mut Conn<'_>, robot: &Robot, sealed: &str) -> Result<(), StoreError> {
    let sql = "insert into robot (id, number, phone, secret) values ($1, $2, $3, $4)
               on conflict (id) do update set number = excluded.number, phone = excluded.phone,
               secret = excluded.secret";
    conn.execute(sql, args![&robot.id, &robot.number, &robot.phone, sealed])
        .await
        .map(drop)
}

async fn put_lane(conn: &mut Conn<'_>, lane: &Lane) -> Result<(), StoreError> {
    let sql = "insert into lane (id, lot_id, name, code, direction, barrier_id, plate_camera_id, environment_cameras,
               id_camera_id, robot_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               on conflict (id) do update set lot_id = excluded.lot_id, name = excluded.name, code = excluded.code,
               direction = excluded.direction, barrier_id = excluded.barrier_id,
               plate_camera_id = excluded.plate_camera_id, environment_cameras = excluded.environment_cameras,
               id_camera_id = excluded.id_camera_id, robot_id = excluded.robot_id";
    let args = args![
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
    ];
    conn.execute(sql, args).await.map(drop)
}

async fn put_person(conn: &mut Conn<'_>, person: &Person, hash: &str) -> Result<(), StoreError> {
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
    let areas = person.areas.iter().map(|area| ("area", area.as_str()));
    let lots = person.lots.iter().map(|lot| ("lot", lot.as_str()));
    for (kind, target) in areas.chain(lots) {
        let sql = "insert into person_scope (person_id, kind, target_id) values ($1, $2, $3) on conflict do nothing";
        conn.execute(sql, args![&id, kind, target]).await?;
    }
    Ok(())
}

async fn put_reason(conn: &mut Conn<'_>, reason: &Reason) -> Result<(), StoreError> {
    let sql = "insert into reason (code, text, direction, remark, photos_min, photos_max, approval)
               values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (code) do update set text = excluded.text, direction = excluded.direction,
               remark = excluded.remark, photos_min = excluded.photos_min, photos_max = excluded.photos_max,
               approval = excluded.approval";
    let args = args![
        &reason.code,
        &reason.text,
        &reason.direction,
        reason.remark,
        reason.photos_min,
        reason.photos_max,
        reason.approval
    ];
    conn.execute(sql, args).await.map(drop)
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

async fn put_pass(conn: &mut Conn<'_>, pass: &Pass, known: &KnownPasses) -> Result<(), StoreError> {
    let mut plates = pass.plates.clone();
    plates.sort();
    let known = known.get(&(pass.lot.to_string(), plates));
    let id = known.cloned().unwrap_or_else(|| PassId::new().to_string());
    let sql = "insert into pass (id, lot_id, status, valid_from, valid_to, spaces) values ($1, $2, $3, $4, $5, $6)
               on conflict (id) do update set status = excluded.status, valid_from = excluded.valid_from,
               valid_to = excluded.valid_to, spaces = excluded.spaces";
    let args = args![
        &id,
        &pass.lot,
        pass.status,
        pass.valid_from,
        pass.valid_to,
        pass.spaces
    ];
    conn.execute(sql, args).await?;
    for plate in &pass.plates {
        let sql = "insert into pass_plate (lot_id, plate, pass_id) values ($1, $2, $3) on conflict do nothing";
        conn.execute(sql, args![&pass.lot, plate, &id]).await?;
    }
    Ok(())
}

async fn put_vehicle(conn: &mut Conn<'_>, vehicle: &Vehicle) -> Result<(), StoreError> {
    let sql = "insert into vehicle (lot_id, plate, locked, blacklisted) values ($1, $2, $3, $4)
               on conflict (lot_id, plate) do update set locked = excluded.locked, blacklisted = excluded.blacklisted";
    conn.execute(
        sql,
        args![
            &vehicle.lot,
            &vehicle.plate,
            vehicle.locked,
            vehicle.blacklisted
        ],
    )
    .await
    .map(drop)
}

async fn put_tariff(conn: &mut Conn<'_>, tariff: &Tariff) -> Result<(), StoreError> {
    let sql = "insert into tariff (lot_id, free_minutes, first_minutes, first_fen, step_minutes, step_fen, day_cap_fen)
               values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (lot_id) do update set free_minutes = excluded.free_minutes,
               first_minutes = excluded.first_minutes, first_fen = excluded.first_fen,
               step_minutes = excluded.step_minutes, step_fen = excluded.step_fen, day_cap_fen = excluded.day_cap_fen";
    let args = args![
        &tariff.lot,
        tariff.free_minutes,
        tariff.first_minutes,
        tariff.first_fen,
        tariff.step_minutes,
        tariff.step_fen,
        tariff.day_cap_fen
    ];
    conn.execute(sql, args).await.map(drop)
}

async fn put_integration(
    conn: &mut Conn<'_>,
    integration: &Integration,
    sealed: &str,
) -> Result<(), StoreError> {
    let sql = "insert into integration (id, kind, secret) values ($1, $2, $3)
               on conflict (id) do update set kind = excluded.kind, secret = excluded.secret";
    conn.execute(sql, args![&integration.id, &integration.kind, sealed])
        .await
        .map(drop)
}
