//! The tasks that run the devices: one a device, one a barrier, started and stopped as the site changes.

use super::{
    LaneDevices, OpenDevice, barrier, events,
    outage::{self, Reports},
    registry::Registry,
};
use crate::{hub::Hub, ops::picture, stills};
use lanedesk_domain::ids::{DeviceId, LaneId};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Between the first questions to two devices, so that a large site does not ask all of them in one moment.
const STAGGER: Duration = Duration::from_millis(2);

/// Runs the devices until stopped. Answers at once; the tasks hold the hub until then.
pub fn start(hub: &Hub, stop: &CancellationToken) {
    tokio::spawn(barrier::attend(hub.clone(), stop.clone()));
    tokio::spawn(supervise(hub.clone(), stop.clone()));
    tokio::spawn(prune(hub.clone(), stop.clone()));
    tokio::spawn(stills::film(hub.clone(), stop.clone()));
}

/// How often pictures past their time are looked for.
const PRUNE: Duration = Duration::from_secs(3600);

async fn prune(hub: Hub, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(PRUNE) => {}
            () = stop.cancelled() => return,
        }
        match picture::prune(&hub).await {
            Ok(dropped) if dropped > 0 => tracing::info!(dropped, "old pictures dropped"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "old pictures were not dropped"),
        }
    }
}

async fn supervise(hub: Hub, stop: CancellationToken) {
    let (mut site, mut registry) = (hub.site_changed(), hub.runtime().watch_registry());
    let mut running = TaskGuards::new(outage::record(&hub, &stop));
    hub.runtime().rebuild(&hub.directory());
    if let Err(error) = outage::recall(&hub).await {
        tracing::warn!(%error, "devices lost before the start are found anew");
    }
    loop {
        let now = registry.borrow_and_update().clone();
        running.follow(&hub, &now, &stop);
        tokio::select! {
            changed = site.changed() => {
                if changed.is_err() {
                    return;
                }
                let site = site.borrow_and_update().clone();
                hub.runtime().rebuild(&site);
            }
            changed = registry.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = stop.cancelled() => return,
        }
    }
}

/// What runs now. A task ends when its guard is dropped.
struct TaskGuards {
    devices: HashMap<DeviceId, (Arc<OpenDevice>, DropGuard)>,
    lanes: HashMap<LaneId, (Arc<LaneDevices>, DropGuard)>,
    reports: Reports,
}

impl TaskGuards {
    fn new(reports: Reports) -> Self {
        Self { devices: HashMap::new(), lanes: HashMap::new(), reports }
    }

    /// Ends the tasks of what is gone or changed and starts those of what is new.
    fn follow(&mut self, hub: &Hub, registry: &Registry, stop: &CancellationToken) {
        let same = |id: &DeviceId, (opened, _): &mut (Arc<OpenDevice>, _)| {
            let now = registry.devices.get(id);
            now.is_some_and(|now| Arc::ptr_eq(now, opened))
        };
        self.devices.retain(same);
        self.lanes.retain(|id, (lane, _)| {
            let now = registry.lanes.get(id);
            now.is_some_and(|now| Arc::ptr_eq(&now.seen, &lane.seen))
        });
        let mut wait = Duration::ZERO;
        for (id, opened) in &registry.devices {
            self.devices.entry(id.clone()).or_insert_with(|| {
                let token = stop.child_token();
                let guard = (opened.clone(), token.clone().drop_guard());
                let (hub, reports) = (hub.clone(), self.reports.clone());
                tokio::spawn(watch_device((hub, reports), opened.clone(), token, wait));
                wait += STAGGER;
                guard
            });
        }
        for (id, lane) in &registry.lanes {
            if lane.barrier.is_none() {
                continue;
            }
            self.lanes.entry(id.clone()).or_insert_with(|| {
                let token = stop.child_token();
                tokio::spawn(barrier::poll(hub.clone(), lane.clone(), token.clone(), wait));
                wait += STAGGER;
                (lane.clone(), token.drop_guard())
            });
        }
    }
}

/// Everything about one device but its arm.
async fn watch_device(
    (hub, reports): (Hub, Reports),
    opened: Arc<OpenDevice>,
    stop: CancellationToken,
    first: Duration,
) {
    let listen = async {
        tokio::time::sleep(first).await;
        tokio::join!(events::listen(&hub, &opened), look_in(&hub, &opened));
    };
    tokio::select! {
        () = reports.follow(&hub, &opened) => {}
        () = listen => {}
        () = stop.cancelled() => {}
    }
}

/// Between two looks at a device that nothing else asks anything.
const LOOK_IN: Duration = Duration::from_secs(60);

/// Asks devices that move no arm for a still now and then, so that a dead one shows on the board.
async fn look_in(hub: &Hub, opened: &OpenDevice) {
    loop {
        let registry = hub.runtime().registry();
        let polled = registry.moves(opened.id());
        if !polled && opened.device().is_some() {
            // The outcome is noted for the device's health; nobody wants the picture.
            let _ = opened.still(LOOK_IN / 2).await;
        }
        tokio::time::sleep(LOOK_IN).await;
    }
}
