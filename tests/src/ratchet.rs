//! The route ratchet (R3, R4; invariant 10): every route the hub publishes is refused without a session, to the wrong
//! role and for another's lot, and every changing one leaves an audit row. A new route fails here until it has its
//! line; the allow-lists may only shrink.

mod trail;

use crate::harness::{Database, Engine, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Open to anybody, or proven by a signature or key of its own. May only shrink.
const WITHOUT_SESSION: &[&str] = &[
    "GET /api/health",
    "GET /api/openapi.json",
    "GET /api/robots/{number}/link",
    "GET /metrics",
    "POST /api/devices/{device}/hikvision",
    "POST /api/integrations/payments/events",
    "POST /api/integrations/telephony/events",
    "POST /api/robots/{number}/pair",
    "POST /api/session",
    "POST /api/session/reset",
];

/// Open to every role (REQUIREMENTS, Who); what they show is filtered by lot. May only shrink.
const EVERY_ROLE: &[&str] = &[
    "DELETE /api/session",
    "DELETE /api/session/second-factor",
    "DELETE /api/sessions/{session}",
    "GET /api/cases/{case}",
    "GET /api/debts",
    "GET /api/handled",
    "GET /api/lanes/{lane}",
    "GET /api/lanes/{lane}/environment",
    "GET /api/lanes/{lane}/environment.jpg",
    "GET /api/lanes/{lane}/picture",
    "GET /api/lanes/{lane}/robot-screen",
    "GET /api/lanes/{lane}/stills",
    "GET /api/openings",
    "GET /api/openings/{opening}",
    "GET /api/openings/{opening}/photos",
    "GET /api/openings/{opening}/timeline",
    "GET /api/orders/{order}",
    "GET /api/pictures/{id}",
    "GET /api/reasons",
    "GET /api/records",
    "GET /api/search",
    "GET /api/session",
    "GET /api/session/second-factor",
    "GET /api/sessions",
    "GET /api/stream",
    "POST /api/session/confirm",
    "POST /api/session/second-factor",
    "PUT /api/session/password",
    "PUT /api/session/second-factor",
];

/// Routes some role may not use, and one such role's account.
const SHUT_TO: &[(&str, &str)] = &[
    ("DELETE /api/cases/{case}/help", "admin"),
    ("DELETE /api/cases/{case}/photos/{id}", "admin"),
    ("DELETE /api/people/{person}/second-factor", "chief"),
    ("DELETE /api/seat", "guard"),
    ("DELETE /api/site/{table}/{id}", "chief"),
    ("GET /api/approvals", "guard"),
    ("GET /api/audit/head", "agent"),
    ("GET /api/board", "guard"),
    ("GET /api/calls", "guard"),
    ("GET /api/calls/past", "agent"),
    ("GET /api/cases", "agent"),
    ("GET /api/cases/statistics", "agent"),
    ("GET /api/cases/{case}/qr", "admin"),
    ("GET /api/cases/{case}/release", "admin"),
    ("GET /api/cash", "agent"),
    ("GET /api/cash/totals", "agent"),
    ("GET /api/devices", "agent"),
    ("GET /api/maintenance", "agent"),
    ("GET /api/morning/{day}", "agent"),
    ("GET /api/morning/{day}/export", "agent"),
    ("GET /api/openings/export", "guard"),
    ("GET /api/openings/statistics", "guard"),
    ("GET /api/outages", "agent"),
    ("GET /api/photos/{id}", "admin"),
    ("GET /api/reports/{day}", "guard"),
    ("GET /api/rises", "agent"),
    ("GET /api/seats", "guard"),
    ("GET /api/site/changes", "chief"),
    ("GET /api/site/export", "chief"),
    ("GET /api/site/pending", "chief"),
    ("GET /api/site/{table}", "chief"),
    ("GET /api/site/{table}/{id}", "chief"),
    ("GET /api/stays", "agent"),
    ("GET /api/warnings", "guard"),
    ("POST /api/approvals/{id}", "agent"),
    ("POST /api/calls", "guard"),
    ("POST /api/calls/{call}/called-back", "guard"),
    ("POST /api/calls/{call}/take", "guard"),
    ("POST /api/cases/{case}/barrier", "admin"),
    ("POST /api/cases/{case}/cash", "agent"),
    ("POST /api/cases/{case}/close", "admin"),
    ("POST /api/cases/{case}/debt", "admin"),
    ("POST /api/cases/{case}/direction", "admin"),
    ("POST /api/cases/{case}/hand-over", "admin"),
    ("POST /api/cases/{case}/help", "admin"),
    ("POST /api/cases/{case}/help/answer", "agent"),
    ("POST /api/cases/{case}/move", "admin"),
    ("POST /api/cases/{case}/passed", "admin"),
    ("POST /api/cases/{case}/phone", "admin"),
    ("POST /api/cases/{case}/photos", "admin"),
    ("POST /api/cases/{case}/photos/from-lane", "admin"),
    ("POST /api/cases/{case}/picture", "admin"),
    ("POST /api/cases/{case}/plate", "admin"),
    ("POST /api/cases/{case}/release", "admin"),
    ("POST /api/cases/{case}/robot", "admin"),
    ("POST /api/cases/{case}/vehicle", "admin"),
    ("POST /api/debts/{id}/waive", "agent"),
    ("POST /api/devices/{device}/maintenance", "agent"),
    ("POST /api/lanes/{lane}/ask", "admin"),
    ("POST /api/lanes/{lane}/claim", "admin"),
    ("POST /api/lanes/{lane}/take-over", "agent"),
    ("POST /api/maintenance/{entry}/close", "agent"),
    ("POST /api/openings/{opening}/photos/close", "agent"),
    ("POST /api/people/{person}/password", "chief"),
    ("POST /api/photos/{id}/hold", "agent"),
    ("POST /api/reports/{day}/acknowledge", "admin"),
    ("POST /api/robots/{number}/pairing", "chief"),
    ("POST /api/site/changes/{change}/undo", "chief"),
    ("POST /api/site/device/{id}/push-key", "chief"),
    ("POST /api/site/device/{id}/test", "chief"),
    ("POST /api/site/import", "chief"),
    ("POST /api/site/integration/{id}/secret", "chief"),
    ("POST /api/site/pending/{pending}", "chief"),
    ("POST /api/site/{table}", "chief"),
    ("POST /api/warnings/{warning}/dismiss", "admin"),
    ("PUT /api/seat", "guard"),
    ("PUT /api/seat/state", "guard"),
    ("PUT /api/site/{table}/{id}", "chief"),
];

/// Every route of the published contract, as `METHOD path`.
async fn routes(world: &World) -> BTreeSet<String> {
    let contract = world.stranger().get("/api/openapi.json").await.ok();
    let paths = contract["paths"].as_object().unwrap();
    let methods = ["get", "put", "post", "delete", "patch"];
    let named = paths.iter().flat_map(|(path, item)| {
        let used = methods.iter().filter(|method| item[**method].is_object());
        used.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    named.collect()
}

fn parts(route: &str) -> (Method, &str) {
    let (method, path) = route.split_once(' ').unwrap();
    (method.parse().unwrap(), path)
}

/// Ids of one lot that stand in a path.
struct Ids {
    lane: &'static str,
    case: String,
    fence: i64,
    order: String,
    opening: String,
    picture: String,
    approval: String,
    call: String,
    debt: String,
    photo: String,
}

impl Ids {
    fn fill(&self, path: &str) -> String {
        let id = match path {
            path if path.starts_with("/api/approvals") => &self.approval,
            path if path.starts_with("/api/debts") => &self.debt,
            path if path.starts_with("/api/photos") => &self.photo,
            _ => &self.picture,
        };
        path.replace("{lane}", self.lane)
            .replace("{case}", &self.case)
            .replace("{order}", &self.order)
            .replace("{opening}", &self.opening)
            .replace("{call}", &self.call)
            .replace("{id}", id)
            .replace("{number}", "R-102")
            .replace("{device}", &format!("cam-{}", self.lane))
    }

    /// A body that every route understands as far as it asks.
    fn body(&self, route: &str) -> Value {
        let mut body = json!({"fence": self.fence, "plate": "粤B12345", "phone": "13800000000", "candidate": self.case,
            "direction": "entry", "lane": "W01", "to": self.case, "note": "", "reason": "换班", "number": "8001",
            "id": Uuid::new_v4(), "repair": "换件", "order_id": Uuid::new_v4(), "amount_fen": 100, "answer": "allow", "hold": true});
        if route.ends_with("/barrier") {
            body = json!({"order_id": Uuid::new_v4(), "fence": self.fence, "action": "open"});
        }
        if route.ends_with("/robot") {
            body = json!({"order_id": Uuid::new_v4(), "fence": self.fence, "command": {"type": "restart"}});
        }
        body
    }
}

/// A reason that asks for leave, a supervisor and an agent who see one lot only, and a second head administrator.
const MORE: &str = r#"
[[reason]]
code = "police"
text = "公务"
direction = "any"
approval = true
photos_min = 0

[[person]]
username = "deputy"
name = "陈立"
role = "supervisor"
password = "lanedesk-demo"
lots = ["cyds"]

[[person]]
username = "admin2"
name = "郑凯"
role = "admin"
password = "lanedesk-demo"
areas = ["company"]

[[person]]
username = "clerk"
name = "许静"
role = "agent"
password = "lanedesk-demo"
lots = ["cyds"]
"#;

/// A world in which the agent works a lane, with everything a path can name.
async fn at_work(lane: &'static str) -> (World, Person, Ids) {
    let world = World::with(Database::new(Engine::Sqlite).await, MORE, &[]).await;
    let agent = world.person("agent").await;
    world.lot.lane(lane).arrive(lotsim::Vehicle::new("粤B66R58"));
    let claim = agent.claim(lane).await;
    let ready = |view: &Value| view["assessment"] == "temporary" && view["picture"]["url"].is_string();
    let view = agent.see(lane, "the vehicle's picture", ready).await;
    let order = agent.open(&claim).await;
    let opening = agent.get("/api/openings").await.ok()["items"][0]["id"].clone();
    let picture = view["picture"]["url"].as_str().unwrap();
    let picture = picture.rsplit('/').next().unwrap();
    agent.order_becomes(&order["id"], "opened").await;
    let release = json!({"order_id": Uuid::new_v4(), "fence": claim.fence, "reason": "police", "remark": "执行公务"});
    let asked =
        agent.post(&format!("/api/cases/{}/release", claim.case), &release).await.refused(409, "approval_required");
    let ids = Ids {
        lane,
        approval: asked["approval"].as_str().unwrap().to_owned(),
        call: called(&world, &claim.case).await,
        debt: owed(&world, &claim.case).await,
        photo: photographed(&world, &claim.case).await,
        case: claim.case,
        fence: claim.fence,
        order: order["id"].as_str().unwrap().to_owned(),
        opening: opening.as_str().unwrap().to_owned(),
        picture: picture.split('?').next().unwrap().to_owned(),
    };
    (world, agent, ids)
}

/// A call that waits.
async fn called(world: &World, case: &str) -> String {
    let (id, now) = (Uuid::now_v7().to_string(), world.now().0);
    let waits = format!(
        "insert into call (id, state, lot_id, lane_id, caller, by_hand, overflow, since, heard_at)
         select '{id}', 'waiting', lot_id, lane_id, '', false, false, {now}, {now} from \"case\" where id = '{case}'"
    );
    world.database.tamper(&waits).await;
    id
}

/// A debt filed in a case; no operation of an entry files one.
async fn owed(world: &World, case: &str) -> String {
    let (id, now) = (Uuid::now_v7().to_string(), world.now().0);
    let filed = format!(
        "insert into debt (id, lot_id, lane_id, case_id, plate, amount_fen, paid_fen, person_id, filed_at, state)
         select '{id}', lot_id, lane_id, id, plate, 900, 0, person_id, {now}, 'open' from \"case\" where id = '{case}'"
    );
    world.database.tamper(&filed).await;
    id
}

/// A photo of a case; only its row, nobody here gets to see the picture.
async fn photographed(world: &World, case: &str) -> String {
    let (id, now) = (Uuid::now_v7().to_string(), world.now().0);
    let taken = format!(
        "insert into photo (id, case_id, lot_id, person_id, source, taken_at, received_at, sha256, original, near,
            bytes, width, height)
         select '{id}', id, lot_id, person_id, 'lane_camera', {now}, {now}, '00', '00', '00', 1, 1, 1
         from \"case\" where id = '{case}'"
    );
    world.database.tamper(&taken).await;
    id
}

/// Each route stands in exactly one list, and no list names a route that is gone.
#[tokio::test]
async fn every_route_has_its_line() {
    let world = World::sqlite().await;
    let shut = SHUT_TO.iter().map(|(route, _)| *route);
    let listed: Vec<&str> = WITHOUT_SESSION.iter().chain(EVERY_ROLE).copied().chain(shut).collect();
    let once: BTreeSet<String> = listed.iter().map(|route| (*route).to_owned()).collect();
    assert_eq!(once.len(), listed.len(), "a route stands in two lists");
    assert_eq!(routes(&world).await, once);
}

/// The session is looked at first: before path, body and upgrade.
#[tokio::test]
async fn without_a_session_every_route_is_refused() {
    let world = World::sqlite().await;
    let (nobody, ended) = (world.stranger(), world.person("agent").await);
    let left = ended.call(Method::DELETE, "/api/session", None).await;
    assert_eq!(left.status, 204);
    for route in routes(&world).await {
        let (method, path) = parts(&route);
        // The ids name nothing and the body is no JSON.
        let request = |person: &Person| person.request(method.clone(), path).body("{");
        if WITHOUT_SESSION.contains(&route.as_str()) {
            let proven = path.starts_with("/api/devices/") || path.starts_with("/api/integrations/");
            if proven {
                Person::send(request(&nobody)).await.refused(401, "bad_signature");
            }
            continue;
        }
        for person in [&nobody, &ended] {
            Person::send(request(person)).await.refused(401, "no_session");
        }
    }
    nobody.get("/api/nothing-here").await.refused(401, "no_session");
}

/// R4: each role only its operations, whatever the body.
#[tokio::test]
async fn the_wrong_role_is_refused() {
    let (world, _agent, ids) = at_work("E01").await;
    for (route, username) in SHUT_TO {
        let person = world.person(username).await;
        let (method, path) = parts(route);
        let answer = person.call(method, &ids.fill(path), Some(&ids.body(route))).await;
        assert_eq!(answer.status, 403, "{route} by {username}: {}", answer.body);
        answer.refused(403, "not_allowed");
    }
}

/// R3: what belongs to a lot outside one's scope is not there, for reading and for changing.
#[tokio::test]
async fn anothers_lot_is_not_found() {
    let (world, _agent, ids) = at_work("S01").await;
    let (guard, chief) = (world.person("guard").await, world.person("agent2").await);
    let (deputy, clerk) = (world.person("deputy").await, world.person("clerk").await);
    let mut looked = 0;
    for route in routes(&world).await {
        let (method, path) = parts(&route);
        if !path.contains('{')
            || WITHOUT_SESSION.contains(&route.as_str())
            || route.ends_with("/take-over")
            // Days and warnings are of no one lot; the guard may not review at all.
            || path.contains("/reports/")
            || path.contains("/warnings/")
            // People, and the site itself, are administrators' alone.
            || path.contains("/people/")
            || path.ends_with("/pairing")
            || path.contains("/site/")
            // Figures of a day are of every lot one sees.
            || path.contains("/morning/")
        {
            continue;
        }
        let (place, body) = (ids.fill(path), ids.body(&route));
        let mut answer = guard.call(method.clone(), &place, Some(&body)).await;
        if answer.status == 403 {
            // Only supervisors may: one of another lot is told what anybody of another lot is told.
            answer = deputy.call(method.clone(), &place, Some(&body)).await;
        }
        if answer.status == 403 {
            // Only agents take calls.
            answer = clerk.call(method.clone(), &place, Some(&body)).await;
        }
        assert_eq!(answer.status, 404, "{route}: {}", answer.body);
        answer.refused(404, "not_found");
        looked += 1;
        // For somebody of that lot it is there: the 404 is about the scope.
        // Photos are for few even there.
        // No robot stands at this lane.
        let few = ["openings", "photos", "robot-screen"];
        if method == Method::GET && !few.iter().any(|word| path.contains(word)) {
            let there = chief.get(&ids.fill(path)).await;
            // A WebSocket is there, but is not opened by an ordinary request.
            let socket = path.ends_with("/environment") && there.status == 400;
            // This vehicle has nothing to scan.
            let socket = socket || (path.ends_with("/qr") && there.status == 409);
            assert!(there.status.is_success() || socket, "{route}: {} {}", there.status, there.body);
        }
    }
    assert!(looked > 15, "{looked} routes looked at");
    let (reached, moved) = (world.reached("S01"), world.moved("S01"));
    assert_eq!((reached, moved), (1, 1), "only the agent's own order");
}
