//! The next driver sees nothing of the last (R20, R37): idle after passage, the next vehicle, close and time.

use super::{owing, pressing};
use crate::harness::{Claim, Engine, Person, RawRobot, jpeg};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lotsim::Vehicle;
use serde_json::json;
use std::time::Duration;

async fn shows_code(guard: &Person, claim: &Claim, robot: &mut RawRobot) {
    let answer = pressing(guard, claim, json!({"type": "show_qr"}));
    robot.shows("pay").await;
    assert_eq!(answer.await.unwrap().ok()["order"]["result"], "accepted");
}

/// The next vehicle's read ends it.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_vehicle_clears_the_screen() {
    let (world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    shows_code(&guard, &claim, &mut robot).await;
    world.advance(Duration::from_secs(5));
    world.lot.lane("E02").arrive(Vehicle::new("粤BF06789"));
    robot.shows("idle").await;
}

/// 「已通过」 ends it, of a vehicle that was let through.
#[tokio::test(flavor = "multi_thread")]
async fn a_passage_clears_the_screen() {
    let (_world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    shows_code(&guard, &claim, &mut robot).await;
    let cash = json!({"id": "cash-1", "fence": claim.fence, "amount_fen": 900});
    let path = format!("/api/cases/{}/cash", claim.case);
    guard.post(&path, &cash).await.ok();
    robot.shows("paid").await;
    guard.open(&claim).await;
    guard.post(&format!("/api/cases/{}/passed", claim.case), &json!({"fence": claim.fence})).await.ok();
    robot.shows("idle").await;
}

/// Its time ends it, and so does a lease that runs out.
#[tokio::test(flavor = "multi_thread")]
async fn time_clears_the_screen() {
    let (world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    shows_code(&guard, &claim, &mut robot).await;
    world.advance(Duration::from_secs(121));
    robot.shows("idle").await;

    world.advance(Duration::from_secs(7 * 60));
    shows_code(&guard, &claim, &mut robot).await;
    world.advance(Duration::from_secs(90));
    robot.shows("idle").await;
}

/// A robot that was away is shown what stands now: the code again while it stands, idle when it is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_goes_on_where_the_one_before_ended() {
    let (world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    shows_code(&guard, &claim, &mut robot).await;
    robot.die();
    let key = "lanedesk-demo-R-102";
    let mut again = RawRobot::try_link(&world.address(), "R-102", key).await.unwrap();
    again.shows("pay").await;
    again.die();
    assert_eq!(guard.try_close(&claim).await.status, 204);
    let mut again = RawRobot::try_link(&world.address(), "R-102", key).await.unwrap();
    let first = again.next().await.unwrap();
    assert_eq!(first["scene"], "idle", "{first}");
}

/// R24: without an ID camera the lane's photo is the robot's; the driver is asked to show the document first.
#[tokio::test(flavor = "multi_thread")]
async fn the_lane_s_camera_may_be_the_robot_s() {
    let (world, guard, _, mut robot) = owing(Engine::Sqlite).await;
    super::pair::bind(&world, "W02", "robot-102", "E02").await;
    let claim = guard.claim("W02").await;
    let path = format!("/api/cases/{}/photos/from-lane", claim.case);
    let body = json!({"fence": claim.fence});
    let taking = tokio::spawn({
        let guard = guard.clone();
        async move { guard.post(&path, &body).await }
    });
    let asked = robot.shows("show_document").await;
    assert!(asked["words"][0]["text"].as_str().unwrap().contains("20 厘米"));
    let capture = robot.told("capture").await;
    robot.ack(&capture).await;
    let picture = STANDARD.encode(jpeg(9));
    robot.say(&json!({"type": "photo", "for": capture["id"], "jpeg": picture})).await;
    let photo = taking.await.unwrap();
    assert_eq!(photo.status, 201, "{}", photo.body);
    assert!(photo.body["id"].is_string());
    robot.shows("welcome").await;
}
