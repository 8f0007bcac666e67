//! 场景三 in real windows, by click and key alone: an exit without entry record, nobody like it inside, an abnormal
//! release with two photos, and the supervisor who sees it on a phone (R17, R22–R27, R33, R36).

mod late;

use crate::harness::{Bus, Desk, World};
use crate::window::{At, key};
use lotsim::{Cause, Vehicle};
use serde_json::json;
use std::time::{Duration, Instant};

const MISSING_REASON: At<'_> = At::Css("[data-testid=release-missing-reason]");
const MISSING_PHOTOS: At<'_> = At::Css("[data-testid=release-missing-photos]");
const CONFIRM: At<'_> = At::Css("[data-testid=release-confirm-sheet]");
const ROW: At<'_> = At::Css("[data-testid^=openings-row-][data-kind=abnormal]");

/// A vehicle stands at the exit that nobody saw come in, and the guard holds the lane.
async fn stuck(desk: &Desk, world: &World) {
    world.lot.lane("E02").arrive(Vehicle::new("京QX7731"));
    desk.look_up("dmck", "E02").await;
    desk.press(&[key::ENTER]).await;
    desk.see(At::Css("[data-testid=verdict][data-assessment=no_entry_record]")).await;
}

/// The remark, and two photos taken with the lane's own camera.
async fn give_proof(desk: &Desk) {
    desk.click("release-reason-no_entry_record").await;
    for place in ["1", "2"] {
        let taken = Instant::now();
        desk.click("photo-lane").await;
        let sent = format!("[data-testid=photo-{place}][data-state=sent]");
        desk.see(At::Css(&sent)).await;
        // The simulated camera burns whole seconds in: within one of them its pictures are the same photo.
        crate::harness::wait_for("the camera's clock to go on", async || {
            (taken.elapsed() > Duration::from_millis(1100)).then_some(())
        })
        .await;
    }
    desk.window.fill(At::Css("[data-testid=release-remark]"), "车主出示行驶证，称凌晨进场").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_releases_with_two_photos_and_the_supervisor_sees_it_on_a_phone() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let guard = Desk::sized("guard", &world, &bus, (820, 1180)).await;
    stuck(&guard, &world).await;

    // R22, R23: nothing is preselected, and what is missing is said where it is missing.
    guard.click("release-open").await;
    guard.click("release-submit").await;
    guard.see(MISSING_REASON).await;
    give_proof(&guard).await;
    guard.window.see_gone(MISSING_REASON).await.unwrap();
    guard.window.see_gone(MISSING_PHOTOS).await.unwrap();

    // R27: the confirmation says what is recorded. Enter does not confirm an abnormal release.
    guard.click("release-submit").await;
    let sheet = guard.see(CONFIRM).await;
    let said: String = sheet.split_whitespace().collect();
    for named in ["彩悦大厦", "东门出口", "京QX7731", "不可删除"] {
        assert!(said.contains(named), "{named} is not named:\n{sheet}");
    }
    guard.see(At::Css("[data-testid=release-confirm][data-armed=true]")).await;
    guard.press(&[key::ENTER]).await;
    assert_eq!(world.moved("E02"), 0, "Enter confirms no abnormal release");
    guard.click("release-confirm").await;
    guard.see(At::Css("[data-testid=order-result][data-result=opened]")).await;
    let moved = world.lot.movements("E02");
    assert_eq!((moved.len(), moved[0].cause), (1, Cause::Command));

    // R33, R36: on the supervisor's phone, with pictures; a photo opens only when it is asked for.
    let chief = Desk::sized("chief", &world, &bus, (390, 844)).await;
    chief.click("tab-openings").await;
    chief.see(ROW).await;
    chief.window.click(ROW).await.unwrap();
    let facts = chief.see(At::Css("[data-testid=opening-detail]")).await;
    assert!(facts.contains("车主出示行驶证") && facts.contains("张三"), "{facts}");
    chief.click("evidence-2").await;
    chief.see(At::Css("[data-testid=photo-view]")).await;
    let shown = "const picture = document.querySelector('[data-testid=photo-view] img');
        return Boolean(picture && picture.complete && picture.naturalWidth > 200)";
    crate::harness::wait_for("the photo on the phone", async || {
        let seen = chief.window.script(shown, json!([])).await.unwrap();
        (seen == json!(true)).then_some(())
    })
    .await;
}

/// Half-filled work outlives the lease it was begun under.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_filled_in_survives_a_lost_lease() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let guard = Desk::of("guard", &world, &bus).await;
    stuck(&guard, &world).await;
    guard.click("release-open").await;
    guard.click("release-reason-special_person").await;
    let remark = At::Css("[data-testid=release-remark]");
    guard.window.fill(remark, "急救").await.unwrap();
    world.advance(Duration::from_secs(11 * 60));
    guard.see(At::Css("[data-testid=lost-banner]")).await;

    guard.look_up("dmck", "E02").await;
    guard.press(&[key::ENTER]).await;
    guard.see(At::Css("[data-testid=verdict][data-assessment=no_entry_record]")).await;
    guard.click("release-open").await;
    let kept = "return document.querySelector('[data-testid=release-remark]')?.value ?? ''";
    crate::harness::wait_for("the remark", async || {
        let seen = guard.window.script(kept, json!([])).await.unwrap();
        (seen == json!("急救")).then_some(())
    })
    .await;
    assert_eq!(world.moved("E02"), 0);
}
