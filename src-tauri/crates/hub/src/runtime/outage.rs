//! Outages: devices that were lost and reached again, written down and told to desks where it is news. What many devices
//! have to say at once, after a start or when a network fails, is written together.

use super::{Finding, Health, device::OpenDevice};
use crate::{
    hub::Hub,
    store::{StoreError, Told},
};
use lanedesk_domain::ids::{DeviceId, LotId};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Reports written in one transaction; so many may wait besides.
const AT_ONCE: usize = 512;
/// What is found within this time is written with the first.
const GATHER: Duration = Duration::from_millis(250);
/// How soon it is tried again when the records cannot be written: the news stays true.
const AGAIN: Duration = Duration::from_secs(1);

/// A device that was lost or reached again.
#[derive(Debug, Clone)]
struct Report {
    device: DeviceId,
    /// Lots of the lanes it serves.
    lots: BTreeSet<LotId>,
    /// Why it is not reached; none: it is.
    lost: Option<Finding>,
}

/// Where devices report to.
#[derive(Clone)]
pub(super) struct Reports(mpsc::Sender<Report>);

/// Writes down what devices report, until stopped.
pub(super) fn record(hub: &Hub, stop: &CancellationToken) -> Reports {
    let (sender, mut reports) = mpsc::channel(AT_ONCE);
    let (hub, stop) = (hub.clone(), stop.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = write_all(&hub, &mut reports) => {}
            () = stop.cancelled() => {}
        }
    });
    Reports(sender)
}

/// What was out of reach when the last hub ended is taken for lost until it answers: since then, not since now, and
/// without telling it a second time.
pub(super) async fn recall(hub: &Hub) -> Result<(), StoreError> {
    let open = hub.store().read().await?.conn().open_outages().await?;
    let registry = hub.runtime().registry();
    for (device, since) in open {
        if let Some(opened) = registry.devices.get(&device) {
            opened.was_lost(since);
        }
    }
    Ok(())
}

impl Reports {
    /// Reports each time the device is lost or reached.
    pub(super) async fn follow(&self, hub: &Hub, opened: &OpenDevice) {
        let mut health = opened.watch_health();
        loop {
            let lost = match health.borrow_and_update().clone() {
                Health::Untried => None,
                Health::Online => Some(None),
                Health::Offline { error, .. } => Some(Some(error)),
            };
            if let Some(lost) = lost {
                let lots = hub.runtime().registry().lots_of(opened.id()).cloned().collect();
                let device = opened.id().clone();
                // Nobody listens any more: the hub stops.
                let _ = self.0.send(Report { device, lots, lost }).await;
            }
            // The sender lives in `opened`, so waiting cannot fail.
            let _ = health.changed().await;
        }
    }
}

async fn write_all(hub: &Hub, reports: &mut mpsc::Receiver<Report>) {
    let mut batch = Vec::new();
    while reports.recv_many(&mut batch, AT_ONCE).await > 0 {
        tokio::time::sleep(GATHER).await;
        while batch.len() < AT_ONCE
            && let Ok(report) = reports.try_recv()
        {
            batch.push(report);
        }
        // Two hubs write the same devices in the same order; what one device reports keeps its own.
        batch.sort_by(|a, b| a.device.cmp(&b.device));
        let batch = Arc::new(std::mem::take(&mut batch));
        while let Err(error) = write(hub, &batch).await {
            tracing::warn!(%error, "what devices reported could not be written");
            tokio::time::sleep(AGAIN).await;
        }
    }
}

async fn write(hub: &Hub, batch: &Arc<Vec<Report>>) -> Result<(), StoreError> {
    let (batch, now) = (batch.clone(), hub.clock().now());
    hub.store()
        .write(async move |tx| {
            for Report { device, lots, lost } in batch.iter() {
                let (lot, error) = (lots.first(), lost.as_ref().map(Finding::zh));
                if !tx.note_outage(device, lot, error.as_deref(), now).await? {
                    continue;
                }
                let (online, in_log) = (lost.is_none(), lost.as_ref().map(Finding::en));
                tracing::info!(%device, online, error = in_log, "device");
                let device = device.clone();
                let told = Told::Device { device, online, error };
                for lot in lots {
                    tx.tell(now, lot, &told).await?;
                }
            }
            Ok(())
        })
        .await
}
