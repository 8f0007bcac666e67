//! Which devices are open and which lanes they serve, rebuilt when the site changes without closing what stayed.

use super::{
    arm::Seen,
    barrier::Pace,
    device::{Opened, settings_of},
};
use crate::{
    clock::Clock,
    directory::{Device, Directory, Lane},
    vault::Vault,
};
use lanedesk_domain::ids::{DeviceId, LaneId, LotId};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::watch;

/// A lane with its opened devices.
pub struct LaneDevices {
    /// The lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// What moves the arm.
    pub barrier: Option<Arc<Opened>>,
    /// What reads plates.
    pub plate_camera: Option<Arc<Opened>>,
    /// What pictures documents.
    pub id_camera: Option<Arc<Opened>>,
    /// What shows the surroundings.
    pub environment: Vec<Arc<Opened>>,
    /// The arm as last told.
    pub(super) seen: Arc<watch::Sender<Seen>>,
    /// How often the arm is asked.
    pub(super) pace: Arc<Pace>,
}

impl LaneDevices {
    /// Every device of the lane; one may come more than once.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Opened>> {
        let others = self.environment.iter().chain(&self.id_camera);
        self.barrier.iter().chain(&self.plate_camera).chain(others)
    }

    /// The camera whose still is the lane's picture.
    pub fn camera(&self) -> Option<&Arc<Opened>> {
        let gives_stills = |opened: &&Arc<Opened>| {
            opened
                .device()
                .is_some_and(|device| device.still_camera().is_some())
        };
        [&self.plate_camera, &self.barrier]
            .into_iter()
            .flatten()
            .find(gives_stills)
    }
}

/// Everything that is open.
#[derive(Default)]
pub(super) struct Registry {
    pub(super) devices: HashMap<DeviceId, Arc<Opened>>,
    pub(super) lanes: HashMap<LaneId, Arc<LaneDevices>>,
}

impl Registry {
    /// The registry of a site. What `before` holds unchanged is taken over, connections, health and states included.
    /// A barrier of `placed` stands in for the site's own.
    pub(super) fn build(
        site: &Directory,
        vault: &Vault,
        clock: &Clock,
        before: &Self,
        placed: &HashMap<LaneId, Arc<Opened>>,
    ) -> Self {
        let devices: HashMap<_, _> = site
            .devices
            .values()
            .map(|row| (row.id.clone(), before.device(row, vault, clock)))
            .collect();
        let lanes = site
            .lanes
            .values()
            .map(|row| (row.id.clone(), before.lane(row, &devices, placed)))
            .collect();
        Self { devices, lanes }
    }

    fn device(&self, row: &Device, vault: &Vault, clock: &Clock) -> Arc<Opened> {
        let (id, driver, clock) = (row.id.clone(), row.driver.as_str(), clock.clone());
        match settings_of(row, vault) {
            Ok(settings) => match self.devices.get(&id).filter(|is| is.is(driver, &settings)) {
                Some(same) => Arc::clone(same),
                None => Arc::new(Opened::new(id, driver, settings, clock)),
            },
            Err(why) => Arc::new(Opened::unusable(id, driver, why, clock)),
        }
    }

    /// Lots of the lanes a device serves in any way; a lot may come more than once.
    pub(super) fn lots_of(&self, device: &DeviceId) -> impl Iterator<Item = &LotId> {
        let serves = move |lane: &&Arc<LaneDevices>| lane.all().any(|opened| opened.id() == device);
        self.lanes.values().filter(serves).map(|lane| &lane.lot)
    }

    fn lane(
        &self,
        row: &Lane,
        devices: &HashMap<DeviceId, Arc<Opened>>,
        placed: &HashMap<LaneId, Arc<Opened>>,
    ) -> Arc<LaneDevices> {
        let find = |id: &Option<DeviceId>| id.as_ref().and_then(|id| devices.get(id)).cloned();
        let environment = row.environment_cameras.iter();
        let lane = LaneDevices {
            lane: row.id.clone(),
            lot: row.lot.clone(),
            barrier: placed.get(&row.id).cloned().or_else(|| find(&row.barrier)),
            plate_camera: find(&row.plate_camera),
            id_camera: find(&row.id_camera),
            environment: environment
                .filter_map(|id| devices.get(id).cloned())
                .collect(),
            seen: Arc::new(watch::Sender::new(Seen::default())),
            pace: Arc::default(),
        };
        let same = self.lanes.get(&row.id);
        let same = same.filter(|before| same_barrier(before, &lane));
        Arc::new(match same {
            Some(before) => LaneDevices {
                seen: Arc::clone(&before.seen),
                pace: Arc::clone(&before.pace),
                ..lane
            },
            None => lane,
        })
    }
}

/// Whether what polls the arm may go on as it does.
pub(super) fn same_barrier(a: &LaneDevices, b: &LaneDevices) -> bool {
    let barriers = match (&a.barrier, &b.barrier) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    barriers && a.lot == b.lot
}
