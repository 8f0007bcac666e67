//! Bringing a command to the robot by the hub that holds its link, and writing down what it answered.

use super::order::{find, tell_timeline};
use crate::{
    error::Result,
    hub::Hub,
    robots::CommandDispatch,
    store::{Audit, LockRows, RobotNews, RobotOrderRow, RobotPost},
    vault::SealSlot,
};
use bytes::Bytes;
use lanedesk_domain::{ids::OrderId, order::OrderResult, robot::RobotScene};
use lanedesk_wire::{
    case::Step,
    robot_link::{RobotTask, Show, ToRobot},
};
use serde_json::json;
use std::time::Duration;
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

/// A robot acknowledges within this.
const ACK_WITHIN: Duration = Duration::from_secs(5);
/// From its acknowledgement to the picture it was asked for: it counts down for the driver first.
const PHOTO_WITHIN: Duration = Duration::from_secs(15);
/// A command that another hub sends has its answer in the records within this.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
/// How often such a command is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// What people are told of a command that was sent and not answered.
const UNANSWERED: &str = "机器人没有回应，可能已执行";

/// Sends a command from here, where the robot is linked here.
pub(super) fn here(hub: &Hub, post: &RobotPost) -> Option<JoinHandle<()>> {
    hub.robots().is_here(&post.robot).then(|| tokio::spawn(bring(hub.clone(), post.clone())))
}

/// What the outbox holds for robots. The hub that wrote a command has sent it already.
pub(crate) fn hand_out(hub: &Hub, news: RobotNews) {
    match news {
        RobotNews::Task(post) if post.sent_by.as_deref() == Some(hub.id()) => {}
        // In the order in which they were committed: the newest screen stays.
        RobotNews::Task(post) if post.order.is_none() => by_the_way(hub, &post),
        RobotNews::Task(post) => drop(here(hub, &post)),
        RobotNews::Linked { robot, link, by, .. } if by != hub.id() => hub.robots().let_go(&robot, &link),
        RobotNews::Linked { .. } => {}
    }
}

/// The command as it is once it is answered, or long enough unanswered.
pub(super) async fn answered(hub: &Hub, order: &RobotOrderRow, sent: Option<JoinHandle<()>>) -> Result<RobotOrderRow> {
    let until = Instant::now() + ANSWER_WITHIN;
    if let Some(sent) = sent {
        let _ = timeout(ANSWER_WITHIN, sent).await;
    }
    loop {
        if let Some(row) = find(hub, order.id).await?
            && row.result != OrderResult::Running
        {
            return Ok(row);
        }
        if Instant::now() >= until {
            finish(hub, order, OrderResult::Unknown, UNANSWERED).await?;
            return Ok(find(hub, order.id).await?.unwrap_or_else(|| order.clone()));
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Sends one command and writes down its answer.
async fn bring(hub: Hub, post: RobotPost) {
    let Some(id) = post.order else {
        return by_the_way(&hub, &post);
    };
    if let Err(error) = bring_order(&hub, &post, id).await {
        tracing::error!(robot = %post.robot, %error, "a command's answer was not written");
    }
}

/// Sends what nobody waits for: what the robot then shows it tells by itself.
fn by_the_way(hub: &Hub, post: &RobotPost) {
    let (acked, _) = oneshot::channel();
    let sending = CommandDispatch { frame: post.frame.clone(), acked, photo: None };
    if hub.clock().now() <= post.deadline {
        // Not linked here: another hub reads the same, or the robot is shown it when it links again.
        let _ = hub.robots().send(&post.robot, sending);
    }
}

async fn bring_order(hub: &Hub, post: &RobotPost, id: OrderId) -> Result<()> {
    let Some(order) = find(hub, id).await? else {
        return Ok(());
    };
    if order.result != OrderResult::Running {
        return Ok(());
    }
    if let Some(why) = stale(hub, &order).await? {
        return finish(hub, &order, OrderResult::Failed, why).await;
    }
    let capture = post.frame.what == RobotTask::Capture;
    let (photo, taken) = oneshot::channel();
    let (result, detail) = send(hub, post, capture.then_some(photo)).await;
    if let RobotTask::Show(_) = post.frame.what {
        undo_where_over(hub, post).await?;
    }
    finish(hub, &order, result, &detail).await?;
    if capture && result == OrderResult::Accepted {
        leave_photo(hub, id, taken).await?;
    }
    Ok(())
}

/// Why a command may not be sent any more: late is dead, and so is one of somebody who lost the lane (R13).
async fn stale(hub: &Hub, order: &RobotOrderRow) -> Result<Option<&'static str>> {
    let now = hub.clock().now();
    let mut reader = hub.store().read().await?;
    let holds = reader.conn().lease_holds(&order.lane, &order.person, order.fence, now).await?;
    Ok(if !holds {
        Some("锁定已结束")
    } else if now > order.deadline_at {
        Some("指令超过时限")
    } else {
        None
    })
}

/// Sends a frame and waits for its acknowledgement.
async fn send(hub: &Hub, post: &RobotPost, photo: Option<oneshot::Sender<Bytes>>) -> (OrderResult, String) {
    let (acked, ack) = oneshot::channel();
    let sending = CommandDispatch { frame: post.frame.clone(), acked, photo };
    if hub.robots().send(&post.robot, sending).is_none() {
        return (OrderResult::Failed, "机器人未连接".to_owned());
    }
    match timeout(ACK_WITHIN, ack).await {
        Ok(Ok(ack)) if ack.ok => (OrderResult::Accepted, String::new()),
        Ok(Ok(ack)) => (OrderResult::Failed, said(ack.error)),
        // Silence, or the link ended before an answer came: it may have done it.
        Ok(Err(_)) | Err(_) => (OrderResult::Unknown, UNANSWERED.to_owned()),
    }
}

/// The robot's own words, as many as a line takes.
fn said(error: Option<String>) -> String {
    let words: String = error.unwrap_or_default().chars().filter(|c| !c.is_control()).take(120).collect();
    if words.is_empty() { "机器人拒绝执行".to_owned() } else { words }
}

/// A case may have ended while its screen was on the way: then idle comes after it, whatever came first.
async fn undo_where_over(hub: &Hub, post: &RobotPost) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let showing = reader.conn().showing(&post.robot).await?;
    drop(reader);
    if showing.is_none() {
        let idle = super::scene::plain(&hub.directory(), &post.robot, RobotScene::Idle, None);
        by_the_way(hub, &by_itself(hub, post.robot.clone(), idle));
    }
    Ok(())
}

/// A screen nobody ordered: it is tried as long as an order would be.
pub(super) fn by_itself(hub: &Hub, robot: lanedesk_domain::ids::RobotId, show: Show) -> RobotPost {
    let seconds = i64::from(hub.rules().order_deadline_s);
    RobotPost {
        robot,
        sent_by: None,
        deadline: hub.clock().now().plus_seconds(seconds),
        order: None,
        frame: ToRobot { id: uuid::Uuid::now_v7().to_string(), what: RobotTask::Show(Box::new(show)) },
    }
}

/// Leaves the picture where the hub that asked finds it.
async fn leave_photo(hub: &Hub, id: OrderId, taken: oneshot::Receiver<Bytes>) -> Result<()> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let Ok(Ok(jpeg)) = timeout(PHOTO_WITHIN, taken).await else {
        return Ok(());
    };
    let sealed = hub.vault().seal_text(SealSlot::left_photo(&id.to_string()), &STANDARD.encode(&jpeg));
    let sealed = sealed.map_err(|error| crate::error::Error::Internal(error.to_string()))?;
    hub.store().write(async move |tx| Ok(tx.leave_robot_photo(id, &sealed).await?)).await
}

/// Writes down what became of a command; whoever is first is right.
pub(super) async fn finish(hub: &Hub, order: &RobotOrderRow, result: OrderResult, detail: &str) -> Result<()> {
    let rows = LockRows::lane(&order.lane);
    let (order, detail) = (order.clone(), detail.to_owned());
    hub.write_at(rows, async move |tx, hub| {
        let now = hub.clock().now();
        if !tx.turn_robot_order(order.id, result, &detail, now).await? {
            return Ok(());
        }
        let body = json!({"case": order.case, "robot": order.robot, "result": result, "detail": detail});
        tx.audit(Audit::new(now, None, "robot.result", format!("order:{}", order.id), body)).await?;
        if result == OrderResult::Accepted {
            return Ok(());
        }
        if result == OrderResult::Failed && order.command.starts_with("show_") {
            // What it would not show it is not to show after its next link either.
            super::idle(tx, hub, &order.lane, now).await?;
        }
        let facts = [("command", order.command.clone()), ("result", result.to_string()), ("detail", detail.clone())];
        tx.add_step(&order.case, now, None, Step::RobotTold, &facts).await?;
        tell_timeline(tx, &order, now).await
    })
    .await
}
