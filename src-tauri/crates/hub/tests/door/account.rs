//! Accounts through the door (R3, R4): passwords, sessions, the second factor, and rights that change under way.

use super::{Place, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use totp_rs::{Algorithm, Secret, TOTP};

const MINUTE: Duration = Duration::from_secs(60);

/// What an authenticator app shows at the hub's time.
fn code(place: &Place, secret: &str) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 0, 30, bytes).unwrap();
    totp.generate(u64::try_from(place.hub.clock.now().0 / 1000).unwrap())
}

#[tokio::test]
async fn a_password_is_changed_by_its_person_and_other_sessions_end() {
    on_each_engine(|place| async move {
        let (here, there) = (place.desk("guard").await, place.desk("guard").await);
        let change = |old: &str, new: &str| {
            here.put("/api/session/password", json!({"old": old, "new": new}))
        };
        let wrong = change("wrong-1", "another-1").await;
        assert_eq!(wrong.refused(422, "invalid")["field"], "old");
        change("secret-1", "short").await.refused(422, "invalid");
        change("secret-1", "secret-1").await.refused(422, "invalid");
        change("secret-1", "another-1").await.ok(204);
        here.get("/api/session").await.ok(200);
        there.get("/api/session").await.refused(401, "no_session");
        let mut again = place.stranger();
        again
            .try_log_in("guard", "secret-1")
            .await
            .refused(401, "bad_credentials");
        again.log_in("guard", "another-1").await;
    })
    .await;
}

#[tokio::test]
async fn a_one_time_password_opens_nothing_but_its_own_change() {
    on_each_engine(|place| async move {
        let (admin, guard) = (place.desk("admin").await, place.desk("guard").await);
        let id = guard.get("/api/session").await.body["id"].clone();
        let path = format!("/api/people/{}/password", id.as_str().unwrap());
        guard
            .post(&path, json!({}))
            .await
            .refused(403, "not_allowed");
        let made = admin
            .post(&path, json!({"password": "chosen-by-admin"}))
            .await;
        let password = made.ok(201)["password"].as_str().unwrap().to_owned();
        assert_ne!(
            password, "chosen-by-admin",
            "an administrator cannot choose it"
        );
        guard.get("/api/session").await.refused(401, "no_session");

        let mut guard = place.stranger();
        let told = guard.log_in("guard", &password).await;
        assert_eq!(told["person"]["must_change"], true);
        for path in ["/api/search?q=E01", "/api/lanes/E01", "/api/sessions"] {
            guard
                .get(path)
                .await
                .refused(403, "password_change_required");
        }
        let change = json!({"old": password, "new": "mine-alone"});
        guard.put("/api/session/password", change).await.ok(204);
        guard.get("/api/lanes/E01").await.ok(200);
        assert_eq!(guard.get("/api/session").await.body["must_change"], false);
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_person_or_an_administrator() {
    on_each_engine(|place| async move {
        let (one, other) = (place.desk("guard").await, place.desk("guard").await);
        let (agent, admin) = (place.desk("agent").await, place.desk("admin").await);
        let mut stream = other.stream("").await.unwrap();
        let open = one.get("/api/sessions").await.ok(200)["items"].clone();
        let open = open.as_array().unwrap();
        assert_eq!(open.len(), 2);
        assert!(open.iter().all(|session| session["address"] == "127.0.0.1"));
        let id = |current: bool| {
            let found = open.iter().find(|session| session["current"] == current);
            format!("/api/sessions/{}", found.unwrap()["id"].as_str().unwrap())
        };
        agent.delete(&id(false)).await.refused(404, "not_found");
        one.delete(&id(false)).await.ok(204);
        other.get("/api/session").await.refused(401, "no_session");
        while stream.next().await.is_some() {}
        let person = one.get("/api/session").await.body["id"].clone();
        let whose = format!("/api/sessions?person={}", person.as_str().unwrap());
        agent.get(&whose).await.refused(403, "not_allowed");
        assert_eq!(
            admin.get(&whose).await.ok(200)["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        admin.delete(&id(true)).await.ok(204);
        one.get("/api/session").await.refused(401, "no_session");
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_is_taken_up_asked_for_used_once_and_reset() {
    on_each_engine(|place| async move {
        let (guard, admin) = (place.desk("guard").await, place.desk("admin").await);
        let path = "/api/session/second-factor";
        assert_eq!(
            guard.get(path).await.ok(200),
            &json!({"required": false, "enrolled": false})
        );
        let offer = guard.post(path, json!({})).await.ok(201).clone();
        let secret = offer["secret"].as_str().unwrap();
        assert!(
            offer["uri"]
                .as_str()
                .unwrap()
                .starts_with("otpauth://totp/Lanedesk:guard?secret=")
        );
        assert!(offer["qr_svg"].as_str().unwrap().contains("<svg"));
        guard
            .put(path, json!({"code": "000000"}))
            .await
            .refused(422, "invalid");
        guard
            .put(path, json!({"code": code(&place, secret)}))
            .await
            .ok(204);

        let log_in = |body: Value| async { place.stranger().post("/api/session", body).await };
        let with = |code: &str| json!({"username": "guard", "password": "secret-1", "code": code});
        log_in(json!({"username": "guard", "password": "secret-1"}))
            .await
            .refused(401, "second_factor_required");
        let used = code(&place, secret);
        log_in(with(&used))
            .await
            .refused(401, "second_factor_required");
        place.hub.clock.advance(MINUTE);
        let fresh = code(&place, secret);
        log_in(with(&fresh)).await.ok(201);
        log_in(with(&fresh))
            .await
            .refused(401, "second_factor_required");

        let id = guard.get("/api/session").await.body["id"].clone();
        let reset = format!("/api/people/{}/second-factor", id.as_str().unwrap());
        admin.delete(&reset).await.ok(204);
        guard.get("/api/session").await.refused(401, "no_session");
        log_in(json!({"username": "guard", "password": "secret-1"}))
            .await
            .ok(201);
    })
    .await;
}

#[tokio::test]
async fn a_role_whose_rule_wants_a_second_factor_takes_one_up_first() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let rule = admin
            .get("/api/site/rule/second_factor_agent")
            .await
            .ok(200)
            .clone();
        let change = json!({"version": rule["version"], "row": {"value": 1}});
        admin
            .put("/api/site/rule/second_factor_agent", change)
            .await
            .ok(200);
        let agent = place.desk("agent").await;
        agent
            .get("/api/lanes/E01")
            .await
            .refused(403, "enrolment_required");
        assert_eq!(agent.get("/api/session").await.ok(200)["must_enrol"], true);
        let path = "/api/session/second-factor";
        let offer = agent.post(path, json!({})).await.ok(201).clone();
        let code = code(&place, offer["secret"].as_str().unwrap());
        agent.put(path, json!({"code": code})).await.ok(204);
        agent.get("/api/lanes/E01").await.ok(200);
        agent.delete(path).await.refused(403, "not_allowed");
    })
    .await;
}

#[tokio::test]
async fn what_is_dangerous_asks_for_the_password_once_more() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let add = || admin.post("/api/site/seat", json!({"row": {"number": "9001"}}));
        place.hub.clock.advance(11 * MINUTE);
        add().await.refused(403, "password_required");
        admin
            .post("/api/session/confirm", json!({"password": "wrong"}))
            .await
            .refused(422, "invalid");
        add().await.refused(403, "password_required");
        admin
            .post("/api/session/confirm", json!({"password": "secret-1"}))
            .await
            .ok(204);
        add().await.ok(201);
        // By rule for a take-over too, where an administrator wants it so.
        let rule = json!({"version": "default", "row": {"value": 1}});
        let path = "/api/site/rule/reentry_take_over";
        admin.put(path, rule).await.ok(200);
        let (guard, chief) = (place.desk("guard").await, place.desk("chief").await);
        guard.post("/api/lanes/E01/claim", json!({})).await.ok(201);
        place.hub.clock.advance(9 * MINUTE);
        let take = || chief.post("/api/lanes/E01/take-over", json!({"reason": "换班"}));
        take().await.ok(201);
        place.hub.clock.advance(2 * MINUTE);
        take().await.refused(403, "password_required");
    })
    .await;
}

/// R3: a right taken away in mid-work ends what it held, at once and without anybody's help.
#[tokio::test]
async fn a_disabled_person_loses_lane_seat_sessions_and_stream() {
    on_each_engine(|place| async move {
        let (admin, agent) = (place.desk("admin").await, place.desk("agent").await);
        agent
            .put("/api/seat", json!({"number": "8001"}))
            .await
            .ok(200);
        agent.post("/api/lanes/B01/claim", json!({})).await.ok(201);
        let mut stream = agent.stream("").await.unwrap();
        let people = admin
            .get("/api/site/person?q=agent&limit=1")
            .await
            .ok(200)
            .clone();
        let row = &people["items"][0];
        let mut cells = row["row"].clone();
        cells["disabled"] = json!(true);
        let path = format!("/api/site/person/{}", row["id"].as_str().unwrap());
        let change = json!({"version": row["version"], "row": cells});
        admin.put(&path, change).await.ok(200);
        agent.get("/api/session").await.refused(401, "no_session");
        while stream.next().await.is_some() {}
        let other = place.desk("agent2").await;
        other.post("/api/lanes/B01/claim", json!({})).await.ok(201);
        other
            .put("/api/seat", json!({"number": "8001"}))
            .await
            .ok(200);
        place
            .stranger()
            .try_log_in("agent", "secret-1")
            .await
            .refused(401, "bad_credentials");
    })
    .await;
}

#[tokio::test]
async fn a_lot_moved_to_another_area_leaves_the_hands_of_whoever_may_not_see_it_there() {
    on_each_engine(|place| async move {
        let (admin, chief) = (place.desk("admin").await, place.desk("chief").await);
        chief.post("/api/lanes/E01/claim", json!({})).await.ok(201);
        let lot = admin.get("/api/site/lot/cyds").await.ok(200).clone();
        let mut cells = lot["row"].clone();
        cells["area"] = json!("north");
        admin
            .put(
                "/api/site/lot/cyds",
                json!({"version": lot["version"], "row": cells}),
            )
            .await
            .ok(200);
        chief.get("/api/lanes/E01").await.refused(404, "not_found");
        let agent = place.desk("agent").await;
        agent.post("/api/lanes/E01/claim", json!({})).await.ok(201);
    })
    .await;
}

/// The page shows by the same table the hub checks by.
#[tokio::test]
async fn a_session_tells_what_its_person_may_do() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    for username in ["guard", "agent", "chief", "admin"] {
        let person = place.desk(username).await;
        let told = person
            .send(person.request(Method::GET, "/api/session"))
            .await
            .body;
        let role: lanedesk_domain::person::Role =
            serde_json::from_value(told["role"].clone()).unwrap();
        let wanted: Vec<_> = role.permissions().collect();
        assert_eq!(told["permissions"], json!(wanted), "{username}");
    }
}
