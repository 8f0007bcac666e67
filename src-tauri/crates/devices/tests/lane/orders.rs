//! Orders over real sockets to a simulated device. Movement is asserted from lotsim's journal alone, never from a reply.

use super::common::{driver, driver_with, site, site_with};
use async_trait::async_trait;
use lanedesk_devices::{Barrier, DeviceError, EndlessPermit, Permit, StaleOrder};
use lanedesk_domain::{
    barrier::BarrierState,
    order::{BarrierAction, OrderResult},
};
use lotsim::{Cause, Fault, Outcome};
use std::sync::atomic::{AtomicUsize, Ordering};

const OPEN: BarrierAction = BarrierAction::Open;
const CLOSE: BarrierAction = BarrierAction::Close;

/// Leave that ends after a number of looks.
struct Looks {
    left: AtomicUsize,
    taken: AtomicUsize,
}

impl Looks {
    fn allowing(looks: usize) -> Self {
        Self { left: AtomicUsize::new(looks), taken: AtomicUsize::new(0) }
    }
    fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Permit for Looks {
    async fn check(&self) -> Result<(), StaleOrder> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| StaleOrder::LeaseLost)
    }
}

#[tokio::test]
async fn open_and_close_move_the_bar_once_each() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    assert_eq!(device.state().await, Ok(BarrierState::Closed));
    device.order(OPEN, &EndlessPermit).await.unwrap();
    assert!(lane.wait_open().await);
    assert_eq!(device.state().await, Ok(BarrierState::Open));
    device.order(CLOSE, &EndlessPermit).await.unwrap();
    assert!(lane.wait_closed().await);
    let journal = sim.journal();
    assert_eq!(journal.len(), 2);
    assert!(journal.iter().all(|row| row.cause == Cause::Command));
    assert_eq!(journal[0].after, BarrierState::Open);
    assert_eq!(journal[1].after, BarrierState::Closed);
}

#[tokio::test]
async fn a_first_order_without_a_known_nonce_is_sent_once_and_looked_at_once() {
    let (sim, lane) = site_with(|lane| lane.body_first = true).await;
    let permit = Looks::allowing(1);
    driver(&lane).order(OPEN, &permit).await.unwrap();
    assert_eq!((permit.taken(), sim.commands().len()), (1, 1));
    assert!(lane.wait_open().await);
}

#[tokio::test]
async fn a_stale_nonce_is_renewed_once_and_the_permit_looked_at_again() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    device.state().await.unwrap();
    lane.fault(Fault::StaleNonce);
    let permit = Looks::allowing(2);
    device.order(OPEN, &permit).await.unwrap();
    assert_eq!((permit.taken(), sim.commands().len()), (2, 1));
    assert!(lane.wait_open().await);
    assert_eq!(sim.journal().len(), 1);
}

#[tokio::test]
async fn a_lease_lost_between_challenge_and_retry_stops_the_order() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    device.state().await.unwrap();
    lane.fault(Fault::StaleNonce);
    let permit = Looks::allowing(1);
    let said = device.order(OPEN, &permit).await;
    assert_eq!(said, Err(DeviceError::Stale(StaleOrder::LeaseLost)));
    assert_eq!(said.unwrap_err().order_result(), OrderResult::Failed);
    assert_eq!((sim.commands().len(), sim.journal().len()), (0, 0));
}

#[tokio::test]
async fn a_stale_permit_sends_nothing() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    device.state().await.unwrap();
    let before = lane.requests();
    let said = device.order(OPEN, &Looks::allowing(0)).await;
    assert_eq!(said, Err(DeviceError::Stale(StaleOrder::LeaseLost)));
    assert_eq!((lane.requests(), sim.commands().len()), (before, 0));
}

#[tokio::test]
async fn a_device_that_calls_every_answer_stale_is_not_asked_for_ever() {
    let (sim, lane) = site().await;
    lane.fault(Fault::StaleAlways);
    let device = driver(&lane);
    let said = device.order(OPEN, &EndlessPermit).await;
    assert!(matches!(said, Err(DeviceError::Unauthorised { .. })), "{said:?}");
    assert!(lane.requests() <= 3, "{}", lane.requests());
    let said = device.state().await;
    assert!(matches!(said, Err(DeviceError::Unauthorised { .. })), "{said:?}");
    assert!(lane.requests() <= 6, "{}", lane.requests());
    assert!(sim.journal().is_empty());
}

#[tokio::test]
async fn a_silent_device_is_unknown_and_never_asked_again() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    device.state().await.unwrap();
    lane.fault(Fault::Silent);
    let before = lane.requests();
    let said = device.order(OPEN, &EndlessPermit).await.unwrap_err();
    assert_eq!(said.order_result(), OrderResult::Unknown, "{said}");
    assert_eq!(lane.requests(), before + 1);
    assert!(sim.journal().is_empty());
}

#[tokio::test]
async fn a_device_silent_before_the_order_is_a_failure_for_nothing_was_sent() {
    let (sim, lane) = site().await;
    lane.fault(Fault::Silent);
    let permit = Looks::allowing(9);
    let said = driver(&lane).order(OPEN, &permit).await.unwrap_err();
    assert_eq!(said.order_result(), OrderResult::Failed, "{said}");
    assert_eq!((permit.taken(), sim.commands().len()), (0, 0));
}

#[tokio::test]
async fn a_slow_device_moves_but_its_answer_comes_too_late() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    device.state().await.unwrap();
    lane.fault(Fault::Slow(1500));
    let said = device.order(OPEN, &EndlessPermit).await.unwrap_err();
    assert_eq!(said.order_result(), OrderResult::Unknown, "{said}");
    assert!(lane.wait_open().await);
    assert_eq!((sim.commands().len(), sim.journal().len()), (1, 1));
}

#[tokio::test]
async fn a_slow_device_within_the_time_is_just_slow() {
    let (_sim, lane) = site().await;
    lane.fault(Fault::Slow(100));
    driver(&lane).order(OPEN, &EndlessPermit).await.unwrap();
    assert!(lane.wait_open().await);
}

#[tokio::test]
async fn a_reply_lost_or_broken_off_is_unknown_although_the_bar_moved() {
    for fault in [Fault::ReplyLost, Fault::Reset] {
        let (sim, lane) = site().await;
        let device = driver(&lane);
        device.state().await.unwrap();
        lane.fault(fault);
        let said = device.order(OPEN, &EndlessPermit).await.unwrap_err();
        assert_eq!(said.order_result(), OrderResult::Unknown, "{fault}: {said}");
        assert!(lane.wait_open().await, "{fault}");
        assert_eq!((sim.commands().len(), sim.journal().len()), (1, 1), "{fault}");
        lane.clear_faults();
        assert_eq!(device.state().await, Ok(BarrierState::Open), "{fault}");
    }
}

#[tokio::test]
async fn ok_without_movement_is_accepted_and_the_state_tells() {
    let (sim, lane) = site().await;
    lane.fault(Fault::OkNoMove);
    let device = driver(&lane);
    device.order(OPEN, &EndlessPermit).await.unwrap();
    assert_eq!(device.state().await, Ok(BarrierState::Closed));
    assert_eq!(sim.commands()[0].outcome, Outcome::Ignored);
    assert!(sim.journal().is_empty());
}

#[tokio::test]
async fn refusals_under_http_200_are_told_apart() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    lane.fault(Fault::NotSupported);
    let said = device.order(OPEN, &EndlessPermit).await.unwrap_err();
    assert!(matches!(said, DeviceError::NotSupported { .. }), "{said}");
    assert_eq!(said.order_result(), OrderResult::Refused);
    lane.clear_faults();
    lane.fault(Fault::Busy);
    let said = device.order(OPEN, &EndlessPermit).await.unwrap_err();
    let words = "Device Busy, deviceBusy".to_owned();
    assert_eq!(said, DeviceError::Refused { words });
    assert_eq!(sim.commands().len(), 2, "a refusal is not repeated");
    assert!(sim.journal().is_empty());
}

#[tokio::test]
async fn a_locked_account_is_left_alone() {
    let (sim, lane) = site().await;
    lane.fault(Fault::Lockout);
    let device = driver(&lane);
    let said = device.order(OPEN, &EndlessPermit).await.unwrap_err();
    assert!(matches!(said, DeviceError::LockedOut { seconds: 1800 }), "{said}");
    assert_eq!(said.order_result(), OrderResult::Refused);
    let before = lane.requests();
    for _ in 0..5 {
        assert!(matches!(device.state().await, Err(DeviceError::LockedOut { .. })));
        assert!(device.order(OPEN, &EndlessPermit).await.is_err());
    }
    assert_eq!(lane.requests(), before);
    assert!(sim.journal().is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_does_not_lock_the_account() {
    let (sim, lane) = site().await;
    let wrong = driver_with(&lane, |settings| settings.password = "wrong".to_owned());
    for _ in 0..10 {
        let said = wrong.order(OPEN, &EndlessPermit).await.unwrap_err();
        assert!(matches!(said, DeviceError::Unauthorised { tries_left: Some(4) }), "{said}");
    }
    driver(&lane).order(OPEN, &EndlessPermit).await.unwrap();
    assert!(lane.wait_open().await);
    assert_eq!(sim.journal().len(), 1);
}

#[tokio::test]
async fn an_offline_device_is_a_failure_and_works_again_afterwards() {
    let (sim, lane) = site().await;
    let device = driver(&lane);
    device.state().await.unwrap();
    lane.fault(Fault::Offline);
    // The device goes when its server has noticed; until then it may still answer the state.
    while device.state().await.is_ok() {
        tokio::task::yield_now().await;
    }
    let said = device.order(OPEN, &EndlessPermit).await.unwrap_err();
    assert!(matches!(said, DeviceError::NotSent(_)), "{said}");
    assert_eq!(said.order_result(), OrderResult::Failed);
    lane.clear_faults();
    while device.state().await.is_err() {
        tokio::task::yield_now().await;
    }
    assert!(sim.commands().is_empty());
    device.order(OPEN, &EndlessPermit).await.unwrap();
    assert!(lane.wait_open().await);
}

#[tokio::test]
async fn a_state_without_wires_is_unknown() {
    let (_sim, lane) = site().await;
    lane.fault(Fault::NoStatus);
    assert_eq!(driver(&lane).state().await, Ok(BarrierState::Unknown));
}

#[tokio::test]
async fn a_namespace_the_device_wants_is_a_setting() {
    let wanted = "http://www.isapi.org/ver20/XMLSchema";
    let (sim, lane) = site_with(|lane| lane.namespace = Some(wanted.to_owned())).await;
    driver(&lane).order(OPEN, &EndlessPermit).await.unwrap();
    assert!(sim.journal().is_empty(), "said OK and did not move");
    let device = driver_with(&lane, |settings| settings.namespace = wanted.to_owned());
    device.order(OPEN, &EndlessPermit).await.unwrap();
    assert!(lane.wait_open().await);
}

#[tokio::test]
async fn a_nonce_that_ended_by_itself_costs_one_more_request_and_no_more() {
    let (sim, lane) = site_with(|lane| lane.nonce_seconds = 0).await;
    // Every nonce is over at once: the device can never be satisfied, and is not asked for ever.
    let said = driver(&lane).order(OPEN, &EndlessPermit).await;
    assert!(matches!(said, Err(DeviceError::Unauthorised { .. })), "{said:?}");
    assert!(lane.requests() <= 3);
    assert!(sim.journal().is_empty());
}

/// Leave until a moment.
struct Until(std::time::Instant);

#[async_trait]
impl Permit for Until {
    async fn check(&self) -> Result<(), StaleOrder> {
        if std::time::Instant::now() < self.0 { Ok(()) } else { Err(StaleOrder::TooLate) }
    }
}

#[tokio::test]
async fn an_order_that_grew_old_while_the_device_was_asked_for_a_challenge_is_not_sent() {
    let (sim, lane) = site().await;
    lane.fault(Fault::Slow(300));
    let deadline = std::time::Instant::now() + std::time::Duration::from_millis(200);
    let said = driver(&lane).order(OPEN, &Until(deadline)).await;
    assert_eq!(said, Err(DeviceError::Stale(StaleOrder::TooLate)));
    assert_eq!((sim.commands().len(), sim.journal().len()), (0, 0));
}

#[tokio::test]
async fn a_dead_device_does_not_slow_another_lane() {
    let codes = ["E01", "E02"].map(lotsim::LaneConfig::quick);
    let sim = lotsim::Lotsim::start(lotsim::Config::of(codes)).await.unwrap();
    let (dead, alive) = (sim.lane("E01"), sim.lane("E02"));
    let (dead_device, alive_device) = (driver(&dead), driver(&alive));
    dead_device.state().await.unwrap();
    dead.fault(Fault::Silent);
    let hopeless = dead_device.order(OPEN, &EndlessPermit);
    let prompt = async {
        alive_device.order(OPEN, &EndlessPermit).await.unwrap();
        std::time::Instant::now()
    };
    let (said, prompt) = tokio::join!(async { (hopeless.await, std::time::Instant::now()) }, prompt);
    assert!(said.0.is_err() && prompt < said.1);
    assert!(alive.wait_open().await);
}
