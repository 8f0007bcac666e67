//! The queue before real windows (R1, R30): one call, one agent; and an open case that no call takes away.

use super::{Call, RINGS, sit};
use crate::harness::{Bus, Database, Desk, Engine, World, people, wait_for};
use crate::window::{At, key};
use lotsim::Vehicle;
use serde_json::json;

const WAITING: At<'_> = At::Css("[data-testid=idle-waiting]");
const CLOCK: At<'_> = At::Css("[data-testid=call-clock]");
const BANNER: At<'_> = At::Css("[data-testid=call-banner]");

/// R30: two agents reach for one queued call at the same moment: one has it, the other's page stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn two_agents_take_one_queued_call_and_one_gets_it() {
    let database = Database::new(Engine::Sqlite).await;
    let mut world = World::with(database, &people(1, "agent"), &[]).await;
    world.let_time_run();
    let bus = Bus::start(world.database.folder()).await;
    let (first, second) = tokio::join!(Desk::of("agent", &world, &bus), Desk::of("p0", &world, &bus));
    sit(&first, "8001").await;
    sit(&second, "8002").await;
    Call::rings(&world, "R-102", None).await;
    for desk in [&first, &second] {
        let waits = desk.see(WAITING).await;
        assert!(waits.contains("R-102"), "{waits}");
    }
    tokio::join!(first.press(&[key::F4]), second.press(&[key::F4]));

    let has = wait_for("one of them to have it", async || {
        let first = first.window.has(CLOCK).await.unwrap();
        let second = second.window.has(CLOCK).await.unwrap();
        (first || second).then_some([first, second])
    })
    .await;
    let [winner, loser] = if has[0] { [&first, &second] } else { [&second, &first] };
    loser.window.see_gone(WAITING).await.unwrap();
    assert!(!loser.window.has(CLOCK).await.unwrap());
    winner.see(At::Text("通话中，保持锁定")).await;
    let chief = world.person("chief").await;
    let live = chief.get("/api/calls?state=live").await.ok();
    assert_eq!(live["items"].as_array().unwrap().len(), 1, "{live}");
}

/// R30: a call comes while a case is open: it is said beside it, and nothing typed is lost. R1: lot staff see no queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_leaves_an_open_case_and_what_is_typed_alone() {
    let mut world = World::sqlite().await;
    world.let_time_run();
    world.lot.lane("E01").arrive(Vehicle::new("粤B12345"));
    let bus = Bus::start(world.database.folder()).await;
    let agent = Desk::of("agent", &world, &bus).await;
    sit(&agent, "8001").await;
    agent.look_up("dmjk", "E01").await;
    agent.press(&[key::ENTER]).await;
    agent.see(crate::harness::REMAINING).await;
    agent.press(&[key::F2]).await;
    for letter in ["粤", "B", "7"] {
        agent.press(&[letter]).await;
    }

    Call::rings(&world, "R-102", Some("8001")).await;
    let said = agent.see(BANNER).await;
    assert!(said.contains("彩悦大厦 · 东门出口"), "{said}");
    let typed = "return document.querySelector('[data-testid=plate-cell-2]')?.value";
    let kept = agent.window.script(typed, json!([])).await.unwrap();
    assert_eq!(kept, json!("7"));
    agent.see(At::Text("东门进口")).await;

    // Taking it is asked first; then it is taken, and what was typed rests with its lane.
    agent.click("call-take").await;
    agent.see(At::Css("[data-testid=give-up-sheet]")).await;
    agent.click("give-up-confirm").await;
    agent.see(At::Text("东门出口")).await;
    agent.see(CLOCK).await;
    assert!(!agent.window.has(RINGS).await.unwrap(), "it was taken");

    let guard = Desk::sized("guard", &world, &bus, (820, 1180)).await;
    Call::rings(&world, "R-201", None).await;
    agent.see(At::Text("排队 1")).await;
    for hidden in ["queue-chip", "idle-waiting", "call-banner", "seat-control"] {
        let at = format!("[data-testid={hidden}]");
        assert!(!guard.window.has(At::Css(&at)).await.unwrap(), "{hidden}");
    }
    let staff = world.person("guard").await;
    staff.get("/api/calls?state=waiting").await.refused(403, "not_allowed");
}
