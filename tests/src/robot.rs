//! Robots through the public door (R16, R20, R21, R24): what they are told, what they tell, and what goes wrong.

mod driver;
mod fault;
mod idle;
mod kiosk;
mod pair;

pub(crate) use kiosk::tablet;

use crate::harness::{Answer, Claim, Database, Engine, Person, RawRobot, World, jpeg, on_each_engine, wait_for};
use lotsim::Vehicle;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

on_each_engine!(a_pay_code_reaches_the_screen_and_the_payment_turns_it);

const PLATE: &str = "粤A5T390";

/// A vehicle that owes ¥9 stands at E02, where robot R-102 is linked, and somebody holds the lane.
pub(crate) async fn owing(engine: Engine) -> (World, Person, Claim, RawRobot) {
    let (world, guard) = unpaid(engine).await;
    let robot = RawRobot::link(&world.address(), "R-102").await;
    let claim = guard.claim("E02").await;
    guard
        .see("E02", "the fee and the robot", |view| {
            view["payment"]["due_fen"] == 900 && view["robot"]["online"] == true
        })
        .await;
    (world, guard, claim, robot)
}

/// A vehicle that owes ¥9 stands at E02.
pub(crate) async fn unpaid(engine: Engine) -> (World, Person) {
    let world = World::with(Database::new(engine).await, "", &["E01"]).await;
    let guard = world.person("guard").await;
    world.lot.lane("E01").arrive(Vehicle::new(PLATE));
    let path = format!("/api/records?q={PLATE}");
    wait_for("the entry", async || {
        let found = guard.get(&path).await.ok();
        (found["stays"][0]["status"] == "inside").then_some(())
    })
    .await;
    world.advance(Duration::from_secs(61 * 60));
    world.lot.lane("E02").arrive(Vehicle::new(PLATE));
    (world, guard)
}

/// Gives the robot a command.
pub(crate) async fn press(person: &Person, claim: &Claim, command: Value) -> Answer {
    let body = json!({"order_id": Uuid::new_v4(), "fence": claim.fence, "command": command});
    person.post(&format!("/api/cases/{}/robot", claim.case), &body).await
}

/// A command beside which the robot is still to be played.
pub(crate) fn pressing(person: &Person, claim: &Claim, command: Value) -> tokio::task::JoinHandle<Answer> {
    let (person, claim) = (person.clone(), claim.clone());
    tokio::spawn(async move { press(&person, &claim, command).await })
}

fn ops(view: &Value) -> Vec<&str> {
    let offers = view["offers"].as_array().unwrap();
    offers.iter().filter_map(|o| o["op"].as_str()).collect()
}

/// R21: no robot, no robot operation in the bar; by API it is refused in the very words. The code on the desk's own
/// screen is there all the same where a vehicle owes.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_without_robot_offers_none_and_refuses_it() {
    let world = World::sqlite().await;
    let (guard, claim) = world.at_the_gate().await;
    let view = guard.view("E01").await;
    for op in ["speak", "show_text", "restart", "hang_up", "capture"] {
        assert!(!ops(&view).contains(&op), "{op}: {view}");
    }
    assert!(view.get("robot").is_none());
    let commands = [
        json!({"type": "show_qr"}),
        json!({"type": "show_text", "text": "请稍候"}),
        json!({"type": "speak", "text": "请稍候"}),
        json!({"type": "light", "light": "red"}),
        json!({"type": "capture"}),
        json!({"type": "restart"}),
        json!({"type": "hang_up"}),
    ];
    for command in commands {
        let refused = press(&guard, &claim, command).await;
        let refused = refused.refused(409, "robot_not_bound");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains("未绑定机器人，不能使用该操作"), "{detail}");
    }
}

/// Scene 2's middle: the code on the robot with amount and plate, its real screen and light on every desk, the payment
/// turns the page and the screen by themselves, and closing leaves nothing for the next driver (R16, R20).
async fn a_pay_code_reaches_the_screen_and_the_payment_turns_it(engine: Engine) {
    let (world, guard, claim, mut robot) = owing(engine).await;
    let mut told = world.stream(&guard).await;
    let answer = pressing(&guard, &claim, json!({"type": "show_qr"}));
    let show = robot.told("show").await;
    assert_eq!((&show["scene"], &show["amount_fen"]), (&json!("pay"), &json!(900)));
    assert_eq!(show["plate"]["text"], PLATE);
    let url = show["qr"]["url"].as_str().unwrap();
    assert!(url.contains("amount_fen=900") && url.contains("stay="), "{url}");
    let rows = show["qr"]["rows"].as_array().unwrap();
    assert!(rows.len() >= 21 && rows.iter().all(|r| r.as_str().unwrap().len() == rows.len()));
    assert!(show["words"][0]["speech"].as_str().unwrap().contains("9元"));
    robot.ack(&show).await;
    let order = answer.await.unwrap().ok();
    assert_eq!(order["order"]["result"], "accepted");

    robot.tell("pay", "yellow", &jpeg(1)).await;
    let mirrored = |f: &Value| f["robot"]["scene"] == "pay" && f["robot"]["screen"].is_object();
    let frame = told.hears("the screen", mirrored).await;
    assert_eq!(frame["robot"]["light"], "yellow");
    let url = frame["robot"]["screen"]["url"].as_str().unwrap().to_owned();
    let seen = guard.request(reqwest::Method::GET, &url).send().await.unwrap();
    assert_eq!(seen.headers()["content-type"], "image/jpeg");
    assert_eq!(seen.bytes().await.unwrap(), jpeg(1), "as it really is");

    pay(&world, &show).await;
    told.hears("the page to turn", |f| f["payment"]["paid"] == true).await;
    let thanks = robot.shows("paid").await;
    assert_eq!(thanks["light"], "green");
    assert!(thanks["words"][0]["text"].as_str().unwrap().contains("15 分钟"));

    assert_eq!(guard.try_close(&claim).await.status, 204);
    let idle = robot.shows("idle").await;
    assert!(idle.get("plate").is_none() && idle.get("qr").is_none(), "{idle}");
    let steps = guard.get(&format!("/api/cases/{}", claim.case)).await.ok();
    let steps = steps["timeline"].as_array().unwrap().clone();
    assert!(steps.iter().any(|s| s["what"] == "robot_told" && s["facts"]["scene"] == "pay"));
}

/// What the payment system tells of the code on the screen.
pub(crate) async fn pay(world: &World, show: &Value) {
    let url = show["qr"]["url"].as_str().unwrap();
    let stay = url.split("stay=").nth(1).unwrap().split('&').next().unwrap();
    let now = world.now();
    let body =
        json!({"event_id": Uuid::new_v4(), "lot": "cyds", "stay": stay, "amount_fen": 900, "paid_at": now}).to_string();
    let at = (now.0 / 1000).to_string();
    let request = world
        .stranger()
        .request(reqwest::Method::POST, "/api/integrations/payments/events")
        .header("content-type", "application/json")
        .header("x-integration", "pay")
        .header("x-signature", lanedesk_hub::signature::sign("lanedesk-demo-pay", &at, body.as_bytes()))
        .header("x-timestamp", at)
        .body(body);
    assert_eq!(Person::send(request).await.status, 200);
}

/// R18: only what fits the vehicle. The same code for the desk's own screen needs no robot, and says what it asks.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_fits_the_vehicle_is_shown() {
    let (_world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    for command in [
        json!({"type": "show_qr", "scene": "renewal"}),
        json!({"type": "show_text", "scene": "refusal"}),
        json!({"type": "hang_up"}),
    ] {
        press(&guard, &claim, command).await.refused(409, "not_offered");
    }
    for text in [String::new(), "字".repeat(61)] {
        let command = json!({"type": "speak", "text": text});
        press(&guard, &claim, command).await.refused(422, "invalid");
    }
    let path = format!("/api/cases/{}/qr", claim.case);
    let qr = guard.get(&path).await.ok();
    assert_eq!((&qr["scene"], &qr["amount_fen"]), (&json!("pay"), &json!(900)));
    assert!(qr["svg"].as_str().unwrap().contains("<svg"));
    assert!(qr["lines"][1].as_str().unwrap().contains("¥9.00"));
    assert!(qr["expires_at"].is_string());
    guard.get(&format!("{path}?scene=unlicensed_entry")).await.refused(409, "not_offered");

    let answer = pressing(&guard, &claim, json!({"type": "speak", "text": "请稍候"}));
    let speak = robot.told("speak").await;
    assert_eq!((&speak["text"], &speak["lang"]), (&json!("请稍候"), &json!("zh")));
    robot.ack(&speak).await;
    assert_eq!(answer.await.unwrap().ok()["order"]["result"], "accepted");
}

/// R13, R26: a stale fence reaches no robot; an id acts once, and for one content.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_acts_once_and_only_for_the_holder() {
    let (_world, guard, claim, mut robot) = owing(Engine::Sqlite).await;
    let stale = Claim { fence: claim.fence - 1, ..claim.clone() };
    press(&guard, &stale, json!({"type": "restart"})).await.refused(409, "lease_lost");
    let id = Uuid::new_v4();
    let body = |text: &str| json!({"order_id": id, "fence": claim.fence, "command": {"type": "speak", "text": text}});
    let path = format!("/api/cases/{}/robot", claim.case);
    let first = tokio::spawn({
        let (guard, path, body) = (guard.clone(), path.clone(), body("一"));
        async move { guard.post(&path, &body).await }
    });
    let speak = robot.told("speak").await;
    robot.ack(&speak).await;
    let order = first.await.unwrap().ok();
    assert_eq!(guard.post(&path, &body("一")).await.ok(), order, "told again, not done again");
    guard.post(&path, &body("二")).await.refused(409, "order_id_used");
    let next = pressing(&guard, &claim, json!({"type": "light", "light": "red"}));
    let light = robot.next().await.unwrap();
    assert_eq!(light["type"], "light", "nothing came in between");
    robot.ack(&light).await;
    next.await.unwrap().ok();
}

/// A command given at one hub reaches a robot that is linked to another, and its screen comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_crosses_hubs() {
    let (world, guard, claim, mut before) = owing(Engine::Postgres).await;
    let second = world.second().await;
    let there = format!("http://{}", second.addr);
    let mut robot = RawRobot::link(&there, "R-102").await;
    before.ended().await;
    let mut told = world.stream(&guard).await;
    let answer = pressing(&guard, &claim, json!({"type": "show_qr"}));
    robot.shows("pay").await;
    assert_eq!(answer.await.unwrap().ok()["order"]["result"], "accepted");
    robot.tell("pay", "yellow", &jpeg(7)).await;
    let frame = told.hears("the screen from there", |f| f["robot"]["screen"].is_object()).await;
    let url = frame["robot"]["screen"]["url"].as_str().unwrap().to_owned();
    let seen = guard.request(reqwest::Method::GET, &url).send().await.unwrap();
    assert_eq!(seen.bytes().await.unwrap(), jpeg(7));
    second.stop().await;
    // A hub that dies says nothing: its links are told as lost when it has been silent for half a minute.
    world.advance(Duration::from_secs(40));
    told.hears_next("the robot lost", |f| f["robot"]["online"] == false).await;
}
