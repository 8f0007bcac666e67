//! What the hub tells by itself: whole, in order, resumed where it broke, and only what one may see (R3, R7).

use crate::harness::{Engine, Person, Relay, Stream, World, on_each_engine};
use lotsim::Vehicle;
use serde_json::{Map, Value, json};
use std::time::Duration;

on_each_engine!(
    a_desk_cut_off_for_30_s_comes_back_to_the_same_page,
    a_place_that_is_too_old_means_reading_everything_again,
    nobody_is_told_what_they_may_not_see,
);

/// The page as these frames leave it: each part as it was told last.
fn page(frames: &[Value]) -> Map<String, Value> {
    let mut page = Map::new();
    for frame in frames.iter().filter(|frame| frame["type"] == "view" && frame["lane"] == "E01") {
        let parts = frame.as_object().unwrap().iter();
        page.extend(parts.filter(|(name, _)| *name != "seq").map(|(name, part)| (name.clone(), part.clone())));
    }
    page
}

/// Everything told but what belongs to the line itself, and pages: of those one gets the last that there was to get.
fn news(frames: &[Value]) -> Vec<Value> {
    let own = ["hello", "heartbeat", "view"];
    let kept = frames.iter().filter(|frame| !own.contains(&frame["type"].as_str().unwrap()));
    kept.cloned().collect()
}

/// The line is cut while a case goes on; half a minute later the desk resumes and misses nothing, in the same order, as
/// one that was never cut.
async fn a_desk_cut_off_for_30_s_comes_back_to_the_same_page(engine: Engine) {
    let world = World::new(engine).await;
    let relay = Relay::to(world.hub().addr).await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    let mut whole = world.stream(&agent).await;
    let mut cut = Stream::open(&agent.at(&relay.address()), None).await;
    for stream in [&mut whole, &mut cut] {
        stream.watch(&["E01"]).await;
    }
    let claim = guard.claim("E01").await;
    let claimed = |f: &Value| f["type"] == "lease" && f["lane"] == "E01";
    whole.hears("the claim", claimed).await;
    cut.hears("the claim", claimed).await;

    relay.cut();
    while cut.next().await.is_some() {}
    work(&world, &guard, &claim).await;
    world.advance(Duration::from_secs(30));
    relay.mend();
    let mut resumed = Stream::open(&agent.at(&relay.address()), Some(&cut.place())).await;
    resumed.watch(&["E01"]).await;
    let opened = |f: &Value| f["type"] == "view" && f["lane"] == "E01" && f["vehicle"].is_object();
    resumed.hears("the page as it is now", opened).await;

    // The last word of the case; both have then heard everything before it.
    assert_eq!(guard.try_close(&claim).await.status, 204);
    let last = |f: &Value| f["type"] == "lease" && f["lane"] == "E01" && f["holder"].is_null();
    for stream in [&mut whole, &mut resumed] {
        stream.hears("the end", last).await;
        // Pages from before the claim are empty too: the last one counts.
        while !page(&stream.heard).get("lease").is_some_and(Value::is_null) {
            stream.next().await.expect("the empty page");
        }
    }
    let heard = [cut.heard.clone(), resumed.heard.clone()].concat();
    assert!(!heard.iter().any(|frame| frame["type"] == "resync"));
    let until = |frames: Vec<Value>| {
        let end = frames.iter().position(last).unwrap();
        frames[..=end].to_vec()
    };
    assert_eq!(page(&heard), page(&whole.heard));
    assert_eq!(until(news(&heard)), until(news(&whole.heard)));
    whole.close().await;
}

/// A vehicle, a corrected plate, an opening: pages, orders and openings are told.
async fn work(world: &World, guard: &Person, claim: &crate::harness::Claim) {
    world.lot.lane("E01").arrive(Vehicle::new("粤B12345").read_as("粤B1Z345"));
    guard.see("E01", "the vehicle", |view| view["case"]["plate"] == "粤B1Z345").await;
    guard.correct(claim, "粤B12345").await;
    let order = guard.open(claim).await;
    guard.order_becomes(&order["id"], "opened").await;
}

/// The contract: too old an `after` gets `resync`, and the stream goes on from now.
async fn a_place_that_is_too_old_means_reading_everything_again(engine: Engine) {
    let world = World::new(engine).await;
    let guard = world.person("guard").await;
    let mut told = world.stream(&guard).await;
    guard.claim("E01").await;
    told.hears("the claim", |f| f["type"] == "lease").await;
    let old = told.place();
    // The newest is kept whatever its age, so another one follows.
    guard.claim("E01").await;
    world.advance(Duration::from_secs(2 * 3600));
    lanedesk_hub::push::remove_old(&world.hub().hub).await.unwrap();
    let agent = world.person("agent").await;
    agent.claim("E02").await;
    for place in [old.as_str(), "nonsense"] {
        let mut late = Stream::open(&guard, Some(place)).await;
        assert_eq!(late.next().await.unwrap()["type"], "resync", "after {place}");
        agent.claim("E02").await;
        late.hears("what comes now", |f| f["type"] == "lease" && f["lane"] == "E02").await;
    }
}

/// R3: the guard's lot is 彩悦大厦; of another lot not a word, live or resumed. What is for one person reaches nobody else.
async fn nobody_is_told_what_they_may_not_see(engine: Engine) {
    let world = World::new(engine).await;
    let (guard, agent) = (world.person("guard").await, world.person("agent").await);
    let mut told = world.stream(&guard).await;
    let start = told.place();
    agent.claim("S01").await;
    world.lot.lane("S01").arrive(Vehicle::new("粤B66R58"));
    agent.see("S01", "the vehicle", |view| view["case"]["plate"] == "粤B66R58").await;
    agent.claim("E01").await;
    let mut resumed = Stream::open(&guard, Some(&start)).await;
    for stream in [&mut told, &mut resumed] {
        stream.hears("one's own lot", |f| f["type"] == "lease" && f["lane"] == "E01").await;
        let foreign = |f: &&Value| f.to_string().contains("S01") || f.to_string().contains("粤B66R58");
        assert_eq!(stream.heard.iter().find(foreign), None);
        // `lease_lost` of S01 was for the agent alone.
        assert!(!stream.heard.iter().any(|f| f["type"] == "lease_lost"));
    }
    let request = world.stranger().get("/api/stream").await;
    request.refused(401, "no_session");
    assert_eq!(json!(told.heard[0]["type"]), "hello");
}
