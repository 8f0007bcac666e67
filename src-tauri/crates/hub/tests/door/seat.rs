//! R2, R4: a seat serves one person at a time.

use super::{Place, on_each_engine};
use serde_json::json;

#[tokio::test]
async fn a_taken_seat_says_who_has_it_and_a_freed_one_can_be_taken() {
    on_each_engine(|place| async move {
        let (first, second) = (place.desk("agent").await, place.desk("agent2").await);
        assert_eq!(first.put("/api/seat", json!({"number": "8001"})).await.ok(200)["seat"], "8001");
        let taken = second.put("/api/seat", json!({"number": "8001"})).await;
        assert_eq!(taken.refused(409, "seat_taken")["holder"]["name"], "李四");
        first.delete("/api/seat").await.ok(204);
        assert!(first.get("/api/session").await.ok(200).get("seat").is_none());
        second.put("/api/seat", json!({"number": "8001"})).await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn sitting_down_elsewhere_frees_the_former_seat_and_binding_again_changes_nothing() {
    on_each_engine(|place| async move {
        let (first, second) = (place.desk("agent").await, place.desk("agent2").await);
        for number in ["8001", "8001", "8002"] {
            first.put("/api/seat", json!({"number": number})).await.ok(200);
        }
        assert_eq!(first.get("/api/session").await.ok(200)["seat"], "8002");
        second.put("/api/seat", json!({"number": "8001"})).await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn only_agents_have_seats_and_the_role_is_looked_at_before_the_body() {
    on_each_engine(|place| async move {
        for username in ["guard", "chief", "admin"] {
            let desk = place.desk(username).await;
            desk.put("/api/seat", json!({"number": "8001"})).await.refused(403, "not_allowed");
            desk.put("/api/seat", json!("nonsense")).await.refused(403, "not_allowed");
            desk.delete("/api/seat").await.refused(403, "not_allowed");
        }
        let agent = place.desk("agent").await;
        let unknown = agent.put("/api/seat", json!({"number": "9999"})).await;
        assert_eq!(unknown.refused(422, "invalid")["field"], "number");
    })
    .await;
}

#[tokio::test]
async fn of_many_who_sit_down_at_once_one_sits() {
    on_each_engine(|place: Place| async move {
        let desks = [place.desk("agent").await, place.desk("agent2").await];
        let tries = (0..20).map(|n| {
            let desk = desks[n % 2].clone();
            async move { (n % 2, desk.put("/api/seat", json!({"number": "8002"})).await.status) }
        });
        let done = futures::future::join_all(tries).await;
        let sits = |who: usize| done.iter().any(|(desk, status)| *desk == who && *status == 200);
        assert!(sits(0) != sits(1), "{done:?}");
        assert!(done.iter().all(|(_, status)| [200, 409].contains(status)), "{done:?}");
    })
    .await;
}
