//! Pages go to whoever watches their lanes, and are put together for nobody else.

use crate::{
    lot::{Lot, PUSH_KEY, event},
    stream::Stream,
};
use lanedesk_hub::testing::ENGINES;
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// Cars before the lane's camera, one after the other.
async fn cars(lot: &Lot, plates: impl IntoIterator<Item = String>) {
    for plate in plates {
        let told = event(&uuid::Uuid::now_v7().to_string(), &plate, 0, "");
        assert_eq!(lot.push(PUSH_KEY, &told).await, StatusCode::OK);
    }
}

async fn pages(lot: &Lot) -> u64 {
    let told = lot.call(Method::GET, "/metrics", None).await;
    let text = told.text().await.unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix("lanedesk_pages_total "));
    value.unwrap().parse().unwrap()
}

/// The plate of a car, another one for each number.
fn plate(n: usize) -> String {
    format!("粤B{n:05}")
}

#[tokio::test]
async fn a_desk_that_watches_nothing_hears_no_byte_of_cars_read_elsewhere() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        let agent = lot.log_in("agent").await;
        let mut idle = Stream::of(&lot, &agent, "").await;
        let before = pages(&lot).await;
        // Five seconds' worth at 44 a second.
        cars(&lot, (10_000..10_220).map(plate)).await;
        lot.claim("E02").await;
        idle.until("the claim", |f| f["type"] == "lease").await;
        assert_eq!(idle.bytes, 0, "{engine:?}: {:?}", idle.frames);
        assert_eq!(pages(&lot).await, before, "{engine:?}: nobody watches");
    }
}

#[tokio::test]
async fn the_lane_watched_and_the_lane_held_are_told_and_no_other() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        let agent = lot.log_in("agent").await;
        let (mut looks, mut holds) = (Stream::of(&lot, &agent, "").await, Stream::of(&lot, lot.token(), "").await);
        looks.watch(&["E01"]).await;
        // What a newer desk says besides, or nonsense, changes nothing.
        let strange = [r#"{"type":"from_a_newer_desk"}"#, "{", r#"{"lanes":["E02"]}"#];
        for text in strange {
            looks.say(text).await;
        }
        lot.claim("E01").await;
        for stream in [&mut looks, &mut holds] {
            stream.until("the claim", |f| f["type"] == "view" && f["lease"].is_object()).await;
        }
        cars(&lot, [plate(12_345)]).await;
        for stream in [&mut looks, &mut holds] {
            let read = |f: &Value| f["type"] == "view" && f["vehicle"]["plate"] == plate(12_345);
            assert_eq!(stream.until("the car", read).await["lane"], "E01");
        }
        // The list takes the place of the one before.
        looks.watch(&["E02"]).await;
        lot.claim("E02").await;
        let moved = |f: &Value| f["type"] == "view" && f["lane"] == "E02" && f["lease"].is_object();
        looks.until("the other lane", moved).await;
        holds.until("one's own lane", moved).await;
        (looks.frames, holds.frames) = (Vec::new(), Vec::new());
        cars(&lot, (20_000..20_020).map(plate)).await;
        lot.claim("W02").await;
        let last = |f: &Value| f["type"] == "lease" && f["lane"] == "W02";
        looks.until("the last claim", last).await;
        holds.until("the last claim", last).await;
        let foreign = |f: &&Value| f["type"] == "view" && f["lane"] == "E01";
        assert_eq!(looks.frames.iter().find(foreign), None, "{engine:?}");
        assert_eq!(holds.frames.iter().find(foreign), None, "{engine:?}");
    }
}

#[tokio::test]
async fn a_page_that_changed_while_the_line_was_cut_or_just_before_the_watch_is_told() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        let agent = lot.log_in("agent").await;
        let mut looks = Stream::of(&lot, &agent, "").await;
        lot.claim("E02").await;
        let claim = looks.until("a place", |f| f["type"] == "lease").await;
        looks.close().await;
        cars(&lot, [plate(11_111)]).await;
        let read = |f: &Value| f["type"] == "view" && f["vehicle"]["plate"] == plate(11_111);
        let after = format!("?after={}", claim["seq"].as_str().unwrap());
        let mut again = Stream::of(&lot, &agent, &after).await;
        again.watch(&["E01"]).await;
        again.until("what was missed", read).await;
        let mut late = Stream::of(&lot, &agent, "").await;
        late.watch(&["E01"]).await;
        late.until("what changed a moment ago", read).await;
        assert_eq!(again.views() + late.views(), 0, "told once");
    }
}

#[tokio::test]
async fn a_lane_out_of_sight_is_told_to_nobody_who_names_it() {
    let lot = Lot::open(ENGINES[0]).await;
    let mut guard = Stream::of(&lot, lot.token(), "").await;
    let many: Vec<String> = (0..64).map(|n| format!("nowhere-{n}")).collect();
    let mut lanes: Vec<&str> = many.iter().map(String::as_str).collect();
    lanes.push("E01");
    guard.watch(&lanes).await;
    cars(&lot, [plate(13_579)]).await;
    lot.claim("E02").await;
    guard.until("the claim", |f| f["type"] == "lease" && f["lane"] == "E02").await;
    assert_eq!(guard.views(), 0, "the 65th is not watched");
}
