//! Pictures of documents by the robot's camera (R24).

use super::{deliver, order, scene};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{
        barrier::digest,
        case::HeldCase,
        photo::{self, PhotoUpload},
    },
    store::{LockRows, RobotDisplay, RobotNews, RobotOrderRow, RobotPost},
    vault::SealSlot,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use lanedesk_domain::{
    ids::{OrderId, RobotId},
    order::{OrderResult, deadline},
    robot::RobotScene,
};
use lanedesk_wire::{
    photo::PhotoSource,
    robot_link::{RobotTask, ToRobot},
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Time for the driver to hold the document up, where nothing told them before.
const POSE: Duration = Duration::from_secs(3);
/// A picture comes within this, the robot's own countdown included.
const COMES_WITHIN: Duration = Duration::from_secs(16);
/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Asks the driver on the robot's screen to show a document. Answers how long they need to do so; nothing where no robot
/// is linked, or where it asks already.
pub(crate) async fn pose(hub: &Hub, held: &HeldCase) -> Result<Duration> {
    let site = hub.directory();
    let robot = site.lanes.get(&held.lane).and_then(|l| l.robot.clone());
    let Some(robot) = robot.filter(|robot| hub.robots().now(robot).online) else {
        return Ok(Duration::ZERO);
    };
    let showing = hub.store().read().await?.conn().showing(&robot).await?;
    if showing.is_some_and(|showing| showing.show.scene == RobotScene::ShowDocument) {
        return Ok(Duration::ZERO);
    }
    show(hub, held, robot, RobotScene::ShowDocument).await?;
    Ok(POSE)
}

/// The picture was tried: the driver need not hold the document up any longer.
pub(crate) async fn posed(hub: &Hub, held: &HeldCase) -> Result<()> {
    let site = hub.directory();
    let robot = site.lanes.get(&held.lane).and_then(|l| l.robot.clone());
    let Some(robot) = robot else { return Ok(()) };
    let showing = hub.store().read().await?.conn().showing(&robot).await?;
    if showing.is_some_and(|showing| showing.show.scene == RobotScene::ShowDocument) {
        return match show(hub, held, robot, RobotScene::Welcome).await {
            // The screen went back to idle with the lane.
            Err(Error::LeaseLost) => Ok(()),
            shown => shown,
        };
    }
    Ok(())
}

async fn show(hub: &Hub, held: &HeldCase, robot: RobotId, what: RobotScene) -> Result<()> {
    let seconds = i64::from(hub.rules().robot_scene_seconds);
    let until = hub.clock().now().plus_seconds(seconds);
    let showing = RobotDisplay {
        show: scene::plain(&hub.directory(), &robot, what, Some(until)),
        case: held.case.clone(),
        until,
    };
    let post = deliver::by_itself(hub, robot, showing.show.clone());
    let (held, now) = (held.clone(), hub.clock().now());
    hub.store()
        .write_at(LockRows::lane(&held.lane), async move |tx| {
            // Whoever lost the lane shows nobody anything any more (R13).
            held.holds(tx, now).await?;
            tx.set_showing(&post.robot, &showing).await?;
            Ok(tx.tell_robots(now, &RobotNews::Task(Box::new(post.clone()))).await?)
        })
        .await
}

/// Takes a picture with the camera of the lane's robot.
pub(crate) async fn take(hub: &Hub, actor: &Actor, held: &HeldCase) -> Result<Bytes> {
    let site = hub.directory();
    let robot = site.lanes.get(&held.lane).and_then(|l| l.robot.clone());
    let robot = robot.ok_or(Error::NotOffered)?;
    if !hub.robots().now(&robot).online {
        return Err(Error::DeviceUnreachable("机器人未连接".to_owned()));
    }
    let prepared = capture(hub, actor, held, robot);
    order::accept(hub, actor, &prepared).await?;
    let sent = deliver::here(hub, &prepared.post);
    let done = deliver::answered(hub, &prepared.order, sent).await?;
    if done.result != OrderResult::Accepted {
        return Err(Error::DeviceUnreachable(done.detail));
    }
    let jpeg = fetched(hub, prepared.order.id).await?;
    jpeg.ok_or_else(|| Error::DeviceUnreachable("机器人没有送来照片".to_owned()))
}

fn capture(hub: &Hub, actor: &Actor, held: &HeldCase, robot: RobotId) -> order::CommandDraft {
    let (id, now) = (OrderId::new(), hub.clock().now());
    let deadline_at = deadline(now, hub.rules().order_deadline_s);
    let row = RobotOrderRow {
        id,
        case: held.case.clone(),
        lane: held.lane.clone(),
        lot: held.lot.clone(),
        robot: robot.clone(),
        person: actor.id.clone(),
        fence: held.fence,
        command: "capture".to_owned(),
        content: digest([Some(id.to_string().as_str())]),
        made_at: now,
        deadline_at,
        result: OrderResult::Running,
        detail: String::new(),
    };
    let post = RobotPost {
        robot,
        sent_by: Some(hub.id().to_owned()),
        deadline: deadline_at,
        order: Some(id),
        frame: ToRobot { id: id.to_string(), what: RobotTask::Capture },
    };
    order::CommandDraft { order: row, post, showing: None, facts: vec![("command", "capture".to_owned())], basis: None }
}

/// The picture a command took, as soon as it has come; it does not stay where it was left.
async fn fetched(hub: &Hub, id: OrderId) -> Result<Option<Bytes>> {
    let until = Instant::now() + COMES_WITHIN;
    loop {
        let left = hub.store().read().await?.conn().robot_photo(id).await?;
        if let Some(sealed) = left {
            let forgotten: Result<()> = hub.store().write(async move |tx| Ok(tx.forget_robot_photo(id).await?)).await;
            forgotten?;
            let opened = hub.vault().open_text(SealSlot::left_photo(&id.to_string()), &sealed).ok();
            return Ok(opened.and_then(|text| STANDARD.decode(text).ok()).map(Bytes::from));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        sleep(LOOK_EVERY).await;
    }
}

/// The picture of a capture that was ordered becomes a photo of the case as soon as it comes.
pub(super) fn keep_when_it_comes(hub: &Hub, actor: &Actor, order: &RobotOrderRow) {
    let (hub, actor, order) = (hub.clone(), actor.clone(), order.clone());
    tokio::spawn(async move {
        if let Err(error) = keep(&hub, &actor, &order).await {
            tracing::info!(robot = %order.robot, %error, "a robot's picture was not kept");
        }
    });
}

async fn keep(hub: &Hub, actor: &Actor, order: &RobotOrderRow) -> Result<()> {
    let Some(file) = fetched(hub, order.id).await? else {
        return Ok(());
    };
    let upload = PhotoUpload { file, source: PhotoSource::LaneCamera, taken_at: Some(hub.clock().now()) };
    let case = photo::taken_for(hub, actor, &order.case).await?;
    photo::keep(hub, actor, case, upload).await.map(drop)
}
