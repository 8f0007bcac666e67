//! Asking each arm where it is: every 2 s while a case is open at the lane, every 30 s otherwise (R40), and four times
//! a second for a while after an order, so that its result follows the real state.

use super::{LaneDevices, arm::ArmReading};
use crate::{
    hub::Hub,
    ops,
    store::{StoreError, Told},
};
use lanedesk_domain::{barrier::BarrierState, ids::LaneId, rise, time::Timestamp};
use lanedesk_wire::{lane::BarrierFacts, stream::ViewParts};
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Between two questions after an order.
const HURRIED: Duration = Duration::from_millis(250);
/// How long an order hurries: longer than the slowest arm travels.
const HURRY_FOR: Duration = Duration::from_secs(8);
/// While a case is open at the lane.
const ATTENDED: Duration = Duration::from_secs(2);
/// While nobody works there.
const IDLE: Duration = Duration::from_secs(30);
/// Longest pause where a case is open and the device does not answer.
const BACK_OFF: Duration = Duration::from_secs(8);

/// How often one arm is asked.
#[derive(Default)]
pub(super) struct Pace {
    attended: AtomicBool,
    hurry_until: Mutex<Option<Instant>>,
    nudge: Notify,
}

impl Pace {
    /// An order was given: the arm is watched closely for a while, from now.
    pub(super) fn hurry(&self) {
        *self.hurry_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + HURRY_FOR);
        self.nudge.notify_one();
    }

    /// Whether a case is open at the lane. Where one was opened, the arm is asked at once.
    pub(super) fn attend(&self, attended: bool) {
        if !self.attended.swap(attended, Ordering::Relaxed) && attended {
            self.nudge.notify_one();
        }
    }

    /// An order was given a moment ago.
    pub(super) fn is_hurried(&self) -> bool {
        let hurry_until = *self.hurry_until.lock().unwrap_or_else(PoisonError::into_inner);
        hurry_until.is_some_and(|end| Instant::now() < end)
    }

    /// A case is open at the lane.
    pub(super) fn is_attended(&self) -> bool {
        self.attended.load(Ordering::Relaxed)
    }

    /// Until the next question, after so many failures in a row.
    fn pause(&self, failures: u32) -> Duration {
        match (self.is_hurried(), self.is_attended()) {
            (true, _) if failures == 0 => HURRIED,
            (true, _) | (_, true) => (ATTENDED * (1 << failures.min(2))).min(BACK_OFF),
            _ => IDLE,
        }
    }
}

/// Polls one arm until stopped. A dead device costs only this task its time.
pub(super) async fn poll(hub: Hub, lane: Arc<LaneDevices>, stop: CancellationToken, first: Duration) {
    let polled = async {
        tokio::time::sleep(first).await;
        let (mut failures, mut told) = (0_u32, None);
        let (mut arm, used) = (rise::Arm::default(), ops::rise::UsedOrders::default());
        loop {
            let facts = ask(&hub, &lane).await;
            if let Some(risen) = arm.saw(facts.state, hub.clock().now()) {
                // Judging waits for the camera's word, the next question does not (R40).
                let judged = ops::rise::judge(hub.clone(), lane.clone(), risen, used.clone());
                tokio::spawn(judged);
            }
            failures = if facts.online { 0 } else { failures + 1 };
            let news = Some((facts.state, facts.online));
            // Told again at the next question where the records could not be written.
            if told != news && tell(&hub, &lane, facts).await.is_ok() {
                told = news;
            }
            tokio::select! {
                () = tokio::time::sleep(lane.pace.pause(failures)) => {}
                () = lane.pace.nudge.notified() => {}
            }
        }
    };
    tokio::select! {
        () = polled => {}
        () = stop.cancelled() => {}
    }
}

/// Asks once and keeps the answer. Whoever watches is woken even where nothing changed: it is a new answer.
async fn ask(hub: &Hub, lane: &LaneDevices) -> BarrierFacts {
    let asked = Instant::now();
    let opened = lane.barrier.as_deref();
    let barrier = opened.and_then(|opened| opened.device()).and_then(|device| device.barrier());
    let state = match opened.zip(barrier) {
        Some((opened, barrier)) => opened.noted(barrier.state().await).ok(),
        None => None,
    };
    let now = hub.clock().now();
    let before = lane.seen.borrow().clone();
    let facts = facts_after(&before.facts, state, now);
    let up = !matches!(facts.state, BarrierState::Closed | BarrierState::Unknown);
    lane.seen.send_replace(ArmReading {
        facts: facts.clone(),
        asked: Some(asked),
        up_at: if up { Some(now) } else { before.up_at },
    });
    facts
}

/// What is known after a question. A lost device leaves the arm unknown: it may have moved since.
fn facts_after(before: &BarrierFacts, state: Option<BarrierState>, now: Timestamp) -> BarrierFacts {
    match state {
        Some(state) => BarrierFacts { state, at: Some(now), online: true },
        None => BarrierFacts { state: BarrierState::Unknown, at: before.at, online: false },
    }
}

async fn tell(hub: &Hub, lane: &LaneDevices, facts: BarrierFacts) -> Result<(), StoreError> {
    let (lot, now) = (lane.lot.clone(), hub.clock().now());
    let told = Told::View {
        lane: lane.lane.clone(),
        case: None,
        parts: Box::new(ViewParts { barrier: Some(facts), ..ViewParts::default() }),
    };
    hub.store().write(async move |tx| tx.tell(now, &lot, &told).await).await
}

/// How often the leases are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Keeps every arm's pace in step with the open cases, whichever hub opened them.
pub(super) async fn attend(hub: Hub, stop: CancellationToken) {
    let mut before = HashSet::new();
    loop {
        if let Ok(held) = held_lanes(&hub).await {
            let registry = hub.runtime().registry();
            let pace = |id: &LaneId, attended| {
                if let Some(lane) = registry.lanes.get(id) {
                    lane.pace.attend(attended);
                }
            };
            for id in &held {
                pace(id, true);
            }
            for id in before.difference(&held) {
                pace(id, false);
            }
            before = held;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn held_lanes(hub: &Hub) -> Result<HashSet<LaneId>, StoreError> {
    let now = hub.clock().now();
    let mut reader = hub.store().read().await?;
    let lanes = reader.conn().lanes_held(now).await?;
    Ok(lanes.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_is_asked_by_how_much_it_matters() {
        let pace = Pace::default();
        assert_eq!(pace.pause(0), Duration::from_secs(30), "R40");
        pace.attend(true);
        assert_eq!(pace.pause(0), Duration::from_secs(2), "R40");
        assert_eq!(pace.pause(9), Duration::from_secs(8), "a dead device is asked less");
        pace.hurry();
        assert_eq!(pace.pause(0), Duration::from_millis(250));
        assert!(pace.pause(1) >= Duration::from_secs(2), "a device that does not answer is not pressed");
        pace.attend(false);
        assert_eq!(pace.pause(0), Duration::from_millis(250), "after an order");
    }

    #[test]
    fn a_lost_device_leaves_the_arm_unknown_and_keeps_when_it_last_spoke() {
        let never = ArmReading::default().facts;
        let known = facts_after(&never, Some(BarrierState::Closed), Timestamp(5));
        assert!(known.online);
        let lost = facts_after(&known, None, Timestamp(9));
        assert_eq!((lost.state, lost.online), (BarrierState::Unknown, false), "R28");
        assert_eq!(lost.at, Some(Timestamp(5)));
    }
}
