//! Logging in, staying in, sitting down (R2, R4).

use crate::demo::PASSWORD;
use crate::harness::{Engine, Person, Stream, World, on_each_engine, wait_for};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

on_each_engine!(
    guessing_is_slowed_and_locks_nobody_else_out,
    a_session_ends_idle_absolutely_and_by_its_person,
    a_seat_serves_one_person_at_a_time,
);

/// Wrong tries cost a wait, told with `Retry-After`; the victim logs in from where they are all the same, and after the
/// wait the right password works from there too.
async fn guessing_is_slowed_and_locks_nobody_else_out(engine: Engine) {
    let world = World::new(engine).await;
    let stranger = world.stranger().from("203.0.113.7");
    let mut slowed = None;
    for _ in 0..30 {
        let answer = stranger.try_log_in("guard", "wrong").await;
        if answer.status == 429 {
            slowed = answer.retry_after;
            let told = answer.refused(429, "too_many_attempts");
            assert_eq!(told["retry_after_s"].as_u64(), slowed);
            break;
        }
        answer.refused(401, "bad_credentials");
    }
    let wait = slowed.expect("thirty guesses are slowed");
    stranger.try_log_in("guard", PASSWORD).await.refused(429, "too_many_attempts");
    let victim = world.stranger().from("198.51.100.4");
    assert_eq!(victim.try_log_in("guard", PASSWORD).await.status, 201);
    world.advance(Duration::from_secs(wait));
    assert_eq!(stranger.try_log_in("guard", PASSWORD).await.status, 201);
    // An unknown account and a wrong password look the same.
    let unknown = victim.try_log_in("nobody-here", PASSWORD).await.refused(401, "bad_credentials");
    let wrong = victim.try_log_in("chief", "wrong").await.refused(401, "bad_credentials");
    assert_eq!(unknown["detail"], wrong["detail"]);
}

/// Unused for its idle time a session ends; used it goes on until its absolute end; logged out it is over at once,
/// streams included. Only the token's hash is stored.
async fn a_session_ends_idle_absolutely_and_by_its_person(engine: Engine) {
    let world = World::new(engine).await;
    let (idle, used) = (world.person("guard").await, world.person("agent").await);
    let expires = world.stranger().try_log_in("chief", PASSWORD).await.ok()["expires_at"].clone();
    let expires: lanedesk_domain::time::Timestamp = serde_json::from_value(expires).unwrap();
    // The demo's rules: 720 idle minutes.
    world.advance(Duration::from_secs(719 * 60));
    is_used(&world, &used).await;
    world.advance(Duration::from_secs(60));
    idle.get("/api/session").await.refused(401, "no_session");
    while world.now().plus_ms(11 * 3_600_000) < expires {
        world.advance(Duration::from_secs(11 * 3600));
        is_used(&world, &used).await;
    }
    world.advance(Duration::from_secs(11 * 3600));
    used.get("/api/session").await.refused(401, "no_session");

    let leaving = world.person("guard").await;
    let mut told = Stream::open(&leaving, None).await;
    assert_eq!(leaving.call(Method::DELETE, "/api/session", None).await.status, 204);
    leaving.get("/api/session").await.refused(401, "no_session");
    while told.next().await.is_some() {}
    let token = leaving.token().unwrap();
    let plain = format!("select count(*) from session where token_hash = '{token}'");
    assert_eq!(world.database.count(&plain).await, 0);
}

/// Uses a session, and waits until that is written down, which no answer waits for.
async fn is_used(world: &World, person: &Person) {
    person.get("/api/session").await.ok();
    let now = world.now().0;
    let written = format!("select count(*) from session where used_at = {now}");
    wait_for("the use on record", async || (world.database.count(&written).await > 0).then_some(())).await;
}

/// R4: binding a taken seat names who has it; R2: only agents have seats.
async fn a_seat_serves_one_person_at_a_time(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, other) = (world.person("agent").await, world.person("agent2").await);
    let seat = |number: &str| json!({"number": number});
    let bound = agent.call(Method::PUT, "/api/seat", Some(&seat("8001"))).await.ok();
    assert_eq!(bound["seat"], "8001");
    let taken = other.call(Method::PUT, "/api/seat", Some(&seat("8001"))).await.refused(409, "seat_taken");
    assert_eq!(taken["holder"]["name"], "李四");
    agent.call(Method::PUT, "/api/seat", Some(&seat("8002"))).await.ok();
    other.call(Method::PUT, "/api/seat", Some(&seat("8001"))).await.ok();
    assert_eq!(agent.call(Method::DELETE, "/api/seat", None).await.status, 204);
    assert!(agent.get("/api/session").await.ok()["seat"].is_null());
    let guard = world.person("guard").await;
    guard.call(Method::PUT, "/api/seat", Some(&seat("8002"))).await.refused(403, "not_allowed");
    assert!(agent.call(Method::PUT, "/api/seat", Some(&seat("9999"))).await.status.is_client_error());
}
