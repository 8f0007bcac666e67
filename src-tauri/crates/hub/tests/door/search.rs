//! R5 through the door: what is found, by whom, and who holds it (R7).

use super::on_each_engine;
use reqwest::Method;

#[tokio::test]
async fn lanes_are_found_while_typing_and_only_within_the_scope() {
    on_each_engine(|place| async move {
        let (guard, agent) = (place.desk("guard").await, place.desk("agent").await);
        for query in ["cydx", "cydxdmj", "彩悦东", "caiyued", "E01", "dongmen"] {
            let found = guard.lanes(query).await;
            assert!(found.contains(&"E01".to_owned()), "{query}: {found:?}");
        }
        assert!(guard.lanes("").await.contains(&"E01".to_owned()), "R1: a guard sees the own lanes before typing");
        assert!(agent.lanes("").await.is_empty(), "an agent has too many for that");
        assert_eq!(agent.lanes("北京路").await, ["B01"]);
        assert!(guard.lanes("北京路").await.is_empty(), "another's lot is not there");
        assert!(guard.lanes("bjl").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn hits_have_the_contract_s_shape_and_say_who_holds_them() {
    on_each_engine(|place| async move {
        let (guard, agent) = (place.desk("guard").await, place.desk("agent").await);
        guard.post("/api/lanes/E01/claim", serde_json::json!({})).await.ok(201);
        let answer =
            agent.send(agent.request(Method::GET, "/api/search").query(&[("q", "彩悦"), ("limit", "1")])).await;
        let hits = answer.ok(200);
        assert_eq!(hits["lots"], serde_json::json!([{"id": "cyds", "name": "彩悦大厦"}]));
        assert_eq!(hits["lanes"].as_array().unwrap().len(), 1, "as many as asked for");
        let lane = &hits["lanes"][0];
        assert_eq!(
            (&lane["id"], &lane["direction"], &lane["has_robot"]),
            (&"E01".into(), &"entry".into(), &false.into())
        );
        assert_eq!(lane["held"]["holder"]["name"], "张三");
        assert_eq!(lane["held"]["since"], super::NOON.to_string());
        guard.get("/api/search?limit=many").await.refused(400, "bad_request");
    })
    .await;
}
