//! 代收现金 (R39): cash counts as paid at once, once, and adds up by person and shift.

use crate::harness::{Database, Engine, World, on_each_engine, wait_for};
use lotsim::Vehicle;
use serde_json::json;
use std::time::Duration;

on_each_engine!(cash_counts_as_paid_once_and_adds_up_by_person_and_shift);

const PLATE: &str = "粤A5T390";

async fn cash_counts_as_paid_once_and_adds_up_by_person_and_shift(engine: Engine) {
    let world = World::with(Database::new(engine).await, "", &["E01"]).await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    world.lot.lane("E01").arrive(Vehicle::new(PLATE));
    let path = format!("/api/records?q={PLATE}");
    wait_for("the entry", async || {
        let found = guard.get(&path).await.ok();
        (found["stays"][0]["status"] == "inside").then_some(())
    })
    .await;
    world.advance(Duration::from_secs(61 * 60));
    world.lot.lane("E02").arrive(Vehicle::new(PLATE));
    let claim = guard.claim("E02").await;
    guard.see("E02", "the fee", |view| view["payment"]["due_fen"] == 900).await;
    let take = format!("/api/cases/{}/cash", claim.case);
    let cash = |fen: i64, id: &str| json!({"fence": claim.fence, "amount_fen": fen, "id": id});
    agent.post(&take, &cash(900, "c-1")).await.refused(403, "not_allowed");
    guard.post(&take, &cash(0, "c-1")).await.refused(422, "invalid");
    let taken = guard.post(&take, &cash(500, "c-1")).await.ok();
    assert_eq!(taken["person"]["name"], "张三");
    // The desk asks again when no answer came: it counts once.
    guard.post(&take, &cash(500, "c-1")).await.ok();
    guard.see("E02", "the rest", |view| view["payment"]["due_fen"] == 400).await;
    guard.post(&take, &cash(400, "c-2")).await.ok();
    let page = guard.see("E02", "nothing due", |view| view["payment"]["paid"] == true).await;
    assert!(page["offers"].as_array().unwrap().iter().any(|offer| offer["op"] == "open"));
    let list = guard.get("/api/cash").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let totals = world.person("chief").await.get("/api/cash/totals").await.ok();
    let total = &totals["items"][0];
    assert_eq!(
        (&total["count"], &total["amount_fen"], &total["person"]["name"]),
        (&json!(2), &json!(900), &json!("张三")),
        "{totals}"
    );
    agent.get("/api/cash").await.refused(403, "not_allowed");
}
