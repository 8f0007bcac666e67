//! R3: the live board, for supervisors, within their scope.

use super::on_each_engine;
use serde_json::json;

#[tokio::test]
async fn the_board_shows_what_is_handled_in_scope_to_supervisors_only() {
    on_each_engine(|place| async move {
        let (guard, agent, chief) = (place.desk("guard").await, place.desk("agent").await, place.desk("chief").await);
        guard.post("/api/lanes/E01/claim", json!({})).await.ok(201);
        agent.post("/api/lanes/B01/claim", json!({})).await.ok(201);
        let board = chief.get("/api/board").await;
        let items = board.ok(200)["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "the lot in the north is not hers: {items:?}");
        assert_eq!(items[0]["lane"]["code"], "E01");
        assert_eq!(items[0]["holder"]["name"], "张三");
        assert_eq!(items[0]["source"], "query");
        assert_eq!(items[0]["expires_at"], super::NOON.plus_minutes(10).to_string());
        for desk in [&guard, &agent] {
            desk.get("/api/board").await.refused(403, "not_allowed");
        }
        place.hub.clock.advance(std::time::Duration::from_secs(601));
        assert_eq!(chief.get("/api/board").await.ok(200)["items"], json!([]), "what is over is not handled");
    })
    .await;
}
