//! What a vehicle owes before it leaves, and a lookup that fails (R17, R18, R37; DEVICES 7).

use crate::harness::{Answer, Database, Engine, Person, World, on_each_engine, wait_for};
use lanedesk_hub::signature::sign;
use lotsim::Vehicle;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

on_each_engine!(an_unpaid_vehicle_leaves_after_it_has_paid, a_failed_lookup_is_unknown_and_never_temporary,);

const PLATE: &str = "粤A5T390";
/// The demo site's.
const SECRET: &str = "lanedesk-demo-pay";

/// A world in which the vehicle came in so long ago, by itself, and stands at the exit.
async fn at_the_exit(engine: Engine, minutes: u64) -> (World, Person) {
    let world = World::with(Database::new(engine).await, "", &["E01"]).await;
    let guard = world.person("guard").await;
    world.lot.lane("E01").arrive(Vehicle::new(PLATE));
    let path = format!("/api/records?q={PLATE}");
    wait_for("the entry", async || {
        let found = guard.get(&path).await.ok();
        (found["stays"][0]["status"] == "inside").then_some(())
    })
    .await;
    world.advance(Duration::from_secs(minutes * 60));
    world.lot.lane("E02").arrive(Vehicle::new(PLATE));
    (world, guard)
}

fn offers_open(view: &Value) -> bool {
    view["offers"].as_array().unwrap().iter().any(|offer| offer["op"] == "open")
}

/// A payment as a payment system tells it, with this signature time.
async fn tell(world: &World, event: &Value, at_ms: i64, secret: &str) -> Answer {
    let body = event.to_string();
    let at = (at_ms / 1000).to_string();
    let request = world
        .stranger()
        .request(reqwest::Method::POST, "/api/integrations/payments/events")
        .header("content-type", "application/json")
        .header("x-integration", "pay")
        .header("x-signature", sign(secret, &at, body.as_bytes()))
        .header("x-timestamp", at)
        .body(body);
    Person::send(request).await
}

/// R18: unpaid, nothing moves. The demo tariff asks ¥9 after 61 minutes. A signed payment turns the page by itself, and
/// opening works. A replay has no effect; a wrong signature or an old one is refused.
async fn an_unpaid_vehicle_leaves_after_it_has_paid(engine: Engine) {
    let (world, guard) = at_the_exit(engine, 61).await;
    let claim = guard.claim("E02").await;
    let page = guard.see("E02", "the fee", |view| view["payment"]["due_fen"] == 900).await;
    assert_eq!((&page["payment"]["fee_fen"], &page["payment"]["paid"]), (&json!(900), &json!(false)));
    assert_eq!(page["assessment"], "temporary");
    assert!(!offers_open(&page));
    guard.try_order(&claim, Uuid::new_v4(), "open").await.refused(409, "not_offered");
    assert_eq!(world.reached("E02"), 0);

    let mut told = world.stream(&guard).await;
    let now = world.now();
    let event = json!({"event_id": "pay-1", "lot": "cyds", "plate": PLATE, "amount_fen": 900, "paid_at": now, "channel": "wechat"});
    tell(&world, &event, now.0, "another secret").await.refused(401, "bad_signature");
    tell(&world, &event, now.0 - 301_000, SECRET).await.refused(401, "bad_signature");
    assert_eq!(guard.view("E02").await["payment"]["paid"], false);

    assert_eq!(tell(&world, &event, now.0, SECRET).await.status, 200);
    let turned = |frame: &Value| frame["type"] == "view" && frame["payment"]["paid"] == true;
    let frame = told.hears("the page to turn", turned).await;
    assert_eq!((&frame["lane"], &frame["case"]), (&json!("E02"), &json!(claim.case)));
    assert!(offers_open(&frame), "{frame}");

    assert_eq!(tell(&world, &event, now.0, SECRET).await.status, 200);
    let found = guard.get(&format!("/api/records?q={PLATE}")).await.ok();
    assert_eq!(found["payments"].as_array().unwrap().len(), 1);
    assert_eq!(guard.view("E02").await["payment"]["paid_fen"], 900);

    let order = guard.open(&claim).await;
    guard.order_becomes(&order["id"], "opened").await;
    assert_eq!(world.moved("E02"), 1);
    settles(&world, &guard, &claim.case).await;
}

/// R37: seen through, the stay is over, settled as paid.
async fn settles(world: &World, guard: &Person, case: &str) {
    assert!(world.lot.lane("E02").drive_through());
    world.advance(Duration::from_secs(20));
    world.lot.lane("E02").arrive(Vehicle::new("粤BF06789"));
    let left = wait_for("the stay to end", async || {
        let found = guard.get(&format!("/api/records?q={PLATE}")).await.ok();
        Some(found).filter(|found| found["stays"][0]["status"] == "outside")
    })
    .await;
    assert_eq!(left["stays"][0]["release"], "normal");
    let opening = &left["openings"][0];
    assert_eq!((&opening["passage"], &opening["case"]), (&json!("passed"), &json!(case)));
    assert_eq!((&opening["due_fen"], &opening["collected_fen"]), (&json!(0), &json!(900)));
}

/// Free minutes, first period, step: the demo tariff at its edges.
#[tokio::test]
async fn the_fee_follows_the_demo_tariff() {
    for (minutes, fen) in [(14, 0), (16, 500), (59, 500), (121, 1300)] {
        let (_world, guard) = at_the_exit(Engine::Sqlite, minutes).await;
        guard.claim("E02").await;
        let page = guard.see("E02", "the quote", |view| view["payment"].is_object()).await;
        assert_eq!(page["payment"]["due_fen"], fen, "after {minutes} minutes");
        assert_eq!(offers_open(&page), fen == 0, "after {minutes} minutes");
    }
}

/// REQUIREMENTS' first row: what could not be looked up is `unknown`, offers nothing more, and is never taken for
/// `temporary`. The lookup fails truly: its table is gone.
async fn a_failed_lookup_is_unknown_and_never_temporary(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, claim) = world.at_the_gate().await;
    world.database.tamper("alter table pass_plate rename to pass_plate_away").await;
    let read = guard.view("E01").await;
    assert_eq!(read["assessment"], "unknown", "{}", read["vehicle"]);
    assert!(!offers_open(&read));
    let corrected = guard.correct(&claim, "粤B54321").await;
    assert_eq!(corrected["assessment"], "unknown");
    guard.try_order(&claim, Uuid::new_v4(), "open").await.refused(409, "not_offered");
    world.lot.lane("E01").arrive(Vehicle::new("粤BF06789"));
    let mut told = world.stream(&guard).await;
    told.watch(&["W01"]).await;
    world.lot.lane("W01").arrive(Vehicle::new("粤B12345"));
    let frame = told
        .hears("another lane's vehicle", |f| f["type"] == "view" && f["lane"] == "W01" && f["vehicle"].is_object())
        .await;
    assert_eq!(frame["assessment"], "unknown");
    assert_eq!(world.reached("E01"), 0);

    world.database.tamper("alter table pass_plate_away rename to pass_plate").await;
    let page = guard.correct(&claim, "粤B12345").await;
    assert_eq!(page["assessment"], "pass_valid");
    guard.open(&claim).await;
    assert_eq!(world.moved("E01"), 1);
}
