//! lotsim's own robot and its driver's script before a real hub (issue 4): what a person can act by hand goes through.

use super::{PLATE, press};
use crate::harness::{Claim, Database, Engine, Person, Stream, World, site, wait_for};
use lotsim::{PastRead, RobotFault, Vehicle, script::Driver};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

/// A running hub whose robots are lotsim's, in machine time as its drivers live in; a vehicle came in 61 minutes ago.
async fn world() -> World {
    let lot = site::lot_with_robots(&["E01"], |lane| {
        if lane.code == "E01" {
            let vehicle = Vehicle::new(PLATE);
            let minutes_ago = 61;
            lane.past = vec![PastRead { minutes_ago, vehicle }];
        }
    })
    .await;
    let mut world = World::on(Database::new(Engine::Sqlite).await, "", lot).await;
    world.let_time_run();
    for number in ["R-102", "R-201"] {
        let robot = world.lot.robot(number);
        robot.look_for_hub(&world.address());
        assert!(robot.wait_for(|now| now.linked && now.scene == "idle").await);
    }
    world
}

fn driver(world: &World, number: &str) -> Driver {
    Driver::new(world.lot.control().unwrap(), number, PATIENCE).unwrap()
}

/// Acts a script as a person writes it.
async fn acts(driver: &Driver, script: &str) {
    for step in script.split(',') {
        driver.does(&step.parse().unwrap()).await.unwrap();
    }
}

async fn calls(agent: &Person, state: &str) -> Vec<Value> {
    let answer = agent.get(&format!("/api/calls?state={state}")).await.ok();
    answer["items"].as_array().unwrap().clone()
}

/// An agent at a seat.
async fn at_seat(world: &World) -> Person {
    let agent = world.person("agent").await;
    let seat = json!({"number": "8001"});
    agent.call(Method::PUT, "/api/seat", Some(&seat)).await.ok();
    agent
}

/// Changes a row of the settings, as an administrator does.
async fn set(world: &World, path: &str, cells: Value) {
    let admin = world.person("admin").await;
    let row = admin.get(path).await.ok();
    let change = json!({"version": row["version"], "row": cells});
    admin.call(Method::PUT, path, Some(&change)).await.ok();
}

/// The agent takes the driver's call at R-102.
async fn taken(agent: &Person, told: &mut Stream) -> Claim {
    let call = told.hears("the call", |f| f["type"] == "call" && f["call"]["robot"] == "R-102").await;
    let id = call["call"]["id"].as_str().unwrap();
    let taken = agent.post(&format!("/api/calls/{id}/take"), &json!({})).await.ok();
    Claim {
        case: taken["case"]["id"].as_str().unwrap().to_owned(),
        fence: taken["lease"]["fence"].as_i64().unwrap(),
        body: taken,
    }
}

/// A camera may be slower than the driver's finger: its read of whoever called leaves on the screen that they are looked
/// after.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_comes_after_the_call_leaves_the_welcome() {
    let world = world().await;
    let agent = at_seat(&world).await;
    let mut told = world.stream(&agent).await;
    let before = driver(&world, "R-102");
    acts(&before, "call").await;
    taken(&agent, &mut told).await;
    acts(&before, &format!("answer,shows=welcome,arrive={PLATE}")).await;
    agent.see("E02", "the vehicle", |view| view["case"]["plate_read"].is_string()).await;
    let shown = "select count(*) from robot_now where shows is not null";
    assert_eq!(world.database.count(shown).await, 1);
    acts(&before, "shows=welcome").await;
}

/// Call, code, document, payment, off: each is seen on the desk, and the next driver sees nothing of it. What an
/// administrator changes counts for the next screen.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_calls_pays_and_drives_off() {
    let world = world().await;
    let agent = at_seat(&world).await;
    let mut told = world.stream(&agent).await;
    let before = driver(&world, "R-102");
    acts(&before, &format!("arrive={PLATE},call")).await;
    let claim = taken(&agent, &mut told).await;
    acts(&before, "answer,shows=welcome").await;
    agent.see("E02", "the fee", |view| view["payment"]["due_fen"] == 900).await;

    let words = json!({"text": "扫码付 {amount}", "speech": "", "text_en": "", "speech_en": ""});
    set(&world, "/api/site/template/pay", words).await;
    let url = "https://new.example/?lot={lot}&stay={stay}&amount_fen={amount_fen}";
    set(&world, "/api/site/link/pay", json!({"url": url})).await;
    let order = press(&agent, &claim, json!({"type": "show_qr"})).await.ok();
    assert_eq!(order["order"]["result"], "accepted", "{order}");
    let show = world.lot.robot("R-102").now().show;
    assert_eq!(show["words"], json!([{"lang": "zh", "text": "扫码付 ¥9.00", "speech": ""}]));
    let address = show["qr"]["url"].as_str().unwrap();
    assert!(address.starts_with("https://new.example/?lot=cyds"), "{address}");
    told.hears("its real screen", |f| f["robot"]["scene"] == "pay" && f["robot"]["screen"].is_object()).await;

    acts(&before, "document=王五").await;
    press(&agent, &claim, json!({"type": "capture"})).await.ok();
    agent
        .see("E02", "the document", |view| {
            let steps = view["timeline"].as_array().unwrap();
            steps.iter().any(|step| step["what"] == "photo_taken")
        })
        .await;
    acts(&before, "put-away,pay,shows=paid").await;
    told.hears("the page to turn", |f| f["payment"]["paid"] == true).await;
    let opened = agent.open(&claim).await;
    assert!(["accepted", "opened"].contains(&opened["result"].as_str().unwrap()), "{opened}");
    acts(&before, "drive-off,hang-up,arrive=粤BF06789,shows=idle").await;
    told.hears("the call's end", |f| f["call"]["state"] == "ended").await;
}

/// A driver who gives up stands in the list to call back, by telephone or by the robot's own button.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_who_gives_up_is_to_be_called_back() {
    let world = world().await;
    let agent = world.person("agent").await;
    for (number, count) in [("R-102", 1), ("R-201", 2)] {
        let before = driver(&world, number);
        acts(&before, "arrive,call").await;
        wait_for("the call in the queue", async || {
            let waiting = calls(&agent, "waiting").await;
            (waiting.len() == 1 && waiting[0]["robot"] == number).then_some(())
        })
        .await;
        acts(&before, "give-up").await;
        wait_for("the call to ring back", async || {
            let abandoned = calls(&agent, "abandoned").await;
            (abandoned.len() == count && abandoned[0]["robot"] == number).then_some(())
        })
        .await;
        assert_eq!(world.lot.robot(number).now().call, None);
    }
}

/// A robot that refuses, says nothing, breaks its link in mid-command or is away: each is told as what it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_robot_that_fails_fails_visibly() {
    let world = world().await;
    let guard = world.person("guard").await;
    let before = driver(&world, "R-102");
    acts(&before, "arrive").await;
    let claim = guard.claim("E02").await;
    let text = || json!({"type": "show_text", "text": "请稍候"});
    acts(&before, "fault=refuses").await;
    let order = press(&guard, &claim, text()).await.ok()["order"].clone();
    assert_eq!((&order["result"], &order["detail"]), (&json!("failed"), &json!("屏幕故障")));
    acts(&before, "fault=silent").await;
    let order = press(&guard, &claim, text()).await.ok()["order"].clone();
    assert_eq!(order["result"], "unknown", "{order}");
    acts(&before, "fault=dies").await;
    let order = press(&guard, &claim, text()).await.ok()["order"].clone();
    assert_eq!(order["result"], "unknown", "{order}");
    let robot = world.lot.robot("R-102");
    robot.fault(RobotFault::Offline);
    guard.see("E02", "the robot lost", |view| view["robot"]["online"] == false).await;
    press(&guard, &claim, text()).await.refused(502, "device_unreachable");
    acts(&before, "fault=none,shows=text").await;
    guard.see("E02", "it again", |view| view["robot"]["online"] == true && view["robot"]["scene"] == "text").await;
}
