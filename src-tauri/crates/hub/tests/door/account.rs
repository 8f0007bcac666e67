//! Accounts through the door (R3, R4): passwords, sessions, the second factor, and rights that change under way.

use super::{Place, SITE, on_each_engine};
use lanedesk_hub::testing::ENGINES;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
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
        let change = |old: &str, new: &str| here.put("/api/session/password", json!({"old": old, "new": new}));
        let wrong = change("wrong-1", "another-1").await;
        assert_eq!(wrong.refused(422, "invalid")["field"], "old");
        change("secret-1", "short").await.refused(422, "invalid");
        for refused in ["secret-1", "password", "12345678", "Qwertyuiop1", "guard", "guard123"] {
            let told = change("secret-1", refused).await;
            assert_eq!(told.refused(422, "invalid")["field"], "new", "{refused}");
        }
        change("secret-1", "another-1").await.ok(204);
        here.get("/api/session").await.ok(200);
        there.get("/api/session").await.refused(401, "no_session");
        let mut again = place.stranger();
        again.try_log_in("guard", "secret-1").await.refused(401, "bad_credentials");
        again.log_in("guard", "another-1").await;
    })
    .await;
}

/// An administrator never reads a password: what they get is a code, with which its person sets one.
#[tokio::test]
async fn a_reset_password_is_set_by_its_person_with_a_code_that_is_good_once() {
    on_each_engine(|place| async move {
        let (admin, guard) = (place.desk("admin").await, place.desk("guard").await);
        let id = guard.get("/api/session").await.body["id"].clone();
        let path = format!("/api/people/{}/password", id.as_str().unwrap());
        guard.post(&path, json!({})).await.refused(403, "not_allowed");
        let first = admin.post(&path, json!({"password": "chosen-by-admin"}));
        let first = first.await.ok(201)["code"].as_str().unwrap().to_owned();
        let made = admin.post(&path, json!({})).await.ok(201).clone();
        let code = made["code"].as_str().unwrap();
        assert!(made["password"].is_null(), "{made}");
        guard.get("/api/session").await.refused(401, "no_session");

        let stranger = place.stranger();
        for password in ["secret-1", "chosen-by-admin", code, ""] {
            let refused = stranger.try_log_in("guard", password).await;
            refused.refused(401, "bad_credentials");
            place.hub.clock.advance(MINUTE * 10);
        }
        // A code that was replaced, another's, and none.
        for (username, code) in [("guard", first.as_str()), ("agent", code), ("guard", ""), ("nobody", code)] {
            let refused = stranger.reset(username, code, "mine-alone").await;
            refused.refused(401, "bad_credentials");
            place.hub.clock.advance(MINUTE * 10);
        }
        for weak in ["short", "12345678", "password1", "guard2026"] {
            let refused = stranger.reset("guard", code, weak).await;
            assert_eq!(refused.refused(422, "invalid")["field"], "password", "{weak}");
        }
        let set = stranger.reset("guard", code, "mine-alone").await.ok(201).clone();
        assert_eq!(set["person"]["must_change"], false);
        stranger.reset("guard", code, "mine-again").await.refused(401, "bad_credentials");
        let mut guard = place.stranger();
        guard.log_in("guard", "mine-alone").await;
        guard.get("/api/lanes/E01").await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn a_code_dies_in_time_and_does_not_pass_by_a_second_factor() {
    on_each_engine(|place| async move {
        let (admin, guard) = (place.desk("admin").await, place.desk("guard").await);
        let id = guard.get("/api/session").await.body["id"].clone();
        let path = format!("/api/people/{}/password", id.as_str().unwrap());
        let factor = "/api/session/second-factor";
        let offer = guard.post(factor, json!({})).await.ok(201).clone();
        let secret = offer["secret"].as_str().unwrap();
        let taken = json!({"code": code(&place, secret)});
        guard.put(factor, taken).await.ok(204);
        let made = admin.post(&path, json!({})).await.ok(201).clone();
        let reset = |second: Option<String>| {
            let body =
                json!({"username": "guard", "code": made["code"], "password": "mine-alone", "second_factor": second});
            let stranger = place.stranger();
            async move { stranger.post("/api/session/reset", body).await }
        };
        reset(None).await.refused(401, "second_factor_required");
        reset(Some("000000".to_owned())).await.refused(401, "second_factor_required");
        place.hub.clock.advance(MINUTE);
        reset(Some(code(&place, secret))).await.ok(201);

        let admin = place.desk("admin").await;
        let made = admin.post(&path, json!({})).await.ok(201).clone();
        place.hub.clock.advance(MINUTE * 60 * 73);
        place
            .stranger()
            .reset("guard", made["code"].as_str().unwrap(), "mine-later")
            .await
            .refused(401, "bad_credentials");
    })
    .await;
}

/// Whoever logs in from another machine than the hub's, as a proxy of ours tells it.
async fn from_afar(place: &Place, username: &str, password: &str) -> super::desk::Desk {
    let mut desk = place.stranger();
    let login = json!({"username": username, "password": password});
    let request = desk.request(Method::POST, "/api/session").json(&login);
    let told = desk.send(request.header("x-forwarded-for", "203.0.113.7")).await;
    desk.token = told.ok(201)["token"].as_str().map(str::to_owned);
    desk
}

/// A password that stood in a file is good on the hub's own machine; from another it is changed first, and supervisors
/// and administrators take up a second factor.
#[tokio::test]
async fn from_another_machine_a_filed_password_is_changed_and_a_second_factor_taken_up() {
    for engine in lanedesk_hub::testing::ENGINES {
        let database = lanedesk_hub::testing::Database::new(engine).await.unwrap();
        let site = format!(
            "{}[[person]]\nusername = \"own\"\nname = \"自\"\nrole = \"agent\"\npassword = \"chosen-well-7\"\nareas = [\"company\"]\nmust_change = false\n\
             [[person]]\nusername = \"weak\"\nname = \"弱\"\nrole = \"agent\"\npassword = \"12345678\"\nareas = [\"company\"]\nmust_change = false\n",
            super::SITE
        );
        database.import(&site, super::NOON).await.unwrap();
        let clock = lanedesk_hub::clock::Clock::manual(super::NOON);
        let mut config = database.config(clock);
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        let hub = lanedesk_hub::hub::Hub::start(config).await.unwrap();
        let place = Place { database, hub };
        for username in ["guard", "agent", "chief", "admin"] {
            let here = place.desk(username).await;
            let me = here.get("/api/session").await.ok(200).clone();
            assert_eq!((&me["must_change"], &me["must_enrol"]), (&json!(false), &json!(false)));
            here.get("/api/search?q=E01").await.ok(200);
        }
        let guard = from_afar(&place, "guard", "secret-1").await;
        guard.get("/api/search?q=E01").await.refused(403, "password_change_required");
        let change = json!({"old": "secret-1", "new": "mine-alone"});
        guard.put("/api/session/password", change).await.ok(204);
        guard.get("/api/search?q=E01").await.ok(200);
        from_afar(&place, "own", "chosen-well-7").await.get("/api/search?q=E01").await.ok(200);
        from_afar(&place, "weak", "12345678")
            .await
            .get("/api/search?q=E01")
            .await
            .refused(403, "password_change_required");
        for username in ["chief", "admin"] {
            let desk = from_afar(&place, username, "secret-1").await;
            let change = json!({"old": "secret-1", "new": "mine-alone"});
            desk.put("/api/session/password", change).await.ok(204);
            desk.get("/api/search?q=E01").await.refused(403, "enrolment_required");
            let path = "/api/session/second-factor";
            assert_eq!(desk.get(path).await.ok(200)["required"], true, "{username}");
            let offer = desk.post(path, json!({})).await.ok(201).clone();
            let code = code(&place, offer["secret"].as_str().unwrap());
            desk.put(path, json!({"code": code})).await.ok(204);
            desk.get("/api/search?q=E01").await.ok(200);
        }
        place.hub.stop().await;
    }
}

/// The token somebody else may have got hold of is worth nothing once the password was entered again.
#[tokio::test]
async fn entering_the_password_once_more_renews_the_token() {
    on_each_engine(|place| async move {
        let mut admin = place.desk("admin").await;
        let old = admin.clone();
        let mut stream = old.stream("").await.unwrap();
        let renewed = admin.confirm("secret-1").await.ok(200).clone();
        assert_ne!(renewed["token"].as_str(), old.token.as_deref());
        old.get("/api/session").await.refused(401, "no_session");
        old.get("/api/site/seat").await.refused(401, "no_session");
        while stream.next().await.is_some() {}
        admin.get("/api/session").await.ok(200);
        let open = admin.get("/api/sessions").await.ok(200)["items"].clone();
        assert_eq!(open.as_array().unwrap().len(), 1, "it is the same session");
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
        assert_eq!(admin.get(&whose).await.ok(200)["items"].as_array().unwrap().len(), 1);
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
        assert_eq!(guard.get(path).await.ok(200), &json!({"required": false, "enrolled": false}));
        let offer = guard.post(path, json!({})).await.ok(201).clone();
        let secret = offer["secret"].as_str().unwrap();
        assert!(offer["uri"].as_str().unwrap().starts_with("otpauth://totp/Lanedesk:guard?secret="));
        assert!(offer["qr_svg"].as_str().unwrap().contains("<svg"));
        guard.put(path, json!({"code": "000000"})).await.refused(422, "invalid");
        guard.put(path, json!({"code": code(&place, secret)})).await.ok(204);

        let log_in = |body: Value| async { place.stranger().post("/api/session", body).await };
        let with = |code: &str| json!({"username": "guard", "password": "secret-1", "code": code});
        log_in(json!({"username": "guard", "password": "secret-1"})).await.refused(401, "second_factor_required");
        let used = code(&place, secret);
        log_in(with(&used)).await.refused(401, "second_factor_required");
        place.hub.clock.advance(MINUTE);
        let fresh = code(&place, secret);
        log_in(with(&fresh)).await.ok(201);
        log_in(with(&fresh)).await.refused(401, "second_factor_required");

        let id = guard.get("/api/session").await.body["id"].clone();
        let reset = format!("/api/people/{}/second-factor", id.as_str().unwrap());
        admin.delete(&reset).await.ok(204);
        guard.get("/api/session").await.refused(401, "no_session");
        log_in(json!({"username": "guard", "password": "secret-1"})).await.ok(201);
    })
    .await;
}

#[tokio::test]
async fn a_role_whose_rule_wants_a_second_factor_takes_one_up_first() {
    on_each_engine(|place| async move {
        let admin = place.desk("admin").await;
        let rule = admin.get("/api/site/rule/second_factor_agent").await.ok(200).clone();
        let change = json!({"version": rule["version"], "row": {"value": 1}});
        admin.put("/api/site/rule/second_factor_agent", change).await.ok(200);
        let agent = place.desk("agent").await;
        agent.get("/api/lanes/E01").await.refused(403, "enrolment_required");
        let told = agent.get("/api/session").await.ok(200).clone();
        assert_eq!(told["must_enrol"], true);
        assert_eq!(told["time_zone"], "Asia/Shanghai", "R55");
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
        let mut admin = place.desk("admin").await;
        let seat = json!({"row": {"number": "9001"}});
        place.hub.clock.advance(11 * MINUTE);
        let refused = admin.post("/api/site/seat", seat.clone()).await;
        refused.refused(403, "password_required");
        let pairing = admin.post("/api/robots/R-1/pairing", json!({})).await;
        pairing.refused(403, "password_required");
        admin.confirm("wrong").await.refused(422, "invalid");
        let refused = admin.post("/api/site/seat", seat.clone()).await;
        refused.refused(403, "password_required");
        admin.confirm("secret-1").await.ok(200);
        admin.post("/api/site/seat", seat).await.ok(201);
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
        agent.put("/api/seat", json!({"number": "8001"})).await.ok(200);
        agent.post("/api/lanes/B01/claim", json!({})).await.ok(201);
        let mut stream = agent.stream("").await.unwrap();
        let people = admin.get("/api/site/person?q=agent&limit=1").await.ok(200).clone();
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
        other.put("/api/seat", json!({"number": "8001"})).await.ok(200);
        place.stranger().try_log_in("agent", "secret-1").await.refused(401, "bad_credentials");
    })
    .await;
}

/// A lane taken back with the rights is told as that, not as ten minutes that are over; a seat freed so is told to those
/// who see the seats, and stands in the record.
#[tokio::test]
async fn what_is_taken_back_with_the_rights_is_told_as_such_and_recorded() {
    on_each_engine(|place| async move {
        let (admin, agent, other) = (place.desk("admin").await, place.desk("agent").await, place.desk("agent2").await);
        agent.put("/api/seat", json!({"number": "8001"})).await.ok(200);
        let claim = agent.post("/api/lanes/B01/claim", json!({})).await;
        let case = claim.ok(201)["case"]["id"].as_str().unwrap().to_owned();
        let (mut own, mut others) = (agent.stream("").await.unwrap(), other.stream("").await.unwrap());
        let change = async |key: &str, value: serde_json::Value| {
            let people = admin.get("/api/site/person?q=agent&limit=1").await;
            let row = people.ok(200)["items"][0].clone();
            let mut cells = row["row"].clone();
            cells[key] = value;
            let path = format!("/api/site/person/{}", row["id"].as_str().unwrap());
            let change = json!({"version": row["version"], "row": cells});
            admin.put(&path, change).await.ok(200);
        };
        change("areas", json!(["south"])).await;
        let lost = own.next_of("lease_lost").await;
        assert_eq!((&lost["why"], &lost["case"]), (&json!("revoked"), &json!(case)));
        let view = other.get(&format!("/api/cases/{case}")).await;
        assert_eq!(view.ok(200)["case"]["state"], "revoked");
        let steps = view.body["timeline"].as_array().unwrap();
        assert_eq!(steps.last().unwrap()["what"], "revoked", "{steps:?}");

        change("disabled", json!(true)).await;
        let freed = loop {
            let frame = others.next_of("seat").await;
            if frame["seat"]["number"] == "8001" && frame["seat"].get("person").is_none() {
                break frame;
            }
        };
        assert!(freed["seat"].get("state").is_none(), "{freed}");
        let mut reader = place.hub.hub.store().read().await.unwrap();
        let freed = "select count(*) from audit where action = 'seat.free' and subject = 'seat:8001'";
        let rows: Vec<(i64,)> = reader.conn().all(freed, vec![]).await.unwrap();
        assert_eq!(rows, [(1,)]);
    })
    .await;
}

/// Somebody whose rights are taken away while their request is still coming in does not keep the lane they ask for with it.
#[tokio::test]
async fn a_lane_asked_for_with_rights_that_are_gone_by_then_is_not_kept() {
    on_each_engine(|place| async move {
        let (admin, chief) = (place.desk("admin").await, place.desk("chief").await);
        let body = json!({"reason": "换班"}).to_string();
        let (first, rest) = body.split_at(4);
        let mut line = TcpStream::connect(place.hub.addr).await.unwrap();
        let head = format!(
            "POST /api/lanes/E01/take-over HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{first}",
            chief.token.as_deref().unwrap(),
            body.len()
        );
        line.write_all(head.as_bytes()).await.unwrap();
        // The session is looked at meanwhile, before the body is there.
        let people = admin.get("/api/site/person?q=chief&limit=1").await;
        let row = people.ok(200)["items"][0].clone();
        let mut cells = row["row"].clone();
        cells["areas"] = json!(["north"]);
        let path = format!("/api/site/person/{}", row["id"].as_str().unwrap());
        let change = json!({"version": row["version"], "row": cells});
        admin.put(&path, change).await.ok(200);
        line.write_all(rest.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 403 "), "{answer:?}");
        let view = place.desk("agent").await.get("/api/lanes/E01").await;
        assert!(view.ok(200).get("lease").is_none(), "{}", view.body);
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
        admin.put("/api/site/lot/cyds", json!({"version": lot["version"], "row": cells})).await.ok(200);
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
        let told = person.send(person.request(Method::GET, "/api/session")).await.body;
        let role: lanedesk_domain::person::Role = serde_json::from_value(told["role"].clone()).unwrap();
        let wanted: Vec<_> = role.permissions().collect();
        assert_eq!(told["permissions"], json!(wanted), "{username}");
    }
}

#[tokio::test]
async fn codes_of_one_account_are_few_from_wherever_they_are_told() {
    on_each_engine(|place| async move {
        let guard = place.desk("guard").await;
        let path = "/api/session/second-factor";
        let offer = guard.post(path, json!({})).await.ok(201).clone();
        let secret = offer["secret"].as_str().unwrap();
        guard.put(path, json!({"code": code(&place, secret)})).await.ok(204);
        place.hub.hub.proxies().trust(vec!["127.0.0.1".parse::<std::net::IpAddr>().unwrap().into()]);
        let stranger = place.stranger();
        let guess = async |n: u8, code: &str| {
            let login = json!({"username": "guard", "password": "secret-1", "code": code});
            let request =
                stranger.request(Method::POST, "/api/session").header("x-forwarded-for", format!("10.0.0.{n}"));
            stranger.send(request.json(&login)).await
        };
        for n in 0..10 {
            guess(n, "000000").await.refused(401, "second_factor_required");
        }
        // The right one is not looked at either, until the time is over.
        place.hub.clock.advance(MINUTE);
        let slowed = guess(11, &code(&place, secret)).await;
        let seconds = slowed.refused(429, "too_many_attempts")["retry_after_s"].as_u64().unwrap();
        assert!(seconds <= 15 * 60, "{seconds}");
        place.hub.clock.advance(Duration::from_secs(seconds));
        guess(12, &code(&place, secret)).await.ok(201);
    })
    .await;
}

/// R3: whoever was given nothing yet is not everybody's: what they will be given is not known.
#[tokio::test]
async fn a_person_without_scope_is_their_makers_and_of_whoever_holds_a_root_area() {
    const SOUTH: &str = "[[person]]\nusername = \"south\"\nname = \"南管\"\nrole = \"admin\"\npassword = \"secret-1\"\nareas = [\"south\"]\n";
    for engine in ENGINES {
        let place = Place::with(engine, &format!("{SITE}{SOUTH}")).await;
        let (head, south) = (place.desk("admin").await, place.desk("south").await);
        let new = |username: &str| json!({"row": {"username": username, "name": username, "role": "admin"}});
        let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
        let made = head.post("/api/site/person", new("next-head")).await;
        let made = id(made.ok(201));
        let path = format!("/api/site/person/{made}");
        south.get(&path).await.refused(404, "not_found");
        let reset = format!("/api/people/{made}/password");
        south.post(&reset, json!({})).await.refused(404, "not_found");
        let mut row = head.get(&path).await.ok(200).clone();
        row["row"]["areas"] = json!(["south"]);
        let taken = json!({"version": row["version"], "row": row["row"]});
        south.put(&path, taken).await.refused(404, "not_found");
        let list = south.get("/api/site/person?q=next-head").await;
        assert_eq!(list.ok(200)["items"], json!([]), "{engine:?}");
        let own = south.post("/api/site/person", new("next-guard")).await;
        let own = format!("/api/site/person/{}", id(own.ok(201)));
        south.get(&own).await.ok(200);
        head.get(&own).await.ok(200);
        place.hub.stop().await;
    }
}
