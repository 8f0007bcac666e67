//! The desk dies in the midst of a release (R23, R25, R26): what it took waits sealed and is sent once by the next desk,
//! what it pressed acts at most once and never without a record.

use crate::harness::{Bus, Desk, Person, Relay, World, wait_for};
use crate::window::At;
use lotsim::{Fault, Vehicle};
use serde_json::Value;
use std::time::Duration;

const VERDICT: At<'_> = At::Css("[data-testid=verdict][data-assessment=no_entry_record]");
/// From the confirmation to the death of the desk: before the order left it, and while the device is at it.
const MOMENTS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(700)];

/// A vehicle nobody saw come in, and the guard before it with the sheet of a release.
async fn at_the_exit(desk: &Desk) {
    desk.look_up("dmck", "E02").await;
    desk.press(&[crate::window::key::ENTER]).await;
    desk.see(VERDICT).await;
    desk.click("release-open").await;
    desk.see(At::Css("[data-testid=release-reasons]")).await;
}

async fn case_of(guard: &Person) -> String {
    let view = guard.see("E02", "the case", |view| view["case"]["id"].is_string()).await;
    view["case"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_waits_outlives_the_desk_and_is_sent_once() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    world.lot.lane("E02").arrive(Vehicle::new("京QX7731"));
    let relay = Relay::to(world.hub().addr).await;
    let desk = Desk::through(&relay, "guard", &world, &bus).await;
    at_the_exit(&desk).await;
    let guard = world.person("guard").await;
    let case = case_of(&guard).await;
    relay.cut();
    desk.bring_photo(&case).await;
    desk.see(At::Css("[data-testid=photo-1][data-state=waiting]")).await;
    desk.kill();
    let photos = "select count(*) from photo";
    assert_eq!(world.database.count(photos).await, 0);

    relay.mend();
    let desk = Desk::through(&relay, "guard", &world, &bus).await;
    wait_for("the photo on the hub", async || (world.database.count(photos).await > 0).then_some(())).await;
    desk.see(VERDICT).await;
    desk.click("release-open").await;
    desk.see(At::Css("[data-testid=photo-1][data-state=sent]")).await;
    assert_eq!(world.database.count(photos).await, 1, "R23: sent once");
    assert_eq!(world.moved("E02"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_whose_desk_dies_moves_at_most_once_and_never_without_a_record() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let lane = world.lot.lane("E02");
    lane.arrive(Vehicle::new("京QX7731"));
    for (n, moment) in MOMENTS.into_iter().enumerate() {
        let desk = Desk::of("guard", &world, &bus).await;
        if n == 0 {
            at_the_exit(&desk).await;
        } else {
            // The case is still this person's: the next desk finds it by itself.
            desk.see(VERDICT).await;
            desk.click("release-open").await;
        }
        let before = (world.reached("E02"), records(&world).await);
        desk.click("release-reason-emergency").await;
        let remark = At::Css("[data-testid=release-remark]");
        desk.window.fill(remark, "急救").await.unwrap();
        desk.click("release-submit").await;
        desk.see(At::Css("[data-testid=release-confirm][data-armed=true]")).await;
        lane.fault(Fault::Slow(2_000));
        desk.click("release-confirm").await;
        tokio::time::sleep(moment).await;
        desk.kill();
        settled(&world).await;
        lane.clear_faults();
        let reached = world.reached("E02") - before.0;
        let recorded = records(&world).await - before.1;
        assert!(reached <= 1, "R26: {reached} orders of one press");
        assert_eq!(
            i64::try_from(reached).unwrap(),
            recorded,
            "R25: what reached the device is on record, and what is on record was sent once"
        );
    }
    // The second death came while the device was at it: the record says what became of it without any desk.
    let guard = world.person("guard").await;
    let list = guard.get("/api/openings").await.ok();
    let newest: &Value = &list["items"][0];
    assert_eq!(newest["kind"], "abnormal", "{list}");
    guard.order_becomes(&newest["order_id"], "opened").await;
}

async fn records(world: &World) -> i64 {
    world.database.count("select count(*) from opening").await
}

/// Waits until nothing is on its way any more: what the desk sent before its death has come in, and has been answered.
async fn settled(world: &World) {
    let running = "select count(*) from \"order\" where result = 'running'";
    let seen = std::cell::Cell::new(((usize::MAX, -1), std::time::Instant::now()));
    wait_for("the last order's end", async || {
        let now = (world.reached("E02"), records(world).await);
        let (last, _) = seen.get();
        if now != last || world.database.count(running).await > 0 {
            seen.set((now, std::time::Instant::now()));
        }
        // A request that was on its way when the desk died is in the hub long before.
        let (_, since) = seen.get();
        (since.elapsed() > Duration::from_millis(600)).then_some(())
    })
    .await;
}
