//! The tasks that run the devices: one a device, one a barrier, started and stopped as the site changes.

use super::{LaneDevices, Opened, barrier, events, registry::Registry};
use crate::{
    hub::Hub,
    ops::picture,
    stills,
    store::{StoreError, Told},
};
use lanedesk_domain::ids::{DeviceId, LaneId, LotId};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
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
    let mut running = Running::default();
    hub.runtime().rebuild(&hub.directory());
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
#[derive(Default)]
struct Running {
    devices: HashMap<DeviceId, (Arc<Opened>, DropGuard)>,
    lanes: HashMap<LaneId, (Arc<LaneDevices>, DropGuard)>,
}

impl Running {
    /// Ends the tasks of what is gone or changed and starts those of what is new.
    fn follow(&mut self, hub: &Hub, registry: &Registry, stop: &CancellationToken) {
        let same = |id: &DeviceId, (opened, _): &mut (Arc<Opened>, _)| {
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
                let (hub, opened, token) = (hub.clone(), opened.clone(), token.clone());
                tokio::spawn(watch_device(hub, opened, token, wait));
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
                tokio::spawn(barrier::poll(
                    hub.clone(),
                    lane.clone(),
                    token.clone(),
                    wait,
                ));
                wait += STAGGER;
                (lane.clone(), token.drop_guard())
            });
        }
    }
}

/// Everything about one device but its arm.
async fn watch_device(hub: Hub, opened: Arc<Opened>, stop: CancellationToken, first: Duration) {
    let listen = async {
        tokio::time::sleep(first).await;
        tokio::join!(events::listen(&hub, &opened), look_in(&hub, &opened));
    };
    tokio::select! {
        () = tell_health(&hub, &opened) => {}
        () = listen => {}
        () = stop.cancelled() => {}
    }
}

/// Tells desks when the device is lost or reached again.
async fn tell_health(hub: &Hub, opened: &Opened) {
    let mut health = opened.watch_health();
    // A device that answers from the start is no news; one whose settings cannot be used is.
    let mut told_online = true;
    let mut looked = false;
    loop {
        if !looked && matches!(*health.borrow(), super::Health::Online) {
            // It came back while no hub ran: what stood as an outage is over.
            looked = note_outage(hub, opened, None, None).await.is_ok();
        }
        let online = !matches!(*health.borrow_and_update(), super::Health::Offline { .. });
        if online != told_online {
            if tell(hub, opened, online).await.is_err() {
                // The records cannot be written now; the news stays true.
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            told_online = online;
        }
        // The sender lives in `opened`, so waiting cannot fail.
        let _ = health.changed().await;
    }
}

async fn tell(hub: &Hub, opened: &Opened, online: bool) -> Result<(), StoreError> {
    let registry = hub.runtime().registry();
    let lots: BTreeSet<LotId> = registry.lots_of(opened.id()).cloned().collect();
    let found = match opened.health() {
        super::Health::Offline { error, .. } if !online => Some(error),
        _ => None,
    };
    let (error, in_log) = (
        found.as_ref().map(super::Finding::zh),
        found.as_ref().map(super::Finding::en),
    );
    tracing::info!(device = %opened.id(), online, error = in_log, "device");
    let told = Told::Device {
        device: opened.id().clone(),
        online,
        error,
    };
    let outage = match &told {
        Told::Device { error, .. } => error.clone(),
        _ => None,
    };
    note_outage(hub, opened, lots.first(), outage).await?;
    let now = hub.clock().now();
    hub.store()
        .write(move |tx| {
            let (lots, told) = (lots.clone(), told.clone());
            Box::pin(async move {
                for lot in &lots {
                    tx.tell(now, lot, &told).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Keeps since when, and until when, the device was out of reach.
async fn note_outage(
    hub: &Hub,
    opened: &Opened,
    lot: Option<&LotId>,
    error: Option<String>,
) -> Result<(), StoreError> {
    let (device, lot, now) = (opened.id().clone(), lot.cloned(), hub.clock().now());
    hub.store()
        .write(move |tx| {
            let (device, lot, error) = (device.clone(), lot.clone(), error.clone());
            Box::pin(async move {
                tx.note_outage(&device, lot.as_ref(), error.as_deref(), now)
                    .await
            })
        })
        .await
}

/// Between two looks at a device that nothing else asks anything.
const LOOK_IN: Duration = Duration::from_secs(60);

/// Asks devices that move no arm for a still now and then, so that a dead one shows on the board.
async fn look_in(hub: &Hub, opened: &Opened) {
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
