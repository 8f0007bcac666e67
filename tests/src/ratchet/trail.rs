//! Every changing route, used as it is meant to be, leaves an audit row that says who did what.

mod call;
mod office;
mod release;
mod robot;

use super::{MORE, parts, routes};
use crate::harness::{Answer, Database, Engine, Person, World};
use lanedesk_hub::signature::sign;
use lotsim::Vehicle;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A device that calls the hub by itself.
const PUSHING: &str = "\n[[device]]\nid = \"cam-push\"\ndriver = \"hikvision\"\nurl = \"http://127.0.0.1:9\"\npush_key = \"push-me-0123456789\"\nevents = \"push\"\n\
[[lane]]\nid = \"P01\"\nlot = \"cyds\"\nname = \"推送口\"\ncode = \"P01\"\ndirection = \"entry\"\nplate_camera = \"cam-push\"\n";

/// The routes used so far, each followed by a look at the audit.
struct Trail {
    world: World,
    used: BTreeSet<String>,
}

impl Trail {
    /// Does something through a route and demands a new audit row of it.
    async fn step(&mut self, route: &str, doing: impl Future<Output = Answer>) -> Value {
        let before = self.rows().await;
        let answer = doing.await;
        assert!(answer.status.is_success(), "{route}: {} {}", answer.status, answer.body);
        assert!(self.rows().await > before, "{route} left no audit row");
        assert!(self.used.insert(route.to_owned()), "{route} twice");
        answer.body
    }

    async fn rows(&self) -> i64 {
        self.world.database.count("select count(*) from audit").await
    }
}

async fn post(person: &Person, path: String, body: Value) -> Answer {
    person.post(&path, &body).await
}

#[tokio::test]
async fn every_changing_route_leaves_an_audit_row() {
    let more = format!("{PUSHING}{}{MORE}", release::SITE);
    let world = World::with(Database::new(Engine::Sqlite).await, &more, &[]).await;
    let mut trail = Trail { world, used: BTreeSet::new() };
    sessions(&mut trail).await;
    holding(&mut trail).await;
    working(&mut trail).await;
    release::releasing(&mut trail).await;
    call::calling(&mut trail).await;
    robot::telling(&mut trail).await;
    inputs(&mut trail).await;
    reviewing(&mut trail).await;
    // Last: it takes somebody's password away.
    office::keeping_house(&mut trail).await;
    let changing = routes(&trail.world).await.into_iter().filter(|route| parts(route).0 != Method::GET);
    assert_eq!(trail.used, changing.collect());
}

async fn sessions(trail: &mut Trail) {
    let agent = trail.world.person("agent").await;
    let nobody = trail.world.stranger();
    let login = async { nobody.try_log_in("agent", crate::demo::PASSWORD).await };
    trail.step("POST /api/session", login).await;
    let seat = json!({"number": "8001"});
    trail.step("PUT /api/seat", agent.call(Method::PUT, "/api/seat", Some(&seat))).await;
    trail.step("DELETE /api/seat", agent.call(Method::DELETE, "/api/seat", None)).await;
    trail.step("DELETE /api/session", agent.call(Method::DELETE, "/api/session", None)).await;
}

async fn holding(trail: &mut Trail) {
    let (guard, agent) = (trail.world.person("guard").await, trail.world.person("agent").await);
    let chief = trail.world.person("chief").await;
    let claimed = trail.step("POST /api/lanes/{lane}/claim", guard.try_claim("W02")).await;
    let (case, fence) = (claimed["case"]["id"].as_str().unwrap(), claimed["lease"]["fence"].clone());
    trail.step("POST /api/lanes/{lane}/ask", post(&agent, "/api/lanes/W02/ask".to_owned(), json!({}))).await;
    let to = json!({"fence": fence, "to": agent.id, "note": "你来"});
    trail.step("POST /api/cases/{case}/hand-over", post(&guard, format!("/api/cases/{case}/hand-over"), to)).await;
    let take = post(&chief, "/api/lanes/W02/take-over".to_owned(), json!({"reason": "换班"}));
    let taken = trail.step("POST /api/lanes/{lane}/take-over", take).await;
    let there = json!({"fence": taken["lease"]["fence"], "lane": "W01"});
    trail.step("POST /api/cases/{case}/move", post(&chief, format!("/api/cases/{case}/move"), there)).await;
    let close = post(&chief, format!("/api/cases/{case}/close"), json!({}));
    trail.step("POST /api/cases/{case}/close", close).await;
}

async fn working(trail: &mut Trail) {
    let guard = trail.world.person("guard").await;
    trail.world.lot.lane("W02").arrive(Vehicle::new("粤B12345").read_as("粤B1Z345"));
    let claim = guard.claim("W02").await;
    guard.see("W02", "the vehicle", |view| view["case"]["plate"] == "粤B1Z345").await;
    let of_case = |what: &str| format!("/api/cases/{}/{what}", claim.case);
    let fence = claim.fence;
    let way = json!({"fence": fence, "direction": "entry"});
    trail.step("POST /api/cases/{case}/direction", post(&guard, of_case("direction"), way)).await;
    trail.step("POST /api/cases/{case}/picture", post(&guard, of_case("picture"), json!({"fence": fence}))).await;
    let plate = json!({"fence": fence, "plate": "粤B12345"});
    trail.step("POST /api/cases/{case}/plate", post(&guard, of_case("plate"), plate)).await;
    let open = json!({"order_id": Uuid::new_v4(), "fence": fence, "action": "open"});
    trail.step("POST /api/cases/{case}/barrier", post(&guard, of_case("barrier"), open)).await;
    // 「已通过」 begins the stay that the exit then finds.
    trail.step("POST /api/cases/{case}/passed", post(&guard, of_case("passed"), json!({"fence": fence}))).await;
    leaving(trail, &guard).await;
}

async fn leaving(trail: &mut Trail, guard: &Person) {
    trail.world.lot.lane("E02").arrive(Vehicle::new("粤B12345").read_as("粤B1234S"));
    let claim = guard.claim("E02").await;
    let look = |view: &Value| view["candidates"][0]["id"].is_string();
    let view = guard.see("E02", "a look-alike inside", look).await;
    let of_case = |what: &str| format!("/api/cases/{}/{what}", claim.case);
    let chosen = json!({"fence": claim.fence, "candidate": view["candidates"][0]["id"]});
    trail.step("POST /api/cases/{case}/vehicle", post(guard, of_case("vehicle"), chosen)).await;
    let phone = json!({"fence": claim.fence, "phone": "13800000000"});
    trail.step("POST /api/cases/{case}/phone", post(guard, of_case("phone"), phone)).await;
}

async fn inputs(trail: &mut Trail) {
    let nobody = trail.world.stranger();
    let now = trail.world.now();
    let event =
        json!({"event_id": "pay-1", "lot": "cyds", "plate": "粤B12345", "amount_fen": 100, "paid_at": now}).to_string();
    let at = (now.0 / 1000).to_string();
    let paying = nobody
        .request(Method::POST, "/api/integrations/payments/events")
        .header("x-integration", "pay")
        .header("x-signature", sign("lanedesk-demo-pay", &at, event.as_bytes()))
        .header("x-timestamp", at)
        .body(event);
    trail.step("POST /api/integrations/payments/events", Person::send(paying)).await;
    let alert = "<EventNotificationAlert><eventType>ANPR</eventType><UUID>u-1</UUID>\
        <ANPR><licensePlate>粤BF06789</licensePlate></ANPR></EventNotificationAlert>";
    let pushing = nobody
        .request(Method::POST, "/api/devices/cam-push/hikvision?key=push-me-0123456789")
        .header("content-type", "application/xml")
        .body(alert);
    trail.step("POST /api/devices/{device}/hikvision", Person::send(pushing)).await;
}

async fn reviewing(trail: &mut Trail) {
    let chief = trail.world.person("chief").await;
    let day = trail.world.now().local_day();
    let read = post(&chief, format!("/api/reports/{day}/acknowledge"), json!({}));
    trail.step("POST /api/reports/{day}/acknowledge", read).await;
    // One that was found on a worse day.
    let found = "insert into warning (id, subject, pattern, lots, openings, facts, at, found_at) \
        values ('w1', 'w1', 'hasty', '[\"cyds\"]', '[]', '{\"form\": \"soon\"}', 0, 0)";
    trail.world.database.tamper(found).await;
    let why = json!({"reason": "已核实"});
    let dismiss = post(&chief, "/api/warnings/w1/dismiss".to_owned(), why);
    trail.step("POST /api/warnings/{warning}/dismiss", dismiss).await;
}
