//! Leases end by themselves (R9): an ordered set, which is the table's index, and one task that sleeps until its head.
//!
//! Every hub runs one. Whichever hub's statement ends or warns a lease is the one that tells it; the others find
//! nothing left to do.

use crate::{
    error::Result,
    hub::Hub,
    ops::lease::{LeaseEnd, audit, end},
    store::{Audience, LeaseRow, LockRows},
};
use lanedesk_domain::{lease::WARNING_MS, time::Timestamp};
use lanedesk_wire::stream::{LostWhy, Told};
use serde_json::json;
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};
use tokio::sync::Notify;

/// Leases given by other hubs are found no later than this.
const LOOK_EVERY: i64 = 2_000;

/// What the task waits for. Setting it costs nothing where it would have woken anyway.
#[derive(Debug)]
pub struct Alarm {
    /// When the task means to wake, ms UTC.
    planned: AtomicI64,
    sooner: Notify,
}

impl Default for Alarm {
    fn default() -> Self {
        Self { planned: AtomicI64::new(i64::MAX), sooner: Notify::new() }
    }
}

impl Alarm {
    /// A lease ends at `end`: the task wakes in time to warn of it.
    pub fn set(&self, end: Timestamp) {
        if end.0 - WARNING_MS < self.planned.load(Ordering::Relaxed) {
            self.sooner.notify_one();
        }
    }
}

/// Ends and warns leases in time, for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    loop {
        if let Err(error) = once(&hub).await {
            // The records cannot be written: leases that are over count as over all the same, nobody is told yet.
            tracing::warn!(%error, "leases could not be ended");
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        }
        let now = hub.clock().now();
        let next = next(&hub).await.unwrap_or(None);
        let wake = next.map_or(now.plus_ms(LOOK_EVERY), |at| Timestamp(at.0.min(now.0 + LOOK_EVERY)));
        hub.alarm().planned.store(wake.0, Ordering::Relaxed);
        tokio::select! {
            () = hub.clock().sleep_until(wake) => {}
            () = hub.alarm().sooner.notified() => {}
        }
    }
}

async fn next(hub: &Hub) -> Result<Option<Timestamp>> {
    let mut reader = hub.store().read().await?;
    Ok(reader.conn().next_lease_end(WARNING_MS).await?)
}

/// Ends every lease that is over and warns every holder whose last minute has begun.
pub async fn once(hub: &Hub) -> Result<()> {
    let now = hub.clock().now();
    let due = next(hub).await?.is_some_and(|at| at <= now);
    if !due {
        return Ok(());
    }
    warn(hub, now).await?;
    loop {
        let over = hub.store().read().await?.conn().leases_over(now).await?;
        if over.is_empty() {
            return Ok(());
        }
        for lease in over {
            expire(hub, lease, now).await?;
        }
    }
}

async fn warn(hub: &Hub, now: Timestamp) -> Result<()> {
    loop {
        let mut reader = hub.store().read().await?;
        let due = reader.conn().leases_to_warn(now, WARNING_MS).await?;
        drop(reader);
        if due.is_empty() {
            return Ok(());
        }
        for lease in due {
            warn_of(hub, lease).await?;
        }
    }
}

/// Warns one holder, once, whichever hub does it; does nothing where the lease goes on differently by now.
async fn warn_of(hub: &Hub, lease: LeaseRow) -> Result<()> {
    let rows = LockRows::lane(&lease.lane);
    hub.write_at(rows, async move |tx, hub| {
        let Some(expires_at) = lease.expires_at else {
            return Ok(());
        };
        if tx.warn_lease(&lease).await? {
            let told = Told::LeaseExpiring { case: lease.case.clone(), lane: lease.lane.clone(), expires_at };
            let now = hub.clock().now();
            tx.tell_all(now, &[(Audience::Person(&lease.holder.id), told)]).await?;
        }
        Ok(())
    })
    .await
}

/// Ends one lease; does nothing where it has been renewed, closed or ended meanwhile.
async fn expire(hub: &Hub, lease: LeaseRow, now: Timestamp) -> Result<()> {
    let rows = LockRows::lane(&lease.lane);
    hub.store()
        .write_at(rows, async move |tx| {
            let there = tx.lease_of_lane(&lease.lane).await?;
            let over = |row: &LeaseRow| row.open && row.fence == lease.fence && !row.holds(now);
            let Some(lease) = there.filter(over) else {
                return Ok(());
            };
            let ending = LeaseEnd { lease: &lease, why: LostWhy::Expired, by: None };
            if end(tx, &ending, now).await? {
                let body = json!({"case": lease.case, "holder": lease.holder.id});
                tx.audit(audit("lane.expire", None, &lease.lane, body, now)).await?;
            }
            Ok(())
        })
        .await
}
