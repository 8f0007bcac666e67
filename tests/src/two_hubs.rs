//! Two hubs on one PostgreSQL are one hub: one holder, one movement, both streams told (R6, R7, R26; invariants 3, 5, 7).

use crate::harness::{Database, Engine, Stream, World, people};
use futures::future::{join, join_all};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// A claim on one is seen and respected by the other, and the streams of both tell it.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_on_one_is_respected_by_the_other() {
    let world = World::new(Engine::Postgres).await;
    let second = world.second().await;
    let there = format!("http://{}", second.addr);
    let (guard, agent) = (world.person("guard").await, world.person("agent").await.at(&there));
    let mut here_told = world.stream(&guard).await;
    let mut there_told = Stream::open(&agent, None).await;

    let claim = guard.claim("E01").await;
    let told = agent.try_claim("E01").await.refused(409, "lane_held");
    assert_eq!(told["holder"]["id"], guard.id.as_str());
    for stream in [&mut here_told, &mut there_told] {
        let frame = stream.hears("the claim", |f| f["type"] == "lease" && f["lane"] == "E01").await;
        assert_eq!(frame["holder"]["id"], guard.id.as_str());
    }
    let hit = agent.get("/api/search?q=E01").await.ok();
    assert_eq!(hit["lanes"][0]["held"]["holder"]["id"], guard.id.as_str());

    assert_eq!(guard.try_close(&claim).await.status, 204);
    agent.claim("E01").await;
    for stream in [&mut here_told, &mut there_told] {
        let taken = |f: &serde_json::Value| f["type"] == "lease" && f["holder"]["id"] == agent.id.as_str();
        stream.hears("the other's claim", taken).await;
    }
    second.stop().await;
}

/// R9: whichever hub ends the lease, its holder is told once, wherever they listen.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_ends_once_whoever_ends_it() {
    let world = World::new(Engine::Postgres).await;
    let second = world.second().await;
    let guard = world.person("guard").await;
    let mut here = world.stream(&guard).await;
    let mut there = Stream::open(&guard.at(&format!("http://{}", second.addr)), None).await;
    guard.claim("E01").await;
    world.advance(Duration::from_secs(9 * 60));
    for stream in [&mut here, &mut there] {
        stream.hears("the warning", |f| f["type"] == "lease_expiring").await;
    }
    world.advance(Duration::from_secs(60));
    for stream in [&mut here, &mut there] {
        stream.hears("the loss", |f| f["type"] == "lease_lost").await;
    }
    // A later frame of both streams shows that nothing was told twice before it.
    guard.claim("E02").await;
    for stream in [&mut here, &mut there] {
        stream.hears("the next claim", |f| f["type"] == "lease" && f["lane"] == "E02").await;
        for kind in ["lease_expiring", "lease_lost"] {
            let times = stream.heard.iter().filter(|f| f["type"] == kind).count();
            assert_eq!(times, 1, "{kind}");
        }
    }
    assert_eq!(world.database.count("select count(*) from audit where action = 'lane.expire'").await, 1);
    second.stop().await;
}

/// Forty people, half at each hub, claim one lane at once.
#[tokio::test(flavor = "multi_thread")]
async fn over_two_hubs_one_person_holds_a_lane() {
    let world = World::with(Database::new(Engine::Postgres).await, &people(40, "agent"), &[]).await;
    let second = world.second().await;
    let addresses = [world.address(), format!("http://{}", second.addr)];
    let names: Vec<String> = (0..40).map(|n| format!("p{n}")).collect();
    let everybody = join_all(names.iter().map(|name| world.person(name))).await;
    let claims = everybody.iter().enumerate().map(|(n, person)| {
        let person = person.at(&addresses[n % 2]);
        async move { person.try_claim("E01").await.status.as_u16() }
    });
    let answers = join_all(claims).await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [201, 409].contains(status)), "{answers:?}");
    second.stop().await;
}

/// Invariant 5: one order id sent to both at once moves the arm once, and both say what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn one_order_sent_to_both_moves_the_arm_once() {
    let world = World::new(Engine::Postgres).await;
    let second = world.second().await;
    let (guard, claim) = world.at_the_gate().await;
    let at_second = guard.at(&format!("http://{}", second.addr));
    let mut here_told = world.stream(&guard).await;
    let mut there_told = Stream::open(&at_second, None).await;
    let id = Uuid::new_v4();
    let (here, there) = join(guard.try_order(&claim, id, "open"), at_second.try_order(&claim, id, "open")).await;
    for answer in [here, there] {
        let order = answer.ok()["order"].clone();
        assert!(["accepted", "opened"].contains(&order["result"].as_str().unwrap()), "{order}");
    }
    for stream in [&mut here_told, &mut there_told] {
        let opened =
            |f: &serde_json::Value| f["type"] == "order" && f["order_id"] == json!(id) && f["result"] == "opened";
        stream.hears("the arm up", opened).await;
    }
    assert_eq!((world.reached("E01"), world.moved("E01")), (1, 1));
    second.stop().await;
}

/// Invariant 3: a lane taken over at one hub is lost for orders at the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_fence_lost_at_one_hub_is_lost_at_the_other() {
    let world = World::new(Engine::Postgres).await;
    let second = world.second().await;
    let (guard, claim) = world.at_the_gate().await;
    let chief = world.person("chief").await.at(&format!("http://{}", second.addr));
    chief.post("/api/lanes/E01/take-over", &json!({"reason": "换班"})).await.ok();
    guard.try_order(&claim, Uuid::new_v4(), "open").await.refused(409, "lease_lost");
    assert_eq!(world.reached("E01"), 0);
    second.stop().await;
}
