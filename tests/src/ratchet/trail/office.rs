//! The back office: accounts, the site, help, repairs and cash.

use super::{Trail, post};
use crate::{demo::PASSWORD, harness::Person};
use lotsim::Vehicle;
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

pub(super) async fn keeping_house(trail: &mut Trail) {
    helping(trail).await;
    taking_cash(trail).await;
    repairing(trail).await;
    the_site(trail).await;
    two_decide(trail).await;
    own_account(trail).await;
    others_accounts(trail).await;
}

async fn helping(trail: &mut Trail) {
    let (guard, chief) = (trail.world.person("guard").await, trail.world.person("chief").await);
    let claim = guard.claim("W01").await;
    let help = format!("/api/cases/{}/help", claim.case);
    let note = json!({"note": "请看一下"});
    trail.step("POST /api/cases/{case}/help", post(&guard, help.clone(), note.clone())).await;
    trail.step("POST /api/cases/{case}/help/answer", post(&chief, format!("{help}/answer"), note)).await;
    trail.step("DELETE /api/cases/{case}/help", guard.call(Method::DELETE, &help, None)).await;
}

/// A vehicle that came in an hour ago leaves; the guard takes the money.
async fn taking_cash(trail: &mut Trail) {
    let guard = trail.world.person("guard").await;
    let entered = trail.world.now().0 - 61 * 60_000;
    let stay = format!(
        "insert into stay (id, lot_id, plate, entered_at, space_taken, paid_fen)
         values ('stay-cash', 'cyds', '粤A5T390', {entered}, false, 0)"
    );
    trail.world.database.tamper(&stay).await;
    trail.world.lot.lane("E02").arrive(Vehicle::new("粤A5T390"));
    let claim = guard.claim("E02").await;
    guard.see("E02", "the fee", |view| view["payment"]["due_fen"].as_i64().is_some_and(|due| due > 0)).await;
    let cash = json!({"fence": claim.fence, "amount_fen": 900, "id": "cash-1"});
    trail.step("POST /api/cases/{case}/cash", post(&guard, format!("/api/cases/{}/cash", claim.case), cash)).await;
}

async fn repairing(trail: &mut Trail) {
    let guard = trail.world.person("guard").await;
    let open = post(&guard, "/api/devices/cam-E01/maintenance".to_owned(), json!({"note": "镜头脏"}));
    let open = trail.step("POST /api/devices/{device}/maintenance", open).await;
    let close = format!("/api/maintenance/{}/close", open["id"].as_str().unwrap());
    trail.step("POST /api/maintenance/{entry}/close", post(&guard, close, json!({"repair": "已擦"}))).await;
}

async fn the_site(trail: &mut Trail) {
    let admin = trail.world.person("admin").await;
    let seat = json!({"row": {"number": "8999"}});
    trail.step("POST /api/site/{table}", post(&admin, "/api/site/seat".to_owned(), seat)).await;
    let lot = admin.get("/api/site/lot/cyds").await.ok();
    let mut row = lot["row"].clone();
    row["manager"] = json!("赵六");
    let change = json!({"version": lot["version"], "row": row});
    trail.step("PUT /api/site/{table}/{id}", admin.call(Method::PUT, "/api/site/lot/cyds", Some(&change))).await;
    let changes = admin.get("/api/site/changes").await.ok();
    let undo = format!("/api/site/changes/{}/undo", changes["items"][0]["id"].as_str().unwrap());
    trail.step("POST /api/site/changes/{change}/undo", post(&admin, undo, json!({}))).await;
    let seat = admin.get("/api/site/seat/8999").await.ok();
    let gone = format!("/api/site/seat/8999?version={}", seat["version"].as_str().unwrap());
    trail.step("DELETE /api/site/{table}/{id}", admin.call(Method::DELETE, &gone, None)).await;
    let file = admin.request(Method::POST, "/api/site/import").body("[[seat]]\nnumber = \"8998\"\n");
    trail.step("POST /api/site/import", Person::send(file)).await;
    let test = post(&admin, "/api/site/device/cam-E01/test".to_owned(), json!({}));
    trail.step("POST /api/site/device/{id}/test", test).await;
    let key = post(&admin, "/api/site/device/cam-E01/push-key".to_owned(), json!({"step": "begin"}));
    trail.step("POST /api/site/device/{id}/push-key", key).await;
    let begin = post(&admin, "/api/site/integration/pay/secret".to_owned(), json!({"step": "begin"}));
    trail.step("POST /api/site/integration/{id}/secret", begin).await;
}

/// What an authenticator app shows at the hub's time.
fn code(trail: &Trail, secret: &str) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 0, 30, bytes).unwrap();
    totp.generate(u64::try_from(trail.world.now().0 / 1000).unwrap())
}

async fn own_account(trail: &mut Trail) {
    let (agent, other) = (trail.world.person("agent2").await, trail.world.person("agent2").await);
    let call = |method: Method, path: &'static str, body: Value| {
        let agent = agent.clone();
        async move { agent.call(method, path, Some(&body)).await }
    };
    let confirm = call(Method::POST, "/api/session/confirm", json!({"password": PASSWORD}));
    let renewed = trail.step("POST /api/session/confirm", confirm).await;
    agent.get("/api/session").await.refused(401, "no_session");
    let agent = agent.renewed(&renewed);
    let call = |method: Method, path: &'static str, body: Value| {
        let agent = agent.clone();
        async move { agent.call(method, path, Some(&body)).await }
    };
    let offer = call(Method::POST, "/api/session/second-factor", json!({}));
    let offer = trail.step("POST /api/session/second-factor", offer).await;
    let code = json!({"code": code(trail, offer["secret"].as_str().unwrap())});
    let taken = call(Method::PUT, "/api/session/second-factor", code);
    trail.step("PUT /api/session/second-factor", taken).await;
    let dropped = call(Method::DELETE, "/api/session/second-factor", json!({}));
    trail.step("DELETE /api/session/second-factor", dropped).await;
    let sessions = agent.get("/api/sessions").await.ok();
    let mut open = sessions["items"].as_array().unwrap().iter();
    let id = open.find(|one| one["current"] == false).unwrap()["id"].clone();
    let path = format!("/api/sessions/{}", id.as_str().unwrap());
    trail.step("DELETE /api/sessions/{session}", agent.call(Method::DELETE, &path, None)).await;
    other.get("/api/session").await.refused(401, "no_session");
    let change = json!({"old": PASSWORD, "new": "another-password"});
    trail.step("PUT /api/session/password", call(Method::PUT, "/api/session/password", change)).await;
}

async fn others_accounts(trail: &mut Trail) {
    let admin = trail.world.person("admin").await;
    let guard: Person = trail.world.person("guard").await;
    let path = format!("/api/people/{}/second-factor", guard.id);
    trail.step("DELETE /api/people/{person}/second-factor", admin.call(Method::DELETE, &path, None)).await;
    let path = format!("/api/people/{}/password", guard.id);
    let made = trail.step("POST /api/people/{person}/password", post(&admin, path, json!({}))).await;
    let set = json!({"username": "guard", "code": made["code"], "password": "mine-alone-1"});
    let nobody = trail.world.stranger();
    trail.step("POST /api/session/reset", post(&nobody, "/api/session/reset".to_owned(), set)).await;
}

/// What weakens a rule of control is confirmed by a second administrator.
async fn two_decide(trail: &mut Trail) {
    let (admin, other) = (trail.world.person("admin").await, trail.world.person("admin2").await);
    let rule = json!({"version": "default", "row": {"value": 0}});
    let path = "/api/site/rule/approval_due_fen";
    admin.call(Method::PUT, path, Some(&rule)).await.refused(409, "confirmation_required");
    let waiting = other.get("/api/site/pending").await.ok();
    let id = waiting["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/site/pending/{id}");
    trail.step("POST /api/site/pending/{pending}", post(&other, path, json!({"answer": "confirm"}))).await;
}
