//! Who may link: the key, one link a number, pairing by a code, and a key that changes.

use super::owing;
use crate::harness::{Engine, RawRobot, World};
use lanedesk_hub::ops;
use serde_json::json;

/// Moves a robot to a lane, as an import does.
pub(super) async fn bind(world: &World, lane: &str, robot: &str, from: &str) {
    let hub = &world.hub().hub;
    let site = ops::site::export(hub.store(), hub.vault()).await.unwrap();
    let mut site = site;
    for row in &mut site.lanes {
        if row.id.as_str() == from {
            row.robot = None;
        } else if row.id.as_str() == lane {
            row.robot = Some(robot.parse().unwrap());
        }
    }
    ops::site::import(hub.store(), hub.vault(), hub.runtime().networks(), world.now(), &site.to_toml()).await.unwrap();
    hub.reload().await.unwrap();
}

/// A wrong key and an unknown number look alike; a new link takes the old one's place.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_has_one_link_and_one_key() {
    let (world, guard, _claim, mut first) = owing(Engine::Sqlite).await;
    let address = world.address();
    for (number, key) in
        [("R-102", "lanedesk-demo-R-10"), ("R-102", "lanedesk-demo-R-201"), ("R-999", "lanedesk-demo-R-999")]
    {
        let refused = RawRobot::try_link(&address, number, key).await.err();
        assert_eq!(refused, Some(401), "{number} {key}");
    }
    let mut second = RawRobot::link(&address, "R-102").await;
    first.ended().await;
    second.say(&json!({"type": "state", "scene": "idle", "light": "off"})).await;
    guard.see("E02", "the new link's word", |view| view["robot"]["scene"] == "idle").await;
    assert_eq!(guard.view("E02").await["robot"]["online"], true);
}

/// A code makes a tablet a robot: once, within its time, after five wrong tries not at all. The old key is void at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_gives_a_new_key_and_ends_the_old() {
    let (world, guard, _claim, mut robot) = owing(Engine::Sqlite).await;
    let (admin, address) = (world.person("admin").await, world.address());
    guard.post("/api/robots/R-102/pairing", &json!({})).await.refused(403, "not_allowed");
    let tablet = world.stranger();
    let pair = async |code: &str| tablet.post("/api/robots/R-102/pair", &json!({"code": code})).await;
    pair("00000000").await.refused(401, "bad_signature");
    let open = admin.post("/api/robots/R-102/pairing", &json!({})).await.ok();
    let code = open["code"].as_str().unwrap().to_owned();
    let wrong = if code == "12345678" { "87654321" } else { "12345678" };
    for _ in 0..5 {
        pair(wrong).await.refused(401, "bad_signature");
    }
    pair(&code).await.refused(401, "bad_signature");

    let open = admin.post("/api/robots/R-102/pairing", &json!({})).await.ok();
    let code = open["code"].as_str().unwrap().to_owned();
    let key = pair(&code).await.ok()["key"].as_str().unwrap().to_owned();
    robot.ended().await;
    pair(&code).await.refused(401, "bad_signature");
    let old = RawRobot::try_link(&address, "R-102", "lanedesk-demo-R-102").await;
    assert_eq!(old.err(), Some(401));
    let mut tablet = RawRobot::try_link(&address, "R-102", &key).await.unwrap();
    assert_eq!(tablet.next().await.unwrap()["type"], "show");
}
