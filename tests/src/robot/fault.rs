//! What goes wrong with a robot is told, and never more than that robot is lost.

use super::{owing, press, pressing};
use crate::harness::{Engine, RawRobot, jpeg};
use serde_json::json;
use std::time::{Duration, Instant};

/// A robot that says no is quoted; one whose link breaks in mid-command leaves the result unknown, at once; one that is
/// not linked is told as unreachable.
#[tokio::test(flavor = "multi_thread")]
async fn no_death_and_absence_are_told_apart() {
    let (world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    let answer = pressing(&guard, &claim, json!({"type": "show_qr"}));
    let show = robot.told("show").await;
    robot.say(&json!({"ack": show["id"], "ok": false, "error": "屏幕故障"})).await;
    let order = answer.await.unwrap().ok();
    assert_eq!((&order["order"]["result"], &order["order"]["detail"]), (&json!("failed"), &json!("屏幕故障")));

    let mut told = world.stream(&guard).await;
    let answer = pressing(&guard, &claim, json!({"type": "restart"}));
    robot.told("restart").await;
    robot.die();
    let order = answer.await.unwrap().ok();
    assert_eq!(order["order"]["result"], "unknown", "it may have done it");
    told.hears("the robot lost", |f| f["robot"]["online"] == false).await;
    press(&guard, &claim, json!({"type": "restart"})).await.refused(502, "device_unreachable");
    let steps = guard.view("E02").await["timeline"].as_array().unwrap().clone();
    let results: Vec<_> = steps.iter().filter_map(|step| step["facts"]["result"].as_str()).collect();
    assert_eq!(results, ["failed", "unknown"], "visible to whoever comes next");
}

/// Silence fails visibly: unknown after five seconds, and a late answer changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn silence_becomes_unknown_in_five_seconds() {
    let (_world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    let began = Instant::now();
    let answer = pressing(&guard, &claim, json!({"type": "speak", "text": "您好"}));
    let speak = robot.told("speak").await;
    let order = answer.await.unwrap().ok();
    let took = began.elapsed();
    assert_eq!(order["order"]["result"], "unknown");
    assert!((Duration::from_secs(4)..Duration::from_secs(8)).contains(&took), "{took:?}");
    robot.ack(&speak).await;
    let next = pressing(&guard, &claim, json!({"type": "light", "light": "green"}));
    let light = robot.told("light").await;
    robot.ack(&light).await;
    assert_eq!(next.await.unwrap().ok()["order"]["result"], "accepted");
}

/// Enormous pictures and nonsense cost themselves, then the link, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused_and_then_cut() {
    let (world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    let mut told = world.stream(&guard).await;
    robot.say(&json!({"type": "screen", "jpeg": "A".repeat(1_200_000)})).await;
    let refused = robot.told("refused").await;
    assert_eq!((&refused["what"], &refused["why"]), (&json!("screen"), &json!("too_large")));
    robot.say(&json!({"type": "screen", "jpeg": "AAAA"})).await;
    assert_eq!(robot.told("refused").await["why"], "not_a_jpeg");
    robot.text("no json").await;
    robot.say(&json!({"type": "dance"})).await;
    robot.say(&json!({"ack": "nobody-asked", "ok": true})).await;
    robot.tell("idle", "off", &jpeg(3)).await;
    told.hears("its next picture", |f| f["robot"]["screen"].is_object()).await;
    for _ in 0..30 {
        robot.text("{{{{").await;
    }
    robot.ended().await;
    told.hears("the robot lost", |f| f["robot"]["online"] == false).await;
    assert_eq!(guard.try_close(&claim).await.status, 204, "the hub goes on");
}

/// A frame larger than any photo ends the link before it is read.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_beyond_all_bounds_ends_the_link() {
    let (world, guard, _claim, mut robot) = owing(Engine::Sqlite).await;
    robot.say(&json!({"type": "screen", "jpeg": "A".repeat(9_000_000)})).await;
    robot.ended().await;
    guard.see("E02", "the robot lost", |view| view["robot"]["online"] == false).await;
    RawRobot::link(&world.address(), "R-102").await;
}
