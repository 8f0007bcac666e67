//! Looking a lane up takes it, for one person, for ten minutes (R6–R10, R13; invariants 3 and 7).

use crate::harness::{Database, Engine, World, on_each_engine, people};
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

on_each_engine!(
    of_200_people_at_once_exactly_one_holds_the_lane,
    querying_another_lane_frees_the_former,
    ten_minutes_without_a_close_free_the_lane,
    a_stale_holder_moves_nothing,
    closing_frees_the_lane_at_once,
    a_supervisor_takes_over_and_says_why,
);

const MINUTE: Duration = Duration::from_secs(60);

/// R6, R7: one holder; everybody else is told who and since when.
async fn of_200_people_at_once_exactly_one_holds_the_lane(engine: Engine) {
    let world = World::with(Database::new(engine).await, &people(200, "agent"), &[]).await;
    let names: Vec<String> = (0..200).map(|n| format!("p{n}")).collect();
    let everybody = join_all(names.iter().map(|name| world.person(name))).await;
    let answers = join_all(everybody.iter().map(|person| person.try_claim("E01"))).await;
    let winners: Vec<usize> = (0..200).filter(|n| answers[*n].status == 201).collect();
    assert_eq!(winners.len(), 1, "{winners:?} hold the lane");
    let winner = &everybody[winners[0]].id;
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let told = answer.refused(409, "lane_held");
        assert_eq!(told["holder"]["id"], winner.as_str());
        assert!(told["since"].is_string(), "{told}");
        assert!(told["detail"].as_str().unwrap().starts_with("已经有人处理"), "{told}");
    }
    let open = "select count(*) from lease where open";
    assert_eq!(world.database.count(open).await, 1);
}

/// R10: the former lane is free at once; a query that is refused frees nothing; the same lane again begins ten new
/// minutes of the same case.
async fn querying_another_lane_frees_the_former(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    let mut told = world.stream(&guard).await;
    let former = guard.claim("E01").await;
    guard.claim("E02").await;
    let lost = told.hears("the former lane lost", |frame| frame["type"] == "lease_lost").await;
    assert_eq!((&lost["lane"], &lost["why"]), (&json!("E01"), &json!("requeried")));
    assert_eq!(guard.get(&format!("/api/cases/{}", former.case)).await.ok()["case"]["state"], "requeried");

    let taken = agent.claim("E01").await;
    guard.try_claim("E01").await.refused(409, "lane_held");
    agent.try_claim("E02").await.refused(409, "lane_held");

    world.advance(MINUTE);
    let again = agent.claim("E01").await;
    assert_eq!(again.case, taken.case);
    assert_eq!(again.body["lease"]["acquired_at"], taken.body["lease"]["acquired_at"]);
    assert!(again.fence > taken.fence);
    assert_ne!(again.body["lease"]["expires_at"], taken.body["lease"]["expires_at"]);
}

/// R9: warned one minute before, freed and told at ten; the case is `expired` and is found by its plate (R41).
async fn ten_minutes_without_a_close_free_the_lane(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    let mut told = world.stream(&guard).await;
    world.lot.lane("E01").arrive(lotsim::Vehicle::new("粤B12345"));
    let claim = guard.claim("E01").await;
    guard.see("E01", "the plate", |view| view["case"]["plate"] == "粤B12345").await;

    world.advance(Duration::from_secs(9 * 60 - 1));
    agent.try_claim("E01").await.refused(409, "lane_held");
    assert!(!told.heard.iter().any(|frame| frame["type"] == "lease_expiring"));
    world.advance(Duration::from_secs(1));
    let warned = told.hears("the warning", |frame| frame["type"] == "lease_expiring").await;
    assert_eq!(warned["case"], claim.case.as_str());
    assert_eq!(warned["expires_at"], claim.body["lease"]["expires_at"]);

    world.advance(MINUTE);
    let lost = told.hears("the loss", |frame| frame["type"] == "lease_lost").await;
    assert_eq!((&lost["why"], &lost["case"]), (&json!("expired"), &json!(claim.case)));
    told.hears("the lane free", |frame| free(frame, "E01")).await;

    let case = guard.get(&format!("/api/cases/{}", claim.case)).await.ok();
    assert_eq!(case["case"]["state"], "expired");
    let found = agent.get("/api/records?q=粤B12345").await.ok();
    let is_it = |case: &&Value| case["id"] == claim.case.as_str();
    let case = found["cases"].as_array().unwrap().iter().find(is_it);
    assert_eq!(case.expect("the expired case is found")["state"], "expired");
    agent.claim("E01").await;
}

/// R13: an order from someone who no longer holds the lane never reaches the device.
async fn a_stale_holder_moves_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    world.lot.lane("E01").arrive(lotsim::Vehicle::new("粤B12345"));
    let stale = guard.claim("E01").await;
    guard.see("E01", "the pass", |view| view["assessment"] == "pass_valid").await;
    world.advance(10 * MINUTE);
    guard.try_order(&stale, Uuid::new_v4(), "open").await.refused(409, "lease_lost");
    agent.claim("E01").await;
    guard.try_order(&stale, Uuid::new_v4(), "open").await.refused(409, "lease_lost");
    let plate = json!({"fence": stale.fence, "plate": "粤B12345"});
    let answer = guard.post(&format!("/api/cases/{}/plate", stale.case), &plate).await;
    answer.refused(409, "lease_lost");
    assert_eq!((world.reached("E01"), world.moved("E01")), (0, 0));

    // A fence of the same person's own earlier claim is stale as well.
    let agent_again = agent.claim("E01").await;
    let old = crate::harness::Claim { fence: agent_again.fence - 1, ..agent_again.clone() };
    agent.try_order(&old, Uuid::new_v4(), "open").await.refused(409, "lease_lost");
    assert_eq!((world.reached("E01"), world.moved("E01")), (0, 0));
    agent.open(&agent_again).await;
    assert_eq!(world.moved("E01"), 1);
}

/// R8.
async fn closing_frees_the_lane_at_once(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    let mut told = world.stream(&agent).await;
    let claim = guard.claim("E01").await;
    assert_eq!(guard.try_close(&claim).await.status, 204);
    agent.claim("E01").await;
    told.hears("the lane free", |frame| free(frame, "E01")).await;
    let case = agent.get(&format!("/api/cases/{}", claim.case)).await.ok();
    assert_eq!(case["case"]["state"], "closed");
    guard.try_order(&claim, Uuid::new_v4(), "open").await.refused(409, "lease_lost");
}

/// R12: the former holder is told by whom and why; the case goes on; without a reason nothing happens.
async fn a_supervisor_takes_over_and_says_why(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, chief) = (world.person("guard").await, world.person("chief").await);
    let mut told = world.stream(&guard).await;
    let claim = guard.claim("E01").await;
    let path = "/api/lanes/E01/take-over";
    chief.post(path, &json!({"reason": " "})).await.refused(422, "reason_required");
    let taken = chief.post(path, &json!({"reason": "换班"})).await.ok();
    assert_eq!(taken["case"]["id"], claim.case.as_str());
    let lost = told.hears("the loss", |frame| frame["type"] == "lease_lost").await;
    assert_eq!((&lost["why"], &lost["note"]), (&json!("taken_over"), &json!("换班")));
    assert_eq!(lost["by"]["id"], chief.id.as_str());
    guard.try_order(&claim, Uuid::new_v4(), "open").await.refused(409, "lease_lost");
}

/// Whether a frame says that this lane is free.
fn free(frame: &Value, lane: &str) -> bool {
    frame["type"] == "lease" && frame["lane"] == lane && frame["holder"].is_null()
}
