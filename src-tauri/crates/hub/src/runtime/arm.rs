//! The arm of a lane as the use cases see it: orders to it, what it last said, and what it says after an order.

use super::LaneDevices;
use async_trait::async_trait;
use lanedesk_devices::{Barrier, DeviceError, Permit};
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction, time::Timestamp};
use lanedesk_wire::lane::BarrierFacts;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// What an arm said, and when it was asked.
#[derive(Debug, Clone)]
pub(super) struct ArmReading {
    pub(super) facts: BarrierFacts,
    /// When the question was put; none: it never was.
    pub(super) asked: Option<Instant>,
    /// When it was last seen anything but down; none: not since it is watched.
    pub(super) up_at: Option<Timestamp>,
}

impl Default for ArmReading {
    fn default() -> Self {
        Self { facts: never_told(), asked: None, up_at: None }
    }
}

/// An arm of which nothing was heard.
pub(super) fn never_told() -> BarrierFacts {
    BarrierFacts { state: BarrierState::Unknown, at: None, online: false }
}

/// A lane's barrier. Every call counts for its device's health, and an order makes the arm watched closely.
pub(super) struct LaneBarrier(pub(super) Arc<LaneDevices>);

impl LaneBarrier {
    /// The device behind, which was there when this was made.
    fn parts(&self) -> Result<(&super::OpenDevice, &dyn Barrier), DeviceError> {
        let opened = self.0.barrier.as_deref();
        let barrier = opened.and_then(|opened| opened.device()).and_then(|device| device.barrier());
        opened.zip(barrier).ok_or(DeviceError::NotSent("no device moves this arm"))
    }
}

#[async_trait]
impl Barrier for LaneBarrier {
    async fn order(&self, action: BarrierAction, permit: &dyn Permit) -> Result<(), DeviceError> {
        let (opened, barrier) = self.parts()?;
        let done = barrier.order(action, permit).await;
        self.0.pace.hurry();
        match done {
            // Nothing was asked of the device: that says nothing of its health.
            Err(DeviceError::Stale(stale)) => Err(DeviceError::Stale(stale)),
            done => opened.noted(done),
        }
    }

    async fn state(&self) -> Result<BarrierState, DeviceError> {
        let (opened, barrier) = self.parts()?;
        opened.noted(barrier.state().await)
    }
}

impl LaneDevices {
    /// Whether the arm says that it is down, and went on saying so to every question put from now on for so long, without
    /// having been seen up since `since`. False where it cannot be asked: then nobody knows.
    pub async fn stays_down(&self, since: Timestamp, for_so_long: Duration) -> bool {
        if self.barrier.is_none() {
            return false;
        }
        let mut seen = self.seen.subscribe();
        let (from, mut down) = (Instant::now(), false);
        let contradicted = async {
            loop {
                self.pace.hurry();
                if seen.changed().await.is_err() {
                    return;
                }
                let now = seen.borrow_and_update().clone();
                let fresh = now.asked.is_some_and(|asked| asked >= from);
                match now.facts.state {
                    _ if now.up_at.is_some_and(|up| up >= since) => return,
                    BarrierState::Closed if fresh => down = true,
                    BarrierState::Unknown if fresh => return,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(for_so_long, contradicted).await.is_err() && down
    }
}

/// An arm watched from a moment on.
pub struct OrderWatch {
    lane: Option<Arc<LaneDevices>>,
    seen: Option<watch::Receiver<ArmReading>>,
    from: Instant,
}

impl OrderWatch {
    pub(super) fn new(lane: Option<Arc<LaneDevices>>) -> Self {
        let seen = lane.as_ref().map(|lane| lane.seen.subscribe());
        let from = Instant::now();
        Self { lane, seen, from }
    }

    /// Waits until the arm is seen there, by a question put after the watch began; at most so long.
    /// False: it was not seen there, which does not mean that it is not.
    pub async fn seen(&mut self, state: BarrierState, at_most: Duration) -> bool {
        let (Some(lane), Some(seen)) = (&self.lane, &mut self.seen) else {
            return false;
        };
        lane.pace.hurry();
        let from = self.from;
        let there = seen.wait_for(|seen| seen.facts.state == state && seen.asked.is_some_and(|asked| asked >= from));
        matches!(tokio::time::timeout(at_most, there).await, Ok(Ok(_)))
    }

    /// Where the arm was last seen.
    pub fn last(&self) -> BarrierState {
        self.seen.as_ref().map_or(BarrierState::Unknown, |seen| seen.borrow().facts.state)
    }
}
