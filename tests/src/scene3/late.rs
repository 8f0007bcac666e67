//! 「补录」 in a real window (R24): released with the lane's picture, listed until the photo is brought.

use crate::harness::{Bus, Database, Desk, Engine, World};
use crate::window::At;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_release_whose_photo_comes_later_is_listed_until_it_is_there() {
    // The rules are the last of the demo site.
    let rule = "\nlate_photos = 1\n";
    let mut world = World::with(Database::new(Engine::Sqlite).await, rule, &[]).await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let guard = Desk::of("guard", &world, &bus).await;
    super::stuck(&guard, &world).await;
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
    guard
        .see(At::Css("[data-testid=release-confirm][data-armed=true]"))
        .await;
    guard.click("release-confirm").await;
    guard
        .see(At::Css("[data-testid=order-result][data-result=opened]"))
        .await;
    assert_eq!(world.moved("E02"), 1);

    guard.see(At::Css("[data-testid=owed-strip]")).await;
    guard.click("owed-list").await;
    guard.window.click(super::ROW).await.unwrap();
    guard
        .see(At::Css("[data-testid=detail-owed][data-missing='1']"))
        .await;
    guard.click("owed-take").await;
    guard.see(At::Css("[data-testid=late-sheet]")).await;
    let person = world.person("guard").await;
    let owing = person.get("/api/openings?owing=true").await.ok();
    guard
        .bring_photo(owing["items"][0]["case"].as_str().unwrap())
        .await;
    guard
        .see(At::Css("[data-testid=photo-1][data-state=sent]"))
        .await;
    guard.click("late-shut").await;
    guard
        .see(At::Css("[data-testid=detail-owed][data-missing='0']"))
        .await;
    let left = person.get("/api/openings?owing=true").await.ok();
    assert_eq!(left["items"], json!([]), "R24: listed until done");
}
