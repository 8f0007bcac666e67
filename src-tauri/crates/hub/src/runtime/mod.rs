//! The field devices of this hub: opened from the site, kept in health, asked and listened to.
//!
//! [`Runtime`] is what everybody may ask; [`start`] runs the tasks behind it. One connection pool a device and own tasks
//! a device and a lane, so that a dead device slows nobody else. Several hubs on one database may all run this: reads
//! are kept once (by their key), and telling the same state twice changes nothing.

mod arm;
mod barrier;
mod camera_clock;
mod device;
mod events;
mod finding;
mod health;
mod outage;
mod registry;
mod tasks;

pub use arm::OrderWatch;
pub use device::OpenDevice;
pub use finding::{Finding, Reporter};
pub use health::Health;
pub use registry::LaneDevices;
pub use tasks::start;

use crate::{clock::Clock, directory::Directory, vault::Vault};
use arm::LaneBarrier;
use lanedesk_devices::{Barrier, Networks};
use lanedesk_domain::{
    ids::{DeviceId, LaneId},
    person::Scope,
};
use lanedesk_wire::{board::OfflineDevice, health::DeviceCount, lane::BarrierFacts};
use registry::Registry;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

/// The opened devices and what they last said. Cheap to clone; clones are the same devices.
#[derive(Clone)]
pub struct Runtime(Arc<RuntimeParts>);

struct RuntimeParts {
    clock: Clock,
    vault: Vault,
    networks: Networks,
    registry: watch::Sender<Arc<Registry>>,
    /// Barriers that stand in for the site's own, see [`Runtime::place_barrier`].
    placed: Mutex<HashMap<LaneId, Arc<OpenDevice>>>,
}

impl Runtime {
    /// Opens the devices of a site. Nothing is sent to them before [`start`], or before somebody asks.
    /// `networks`: where they may be.
    pub fn new(site: &Directory, vault: &Vault, clock: &Clock, networks: Networks) -> Self {
        let runtime = Self(Arc::new(RuntimeParts {
            clock: clock.clone(),
            vault: vault.clone(),
            networks,
            registry: watch::Sender::new(Arc::default()),
            placed: Mutex::default(),
        }));
        runtime.rebuild(site);
        runtime
    }

    /// Opens what the site now has and drops what it no longer has; what did not change goes on undisturbed.
    pub(crate) fn rebuild(&self, site: &Directory) {
        let placed = self.placed();
        let before = self.registry();
        let with = (&self.0.vault, &self.0.clock, &self.0.networks);
        let built = Registry::build(site, with, &before, &placed);
        self.0.registry.send_replace(Arc::new(built));
    }

    /// Puts a barrier in the place of a lane's own until the hub ends, whatever the site says: for drills and tests.
    pub fn place_barrier(&self, site: &Directory, lane: &LaneId, barrier: Arc<dyn Barrier>) {
        let opened = OpenDevice::placed(lane, barrier, self.0.clock.clone());
        self.placed().insert(lane.clone(), Arc::new(opened));
        self.rebuild(site);
    }

    fn placed(&self) -> std::sync::MutexGuard<'_, HashMap<LaneId, Arc<OpenDevice>>> {
        self.0.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn registry(&self) -> Arc<Registry> {
        self.0.registry.borrow().clone()
    }

    fn watch_registry(&self) -> watch::Receiver<Arc<Registry>> {
        self.0.registry.subscribe()
    }

    /// A lane with its devices.
    pub fn lane(&self, lane: &LaneId) -> Option<Arc<LaneDevices>> {
        self.registry().lanes.get(lane).cloned()
    }

    /// A device.
    pub fn device(&self, device: &DeviceId) -> Option<Arc<OpenDevice>> {
        self.registry().devices.get(device).cloned()
    }

    /// Where devices may be.
    pub fn networks(&self) -> &Networks {
        &self.0.networks
    }

    /// A device that is in no site yet, to be tried. Nothing keeps it.
    pub(crate) fn draft(&self, row: &crate::directory::Device) -> OpenDevice {
        OpenDevice::of(row, &self.0.vault, &self.0.clock, &self.0.networks)
    }

    /// Waits until a device is another one than this, or gone: its settings have changed.
    pub(crate) async fn replaced(&self, opened: &Arc<OpenDevice>) {
        let same = |now: &OpenDevice| std::ptr::eq(now, opened.as_ref());
        let mut registry = self.watch_registry();
        // The sender lives in `self`, so this cannot fail.
        let _ = registry.wait_for(|now| !now.devices.get(opened.id()).is_some_and(|now| same(now))).await;
    }

    /// The lane whose plates a device reads.
    pub fn read_by(&self, device: &DeviceId) -> Option<LaneId> {
        self.registry().read_by(device).cloned()
    }

    /// What moves the arm of a lane; none: no device does.
    pub fn barrier(&self, lane: &LaneId) -> Option<Arc<dyn Barrier>> {
        let lane = self.lane(lane)?;
        lane.barrier.as_ref()?.device()?.barrier()?;
        Some(Arc::new(LaneBarrier(lane)))
    }

    /// The arm as last told. From memory, at once.
    pub fn barrier_now(&self, lane: &LaneId) -> BarrierFacts {
        self.lane(lane).map_or_else(arm::never_told, |lane| lane.seen.borrow().facts.clone())
    }

    /// Watches an arm from now on; begun before an order is sent, it sees what the order did.
    pub fn watch_after_order(&self, lane: &LaneId) -> OrderWatch {
        OrderWatch::new(self.lane(lane))
    }

    /// A case was opened at the lane: its arm is asked at once and often.
    pub fn attend(&self, lane: &LaneId) {
        if let Some(lane) = self.lane(lane) {
            lane.pace.attend(true);
        }
    }

    /// Lanes at which a case is open.
    pub(crate) fn attended(&self) -> Vec<Arc<LaneDevices>> {
        let registry = self.registry();
        let lanes = registry.lanes.values();
        lanes.filter(|lane| lane.pace.is_attended()).cloned().collect()
    }

    /// How many devices answer; those of which nothing was asked yet count as neither.
    pub fn devices(&self) -> DeviceCount {
        let mut count = DeviceCount::default();
        for opened in self.registry().devices.values() {
            match opened.health() {
                Health::Untried => {}
                Health::Online => count.online += 1,
                Health::Offline { .. } => count.offline += 1,
            }
        }
        count
    }

    /// Devices that cannot be reached, at lots somebody may see, longest first.
    pub fn offline(&self, scope: &Scope, say: Reporter<'_>) -> Vec<OfflineDevice> {
        let registry = self.registry();
        let mut offline: Vec<OfflineDevice> = registry
            .devices
            .values()
            .filter(|opened| registry.lots_of(opened.id()).any(|lot| scope.contains(lot)))
            .filter_map(|opened| match opened.health() {
                Health::Offline { since, error } => {
                    Some(OfflineDevice { id: opened.id().clone(), since, error: say(&error) })
                }
                _ => None,
            })
            .collect();
        offline.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
        offline
    }
}
