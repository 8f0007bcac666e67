//! Which devices are open and which lanes they serve, rebuilt when the site changes without closing what stayed.

use super::{
    arm::ArmReading,
    barrier::Pace,
    device::{OpenDevice, settings_of},
    health::Health,
};
use crate::{
    clock::Clock,
    directory::{Device, Directory, Lane},
    vault::Vault,
};
use lanedesk_devices::Networks;
use lanedesk_domain::ids::{DeviceId, LaneId, LotId};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use tokio::sync::watch;

/// A lane with its opened devices.
pub struct LaneDevices {
    /// The lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// What moves the arm.
    pub barrier: Option<Arc<OpenDevice>>,
    /// What reads plates.
    pub plate_camera: Option<Arc<OpenDevice>>,
    /// What pictures documents.
    pub id_camera: Option<Arc<OpenDevice>>,
    /// What shows the surroundings.
    pub environment: Vec<Arc<OpenDevice>>,
    /// The arm as last told.
    pub(super) seen: Arc<watch::Sender<ArmReading>>,
    /// How often the arm is asked.
    pub(super) pace: Arc<Pace>,
}

impl LaneDevices {
    /// Every device of the lane; one may come more than once.
    pub fn all(&self) -> impl Iterator<Item = &Arc<OpenDevice>> {
        let others = self.environment.iter().chain(&self.id_camera);
        self.barrier.iter().chain(&self.plate_camera).chain(others)
    }

    /// An order was given at the lane a moment ago.
    pub(crate) fn is_hurried(&self) -> bool {
        self.pace.is_hurried()
    }

    /// The camera whose still is the lane's picture.
    pub fn camera(&self) -> Option<&Arc<OpenDevice>> {
        let gives_stills =
            |opened: &&Arc<OpenDevice>| opened.device().is_some_and(|device| device.still_camera().is_some());
        [&self.plate_camera, &self.barrier].into_iter().flatten().find(gives_stills)
    }
}

/// Everything that is open.
#[derive(Default)]
pub(super) struct Registry {
    pub(super) devices: HashMap<DeviceId, Arc<OpenDevice>>,
    pub(super) lanes: HashMap<LaneId, Arc<LaneDevices>>,
    /// What each device serves; one that serves no lane is not in it.
    serves: HashMap<DeviceId, DeviceDuty>,
}

#[derive(Debug, Default)]
struct DeviceDuty {
    /// Lots of the lanes it serves in any way.
    lots: BTreeSet<LotId>,
    /// The lane whose plates it reads; the first by id where the site gives it several.
    reads_for: Option<LaneId>,
    /// It moves an arm.
    moves: bool,
}

impl Registry {
    /// The registry of a site. What `before` holds unchanged is taken over, connections, health and states included.
    /// A barrier of `placed` stands in for the site's own.
    pub(super) fn build(
        site: &Directory,
        (vault, clock, networks): (&Vault, &Clock, &Networks),
        before: &Self,
        placed: &HashMap<LaneId, Arc<OpenDevice>>,
    ) -> Self {
        let devices: HashMap<_, _> =
            site.devices.values().map(|row| (row.id.clone(), before.device(row, vault, clock, networks))).collect();
        let lanes: HashMap<_, _> =
            site.lanes.values().map(|row| (row.id.clone(), before.lane(row, &devices, placed))).collect();
        let serves = serves(lanes.values());
        Self { devices, lanes, serves }
    }

    fn device(&self, row: &Device, vault: &Vault, clock: &Clock, networks: &Networks) -> Arc<OpenDevice> {
        let (id, driver, clock) = (row.id.clone(), row.driver.as_str(), clock.clone());
        let before = self.devices.get(&id);
        let opened = match settings_of(row, vault) {
            Ok(settings) => match before.filter(|is| is.is(driver, &settings)) {
                Some(same) => return Arc::clone(same),
                None => OpenDevice::new(id, driver, settings, clock, networks),
            },
            Err(why) => OpenDevice::unusable(id, driver, why.to_string(), clock),
        };
        if let Some(Health::Offline { since, .. }) = before.map(|before| before.health()) {
            // New settings bring a lost device back only when it answers.
            opened.was_lost(since);
        }
        Arc::new(opened)
    }

    /// Lots of the lanes a device serves in any way.
    pub(super) fn lots_of(&self, device: &DeviceId) -> impl Iterator<Item = &LotId> {
        let serves = self.serves.get(device);
        serves.into_iter().flat_map(|serves| &serves.lots)
    }

    /// The lane whose plates a device reads.
    pub(super) fn read_by(&self, device: &DeviceId) -> Option<&LaneId> {
        self.serves.get(device)?.reads_for.as_ref()
    }

    /// Whether a device moves an arm, and so is asked for its state anyway.
    pub(super) fn moves(&self, device: &DeviceId) -> bool {
        self.serves.get(device).is_some_and(|serves| serves.moves)
    }

    fn lane(
        &self,
        row: &Lane,
        devices: &HashMap<DeviceId, Arc<OpenDevice>>,
        placed: &HashMap<LaneId, Arc<OpenDevice>>,
    ) -> Arc<LaneDevices> {
        let find = |id: &Option<DeviceId>| id.as_ref().and_then(|id| devices.get(id)).cloned();
        let environment = row.environment_cameras.iter();
        let lane = LaneDevices {
            lane: row.id.clone(),
            lot: row.lot.clone(),
            barrier: placed.get(&row.id).cloned().or_else(|| find(&row.barrier)),
            plate_camera: find(&row.plate_camera),
            id_camera: find(&row.id_camera),
            environment: environment.filter_map(|id| devices.get(id).cloned()).collect(),
            seen: Arc::new(watch::Sender::new(ArmReading::default())),
            pace: Arc::default(),
        };
        let same = self.lanes.get(&row.id);
        let same = same.filter(|before| same_barrier(before, &lane));
        Arc::new(match same {
            Some(before) => LaneDevices { seen: Arc::clone(&before.seen), pace: Arc::clone(&before.pace), ..lane },
            None => lane,
        })
    }
}

fn serves<'a>(lanes: impl Iterator<Item = &'a Arc<LaneDevices>>) -> HashMap<DeviceId, DeviceDuty> {
    let mut all: HashMap<DeviceId, DeviceDuty> = HashMap::new();
    for lane in lanes {
        for opened in lane.all() {
            let serves = all.entry(opened.id().clone()).or_default();
            serves.lots.insert(lane.lot.clone());
        }
        if let Some(barrier) = &lane.barrier {
            all.entry(barrier.id().clone()).or_default().moves = true;
        }
        if let Some(camera) = &lane.plate_camera {
            let serves = all.entry(camera.id().clone()).or_default();
            let first = serves.reads_for.take().into_iter().chain([lane.lane.clone()]);
            serves.reads_for = first.min();
        }
    }
    all
}

/// Whether what polls the arm may go on as it does.
pub(super) fn same_barrier(a: &LaneDevices, b: &LaneDevices) -> bool {
    let barriers = match (&a.barrier, &b.barrier) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    barriers && a.lot == b.lot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directory::Lot, vault::SealSlot};
    use lanedesk_domain::{lane::LaneDirection, time::Timestamp};
    use object_store::memory::InMemory;

    fn vault() -> Vault {
        Vault::new(&[7; 32], Arc::new(InMemory::new()))
    }

    fn site(vault: &Vault, urls: &[(&str, &str)]) -> Directory {
        let mut site = Directory::default();
        let lot: LotId = "lot".parse().unwrap();
        site.lots.insert(
            lot.clone(),
            Lot {
                id: lot.clone(),
                name: String::new(),
                area: "all".parse().unwrap(),
                manager: String::new(),
                manager_phone: String::new(),
                outsiders: true,
                address: None,
                leave_minutes: 15,
            },
        );
        for (code, url) in urls {
            let id: DeviceId = format!("cam-{code}").parse().unwrap();
            let row = Device {
                id: id.clone(),
                driver: "hikvision".to_owned(),
                settings: format!("{{\"url\": \"{url}\"}}"),
                // Sealed anew by every import, so the text differs although the secret does not.
                secrets: vault.seal_text(SealSlot::device(id.as_str()), "{\"push_key\": \"key\"}").unwrap(),
            };
            site.devices.insert(id.clone(), row);
            let lane = Lane {
                id: code.parse().unwrap(),
                lot: lot.clone(),
                name: String::new(),
                code: String::new(),
                direction: LaneDirection::Entry,
                barrier: Some(id.clone()),
                plate_camera: Some(id),
                environment_cameras: Vec::new(),
                id_camera: None,
                robot: None,
            };
            site.lanes.insert(lane.id.clone(), lane);
        }
        site
    }

    #[test]
    fn a_changed_site_drops_no_device_that_stayed_the_same() {
        let (vault, clock) = (vault(), Clock::manual(Timestamp(0)));
        let build = |urls: &[(&str, &str)], before: &Registry| {
            let with = (&vault, &clock, &Networks::private());
            Registry::build(&site(&vault, urls), with, before, &HashMap::new())
        };
        let first = build(
            &[("A", "http://10.0.0.1"), ("B", "http://10.0.0.2"), ("C", "http://10.0.0.3")],
            &Registry::default(),
        );
        let second = build(&[("A", "http://10.0.0.1"), ("B", "http://10.0.9.9")], &first);
        let device =
            |registry: &Registry, code: &str| registry.devices[&format!("cam-{code}").parse().unwrap()].clone();
        let lane = |registry: &Registry, code: &str| registry.lanes[&code.parse().unwrap()].clone();
        assert!(Arc::ptr_eq(&device(&first, "A"), &device(&second, "A")));
        assert!(Arc::ptr_eq(&lane(&first, "A").seen, &lane(&second, "A").seen));
        assert!(!Arc::ptr_eq(&device(&first, "B"), &device(&second, "B")), "another address");
        assert!(!Arc::ptr_eq(&lane(&first, "B").seen, &lane(&second, "B").seen));
        assert_eq!(second.devices.len(), 2, "what is gone is closed");
        assert_eq!(device(&second, "A").push_keys().next(), Some("key"));
        let a = "cam-A".parse().unwrap();
        assert_eq!(second.read_by(&a).map(LaneId::as_str), Some("A"));
        assert!(second.moves(&a) && second.lots_of(&a).count() == 1);
    }

    #[test]
    fn a_device_whose_settings_cannot_be_used_is_told_and_harms_no_other() {
        let (vault, clock) = (vault(), Clock::manual(Timestamp(5)));
        let mut site = site(&vault, &[("A", "http://10.0.0.1"), ("B", "no address")]);
        let registry = |site: &Directory| {
            let with = (&vault, &clock, &Networks::private());
            Registry::build(site, with, &Registry::default(), &HashMap::new())
        };
        let offline = |registry: &Registry, id: &str| {
            let opened = &registry.devices[&id.parse().unwrap()];
            matches!(opened.health(), crate::runtime::Health::Offline { .. })
        };
        let built = registry(&site);
        assert!(offline(&built, "cam-B") && !offline(&built, "cam-A"));
        let sealed_elsewhere = Vault::new(&[8; 32], Arc::new(InMemory::new()));
        let row = site.devices.get_mut(&"cam-A".parse().unwrap()).unwrap();
        row.secrets = sealed_elsewhere.seal_text(SealSlot::device(row.id.as_str()), "{}").unwrap();
        assert!(offline(&registry(&site), "cam-A"), "its secrets cannot be opened");
    }
}
