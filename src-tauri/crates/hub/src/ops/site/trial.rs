//! 「测试」: what a device answers now. Nothing is moved.

use super::{Reach, row, secret, text};
use crate::{
    actor::Actor,
    directory,
    error::{Error, Result},
    hub::Hub,
    runtime::{Finding, OpenDevice, Reporter},
    store::{Audit, NounStore as _, Secrets},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lanedesk_devices::DeviceError;
use lanedesk_domain::{ids::DeviceId, person::Permission};
use lanedesk_wire::site::{Cells, DeviceCheck, DeviceTest, SiteTable, TestedPart};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// A device that takes longer is of no use at a gate.
const PATIENCE: Duration = Duration::from_secs(8);

/// Tries what the device can do: as it is saved, or as it stands in a form that is not saved yet.
pub async fn test(
    hub: &Hub,
    actor: &Actor,
    id: &DeviceId,
    form: Option<Cells>,
    say: Reporter<'_>,
) -> Result<DeviceTest> {
    actor.allow(Permission::Configure)?;
    within(hub, actor, id).await?;
    let opened = match form {
        Some(form) => Arc::new(draft(hub, id, form).await?),
        None => hub.runtime().device(id).ok_or(Error::NotFound)?,
    };
    note(hub, actor, &opened).await?;
    let mut test = DeviceTest { checks: Vec::new(), still: None, plate: None, barrier: None };
    let Some(device) = opened.device().cloned() else {
        let words = match opened.health() {
            crate::runtime::Health::Offline { error, .. } => say(&error),
            _ => say(&Finding::Settings(String::new())),
        };
        test.checks.push(DeviceCheck { part: TestedPart::Connection, ok: false, words, took_ms: 0 });
        return Ok(test);
    };
    if device.still_camera().is_some() {
        let still = |bytes: &bytes::Bytes| say(&Finding::Still(bytes.len()));
        let found = part(TestedPart::Still, (&mut test.checks, say), still, opened.still(Duration::ZERO)).await;
        test.still = found.map(|bytes| STANDARD.encode(bytes));
    }
    if let Some(barrier) = device.barrier() {
        let words = |state: &lanedesk_domain::barrier::BarrierState| say(&Finding::Barrier(*state));
        let asked = async { opened.noted(barrier.state().await) };
        test.barrier = part(TestedPart::Barrier, (&mut test.checks, say), words, asked).await;
    }
    if device.plate_camera().is_some() {
        test.plate = last_plate(hub, &opened, &mut test.checks, say).await?;
    }
    if device.live_camera().is_some() || device.rtsp_url().is_some() {
        let words = say(&Finding::Live);
        test.checks.push(DeviceCheck { part: TestedPart::Live, ok: true, words, took_ms: 0 });
    }
    Ok(test)
}

/// A device outside their scope is not there (R3): neither its account nor its answers are theirs.
async fn within(hub: &Hub, actor: &Actor, id: &DeviceId) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let reach = Reach::of(&mut conn, &actor.id).await?;
    if reach.holds_device(&mut conn, id).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// The device a form describes. Secrets the form says nothing of are the saved ones, as long as they would go to where they
/// went before.
async fn draft(hub: &Hub, id: &DeviceId, mut form: Cells) -> Result<OpenDevice> {
    let table = SiteTable::Device;
    let (before, mut known) = {
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        (conn.site_row(table, id.as_str()).await?, conn.known_site().await?)
    };
    let (was, mut sealed) = (before.as_ref(), Secrets::default());
    secret::take(table, id.as_str(), &mut form, was, hub.vault(), &mut sealed)?;
    row::fit(table, id.as_str(), &mut form);
    known.networks = Some(hub.runtime().networks().clone());
    let site = text::read(table, &form, &known)?;
    let device = site.devices.first().ok_or(Error::NotFound)?;
    Ok(hub.runtime().draft(&directory::Device {
        id: id.clone(),
        driver: device.driver.clone(),
        settings: device.settings(),
        secrets: sealed.rows.remove(&(table, id.to_string())).unwrap_or_default(),
    }))
}

/// One thing tried, with how long it took.
async fn part<T>(
    part: TestedPart,
    (checks, say): (&mut Vec<DeviceCheck>, Reporter<'_>),
    words: impl Fn(&T) -> String,
    asked: impl Future<Output = std::result::Result<T, DeviceError>>,
) -> Option<T> {
    let began = Instant::now();
    let answer = timeout(PATIENCE, asked).await;
    let took_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    let (ok, words, value) = match answer {
        Ok(Ok(value)) => (true, words(&value), Some(value)),
        Ok(Err(error)) => (false, say(&Finding::Failed(error)), None),
        Err(_) => {
            let late = DeviceError::Unanswered("no answer in time");
            (false, say(&Finding::Failed(late)), None)
        }
    };
    checks.push(DeviceCheck { part, ok, words, took_ms });
    value
}

/// The plate that stands at its lane, as it was read last.
async fn last_plate(
    hub: &Hub,
    opened: &OpenDevice,
    checks: &mut Vec<DeviceCheck>,
    say: Reporter<'_>,
) -> Result<Option<String>> {
    let Some(lane) = hub.runtime().read_by(opened.id()) else {
        let words = say(&Finding::NoLane);
        checks.push(DeviceCheck { part: TestedPart::PlateCamera, ok: false, words, took_ms: 0 });
        return Ok(None);
    };
    let now = hub.store().read().await?.conn().lane_now(&lane).await?;
    let plate = now.read.and_then(|read| read.plate).map(|plate| plate.as_str().to_owned());
    let read = plate.clone().map_or(Finding::NothingRead, Finding::Read);
    let words = say(&read);
    let ok = opened.health().is_online();
    checks.push(DeviceCheck { part: TestedPart::PlateCamera, ok, words, took_ms: 0 });
    Ok(plate)
}

async fn note(hub: &Hub, actor: &Actor, opened: &OpenDevice) -> Result<()> {
    let (who, now) = (actor.id.clone(), hub.clock().now());
    let (subject, url) = (format!("device:{}", opened.id()), opened.url().map(str::to_owned));
    hub.store()
        .write(async move |tx| {
            let audit = Audit::new(now, Some(&who), "device.test", subject.clone(), json!({"url": url}));
            tx.audit(audit).await.map_err(Error::from)
        })
        .await
}
