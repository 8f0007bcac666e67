//! Logging in and out, and what ends a session.

use super::{Place, on_each_engine};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_login_gives_a_token_that_works_until_it_is_given_back() {
    on_each_engine(|place| async move {
        let mut desk = place.stranger();
        let session = desk.log_in("agent", "secret-1").await;
        assert_eq!(session["person"]["name"], "李四");
        assert_eq!(session["person"]["role"], "agent");
        assert!(session["token"].as_str().unwrap().len() >= 43, "256 bits");
        assert_eq!(desk.get("/api/session").await.ok(200)["id"], session["person"]["id"]);

        let mut second = place.stranger();
        second.log_in("agent", "secret-1").await;
        desk.delete("/api/session").await.ok(204);
        desk.get("/api/session").await.refused(401, "no_session");
        second.get("/api/session").await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn the_database_holds_no_token_and_no_password() {
    on_each_engine(|place| async move {
        let desk = place.desk("agent").await;
        let token = desk.token.unwrap();
        let mut reader = place.hub.hub.store().read().await.unwrap();
        let mut conn = reader.conn();
        let hashes: Vec<(String,)> = conn.all("select token_hash from session", vec![]).await.unwrap();
        assert!(!hashes.is_empty() && hashes.iter().all(|(hash,)| !hash.contains(&token)));
        let people: Vec<(String,)> = conn.all("select password_hash from person", vec![]).await.unwrap();
        assert!(people.iter().all(|(hash,)| hash.starts_with("$argon2id$") && !hash.contains("secret")));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_look_and_take_alike() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    let stranger = place.stranger();
    // The first try pays for what is computed once.
    stranger.try_log_in("nobody0", "x").await;
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for n in 0..3 {
        let began = Instant::now();
        stranger.try_log_in("guard", "wrong").await.refused(401, "bad_credentials");
        known = known.min(began.elapsed());
        let began = Instant::now();
        stranger.try_log_in(&format!("nobody{n}"), "wrong").await.refused(401, "bad_credentials");
        unknown = unknown.min(began.elapsed());
    }
    let (slow, fast) = (known.max(unknown), known.min(unknown));
    assert!(slow < fast * 3, "a known account took {known:?}, an unknown one {unknown:?}");
}

#[tokio::test]
async fn guessing_is_slowed_with_retry_after_and_ends_by_itself() {
    on_each_engine(|place| async move {
        let stranger = place.stranger();
        for _ in 0..5 {
            stranger.try_log_in("guard", "wrong").await.refused(401, "bad_credentials");
        }
        let slowed = stranger.try_log_in("guard", "secret-1").await;
        let seconds = slowed.refused(429, "too_many_attempts")["retry_after_s"].as_u64().unwrap();
        assert_eq!(slowed.headers["retry-after"], seconds.to_string().as_str());
        stranger.try_log_in("agent", "secret-1").await.ok(201);
        place.hub.clock.advance(Duration::from_secs(seconds));
        stranger.try_log_in("guard", "secret-1").await.ok(201);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_elsewhere_cannot_lock_somebody_out() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    place.hub.hub.proxies().trust(vec!["127.0.0.0/8".parse().unwrap()]);
    let desk = place.stranger();
    let from = |address: &'static str, password: &'static str| {
        let request = desk.request(Method::POST, "/api/session").header("x-forwarded-for", address);
        desk.send(request.json(&json!({"username": "guard", "password": password})))
    };
    // The first entry is the stranger's invention, the last the proxy's word.
    while from("9.9.9.9, 10.0.0.66", "wrong").await.status != 429 {}
    from("10.0.0.1", "secret-1").await.ok(201);
    from("10.0.0.66", "secret-1").await.refused(429, "too_many_attempts");
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_at_its_end_however_much_it_is() {
    on_each_engine(|place| async move {
        let (idle, busy) = (place.desk("guard").await, place.desk("agent").await);
        // Twelve hours without use, or seven days.
        for _ in 0..13 {
            place.hub.clock.advance(59 * MINUTE);
            busy.get("/api/session").await.ok(200);
            wait_until_written(&place).await;
        }
        idle.get("/api/session").await.refused(401, "no_session");
        for _ in 0..16 {
            place.hub.clock.advance(11 * 60 * MINUTE);
            if busy.get("/api/session").await.status == 401 {
                return;
            }
            wait_until_written(&place).await;
        }
        panic!("the session outlived its end");
    })
    .await;
}

/// The use of a session is written down beside the request.
async fn wait_until_written(place: &Place) {
    let now = place.hub.clock.now();
    for _ in 0..400 {
        let mut reader = place.hub.hub.store().read().await.unwrap();
        let sql = "select max(used_at) from session";
        let (used,): (i64,) = reader.conn().one(sql, vec![]).await.unwrap();
        if used == now.0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the use was never written down");
}

#[tokio::test]
async fn a_changed_role_or_scope_holds_at_once_in_open_sessions() {
    on_each_engine(|place| async move {
        let guard = place.desk("guard").await;
        assert!(guard.lanes("南门").await.is_empty());
        let moved = super::SITE.replace("lots = [\"cyds\"]", "lots = [\"bj\"]");
        place.database.import(&moved, super::NOON).await.unwrap();
        for _ in 0..400 {
            if guard.lanes("南门").await == ["B01"] {
                assert!(guard.lanes("东门").await.is_empty());
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the new scope never held");
    })
    .await;
}

#[tokio::test]
async fn broken_logins_are_refused_without_telling_more() {
    let place = Place::new(lanedesk_hub::testing::Engine::Sqlite).await;
    let stranger = place.stranger();
    let raw = |kind: &'static str, body: String| {
        stranger.send(stranger.request(Method::POST, "/api/session").header("content-type", kind).body(body))
    };
    raw("application/json", "{".to_owned()).await.refused(400, "bad_request");
    raw("application/json", "{\"username\":\"guard\"}".to_owned()).await.refused(400, "bad_request");
    raw("text/plain", "{}".to_owned()).await.refused(415, "unsupported_media");
    raw("application/json", format!("\"{}\"", "x".repeat(300_000))).await.refused(413, "too_large");
    stranger.try_log_in(&"x".repeat(5_000), "x").await.refused(401, "bad_credentials");
}
