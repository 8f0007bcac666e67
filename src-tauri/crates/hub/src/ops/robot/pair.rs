//! A tablet becomes a robot: an administrator opens the number for a while, and whoever types the code gets its key.

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{refusal, site::Reach},
    refusal::Refusal,
    store::{Audit, Tx},
    vault::SealSlot,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lanedesk_domain::{ids::RobotId, person::Permission, time::Timestamp};
use lanedesk_wire::robot::{Paired, Pairing};
use rand::Rng as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// How long a code opens its number, minutes.
const OPEN_MINUTES: i64 = 10;
/// Wrong codes before the number closes: eight digits are not guessed in five tries.
const MOST_TRIES: i64 = 5;

/// Opens a robot's number; the code is told once and kept only as its sum.
pub async fn open(hub: &Hub, actor: &Actor, robot: &str) -> Result<Pairing> {
    actor.allow(Permission::Configure)?;
    let robot = named(hub, actor, robot).await?;
    let code = format!("{:08}", rand::rng().random_range(0..100_000_000_u32));
    let expires_at = hub.clock().now().plus_minutes(OPEN_MINUTES);
    let (who, sum) = (actor.clone(), digest(&robot, &code));
    hub.write(async move |tx, hub| {
        tx.open_pairing(&robot, &sum, expires_at).await?;
        let now = hub.clock().now();
        audit(tx, Some(&who), "robot.pairing", &robot, now).await
    })
    .await?;
    Ok(Pairing { code, expires_at })
}

/// The robot an administrator means, by number or id, within their scope.
async fn named(hub: &Hub, actor: &Actor, robot: &str) -> Result<RobotId> {
    let site = hub.directory();
    let mut robots = site.robots.values();
    let found = robots.find(|row| row.number == robot || row.id.as_str() == robot);
    let id = found.map(|row| row.id.clone()).ok_or(Error::NotFound)?;
    let reach = Reach::of(&mut hub.store().read().await?.conn(), &actor.id).await?;
    if reach.holds_robot(&id) { Ok(id) } else { Err(Error::NotFound) }
}

/// Gives a new key to whoever has the code. Links with the old key end.
pub async fn pair(hub: &Hub, number: &str, code: &str, from: IpAddr) -> Result<Paired> {
    let paired = try_pair(hub, number, code).await;
    if let Err(Error::BadSignature) = &paired {
        refusal::note(hub, Refusal::Pairing, Some(from), None, "");
    }
    paired
}

async fn try_pair(hub: &Hub, number: &str, code: &str) -> Result<Paired> {
    let site = hub.directory();
    let mut robots = site.robots.values();
    let robot = robots.find(|robot| robot.number == number);
    let robot = robot.map(|robot| robot.id.clone()).ok_or(Error::BadSignature)?;
    let key = URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>());
    let sealed = hub.vault().seal_text(SealSlot::robot(robot.as_str()), &key);
    let sealed = sealed.map_err(|error| Error::Internal(error.to_string()))?;
    let sum = digest(&robot, code.trim());
    let paired: Result<bool> = hub
        .write(async move |tx, hub| {
            let now = hub.clock().now();
            let Some((right, tries)) = tx.try_pairing(&robot, now).await? else {
                return Ok(false);
            };
            // A refusal is written too: tries count.
            if tries >= MOST_TRIES || right != sum {
                return Ok(false);
            }
            tx.pair_robot(&robot, &sealed).await?;
            audit(tx, None, "robot.paired", &robot, now).await?;
            tx.tell_site_changed(now).await?;
            Ok(true)
        })
        .await;
    if !paired? {
        return Err(Error::BadSignature);
    }
    // The key is good at once, here too.
    hub.reload().await?;
    Ok(Paired { key })
}

/// Sums are compared instead of codes: what they share tells nothing of the code.
fn digest(robot: &RobotId, code: &str) -> String {
    hex::encode(Sha256::digest(format!("{robot}.{code}")))
}

async fn audit(
    tx: &mut Tx<'_>,
    actor: Option<&Actor>,
    action: &'static str,
    robot: &RobotId,
    at: Timestamp,
) -> Result<()> {
    tx.audit(Audit::new(at, actor.map(|actor| &actor.id), action, format!("robot:{robot}"), json!({}))).await?;
    Ok(())
}
