//! The hub dies in the midst of an order, or its database does (R25, R26; invariants 4 and 5).

mod desk;
mod release;

use crate::harness::{
    Claim, Database, Engine, HubProcess, Person, World, hub_site, on_each_engine, site, wait_for, wait_up_to,
};
use lotsim::{Fault, Vehicle};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

on_each_engine!(an_order_whose_hub_was_killed_is_unknown_and_never_repeated);

/// Kill -9 between record and device reply, once with a device that does nothing and once with one that has moved
/// already: afterwards the order is `unknown`, and the arm has moved at most once.
async fn an_order_whose_hub_was_killed_is_unknown_and_never_repeated(engine: Engine) {
    let lot = site::lot(&[]).await;
    let database = Database::new(engine).await;
    let file = database.folder().join("site.toml");
    std::fs::write(&file, hub_site(&lot)).unwrap();
    let mut hub = HubProcess::start(&database, database.url(), Some(&file)).unwrap();
    let mut moved = 0;
    for fault in [Fault::Silent, Fault::Slow(600_000)] {
        let guard = Person::log_in(&hub.address, "guard").await;
        let lane = lot.lane("E01");
        lane.clear_faults();
        lane.arrive(Vehicle::new("粤B12345"));
        let claim = guard.claim("E01").await;
        let ready = |view: &serde_json::Value| view["assessment"] == "pass_valid" && view["barrier"]["online"] == true;
        guard.see("E01", "the pass", ready).await;
        lane.fault(fault);
        let id = press_and_leave(&guard, &claim);
        guard.order_arrives(id).await;
        if fault != Fault::Silent {
            // The device does what it was asked at once; only its reply is slow.
            assert!(lane.wait_open().await, "the arm rises");
            moved += 1;
        }
        hub.kill().unwrap();
        lane.clear_faults();
        hub = HubProcess::start(&database, database.url(), None).unwrap();

        let guard = guard.at(&hub.address);
        // PostgreSQL may have other hubs: an order is given up only when no living hub can still be at it.
        let unknown = wait_up_to(Duration::from_secs(60), "the order unknown", async || {
            let order = guard.get(&format!("/api/orders/{id}")).await.ok();
            (order["result"] != "running").then_some(order)
        })
        .await;
        assert_eq!(unknown["result"], "unknown", "{unknown}");
        guard.see("E01", "the device", |view| view["barrier"]["online"] == true).await;
        let again = guard.try_order(&claim, id, "open").await.ok();
        assert_eq!(again["order"]["result"], "unknown", "sent again it is told, not done");
        assert_eq!(lot.movements("E01").len(), moved);
        assert_eq!(guard.try_close(&claim).await.status, 204);
    }
}

/// Sends an order from somebody who does not wait for its answer.
fn press_and_leave(person: &Person, claim: &Claim) -> Uuid {
    let (person, id) = (person.clone(), Uuid::new_v4());
    let (path, body) = Person::order(claim, id, "open");
    // The hub dies under it, so it ends with an error that nobody is told.
    tokio::spawn(async move { person.request(reqwest::Method::POST, &path).json(&body).send().await.is_ok() });
    id
}

/// Invariant 4 on SQLite: the disk is full, so the record cannot be written, so nothing moves.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_lets_nothing_move() {
    let disk = crate::harness::SmallDisk::new(24);
    let world = World::with(Database::on_disk(&disk), "", &[]).await;
    let (guard, claim) = world.at_the_gate().await;
    disk.fill();
    let mut refused = 0;
    // The write-ahead log may have room for a few more; each of those is on record.
    while refused < 3 {
        let answer = guard.try_order(&claim, Uuid::new_v4(), "open").await;
        if !answer.status.is_success() {
            answer.refused(503, "unavailable");
            refused += 1;
        }
        let recorded = world.database.count("select count(*) from \"order\"").await;
        assert!(i64::try_from(world.reached("E01")).unwrap() <= recorded, "an order without a record");
    }
    let (reached, moved) = (world.reached("E01"), world.moved("E01"));
    guard.try_order(&claim, Uuid::new_v4(), "open").await.refused(503, "unavailable");
    assert_eq!((world.reached("E01"), world.moved("E01")), (reached, moved));

    disk.empty();
    let opened = wait_for("room again", async || {
        let answer = guard.try_order(&claim, Uuid::new_v4(), "open").await;
        answer.status.is_success().then(|| answer.ok())
    })
    .await;
    guard.order_becomes(&opened["order"]["id"], "opened").await;
}

/// Invariant 4 on PostgreSQL: the database is stopped while orders are given one after another. Whatever reached the
/// device is on record, and once the database is back every record says what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_stopped_in_mid_order_lets_nothing_move_without_a_record() {
    let mut world = World::with(Database::own_cluster().await, "", &[]).await;
    let (guard, claim) = world.at_the_gate().await;
    let (presses, press) = (guard.clone(), claim.clone());
    let pressing = tokio::spawn(async move {
        let mut refused = 0;
        while refused < 2 {
            let answer = presses.try_order(&press, Uuid::new_v4(), "open").await;
            refused += usize::from(!answer.status.is_success());
        }
    });
    wait_for("a few orders", async || (world.reached("E01") >= 3).then_some(())).await;
    tokio::task::block_in_place(|| world.database.cluster().stop());
    pressing.await.unwrap();
    let reached = world.reached("E01");
    let answer = guard.try_order(&claim, Uuid::new_v4(), "open").await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(world.reached("E01"), reached, "nothing is sent without a record");
    let health = guard.get("/api/health").await;
    assert_eq!((health.status.as_u16(), &health.body["ok"]), (503, &json!(false)));

    tokio::task::block_in_place(|| world.database.cluster().run()).unwrap();
    let recorded = world.database.count("select count(*) from \"order\"").await;
    assert!(i64::try_from(reached).unwrap() <= recorded, "{reached} orders sent, {recorded} on record");
    wait_for("every order's result", async || {
        let running = world.database.count("select count(*) from \"order\" where result = 'running'").await;
        (running == 0).then_some(())
    })
    .await;
    wait_for("the hub at work again", async || guard.get("/api/session").await.status.is_success().then_some(())).await;
}
