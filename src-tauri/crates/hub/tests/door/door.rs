//! What holds for every route: the session first, problems in two languages, open routes for machines.

use super::{Place, on_each_engine};
use lanedesk_hub::testing::Engine;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_session_is_looked_at_before_path_method_body_and_upgrade() {
    on_each_engine(|place| async move {
        let stranger = place.stranger();
        for path in ["/api/search", "/api/lanes/NOWHERE", "/api/nothing", "/api/stream", "/api/board", "/api/session"] {
            stranger.get(path).await.refused(401, "no_session");
            stranger.delete(path).await.refused(401, "no_session");
        }
        stranger.send(stranger.request(Method::PUT, "/api/seat").body("{")).await.refused(401, "no_session");
        assert_eq!(stranger.stream("").await.err().unwrap(), 401);
        for wrong in ["Bearer nonsense", "Basic Z3VhcmQ6eA==", "Bearer", "nonsense"] {
            let request = stranger.request(Method::GET, "/api/search").header("authorization", wrong);
            stranger.send(request).await.refused(401, "no_session");
        }
    })
    .await;
}

#[tokio::test]
async fn the_router_s_own_refusals_are_problems_too() {
    let place = Place::new(Engine::Sqlite).await;
    let desk = place.desk("agent").await;
    desk.get("/api/nothing").await.refused(404, "not_found");
    desk.get("/nothing").await.refused(404, "not_found");
    desk.get("/api/lanes/not%20an%20id").await.refused(404, "not_found");
    let wrong_method = desk.delete("/api/search").await;
    wrong_method.refused(405, "bad_request");
    assert!(wrong_method.headers["allow"].to_str().unwrap().contains("GET"));
    desk.get("/api/stream").await.refused(400, "bad_request");
}

#[tokio::test]
async fn people_are_answered_in_their_language() {
    let place = Place::new(Engine::Sqlite).await;
    let stranger = place.stranger();
    let ask = |language: &'static str| {
        stranger.send(stranger.request(Method::GET, "/api/session").header("accept-language", language))
    };
    assert_eq!(ask("zh-CN").await.body["title"], "未登录");
    assert_eq!(ask("en").await.body["title"], "Not logged in");
    assert_eq!(stranger.get("/api/session").await.body["title"], "未登录", "Chinese by default");
}

#[tokio::test]
async fn machines_need_no_session_for_health_numbers_and_contract() {
    on_each_engine(|place| async move {
        let engine = place.hub.hub.store().engine();
        let stranger = place.stranger();
        let health = stranger.get("/api/health").await;
        assert_eq!(health.ok(200), &json!({"ok": true, "database": engine, "devices": {"online": 0, "offline": 0}}));
        let openapi = stranger.get("/api/openapi.json").await;
        assert!(openapi.ok(200)["paths"]["/api/session"]["post"].is_object());
        let metrics = stranger.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
        for name in ["lanedesk_live_upstreams 0", "lanedesk_leases 0", "lanedesk_stream_connections 0"] {
            assert!(metrics.lines().any(|line| line == name), "{name} not in\n{metrics}");
        }
        assert!(metrics.contains("lanedesk_orders_total{result=\"opened\"} 0"));
    })
    .await;
}

#[tokio::test]
async fn without_its_database_the_hub_says_so() {
    on_each_engine(|place| async move {
        let desk = place.desk("agent").await;
        place.hub.hub.store().close().await;
        let health = desk.get("/api/health").await;
        assert_eq!(health.ok(503)["ok"], false);
        desk.put("/api/seat", json!({"number": "8001"})).await.refused(503, "unavailable");
    })
    .await;
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_stop_and_a_start() {
    let place = Place::new(Engine::Sqlite).await;
    let desk = place.desk("agent").await;
    desk.put("/api/seat", json!({"number": "8002"})).await.ok(200);
    let Place { database, hub } = place;
    hub.stop().await;
    let again =
        lanedesk_hub::hub::Hub::start(database.config(lanedesk_hub::clock::Clock::manual(super::NOON))).await.unwrap();
    let mut later = super::desk::Desk::new(again.addr);
    later.token = desk.token;
    assert_eq!(later.get("/api/session").await.ok(200)["seat"], "8002");
    again.stop().await;
}
