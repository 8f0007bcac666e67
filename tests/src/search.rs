//! Finding lots and lanes while typing (R5), only one's own (R3), with who holds them (R7).

use crate::harness::{Database, Engine, Person, World};
use serde_json::Value;

/// Lanes whose characters are read in more than one way: 重 chóng zhòng, 长 cháng zhǎng, 行 háng xíng.
const MANY_READINGS: &str = "\n[[lot]]\nid = \"cjhy\"\nname = \"重庆长江银行停车场\"\narea = \"shenzhen\"\nmanager = \"何重\"\nmanager_phone = \"13700000000\"\n\
[[lane]]\nid = \"L01\"\nlot = \"cjhy\"\nname = \"北侧出口\"\ncode = \"L01\"\ndirection = \"exit\"\n";

async fn lanes(person: &Person, query: &str) -> Vec<String> {
    let answer = person.get(&format!("/api/search?q={query}")).await.ok();
    let lanes = answer["lanes"].as_array().unwrap().iter();
    lanes.map(|lane| lane["id"].as_str().unwrap().to_owned()).collect()
}

/// By name, code, pinyin, initials, from lot into lane name, mixed, and with one slip; the best comes first.
#[tokio::test]
async fn a_lane_is_found_however_it_is_typed() {
    let world = World::with(Database::new(Engine::Sqlite).await, MANY_READINGS, &[]).await;
    let agent = world.person("agent").await;
    let typed = [
        ("东门出口", "E02"),
        ("E02", "E02"),
        ("e02", "E02"),
        ("dongmenchukou", "E02"),
        ("dmck", "E02"),
        ("彩悦大厦东门出口", "E02"),
        ("cydsdmck", "E02"),
        ("彩悦dmck", "E02"),
        ("caiyue e02", "E02"),
        ("彩悦大厦停车场东门出口", "E02"),
        ("dongmenchukuo", "E02"),
        ("xhzxnmjk", "S01"),
        ("cqcjyh", "L01"),
        ("chongqingchangjiangyinhang", "L01"),
        ("重庆长江银行北侧", "L01"),
    ];
    for (query, wanted) in typed {
        let found = lanes(&agent, query).await;
        assert_eq!(found.first().map(String::as_str), Some(wanted), "{query} finds {found:?}");
    }
    assert_eq!(lanes(&agent, "没有这样的道口").await, Vec::<String>::new());
    let lots = agent.get("/api/search?q=cyds").await.ok();
    assert_eq!(lots["lots"][0]["name"], "彩悦大厦");
}

/// R3: another lot's lanes are not found; R41 neither are its records, openings or, on the board, its lanes.
#[tokio::test]
async fn another_lots_things_are_not_found() {
    let world = World::sqlite().await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    world.lot.lane("S01").arrive(lotsim::Vehicle::new("粤B66R58"));
    let claim = agent.claim("S01").await;
    agent.see("S01", "the vehicle", |view| view["assessment"] == "temporary").await;
    agent.open(&claim).await;
    for query in ["南门进口", "S01", "xhzx", "粤B66R58"] {
        let found = lanes(&guard, query).await;
        assert!(!found.contains(&"S01".to_owned()), "{query} finds {found:?}");
    }
    let handled = guard.get("/api/handled").await.ok();
    assert_eq!(handled["items"], Value::Array(Vec::new()));
    let records = guard.get("/api/records?q=粤B66R58").await.ok();
    let nothing = |part: &str| records[part] == Value::Array(Vec::new());
    assert!(["stays", "payments", "cases", "openings"].into_iter().all(nothing), "{records}");
    let found = agent.get("/api/records?q=粤B66R58").await.ok();
    assert_eq!(found["cases"][0]["id"], claim.case.as_str());
    assert_eq!(guard.get("/api/openings").await.ok()["items"], Value::Array(Vec::new()));
}

/// R7: whoever types sees at once that somebody is there already.
#[tokio::test]
async fn a_held_lane_says_by_whom() {
    let world = World::sqlite().await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    let claim = agent.claim("E02").await;
    let hit = guard.get("/api/search?q=dmck").await.ok()["lanes"][0].clone();
    assert_eq!(hit["held"]["holder"]["name"], "李四");
    assert!(hit["held"]["since"].is_string());
    let chief = world.person("chief").await;
    let board = chief.get("/api/board").await.ok();
    assert_eq!(
        (&board["items"][0]["lane"]["id"], &board["items"][0]["holder"]["name"]),
        (&"E02".into(), &"李四".into())
    );
    assert_eq!(agent.try_close(&claim).await.status, 204);
    let hit = guard.get("/api/search?q=dmck").await.ok()["lanes"][0].clone();
    assert!(hit["held"].is_null(), "{hit}");
}
