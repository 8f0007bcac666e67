//! One opened device: its driver, its health, and its newest still.

use super::{Finding, camera_clock::CameraClock, health::Health};
use crate::{
    clock::{Clock, machine_now},
    directory, origin,
    vault::{SealSlot, Vault, VaultError},
};
use bytes::Bytes;
use lanedesk_devices::{Barrier, Device, DeviceError, Networks, OpenError, open_device};
use lanedesk_domain::{
    ids::{DeviceId, LaneId},
    time::Timestamp,
};
use serde_json::{Map, Value};
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// A device that was opened once and is shared by every lane it serves.
pub struct OpenDevice {
    id: DeviceId,
    driver: String,
    /// Settings and secrets together, as the driver gets them. Never shown and never logged.
    settings: Value,
    /// None: the driver would not take the settings; health says why.
    device: Option<Arc<dyn Device>>,
    health: watch::Sender<Health>,
    clock: Clock,
    camera_clock: Mutex<CameraClock>,
    past: Mutex<DeviceHistory>,
    /// The last still or why there was none. The lock is held while one is taken, so that many watchers cost one call.
    still: tokio::sync::Mutex<Option<(Instant, Result<Bytes, DeviceError>)>>,
}

/// What a device has been through since the hub began.
#[derive(Debug, Clone, Default)]
pub struct DeviceHistory {
    /// When it was lost or reached again last.
    pub changed_at: Option<Timestamp>,
    /// The last error, and when.
    pub error: Option<(Finding, Timestamp)>,
    /// When it last gave a still.
    pub picture_at: Option<Timestamp>,
    /// How far its clock is ahead of ours.
    pub clock_offset_ms: Option<i64>,
}

/// Why a device's row cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadRow {
    /// Settings or secrets are not what an import writes.
    #[error("its settings are no JSON object")]
    Settings(#[from] serde_json::Error),
    /// The secrets do not open.
    #[error(transparent)]
    Secrets(#[from] VaultError),
}

/// What a row of the site says, secrets opened.
pub(super) fn settings_of(row: &directory::Device, vault: &Vault) -> Result<Value, BadRow> {
    let mut settings: Map<String, Value> = serde_json::from_str(&row.settings)?;
    let secrets: Map<String, Value> =
        serde_json::from_str(&vault.open_text(SealSlot::device(row.id.as_str()), &row.secrets)?)?;
    settings.extend(secrets);
    Ok(Value::Object(settings))
}

impl OpenDevice {
    /// Opens the driver; nothing is sent yet.
    pub(super) fn new(id: DeviceId, driver: &str, settings: Value, clock: Clock, networks: &Networks) -> Self {
        let opened = open_device(driver, &settings, networks);
        let (device, health) = match opened {
            Ok(device) => (Some(device), Health::Untried),
            Err(OpenError::Outside(_)) => (None, broken(&clock, Finding::Outside)),
            Err(error) => (None, broken(&clock, Finding::Settings(error.to_string()))),
        };
        Self::with(id, driver, settings, clock, device, health)
    }

    /// A row's device, opened for itself alone.
    pub(super) fn of(row: &directory::Device, vault: &Vault, clock: &Clock, networks: &Networks) -> Self {
        let (id, clock) = (row.id.clone(), clock.clone());
        match settings_of(row, vault) {
            Ok(settings) => Self::new(id, &row.driver, settings, clock, networks),
            Err(why) => Self::unusable(id, &row.driver, why.to_string(), clock),
        }
    }

    /// A device whose row cannot be used.
    pub(super) fn unusable(id: DeviceId, driver: &str, why: String, clock: Clock) -> Self {
        let health = broken(&clock, Finding::Settings(why));
        Self::with(id, driver, Value::Null, clock, None, health)
    }

    /// A device made of a barrier alone.
    pub(super) fn placed(lane: &LaneId, barrier: Arc<dyn Barrier>, clock: Clock) -> Self {
        // A lane's id fits where a device's does.
        let id = lane.as_str().parse().unwrap_or_default();
        let device: Arc<dyn Device> = Arc::new(OnlyBarrier(barrier));
        Self::with(id, "placed", Value::Null, clock, Some(device), Health::Untried)
    }

    fn with(
        id: DeviceId,
        driver: &str,
        settings: Value,
        clock: Clock,
        device: Option<Arc<dyn Device>>,
        health: Health,
    ) -> Self {
        Self {
            id,
            driver: driver.to_owned(),
            settings,
            device,
            health: watch::Sender::new(health),
            clock,
            camera_clock: Mutex::default(),
            past: Mutex::default(),
            still: tokio::sync::Mutex::default(),
        }
    }

    /// Whether this is what the row describes, so that it need not be opened again.
    pub(super) fn is(&self, driver: &str, settings: &Value) -> bool {
        self.driver == driver && self.settings == *settings
    }

    /// Its id.
    pub fn id(&self) -> &DeviceId {
        &self.id
    }

    /// Its driver's name.
    pub fn driver(&self) -> &str {
        &self.driver
    }

    /// Where it is asked.
    pub fn url(&self) -> Option<&str> {
        self.settings.get("url")?.as_str()
    }

    /// The device; none where its settings cannot be used.
    pub fn device(&self) -> Option<&Arc<dyn Device>> {
        self.device.as_ref()
    }

    fn setting(&self, key: &str) -> Option<&str> {
        let text = self.settings.get(key)?.as_str()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// What the camera carries when it calls the hub; none: it may not. While its key is being changed, both.
    pub fn push_keys(&self) -> impl Iterator<Item = &str> {
        let keys = ["push_key", "next_push_key"];
        keys.into_iter().filter_map(|key| self.setting(key))
    }

    /// Whether the camera may call from there.
    pub fn may_push_from(&self, from: IpAddr) -> bool {
        let Some(text) = self.setting("push_from") else {
            return true;
        };
        let networks = text.split(',').map(origin::parse_network);
        // What an import would have refused opens nothing.
        let networks: Vec<_> = networks.filter_map(Result::ok).collect();
        origin::within(&networks, from)
    }

    /// Whether an event that says it was made by these is this device's, as far as the site knows its serial or MAC.
    pub fn is_made_by(&self, made_by: &[String]) -> bool {
        let plain = |text: &str| -> String {
            let kept = text.chars().filter(char::is_ascii_alphanumeric);
            kept.collect::<String>().to_ascii_uppercase()
        };
        self.setting("serial").is_none_or(|own| made_by.iter().any(|word| plain(word) == plain(own)))
    }

    /// What the last try said.
    pub fn health(&self) -> Health {
        self.health.borrow().clone()
    }

    /// Wakes when the device is lost or reached again.
    pub fn watch_health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// Its forerunner, or it itself when the last hub ended, was lost since then.
    pub(super) fn was_lost(&self, since: Timestamp) {
        self.health.send_if_modified(|health| health.was_lost(since));
    }

    /// Takes the outcome of a call for its health, and hands it on.
    pub fn noted<T>(&self, outcome: Result<T, DeviceError>) -> Result<T, DeviceError> {
        let now = self.clock.now();
        let changed = self.health.send_if_modified(|health| health.note(now, outcome.as_ref().map(drop)));
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        if changed {
            past.changed_at = Some(now);
        }
        if let Err(error) = &outcome {
            past.error = Some((Finding::Failed(error.clone()), now));
        }
        drop(past);
        outcome
    }

    /// What it has been through since the hub began.
    pub fn past(&self) -> DeviceHistory {
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        let clock = self.camera_clock.lock().unwrap_or_else(PoisonError::into_inner);
        DeviceHistory { clock_offset_ms: clock.ahead(), ..past.clone() }
    }

    /// When something the camera tells now was taken, in hub time. Ages are measured by this machine's clock, because
    /// cameras know no other; a clock moved by hand in a test does not make events old.
    pub fn taken_at(&self, taken: Option<Timestamp>, live: bool) -> Timestamp {
        let mut camera = self.camera_clock.lock().unwrap_or_else(PoisonError::into_inner);
        let age = camera.age(taken, machine_now(), live);
        self.clock.now().plus_ms(-age)
    }

    /// A still not older than `max_age`. Callers at the same moment share one call, and its failure too.
    pub async fn still(&self, max_age: Duration) -> Result<Bytes, DeviceError> {
        let mut last = self.still.lock().await;
        if let Some((at, still)) = &*last
            && at.elapsed() <= max_age
        {
            return still.clone();
        }
        let still = self.take_still().await;
        *last = Some((Instant::now(), still.clone()));
        still
    }

    async fn take_still(&self) -> Result<Bytes, DeviceError> {
        let camera = self.device.as_ref().and_then(|device| device.still_camera());
        let Some(camera) = camera else {
            let words = "it gives no pictures".to_owned();
            return Err(DeviceError::NotSupported { words });
        };
        let still = self.noted(camera.still().await)?;
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.picture_at = Some(self.clock.now());
        Ok(still.jpeg)
    }
}

struct OnlyBarrier(Arc<dyn Barrier>);

impl Device for OnlyBarrier {
    fn driver(&self) -> &'static str {
        "placed"
    }
    fn barrier(&self) -> Option<&dyn Barrier> {
        Some(self.0.as_ref())
    }
}

fn broken(clock: &Clock, error: Finding) -> Health {
    let since = clock.now();
    Health::Offline { since, error }
}
