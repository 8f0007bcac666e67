//! An order to a barrier: written first, sent once, dead when late, unknown when unanswered (R13, R25–R28;
//! invariants 3 to 6). What moved is read from the lot's journal.

use crate::harness::{Answer, Engine, World, on_each_engine, wait_for};
use futures::future::join_all;
use lotsim::Fault;
use serde_json::{Value, json};
use uuid::Uuid;

on_each_engine!(
    one_order_sent_twenty_times_acts_once,
    an_id_used_for_something_else_is_refused,
    a_lost_reply_is_unknown_and_never_repeated,
    every_opening_is_on_record_with_its_result,
);

/// R26, invariant 5.
async fn one_order_sent_twenty_times_acts_once(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, claim) = world.at_the_gate().await;
    let id = Uuid::new_v4();
    let answers = join_all((0..20).map(|_| guard.try_order(&claim, id, "open"))).await;
    for answer in answers {
        let order = answer.ok()["order"].clone();
        assert_eq!(order["id"], id.to_string());
        let result = order["result"].as_str().unwrap();
        assert!(["accepted", "opened"].contains(&result), "{order}");
    }
    guard.order_becomes(&json!(id), "opened").await;
    assert_eq!(guard.try_order(&claim, id, "open").await.ok()["order"]["result"], "opened");
    assert_eq!((world.reached("E01"), world.moved("E01")), (1, 1));
    assert_eq!(world.database.count("select count(*) from opening").await, 1);
}

/// The contract: 409 `order_id_used`, and nothing of the second one is done.
async fn an_id_used_for_something_else_is_refused(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, claim) = world.at_the_gate().await;
    let opened = guard.open(&claim).await;
    let id = opened["id"].as_str().unwrap().parse().unwrap();
    guard.try_order(&claim, id, "close").await.refused(409, "order_id_used");
    assert_eq!(world.reached("E01"), 1);
}

/// R26: the arm may have moved, nobody knows, nobody sends it again, and the next holder is shown it (invariant 3).
async fn a_lost_reply_is_unknown_and_never_repeated(engine: Engine) {
    let mut world = World::new(engine).await;
    let (guard, claim) = world.at_the_gate().await;
    let lane = world.lot.lane("E01");
    lane.fault(Fault::ReplyLost);
    // Without limit switches the hub cannot see what became of it either.
    lane.fault(Fault::NoStatus);
    let id = Uuid::new_v4();
    let order = guard.try_order(&claim, id, "open").await.ok()["order"].clone();
    assert_eq!(order["result"], "unknown", "{order}");
    assert!(!order["detail"].as_str().unwrap().is_empty());
    assert_eq!(guard.try_order(&claim, id, "open").await.ok()["order"]["result"], "unknown");

    let shown = guard.view("E01").await;
    assert_eq!(shown["order"]["id"], id.to_string());
    assert_eq!(guard.try_close(&claim).await.status, 204);
    let next = world.person("agent").await.claim("E01").await;
    assert_eq!(next.body["view"]["order"]["result"], "unknown");

    // Neither a restart nor a device that works again makes it act a second time.
    lane.clear_faults();
    world.stop().await;
    world.start().await;
    let guard = world.person("guard").await;
    guard.see("E01", "the device again", |view| view["barrier"]["online"] == true).await;
    assert_eq!((world.reached("E01"), world.moved("E01")), (1, 1));
}

/// R25: who, where, which vehicle, why it was judged so, and what happened.
async fn every_opening_is_on_record_with_its_result(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, claim) = world.at_the_gate().await;
    let order = guard.open(&claim).await;
    let opening = wait_for("the opening to be complete", async || {
        let listed = guard.get("/api/openings?lane=E01").await.ok();
        let first = listed["items"][0].clone();
        (first["barrier_after"] == "open" && first["result"] == "opened").then_some(first)
    })
    .await;
    assert_eq!(opening["order_id"], order["id"]);
    assert_eq!(opening["case"], claim.case.as_str());
    let facts = ["kind", "plate", "assessment", "direction", "source", "result", "barrier_before"];
    let seen: Vec<&Value> = facts.iter().map(|fact| &opening[*fact]).collect();
    let wanted = ["normal", "粤B12345", "pass_valid", "entry", "query", "opened", "closed"];
    assert_eq!(json!(seen), json!(wanted));
    assert_eq!(opening["person"]["id"], guard.id.as_str());
    let one = guard.get(&format!("/api/openings/{}", opening["id"].as_str().unwrap())).await.ok();
    assert_eq!(one["order_id"], order["id"]);
    let stranger = world.person("agent2").await;
    let others = stranger.get("/api/openings?lane=E01").await.ok();
    assert_eq!(others["items"], json!([]), "an agent's list holds their own openings (R33 is for supervisors)");
}

/// The device says yes and the arm does not rise: `accepted` it stays, `opened` it never becomes.
#[tokio::test]
async fn a_device_that_says_ok_and_does_not_move_is_never_shown_as_opened() {
    let world = World::sqlite().await;
    let (guard, claim) = world.at_the_gate().await;
    world.lot.lane("E01").fault(Fault::OkNoMove);
    let order = guard.open(&claim).await;
    assert_eq!(order["result"], "accepted");
    // What the hub saw last of the arm is written when it stops watching.
    let opening = wait_for("the end of the watch", async || {
        let listed = guard.get("/api/openings?lane=E01").await.ok();
        let first = listed["items"][0].clone();
        (first["barrier_after"] == "closed").then_some(first)
    })
    .await;
    assert_eq!(opening["result"], "accepted");
    assert_eq!((world.reached("E01"), world.moved("E01")), (1, 0));
}

/// A refusal is told in the device's own words, under whatever status it comes.
#[tokio::test]
async fn a_refusal_is_refused_and_told() {
    for fault in [Fault::Busy, Fault::NotSupported] {
        let world = World::sqlite().await;
        let (guard, claim) = world.at_the_gate().await;
        world.lot.lane("E01").fault(fault);
        let order = guard.open(&claim).await;
        assert_eq!(order["result"], "refused", "{fault}: {order}");
        assert!(!order["detail"].as_str().unwrap().is_empty());
        assert_eq!(world.moved("E01"), 0);
    }
}

/// Nothing reached the device, so the order has failed; it does not act when the device comes back.
#[tokio::test]
async fn a_device_that_is_away_makes_the_order_fail_for_good() {
    let world = World::sqlite().await;
    let (guard, claim) = world.at_the_gate().await;
    let lane = world.lot.lane("E01");
    lane.fault(Fault::Offline);
    let id = Uuid::new_v4();
    let order = guard.try_order(&claim, id, "open").await.ok()["order"].clone();
    assert_eq!(order["result"], "failed", "{order}");
    lane.clear_faults();
    guard.see("E01", "the device again", |view| view["barrier"]["online"] == true).await;
    assert_eq!(guard.try_order(&claim, id, "open").await.ok()["order"]["result"], "failed");
    assert_eq!((world.reached("E01"), world.moved("E01")), (0, 0));
    // A new press is a new order.
    guard.open(&claim).await;
    assert_eq!(world.moved("E01"), 1);
}

/// R26, invariant 6: ten seconds after the press the order is dead; it leaves no record because it never was one.
#[tokio::test]
async fn an_order_that_arrives_late_is_dropped() {
    let world = World::sqlite().await;
    let (guard, claim) = world.at_the_gate().await;
    let id = Uuid::new_v4();
    let press = |made_at: lanedesk_domain::time::Timestamp| json!({"order_id": id, "fence": claim.fence, "action": "open", "made_at": made_at});
    let path = format!("/api/cases/{}/barrier", claim.case);
    let now = world.now();
    guard.post(&path, &press(now.plus_ms(-10_001))).await.refused(409, "order_late");
    guard.get(&format!("/api/orders/{id}")).await.refused(404, "not_found");
    assert_eq!(world.reached("E01"), 0);
    guard.post(&path, &press(now.plus_ms(-9_000))).await.ok();
    assert_eq!(world.moved("E01"), 1);
}

/// R20: a case is not closed over an order nobody has answered; afterwards it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_with_an_order_in_flight_cannot_be_closed() {
    let world = World::sqlite().await;
    let (guard, claim) = world.at_the_gate().await;
    world.lot.lane("E01").fault(Fault::Silent);
    let (presser, held, id) = (guard.clone(), claim.clone(), Uuid::new_v4());
    let answered = tokio::spawn(async move { presser.try_order(&held, id, "open").await });
    guard.order_arrives(id).await;
    guard.try_close(&claim).await.refused(409, "order_in_flight");
    let order = answered.await.unwrap().ok()["order"].clone();
    assert_eq!(order["result"], "unknown", "{order}");
    assert_eq!(guard.try_close(&claim).await.status, 204);
    assert_eq!(world.moved("E01"), 0);
}

/// R28: nobody lowers an arm onto a car without having said that nothing stands there.
#[tokio::test]
async fn the_arm_comes_down_only_on_somebodys_word() {
    let world = World::sqlite().await;
    let (guard, claim) = world.at_the_gate().await;
    let opened = guard.open(&claim).await;
    guard.order_becomes(&opened["id"], "opened").await;
    let path = format!("/api/cases/{}/barrier", claim.case);
    let close = |clear: Option<bool>| json!({"order_id": Uuid::new_v4(), "fence": claim.fence, "action": "close", "clear": clear});
    guard.post(&path, &close(None)).await.refused(409, "not_clear");
    guard.post(&path, &close(Some(false))).await.refused(409, "not_clear");
    assert_eq!(world.moved("E01"), 1);
    let closed: Answer = guard.post(&path, &close(Some(true))).await;
    guard.order_becomes(&closed.ok()["order"]["id"], "closed").await;
    assert_eq!(world.moved("E01"), 2);
}
