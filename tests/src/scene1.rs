//! 场景一 in real windows, by click and key alone: search, claim, correct, open, close, while a second person looks on
//! (R5–R10, R16–R18, R25, R27); and what the system's notifications say (R9).

use crate::harness::{Bus, Desk, REMAINING, World};
use crate::window::{At, key};
use lanedesk_domain::barrier::BarrierState;
use lotsim::{Cause, Vehicle};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_opens_for_a_misread_pass_while_a_second_person_looks_on() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    world.lot.lane("E02").arrive(Vehicle::new("粤B12345").read_as("粤B1Z345"));
    let guard = Desk::of("guard", &world, &bus).await;
    let agent = Desk::of("agent", &world, &bus).await;

    guard.look_up("dmck", "E02").await;
    guard.press(&[key::ENTER]).await;
    guard.see(REMAINING).await;
    let lot = guard.see(At::Css("[data-testid=lot-name]")).await;
    assert_eq!(lot, "彩悦大厦");

    // R7: the second person asks for the same lane and is told, with the name; nothing there can be pressed.
    agent.look_up("dmck", "E02").await;
    agent.press(&[key::ENTER]).await;
    let told = agent.see(At::Css("[data-testid=held-banner]")).await;
    assert!(told.contains("已经有人处理") && told.contains("张三"), "{told}");
    assert!(!agent.window.is_enabled(At::Css("[data-testid=open-button]")).await.unwrap());

    // R16, R17: the plate is corrected by keys, and the pass is found valid.
    guard.correct("粤B12345").await;
    guard.see(At::Css("[data-testid=verdict][data-assessment=pass_valid]")).await;
    assert_eq!(world.moved("E02"), 0);

    // R27: the confirmation names what will happen; only then the arm rises, once.
    guard.press(&[key::F8]).await;
    let sheet = guard.see(At::Css("[data-testid=confirm-sheet]")).await;
    // A plate is drawn character by character.
    let said: String = sheet.split_whitespace().collect();
    for named in ["彩悦大厦", "东门出口", "出场", "粤B12345", "应收¥0", "将记录操作人"] {
        assert!(said.contains(named), "{named} is not named:\n{sheet}");
    }
    guard.see(At::Css("[data-testid=confirm-open][data-armed=true]")).await;
    guard.click("confirm-open").await;
    guard.see(At::Css("[data-testid=order-result][data-result=opened]")).await;
    assert_eq!(world.lot.lane("E02").bar(), BarrierState::Open);
    let moved = world.lot.movements("E02");
    assert_eq!((moved.len(), moved[0].cause), (1, Cause::Command));

    // R8, R20: closing empties the page and frees the lane; the second person has it at once.
    guard.press(&[key::ALT, "q"]).await;
    guard.see(At::Css("[data-testid=close-sheet]")).await;
    guard.click("close-confirm").await;
    guard.window.see_gone(REMAINING).await.unwrap();
    agent.click("claim-viewed").await;
    agent.see(REMAINING).await;
    assert_eq!(world.moved("E02"), 1);
}

/// R9: one minute before the end and at the end, in the system's own notifications and on the page.
#[tokio::test(flavor = "multi_thread")]
async fn the_holder_is_notified_of_the_last_minute_and_of_the_end() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let guard = Desk::of("guard", &world, &bus).await;
    guard.look_up("dmck", "E02").await;
    guard.press(&[key::ENTER]).await;
    guard.see(REMAINING).await;
    assert_eq!(bus.shown(), Vec::new());

    world.advance(Duration::from_secs(9 * 60));
    let lane = bus.shows("还有 1 分钟自动释放本道口").await;
    assert_eq!(lane, "彩悦大厦 · 东门出口");
    guard.see(At::Css("[data-testid=last-minute]")).await;
    world.advance(Duration::from_secs(60));
    assert_eq!(bus.shows("锁定已结束，道口已释放").await, lane);
    guard.see(At::Css("[data-testid=lost-banner]")).await;
    assert_eq!(bus.shown().len(), 2, "each once");
}
