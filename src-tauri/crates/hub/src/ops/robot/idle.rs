//! What a robot shows without anybody's command: welcome once somebody has the driver's call, "paid" after a payment, and
//! idle again when nobody is served any more.

use super::{deliver::by_itself, scene, stands_at};
use crate::{
    error::Result,
    hub::Hub,
    ops::view,
    store::{LockRows, RobotDisplay, RobotNews, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, LaneId, RobotId},
    order::OrderResult,
    robot::RobotScene,
    time::Timestamp,
};
use std::time::Duration;

/// How often screens are looked at. The next driver must see nothing of the last.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often links are looked at, and this hub says that its own stand.
const LINKS_EVERY: Duration = Duration::from_secs(10);
/// A hub that said nothing for so long is gone, and its links with it, ms.
const HUB_GONE_MS: i64 = 30_000;
/// A command is answered within this, whatever hub sends it, ms.
const ANSWERED_MS: i64 = 20_000;
/// A picture nobody fetched is forgotten after this, ms.
const FETCHED_MS: i64 = 60_000;

/// The robot of a lane returns to idle, in the transaction that ended what it showed.
pub(crate) async fn idle(tx: &mut Tx<'_>, hub: &Hub, lane: &LaneId, now: Timestamp) -> Result<()> {
    tx.need_lane(lane)?;
    let has_robot = hub.directory().lanes.get(lane).is_some_and(|lane| lane.robot.is_some());
    if has_robot && let Some(robot) = tx.idle_robot(lane).await? {
        send_idle(tx, hub, robot, now).await?;
    }
    Ok(())
}

/// Another vehicle was read at the lane: the next driver must neither pay nor read what was meant for the last. That
/// somebody is looked after stays true, for the read of whoever called may come after the call was taken.
pub(crate) async fn another(tx: &mut Tx<'_>, hub: &Hub, lane: &LaneId, now: Timestamp) -> Result<()> {
    let site = hub.directory();
    let Some(robot) = site.lanes.get(lane).and_then(|lane| lane.robot.as_ref()) else {
        return Ok(());
    };
    let shown = tx.showing(robot).await?.map(|showing| showing.show.scene);
    if shown == Some(RobotScene::Welcome) {
        return Ok(());
    }
    idle(tx, hub, lane, now).await
}

async fn send_idle(tx: &mut Tx<'_>, hub: &Hub, robot: RobotId, now: Timestamp) -> Result<()> {
    let show = scene::plain(&hub.directory(), &robot, RobotScene::Idle, None);
    let post = by_itself(hub, robot, show);
    Ok(tx.tell_robots(now, &RobotNews::Task(Box::new(post))).await?)
}

/// Somebody has the driver's call: until there is more to show, the screen says that they are looked after.
pub(crate) async fn welcome(tx: &mut Tx<'_>, hub: &Hub, lane: &LaneId, case: &CaseId, now: Timestamp) -> Result<()> {
    let site = hub.directory();
    let Some(robot) = site.lanes.get(lane).and_then(|lane| lane.robot.clone()) else {
        return Ok(());
    };
    tx.need_lane(lane)?;
    if !hub.robots().now(&robot).online || tx.showing(&robot).await?.is_some() {
        return Ok(());
    }
    let until = now.plus_seconds(i64::from(hub.rules().robot_scene_seconds));
    let show = scene::plain(&site, &robot, RobotScene::Welcome, Some(until));
    let showing = RobotDisplay { show: show.clone(), case: case.clone(), until };
    tx.set_showing(&robot, &showing).await?;
    let post = by_itself(hub, robot, show);
    Ok(tx.tell_robots(now, &RobotNews::Task(Box::new(post))).await?)
}

/// A payment came in for the vehicle at this lane: a robot that asks for money says thanks once nothing is due.
pub(crate) async fn paid(tx: &mut Tx<'_>, hub: &Hub, lane: &LaneId, now: Timestamp) -> Result<()> {
    let site = hub.directory();
    let Some(robot) = site.lanes.get(lane).and_then(|lane| lane.robot.clone()) else {
        return Ok(());
    };
    let Some(showing) = tx.showing(&robot).await? else {
        return Ok(());
    };
    if !showing.show.scene.asks_money() {
        return Ok(());
    }
    let standing = tx.standing(lane, now).await?;
    let page = view::build(hub, tx, lane, standing, true, now).await?;
    if page.view.payment.as_ref().is_none_or(|payment| !payment.paid) {
        return Ok(());
    }
    let until = now.plus_seconds(i64::from(hub.rules().robot_scene_seconds));
    let show = scene::paid(&site, &page, until);
    let showing = RobotDisplay { show: show.clone(), until, ..showing };
    tx.set_showing(&robot, &showing).await?;
    let post = by_itself(hub, robot, show);
    Ok(tx.tell_robots(now, &RobotNews::Task(Box::new(post))).await?)
}

/// Keeps screens and links in order, for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    // SQLite has one hub: links of another process are nobody's any more.
    let alone = hub.store().engine() == "sqlite";
    if alone && let Err(error) = lose(&hub, Timestamp(i64::MAX), Some(hub.id())).await {
        tracing::warn!(%error, "links of the process before were not ended");
    }
    let mut links_at = tokio::time::Instant::now();
    loop {
        if let Err(error) = screens(&hub).await {
            tracing::warn!(%error, "screens of robots were not looked at");
        }
        if tokio::time::Instant::now() >= links_at {
            links_at = tokio::time::Instant::now() + LINKS_EVERY;
            if let Err(error) = links(&hub).await {
                tracing::warn!(%error, "links of robots were not looked at");
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Screens whose time is over, or that serve nobody any more.
pub(super) async fn screens(hub: &Hub) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let due = reader.conn().robots_due(hub.clock().now()).await?;
    drop(reader);
    for robot in due {
        idle_where_due(hub, robot).await?;
    }
    Ok(())
}

/// One that was given something new to show meanwhile shows that.
async fn idle_where_due(hub: &Hub, robot: RobotId) -> Result<()> {
    let lane = stands_at(&hub.directory(), &robot).map(|(lane, _)| lane);
    let rows = LockRows::lanes(&lane);
    hub.write_at(rows, async move |tx, hub| {
        let now = hub.clock().now();
        if tx.idle_robot_due(&robot, now).await? {
            send_idle(tx, hub, robot.clone(), now).await?;
        }
        Ok(())
    })
    .await
}

async fn links(hub: &Hub) -> Result<()> {
    if hub.directory().robots.is_empty() {
        return Ok(());
    }
    let now = hub.clock().now();
    let kept: Result<()> = hub
        .write(async move |tx, hub| {
            tx.robots_alive(hub.id(), now).await?;
            tx.forget_robot_photos(now.plus_ms(-FETCHED_MS)).await?;
            Ok(())
        })
        .await;
    kept?;
    lose(hub, now.plus_ms(-HUB_GONE_MS), None).await?;
    let mut reader = hub.store().read().await?;
    let left = reader.conn().robot_orders_left(now.plus_ms(-ANSWERED_MS)).await?;
    drop(reader);
    for order in left {
        let why = "中枢重启，结果未知";
        super::deliver::finish(hub, &order, OrderResult::Unknown, why).await?;
    }
    Ok(())
}

/// Ends links that no living hub holds, and tells it.
async fn lose(hub: &Hub, silent_since: Timestamp, besides: Option<&str>) -> Result<()> {
    let besides = besides.map(str::to_owned);
    let lost: Result<Vec<RobotId>> = hub
        .write(async move |tx, hub| {
            let now = hub.clock().now();
            let lost = tx.lose_links(silent_since, besides.as_deref(), now).await?;
            let site = hub.directory();
            for robot in &lost {
                let mut known = hub.robots().now(robot);
                known.online = false;
                hub.robots().heard_elsewhere(robot, known);
                if let Some((lane, lot)) = stands_at(&site, robot) {
                    tx.tell(now, &lot, &super::news(hub, &site, &lane)).await?;
                }
            }
            Ok(lost)
        })
        .await;
    lost.map(drop)
}
