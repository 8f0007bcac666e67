//! What robots tell of themselves: linked or not, scene, light, and the picture of their real screen (R16).

use super::{news, news_of, scene, stands_at};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{
        device::{KEYS, same},
        picture::Jpeg,
        refusal,
    },
    refusal::Refusal,
    robots::RobotStatus,
    store::{Audit, RobotNews, RobotRow, StoreError},
    vault::SealSlot,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use lanedesk_domain::{
    ids::{LaneId, RobotId},
    person::Permission,
    robot::RobotScene,
    time::Timestamp,
};
use lanedesk_wire::{
    robot_link::{RobotTask, ToRobot},
    stream::Told,
};
use serde_json::json;
use std::net::IpAddr;

/// The robot that calls, if it carries its key. An unknown number and a wrong key look the same from outside.
pub fn caller(hub: &Hub, number: &str, key: &str, from: IpAddr) -> Result<RobotId> {
    let site = hub.directory();
    let robot = site.robots.values().find(|robot| robot.number == number);
    let subject = robot.map(|robot| format!("robot:{}", robot.id));
    let subject = subject.unwrap_or_default();
    let (keys, now) = (&hub.sessions().keys, hub.clock().now());
    // Counted before it is looked at.
    if let Err(retry_after_s) = keys.attempt(&subject, from, now, KEYS) {
        refusal::note(hub, Refusal::Slowed, Some(from), None, &subject);
        return Err(Error::TooManyAttempts { retry_after_s });
    }
    let Some(robot) = robot.filter(|robot| key_fits(hub, &robot.id, key)) else {
        refusal::note(hub, Refusal::Robot, Some(from), None, &subject);
        return Err(Error::BadSignature);
    };
    keys.succeeded(&subject, from, now);
    Ok(robot.id.clone())
}

/// Whether this is the robot's key now. One without a key cannot link.
pub(crate) fn key_fits(hub: &Hub, robot: &RobotId, key: &str) -> bool {
    let site = hub.directory();
    let own = site.robots.get(robot).and_then(|robot| {
        let slot = SealSlot::robot(robot.id.as_str());
        hub.vault().open_text(slot, &robot.secret).ok()
    });
    own.is_some_and(|own| !own.is_empty() && same(&own, key))
}

/// Takes in what the records say of robots, before anything is shown of them.
pub async fn load(hub: &Hub) -> Result<(), StoreError> {
    for row in hub.store().read().await?.conn().robots_now().await? {
        let (robot, now) = now(row);
        hub.robots().heard_elsewhere(&robot, now);
    }
    Ok(())
}

fn now(row: RobotRow) -> (RobotId, RobotStatus) {
    let now = RobotStatus {
        online: row.linked,
        scene: row.scene,
        light: row.light.and_then(|light| light.parse().ok()),
        screen_at: row.screen_at,
        heard_at: row.heard_at,
    };
    (row.robot, now)
}

/// What another hub told of a robot.
pub(crate) fn heard(hub: &Hub, told: &Told) {
    let Told::View { lane, parts, .. } = told else {
        return;
    };
    let Some(facts) = &parts.robot else { return };
    let site = hub.directory();
    if let Some(robot) = site.lanes.get(lane).and_then(|lane| lane.robot.as_ref()) {
        let now = RobotStatus {
            online: facts.online,
            scene: facts.scene.clone(),
            light: facts.light,
            screen_at: facts.screen.as_ref().map(|screen| screen.at),
            heard_at: facts.seen_at,
        };
        hub.robots().heard_elsewhere(robot, now);
    }
}

/// What a robot is to show now, after it was away.
pub(crate) async fn due(hub: &Hub, robot: &RobotId) -> Result<ToRobot> {
    let showing = hub.store().read().await?.conn().showing(robot).await?;
    let now = hub.clock().now();
    let show = match showing.filter(|showing| showing.until > now) {
        Some(showing) => showing.show,
        None => scene::plain(&hub.directory(), robot, RobotScene::Idle, None),
    };
    Ok(ToRobot { id: uuid::Uuid::now_v7().to_string(), what: RobotTask::Show(Box::new(show)) })
}

/// A link began.
pub(crate) async fn linked(hub: &Hub, robot: &RobotId, link: &str) {
    let (own, link) = (robot.clone(), link.to_owned());
    let written: Result<()> = hub
        .write(async move |tx, hub| {
            let (now, site) = (hub.clock().now(), hub.directory());
            tx.link_robot(&own, &link, hub.id(), now).await?;
            let body = json!({"link": link});
            audit(tx, "robot.linked", &own, body, now).await?;
            let by = hub.id().to_owned();
            let news = RobotNews::Linked { robot: own.clone(), link: link.clone(), by };
            tx.tell_robots(now, &news).await?;
            if let Some((lane, lot)) = stands_at(&site, &own) {
                tx.tell(now, &lot, &super::news(hub, &site, &lane)).await?;
            }
            Ok(())
        })
        .await;
    note(robot, written);
}

async fn audit(
    tx: &mut crate::store::Tx<'_>,
    action: &'static str,
    robot: &RobotId,
    body: serde_json::Value,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.audit(Audit::new(at, None, action, format!("robot:{robot}"), body)).await
}

/// A link ended; nothing is told where another has taken its place.
pub(crate) async fn unlinked(hub: &Hub, robot: &RobotId, link: &str) {
    let (own, link) = (robot.clone(), link.to_owned());
    let written: Result<()> = hub
        .write(async move |tx, hub| {
            let (at, site) = (hub.clock().now(), hub.directory());
            if !tx.unlink_robot(&own, &link, at).await? {
                // Told while this link stood, what another hub knows of it was not listened to.
                let rows = tx.robots_now().await?.into_iter();
                for (robot, known) in rows.map(now).filter(|(other, _)| *other == own) {
                    hub.robots().heard_elsewhere(&robot, known);
                }
                return Ok(());
            }
            audit(tx, "robot.unlinked", &own, json!({"link": link}), at).await?;
            if let Some((lane, lot)) = stands_at(&site, &own) {
                tx.tell(at, &lot, &news(hub, &site, &lane)).await?;
            }
            Ok(())
        })
        .await;
    note(robot, written);
}

/// The robot told something: its state, its screen, or both. `kept` is the picture that is written down already.
pub(crate) async fn told(hub: &Hub, robot: &RobotId, link: &str, kept: &mut Option<Timestamp>) {
    let known = hub.robots().now(robot);
    let screen = hub.robots().screen(robot).filter(|(at, _)| Some(*at) != *kept);
    let sealed = screen.as_ref().map(|(at, jpeg)| (*at, seal(hub, robot, jpeg)));
    let sealed = match sealed {
        Some((at, Some(sealed))) => Some((at, sealed)),
        _ => None,
    };
    let row = RobotRow {
        robot: robot.clone(),
        linked: true,
        scene: known.scene.clone(),
        light: known.light.map(lanedesk_wire::robot::RobotLight::word),
        heard_at: known.heard_at,
        screen_at: known.screen_at,
    };
    let written_at = sealed.as_ref().map(|(at, _)| *at);
    let link = link.to_owned();
    let written: Result<()> = hub
        .write(async move |tx, hub| {
            if !tx.robot_told(&row, &link).await? {
                return Ok(());
            }
            if let Some((at, sealed)) = &sealed {
                tx.keep_screen(&row.robot, sealed, *at).await?;
            }
            let (now, site) = (hub.clock().now(), hub.directory());
            if let Some((lane, lot)) = stands_at(&site, &row.robot) {
                tx.tell(now, &lot, &news_of(&site, &row.robot, &lane, &known)).await?;
            }
            Ok(())
        })
        .await;
    if written.is_ok() {
        *kept = written_at.or(*kept);
    }
    note(robot, written);
}

fn seal(hub: &Hub, robot: &RobotId, jpeg: &Bytes) -> Option<String> {
    let slot = SealSlot::screen(robot.as_str());
    hub.vault().seal_text(slot, &STANDARD.encode(jpeg)).ok()
}

fn note(robot: &RobotId, written: Result<()>) {
    if let Err(error) = written {
        tracing::warn!(%robot, %error, "what a robot told was not written down");
    }
}

/// The screen of a lane's robot as it last was, with its age.
pub async fn screen(hub: &Hub, actor: &Actor, lane: &LaneId) -> Result<Jpeg> {
    actor.allow(Permission::View)?;
    let site = hub.directory();
    let (lane, lot) = site.lane(lane).ok_or(Error::NotFound)?;
    actor.see(&lot.id)?;
    let robot = lane.robot.as_ref().ok_or(Error::NotFound)?;
    let (taken_at, bytes) = match hub.robots().screen(robot) {
        Some(here) => here,
        None => kept_screen(hub, robot).await?,
    };
    let age_s = hub.clock().now().since(taken_at).max(0) / 1000;
    Ok(Jpeg { bytes, taken_at, age_s })
}

async fn kept_screen(hub: &Hub, robot: &RobotId) -> Result<(Timestamp, Bytes)> {
    let kept = hub.store().read().await?.conn().robot_screen(robot).await?;
    let (sealed, at) = kept.ok_or(Error::NotFound)?;
    let opened = hub.vault().open_text(SealSlot::screen(robot.as_str()), &sealed);
    let jpeg = opened.ok().and_then(|text| STANDARD.decode(text).ok());
    // Sealed under a key that is gone: as good as no picture, and the next one comes by itself.
    Ok((at, jpeg.ok_or(Error::NotFound)?.into()))
}
