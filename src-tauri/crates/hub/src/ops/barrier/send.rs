//! Sending an order: once, by a task of its own, with lease and deadline looked at before every request (invariants 3, 5, 6).

use super::{OrderDraft, accept, finish};
use crate::{
    actor::Actor,
    clock::Clock,
    crash_points::{self, Point},
    error::Result,
    hub::Hub,
    store::OrderRow,
};
use async_trait::async_trait;
use lanedesk_devices::{DeviceError, Permit, StaleOrder};
use lanedesk_domain::{
    barrier::BarrierState,
    order::{BarrierAction, OrderResult},
};
use lanedesk_wire::barrier::Order;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

/// What people are told of an order that was sent and not answered.
pub(super) const UNANSWERED: &str = "未收到道闸回执，可能已动作";
/// Longest time an arm is watched for the movement it was told to make.
const TRAVEL: Duration = Duration::from_secs(15);

/// Writes the order down, sends it and answers through the channel as soon as the device has. It goes on to its end
/// without the caller, whose connection may be cut at any moment.
pub(super) fn start(hub: Hub, actor: Actor, prepared: OrderDraft, until: Instant) -> oneshot::Receiver<Result<Order>> {
    let (answer, answered) = oneshot::channel();
    tokio::spawn(async move {
        // Nobody may be waiting for an answer any more; the record is what counts.
        crash_points::at(Point::OrderChecked);
        match accept(&hub, &actor, &prepared).await {
            Ok(()) => send(hub, prepared, until, answer).await,
            Err(error) => drop(answer.send(Err(error))),
        }
    });
    answered
}

async fn send(hub: Hub, prepared: OrderDraft, until: Instant, answer: oneshot::Sender<Result<Order>>) {
    let OrderDraft { mut order, opening, .. } = prepared;
    crash_points::at(Point::OrderWritten);
    let mut watch = hub.runtime().watch_after_order(&order.lane);
    let (sent, is_sent) = oneshot::channel::<()>();
    if let Some(opening) = opening {
        crate::ops::picture::around_order(&hub, &order.lane, &opening.id, is_sent);
    }
    (order.result, order.detail) = call(&hub, &order, until).await;
    crash_points::at(Point::OrderAnswered);
    drop(sent);
    hub.metrics().order(order.result);
    hub.pending_results().begin(&order);
    let _ = answer.send(Ok(order.shown()));
    crash_points::at(Point::ResultTold);
    finish::answered(&hub, &order).await;
    crash_points::at(Point::ResultWritten);
    hub.pending_results().end(order.id);
    if order.result.may_have_moved() {
        let (result, state) = goal(order.action);
        let seen = watch.seen(state, TRAVEL).await;
        finish::watched(hub, order, seen.then_some(result), watch.last()).await;
    }
}

/// What it is called when an arm is seen where it was sent, and where that is.
fn goal(action: BarrierAction) -> (OrderResult, BarrierState) {
    match action {
        BarrierAction::Open => (OrderResult::Opened, BarrierState::Open),
        BarrierAction::Close => (OrderResult::Closed, BarrierState::Closed),
    }
}

/// Calls the device once.
async fn call(hub: &Hub, order: &OrderRow, until: Instant) -> (OrderResult, String) {
    let Some(barrier) = hub.runtime().barrier(&order.lane) else {
        return told(&DeviceError::NotSent("no device"));
    };
    let permit = SendPermit { hub: hub.clone(), order: order.clone(), granted: AtomicBool::new(false) };
    match timeout_at(until, barrier.order(order.action, &permit)).await {
        Ok(Ok(())) => (OrderResult::Accepted, String::new()),
        Ok(Err(error)) => told(&error),
        Err(_) if permit.granted.load(Ordering::SeqCst) => told(&DeviceError::Unanswered("no answer in time")),
        Err(_) => told(&DeviceError::NotSent("not reached in time")),
    }
}

/// What became of an order that failed so, and why, for people.
fn told(error: &DeviceError) -> (OrderResult, String) {
    let detail = match error {
        DeviceError::Refused { words } => words.clone(),
        DeviceError::NotSupported { .. } => "设备不支持该指令".to_owned(),
        DeviceError::Unauthorised { .. } => "设备账号或密码不正确".to_owned(),
        DeviceError::LockedOut { seconds } => format!("设备账号被锁定，{seconds} 秒后可再试"),
        DeviceError::Stale(StaleOrder::LeaseLost) => "锁定已结束".to_owned(),
        DeviceError::Stale(StaleOrder::TooLate) => "指令超过时限".to_owned(),
        DeviceError::Stale(StaleOrder::NotKnown) => "无法核对锁定".to_owned(),
        DeviceError::NotSent(_) => "连不上道闸设备".to_owned(),
        DeviceError::Outside => "道闸设备地址不在允许的网段内".to_owned(),
        DeviceError::ClearPassword => "道闸设备要求明文密码，没有发送".to_owned(),
        DeviceError::Unanswered(_) | DeviceError::BadAnswer(_) => UNANSWERED.to_owned(),
    };
    (error.order_result(), detail)
}

/// Permit to send one order, looked at in the records each time.
struct SendPermit {
    hub: Hub,
    order: OrderRow,
    /// A request may have gone out.
    granted: AtomicBool,
}

impl SendPermit {
    fn in_time(&self, clock: &Clock) -> Result<(), StaleOrder> {
        if clock.now() > self.order.deadline_at { Err(StaleOrder::TooLate) } else { Ok(()) }
    }

    async fn holds(&self) -> Result<bool, crate::store::StoreError> {
        let (order, now) = (&self.order, self.hub.clock().now());
        let mut reader = self.hub.store().read().await?;
        let mut conn = reader.conn();
        conn.lease_holds(&order.lane, &order.person, order.fence, now).await
    }
}

#[async_trait]
impl Permit for SendPermit {
    async fn check(&self) -> Result<(), StaleOrder> {
        self.in_time(self.hub.clock())?;
        match self.holds().await {
            Ok(true) => {}
            Ok(false) => return Err(StaleOrder::LeaseLost),
            Err(_) => return Err(StaleOrder::NotKnown),
        }
        // The look itself took time.
        self.in_time(self.hub.clock())?;
        self.granted.store(true, Ordering::SeqCst);
        crash_points::at(Point::OrderLeaving);
        Ok(())
    }
}
