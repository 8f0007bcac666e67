//! 「补录」 in a real window (R24): released with the lane's picture, listed until the photo is brought or a supervisor
//! waits for it no longer.

use crate::harness::{Bus, Database, Desk, Engine, World};
use crate::window::At;
use serde_json::json;
use std::time::Duration;

/// A lot where photos may come later.
async fn lenient() -> (World, Bus) {
    // The rules are the last of the demo site.
    let rule = "\nlate_photos = 1\n";
    let mut world = World::with(Database::new(Engine::Sqlite).await, rule, &[]).await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    (world, bus)
}

/// A guard's window, with a release behind it that owes a photo.
async fn released(world: &World, bus: &Bus) -> Desk {
    let guard = Desk::of("guard", world, bus).await;
    super::stuck(&guard, world).await;
    guard.click("release-open").await;
    guard.click("release-reason-no_entry_record").await;
    let remark = At::Css("[data-testid=release-remark]");
    guard.window.fill(remark, "证件不在身边").await.unwrap();
    guard.click("release-submit").await;
    guard.see(super::MISSING_PHOTOS).await;
    guard.click("release-later").await;
    guard.click("release-submit").await;
    let sheet = guard.see(super::CONFIRM).await;
    assert!(sheet.contains("30 分钟内补录"), "{sheet}");
    guard.see(At::Css("[data-testid=release-confirm][data-armed=true]")).await;
    guard.click("release-confirm").await;
    guard.see(At::Css("[data-testid=order-result][data-result=opened]")).await;
    assert_eq!(world.moved("E02"), 1);
    guard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_whose_photo_comes_later_is_listed_until_it_is_there() {
    let (world, bus) = lenient().await;
    let guard = released(&world, &bus).await;
    guard.see(At::Css("[data-testid=owed-strip]")).await;
    guard.click("owed-list").await;
    guard.window.click(super::ROW).await.unwrap();
    guard.see(At::Css("[data-testid=detail-owed][data-missing='1']")).await;
    guard.click("owed-take").await;
    guard.see(At::Css("[data-testid=late-sheet]")).await;
    let person = world.person("guard").await;
    let owing = person.get("/api/openings?owing=true").await.ok();
    guard.bring_photo(owing["items"][0]["case"].as_str().unwrap()).await;
    guard.see(At::Css("[data-testid=photo-1][data-state=sent]")).await;
    guard.click("late-shut").await;
    guard.see(At::Css("[data-testid=detail-owed][data-missing='0']")).await;
    let left = person.get("/api/openings?owing=true").await.ok();
    assert_eq!(left["items"], json!([]), "R24: listed until done");
}

/// Half an hour later the driver is gone: a supervisor with a phone says so, and the list is empty.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_never_came_is_given_up_by_a_supervisor_on_a_phone() {
    let (world, bus) = lenient().await;
    drop(released(&world, &bus).await);
    world.advance(Duration::from_secs(31 * 60));
    let chief = Desk::sized("chief", &world, &bus, (390, 844)).await;
    chief.click("owed-list").await;
    chief.window.click(super::ROW).await.unwrap();
    chief.see(At::Css("[data-testid=detail-owed][data-late=true]")).await;
    chief.click("owed-close").await;
    let why = At::Css("[data-testid=close-photos-text]");
    chief.window.fill(why, "车主已离开").await.unwrap();
    chief.click("close-photos-confirm").await;
    let closed = At::Css("[data-testid=detail-owed][data-closed=true]");
    let said = chief.see(closed).await;
    assert!(said.contains("周敏") && said.contains("车主已离开"), "{said}");
    let person = world.person("chief").await;
    let left = person.get("/api/openings?owing=true").await.ok();
    assert_eq!(left["items"], json!([]), "R24: listed until it is closed");
}
