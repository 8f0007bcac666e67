//! The back office in real windows: a supervisor by thumb on a phone, an administrator at the settings, a guard who
//! learns from the guide (R3, R4, R12, R34).

use crate::harness::{Bus, Database, Desk, Engine, REMAINING, World, wait_for};
use crate::window::{At, key};
use lotsim::{Cause, Vehicle};
use serde_json::json;

const PHONE: (u32, u32) = (390, 844);

/// Board, a question answered, and a take-over, each within the thumb's reach on 390 × 844.
#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_helps_and_takes_over_by_thumb() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let guard = Desk::of("guard", &world, &bus).await;
    guard.look_up("dmck", "E02").await;
    guard.press(&[key::ENTER]).await;
    guard.see(REMAINING).await;
    guard.click("need-help").await;
    guard.window.fill(At::Css("[data-testid=help-ask-text]"), "车主说已缴费").await.unwrap();
    guard.click("help-ask-confirm").await;
    guard.see(At::Css("[data-testid=help-banner]")).await;

    let chief = Desk::sized("chief", &world, &bus, PHONE).await;
    chief.click("tab-board").await;
    let asked = chief.see(At::Css("[data-testid=help-E02]")).await;
    assert!(asked.contains("张三") && asked.contains("车主说已缴费"), "{asked}");
    chief.see(At::Css("[data-testid=job-E02]")).await;
    // The driver leaves clipped names out of a text; a person reads them.
    let read = "return document.querySelector('[data-testid=job-E02]').innerText";
    let job = chief.window.script(read, json!([])).await.unwrap();
    let job = job.as_str().unwrap();
    assert!(job.contains("东门出口") && job.contains("张三"), "{job}");
    let sideways = "return document.documentElement.scrollWidth > innerWidth";
    let sideways = chief.window.script(sideways, json!([])).await.unwrap();
    assert_eq!(sideways, json!(false), "nothing scrolls sideways");

    let words = At::Css("[data-testid=help-words-E02]");
    chief.window.fill(words, "我来看一下").await.unwrap();
    chief.click("help-answer-E02").await;
    guard.see(At::Text("我来看一下")).await;

    // R12: with a reason, and the former holder is told by whom.
    chief.click("job-take-E02").await;
    chief.window.fill(At::Css("[data-testid=take-reason]"), "应请求协助").await.unwrap();
    chief.click("take-confirm").await;
    chief.see(At::Css("[data-testid=verdict]")).await;
    let told = guard.see(At::Css("[data-testid=lost-banner]")).await;
    assert!(told.contains("周敏") && told.contains("应请求协助"), "{told}");
}

/// Two people for one release (R18): a guard's waits for leave, the supervisor sees picture and facts on the phone, one
/// tap allows, and the guard goes on with what was filled in.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_allowed_by_thumb() {
    let police = r#"
[[reason]]
code = "police"
text = "公务车辆"
direction = "any"
approval = true
photos_min = 0
"#;
    let mut world = World::with(Database::new(Engine::Sqlite).await, police, &[]).await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let guard = Desk::of("guard", &world, &bus).await;
    world.lot.lane("E02").arrive(Vehicle::new("京QX7731"));
    guard.look_up("dmck", "E02").await;
    guard.press(&[key::ENTER]).await;
    let unknown = "[data-testid=verdict][data-assessment=no_entry_record]";
    guard.see(At::Css(unknown)).await;
    guard.click("release-open").await;
    guard.click("release-reason-police").await;
    let remark = At::Css("[data-testid=release-remark]");
    guard.window.fill(remark, "执行公务，已核对证件").await.unwrap();
    guard.click("release-submit").await;
    let armed = "[data-testid=release-confirm][data-armed=true]";
    guard.see(At::Css(armed)).await;
    guard.click("release-confirm").await;
    let asked = "[data-testid=release-leave][data-state=waiting]";
    guard.see(At::Css(asked)).await;
    assert_eq!(world.moved("E02"), 0, "nothing moves before somebody else has allowed it");

    let chief = Desk::sized("chief", &world, &bus, PHONE).await;
    chief.click("tab-approvals").await;
    let waiting = At::Css("article[data-state=waiting]");
    let card = chief.see(waiting).await;
    for said in ["东门出口", "张三", "公务车辆", "执行公务"] {
        assert!(card.contains(said), "{said} is not on the card: {card}");
    }
    // The picture is there, and the answer lies within the thumb's reach, nothing beside it.
    let looked = "const card = document.querySelector('article[data-state=waiting]');
        const picture = card?.querySelector('img');
        const allow = card?.querySelector('[data-testid$=-allow]')?.getBoundingClientRect();
        return Boolean(picture?.complete && picture.naturalWidth > 200 && allow && allow.height >= 44
            && document.documentElement.scrollWidth <= innerWidth)";
    wait_for("picture and a button for the thumb", async || {
        let seen = chief.window.script(looked, json!([])).await.unwrap();
        (seen == json!(true)).then_some(())
    })
    .await;
    let allow = At::Css("article[data-state=waiting] [data-testid$=-allow]");
    chief.window.click(allow).await.unwrap();
    chief.window.see_gone(waiting).await.unwrap();

    // The button appears under a thumb that may be waiting there, and does not hear at first.
    let tap = "const go = document.querySelector('[data-testid=release-go]:not([disabled])'); go?.click();
        return document.querySelector('[data-testid=order-result]') !== null";
    guard.see(At::Css("[data-testid=release-go]")).await;
    wait_for("the release to go on", async || {
        let seen = guard.window.script(tap, json!([])).await.unwrap();
        (seen == json!(true)).then_some(())
    })
    .await;
    let opened = "[data-testid=order-result][data-result=opened]";
    guard.see(At::Css(opened)).await;
    let moved = world.lot.movements("E02");
    assert_eq!((moved.len(), moved[0].cause), (1, Cause::Command));
    let list = world.person("chief").await.get("/api/openings").await.ok();
    assert_eq!(list["items"][0]["remark"], "执行公务，已核对证件", "as it was allowed");
}

/// Two administrators edit one lane: the second is told, sees both versions, and loses nothing (R34).
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_edits_a_lane_that_somebody_else_changed() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let desk = Desk::of("admin", &world, &bus).await;
    desk.click("nav-settings").await;
    desk.click("settings-lane").await;
    desk.click("row-E02").await;
    let name = At::Css("[data-testid=field-name]");
    desk.window.fill(name, "东门出口甲").await.unwrap();

    let other = world.person("admin").await;
    let path = "/api/site/lane/E02";
    let lane = other.get(path).await.ok();
    let mut row = lane["row"].clone();
    row["code"] = json!("E-02");
    let change = json!({"version": lane["version"], "row": row});
    let changed = other.call(reqwest::Method::PUT, path, Some(&change)).await;
    changed.ok();

    desk.click("row-save").await;
    desk.see(At::Css("[data-testid=clash]")).await;
    // What only they changed is taken from them; what was typed here stays.
    desk.click("row-save").await;
    desk.window.see_gone(At::Css("[data-testid=row-sheet]")).await.unwrap();
    let lane = other.get(path).await.ok();
    assert_eq!((&lane["row"]["name"], &lane["row"]["code"]), (&json!("东门出口甲"), &json!("E-02")));

    // It is on record, from what to what, and can be taken back.
    desk.click("settings-change").await;
    let said = desk.see(At::Css("[data-testid^=change-][data-kind=changed]")).await;
    assert!(said.contains("东门出口甲"), "{said}");
}

/// A new guard learns the three scenes without a teacher, and no barrier anywhere moves.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_guard_walks_through_the_three_scenes() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let guard = Desk::of("guard", &world, &bus).await;
    pass_scene(&guard).await;
    call_scene(&guard).await;
    release_scene(&guard).await;
    assert_eq!(world.moved("E02"), 0, "practice moves nothing");
    let list = world.person("guard").await.get("/api/openings").await.ok();
    assert_eq!(list["items"], json!([]), "and leaves no record");
}

async fn begin(guard: &Desk, scene: &str) {
    guard.click("person-menu").await;
    guard.click("guide-open").await;
    guard.click(scene).await;
}

/// Finds the lane, locks it and looks at what is there.
async fn claim(guard: &Desk) {
    step(guard, 0).await;
    guard.look_up("cydd", "E01").await;
    step(guard, 1).await;
    guard.click("claim-E02").await;
    step(guard, 2).await;
    guard.click("guide-next").await;
    step(guard, 3).await;
}

/// A misread plate is corrected, the pass found valid.
async fn pass_scene(guard: &Desk) {
    begin(guard, "guide-pass").await;
    claim(guard).await;
    guard.correct("粤B12345").await;
    step(guard, 4).await;
    guard.press(&[key::ALT, "\u{e014}"]).await; // arrow right: the guide goes on by key
    step(guard, 5).await;
    open(guard, 7).await;
    close(guard).await;
    finish(guard).await;
}

/// A call comes, the code goes to the robot, the driver pays.
async fn call_scene(guard: &Desk) {
    begin(guard, "guide-call").await;
    // The call claims the lane by itself.
    step(guard, 1).await;
    guard.click("guide-next").await;
    step(guard, 2).await;
    guard.click("environment-switch").await;
    step(guard, 3).await;
    guard.click("push-qr").await;
    // The driver takes a moment to pay.
    step(guard, 5).await;
    open(guard, 7).await;
    close(guard).await;
    finish(guard).await;
}

/// Nobody like it inside: reason, remark and a photo, and the release stands in the list.
async fn release_scene(guard: &Desk) {
    begin(guard, "guide-release").await;
    claim(guard).await;
    guard.click("release-open").await;
    step(guard, 4).await;
    guard.click("release-reason-no_entry_record").await;
    step(guard, 5).await;
    let remark = At::Css("[data-testid=release-remark]");
    guard.window.fill(remark, "车主出示行驶证").await.unwrap();
    step(guard, 6).await;
    guard.click("photo-shutter").await;
    step(guard, 7).await;
    let kept = "[data-testid=photo-1][data-state=sent]";
    guard.see(At::Css(kept)).await;
    guard.click("release-submit").await;
    step(guard, 8).await;
    let armed = "[data-testid=release-confirm][data-armed=true]";
    guard.see(At::Css(armed)).await;
    guard.click("release-confirm").await;
    step(guard, 9).await;
    guard.click("mark-passed").await;
    // A quick hand: the case is closed before the guide has looked.
    close(guard).await;
    step(guard, 11).await;
    guard.click("nav-openings").await;
    finish(guard).await;
}

/// Opens, looks at what the device said, and says that the vehicle is through.
async fn open(guard: &Desk, result: usize) {
    guard.click("open-button").await;
    let armed = "[data-testid=confirm-open][data-armed=true]";
    guard.see(At::Css(armed)).await;
    guard.click("confirm-open").await;
    step(guard, result).await;
    guard.click("guide-next").await;
    guard.click("mark-passed").await;
    step(guard, result + 2).await;
}

async fn close(guard: &Desk) {
    guard.click("close-case").await;
    guard.click("close-confirm").await;
}

async fn finish(guard: &Desk) {
    guard.see(At::Css("[data-testid=guide-finish]")).await;
    guard.click("guide-finish").await;
    let bubble = At::Css("[data-testid=guide-bubble]");
    guard.window.see_gone(bubble).await.unwrap();
}

/// The guide has come to this step.
async fn step(desk: &Desk, at: usize) {
    let wanted = format!("[data-testid=guide-bubble][data-step='{at}']");
    wait_for(&format!("step {at} of the guide"), async || {
        let there = "return document.querySelector(arguments[0]) !== null";
        let seen = desk.window.script(there, json!([wanted])).await.unwrap();
        (seen == json!(true)).then_some(())
    })
    .await;
}
