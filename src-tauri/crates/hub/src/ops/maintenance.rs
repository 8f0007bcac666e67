//! How devices are, who is alerted, what is to be repaired.

use super::opening::scope;
use crate::{
    actor::Actor,
    directory::{Directory, Lane},
    error::{Error, Result},
    hub::Hub,
    ops::site::Reach,
    runtime::{Health, Reporter},
    store::{Audit, MaintenanceFilter, NewMaintenance, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, DeviceId, LaneId, LotId, PersonId},
    person::Permission,
    time::Timestamp,
};
use lanedesk_wire::{
    list::Page,
    maintenance::{DeviceHealth, Maintenance, MaintenanceState},
    opening::LaneRef,
    search::LotRef,
    stream::Told,
};
use serde_json::json;
use std::{collections::HashMap, time::Duration};

/// Longest note, in characters.
const LONGEST: usize = 500;
/// How often long outages are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Which devices.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Devices {
    /// Of this lot.
    pub lot: Option<LotId>,
}

/// The devices of one's lots, those that cannot be reached first. Devices of no lane are their maker's and of whoever holds
/// a root area.
/// `say` is the reader's language.
pub async fn devices(hub: &Hub, actor: &Actor, asked: Devices, say: Reporter<'_>) -> Result<Page<DeviceHealth>> {
    let site = hub.directory();
    let open = MaintenanceFilter {
        lots: scope(hub, actor),
        state: Some(MaintenanceState::Open),
        limit: 2_000,
        ..MaintenanceFilter::default()
    };
    let (reach, repairs, pictures) = {
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        let reach =
            if actor.role.may(Permission::Configure) { Some(Reach::of(&mut conn, &actor.id).await?) } else { None };
        (reach, conn.maintenance(&site, &open).await?, conn.last_pictures(open.lots.as_deref()).await?)
    };
    let pictures: HashMap<LaneId, Timestamp> = pictures.into_iter().collect();
    let repairs: HashMap<&DeviceId, &Maintenance> =
        repairs.iter().rev().map(|repair| (&repair.device, repair)).collect();
    // One walk over the lanes for all devices: a site has thousands of both.
    let lanes = lanes_by_device(&site);
    let near = |lane: &&Lane| actor.may_see(&lane.lot) && asked.lot.as_ref().is_none_or(|asked| *asked == lane.lot);
    let mut items: Vec<DeviceHealth> = site
        .devices
        .values()
        .filter_map(|device| {
            // A device may serve several lots: each sees its own lanes.
            let shown: Vec<&Lane> = if let Some(lanes) = lanes.get(&device.id) {
                let lanes: Vec<&Lane> = lanes.iter().copied().filter(near).collect();
                (!lanes.is_empty()).then_some(lanes)?
            } else {
                let theirs = reach.as_ref()?.holds_unplaced(&device.id);
                (theirs && asked.lot.is_none()).then(Vec::new)?
            };
            let repair = repairs.get(&device.id).copied().cloned();
            Some(health(hub, &site, device, &shown, repair, &pictures, say))
        })
        .collect();
    items.sort_by(|a, b| (a.online, &a.id).cmp(&(b.online, &b.id)));
    items.sort_by_key(|device| device.online != Some(false));
    Ok(Page { items, next: None })
}

/// The lanes that use each device, for whatever, in the order of their ids.
fn lanes_by_device(site: &Directory) -> HashMap<&DeviceId, Vec<&Lane>> {
    let mut lanes: Vec<&Lane> = site.lanes.values().collect();
    lanes.sort_by(|a, b| a.id.cmp(&b.id));
    let mut by_device: HashMap<&DeviceId, Vec<&Lane>> = HashMap::new();
    for lane in lanes {
        let one = [&lane.barrier, &lane.plate_camera, &lane.id_camera];
        let used = one.into_iter().flatten().chain(&lane.environment_cameras);
        for device in used {
            let of_device = by_device.entry(device).or_default();
            // One device is often all of a lane's.
            if of_device.last().is_none_or(|last| last.id != lane.id) {
                of_device.push(lane);
            }
        }
    }
    by_device
}

/// Every lane that uses a device, for whatever.
fn lanes_of<'a>(site: &'a Directory, device: &DeviceId) -> impl Iterator<Item = &'a Lane> {
    let used = |lane: &&Lane| {
        let one = [&lane.barrier, &lane.plate_camera, &lane.id_camera];
        one.into_iter().any(|id| id.as_ref() == Some(device)) || lane.environment_cameras.contains(device)
    };
    let mut lanes: Vec<&Lane> = site.lanes.values().filter(used).collect();
    lanes.sort_by(|a, b| a.id.cmp(&b.id));
    lanes.into_iter()
}

fn lane_ref(lane: &Lane) -> LaneRef {
    LaneRef { id: lane.id.clone(), name: lane.name.clone(), code: lane.code.clone() }
}

fn health(
    hub: &Hub,
    site: &Directory,
    device: &crate::directory::Device,
    lanes: &[&Lane],
    maintenance: Option<Maintenance>,
    pictures: &HashMap<LaneId, Timestamp>,
    say: Reporter<'_>,
) -> DeviceHealth {
    let opened = hub.runtime().device(&device.id);
    let now = opened.as_ref().map_or(Health::Untried, |opened| opened.health());
    let past = opened.as_ref().map(|opened| opened.past()).unwrap_or_default();
    let camera = |lane: &&&Lane| lane.plate_camera.as_ref() == Some(&device.id);
    let of_reads = lanes.iter().filter(camera).filter_map(|lane| pictures.get(&lane.id)).max().copied();
    let (online, since) = match &now {
        Health::Untried => (None, None),
        Health::Online => (Some(true), past.changed_at),
        Health::Offline { since, .. } => (Some(false), Some(*since)),
    };
    let lot = lanes.first().and_then(|lane| site.lots.get(&lane.lot));
    DeviceHealth {
        id: device.id.clone(),
        driver: device.driver.clone(),
        lot: lot.map(|lot| LotRef { id: lot.id.clone(), name: lot.name.clone() }),
        lanes: lanes.iter().map(|lane| lane_ref(lane)).collect(),
        online,
        since,
        last_error: past.error.as_ref().map(|(error, _)| say(error)),
        last_error_at: past.error.as_ref().map(|(_, at)| *at),
        last_picture_at: of_reads.max(past.picture_at),
        clock_offset_ms: past.clock_offset_ms,
        maintenance,
    }
}

/// Says that a device is to be repaired.
pub async fn open(hub: &Hub, actor: &Actor, device: &DeviceId, note: &str) -> Result<Maintenance> {
    let site = hub.directory();
    let lane = lanes_of(&site, device).find(|lane| actor.may_see(&lane.lot)).ok_or(Error::NotFound)?;
    let new = new(device, lane, None, &actor.id, note, hub.clock().now());
    let (work, id) = (new.clone(), new.id.clone());
    hub.store().write(async move |tx| add(tx, &work).await).await?;
    one(hub, actor, &id).await
}

fn new(
    device: &DeviceId,
    lane: &Lane,
    case: Option<CaseId>,
    person: &PersonId,
    note: &str,
    at: Timestamp,
) -> NewMaintenance {
    NewMaintenance {
        id: uuid::Uuid::now_v7().to_string(),
        device: device.clone(),
        lot: lane.lot.clone(),
        lane: Some(lane.id.clone()),
        case,
        note: note.trim().chars().take(LONGEST).collect(),
        person: person.clone(),
        at,
    }
}

async fn add(tx: &mut Tx<'_>, new: &NewMaintenance) -> Result<()> {
    tx.add_maintenance(new).await?;
    let body = json!({"maintenance": new.id, "lane": new.lane, "case": new.case, "note": new.note});
    tx.audit(Audit::new(new.at, Some(&new.person), "maintenance.open", format!("device:{}", new.device), body)).await?;
    Ok(())
}

/// A case closed as a device's fault: the lane's device is to be repaired, unless somebody has said so already.
pub(super) async fn of_case(
    tx: &mut Tx<'_>,
    site: &Directory,
    lane: &LaneId,
    (case, person, note): (&CaseId, &PersonId, Option<&str>),
    now: Timestamp,
) -> Result<()> {
    let Some(lane) = site.lanes.get(lane) else {
        return Ok(());
    };
    // The arm is what most faults are about; a lane without one has its camera.
    let Some(device) = lane.barrier.as_ref().or(lane.plate_camera.as_ref()) else {
        return Ok(());
    };
    let open = MaintenanceFilter {
        device: Some(device.clone()),
        state: Some(MaintenanceState::Open),
        limit: 1,
        ..MaintenanceFilter::default()
    };
    if !tx.maintenance(site, &open).await?.is_empty() {
        return Ok(());
    }
    add(tx, &new(device, lane, Some(case.clone()), person, note.unwrap_or_default(), now)).await
}

async fn one(hub: &Hub, actor: &Actor, id: &str) -> Result<Maintenance> {
    let found = hub.store().read().await?.conn().maintenance_of(&hub.directory(), id).await?;
    let found = found.ok_or(Error::NotFound)?;
    actor.see(&found.lot.id)?;
    Ok(found)
}

/// Says what was done.
pub async fn close(hub: &Hub, actor: &Actor, id: &str, repair: &str) -> Result<Maintenance> {
    let repair: String = repair.trim().chars().take(LONGEST).collect();
    if repair.is_empty() {
        return Err(Error::Invalid { field: "repair", why: "empty" });
    }
    let found = one(hub, actor, id).await?;
    let (who, id, now) = (actor.id.clone(), found.id.clone(), hub.clock().now());
    let subject = format!("device:{}", found.device);
    hub.store()
        .write(async move |tx| {
            if tx.close_maintenance(&id, &who, &repair, now).await? {
                let body = json!({"maintenance": id, "repair": repair});
                tx.audit(Audit::new(now, Some(&who), "maintenance.close", subject.clone(), body)).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    one(hub, actor, &found.id).await
}

/// Which repairs.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MaintenanceQuery {
    /// `open` or `closed`; both where it is not given.
    pub state: Option<MaintenanceState>,
    /// Of this lot.
    pub lot: Option<LotId>,
    /// Of this device.
    pub device: Option<DeviceId>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// What is, or was, to be repaired, newest first.
pub async fn list(hub: &Hub, actor: &Actor, which: MaintenanceQuery) -> Result<Page<Maintenance>> {
    let lots = match which.lot {
        None => scope(hub, actor),
        Some(lot) if actor.may_see(&lot) => Some(vec![lot]),
        Some(_) => {
            return Ok(Page { items: Vec::new(), next: None });
        }
    };
    let filter = MaintenanceFilter {
        lots,
        device: which.device,
        state: which.state,
        before: which.cursor,
        limit: i64::from(which.limit.unwrap_or(50).clamp(1, 500)),
    };
    let items = hub.store().read().await?.conn().maintenance(&hub.directory(), &filter).await?;
    let full = i64::try_from(items.len()).unwrap_or_default() == filter.limit;
    let next = items.last().filter(|_| full).map(|last| last.id.clone());
    Ok(Page { items, next })
}

/// Alerts supervisors of devices that have been out of reach for long; each device once in its quiet period.
pub async fn run(hub: Hub) {
    loop {
        if let Err(error) = alert(&hub).await {
            tracing::warn!(%error, "nobody was alerted of devices");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// One look.
pub async fn alert(hub: &Hub) -> Result<()> {
    let (rules, now) = (hub.rules(), hub.clock().now());
    let before = now.plus_minutes(-i64::from(rules.device_alert_minutes));
    let quiet = now.plus_minutes(-i64::from(rules.device_quiet_minutes));
    hub.store()
        .write(async move |tx| {
            for long in tx.take_alerts(before, quiet, now).await? {
                let told = Told::DeviceAlert { device: long.device, since: long.since, error: long.error };
                if let Some(lot) = &long.lot {
                    tx.tell(now, lot, &told).await?;
                }
            }
            Ok(())
        })
        .await
}
