//! What live pictures may cost: streams, bandwidth and memory have an end for each person and for the whole hub, and
//! whoever comes to theirs costs nobody else a picture.

use crate::{
    lot::{Lot, now},
    recording::recording,
    watcher::{Heard, Watcher, boxes, counted, fragment},
};
use lanedesk_hub::testing::Engine;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const PATH: &str = "/api/lanes/E01/environment";

/// Puts a rule in force.
async fn rule(lot: &Lot, name: &str, value: u32) {
    let rules = format!("[rules]\n{name} = {value}\n");
    lot.database.import(&rules, now()).await.unwrap();
    lot.until("the rule is in force", async || (lot.hub.hub.rules().get(name) == Some(value)).then_some(())).await;
}

#[tokio::test]
async fn the_hub_pulls_no_more_cameras_than_it_may() {
    let lot = Lot::open(Engine::Sqlite).await;
    rule(&lot, "live_cameras", 1).await;
    let lane = "[[lane]]\nid = \"X01\"\nlot = \"cy\"\nname = \"后门\"\ncode = \"X01\"\ndirection = \"entry\"\n\
                environment_cameras = [\"cam-E01\"]\n";
    lot.database.import(lane, now()).await.unwrap();
    lot.until("the lane is there", async || {
        let told = lot.bytes("/api/lanes/X01").await;
        told.status().is_success().then_some(())
    })
    .await;
    let mut first = Watcher::of(&lot, PATH).await;
    first.state("playing").await;
    let other = "/api/lanes/X01/environment";
    let mut refused = Watcher::of(&lot, other).await;
    let told = refused.state("failed").await;
    assert_eq!(told["why"], "too_many");
    assert!(told["detail"].as_str().is_some_and(|words| !words.is_empty()));
    assert!(matches!(refused.next().await, Heard::Closed));
    // One more of the same camera costs no other stream.
    Watcher::of(&lot, PATH).await.state("playing").await;
    first.close().await;
    // Once the first camera is let go, there is room.
    lot.until("there is room", async || {
        let mut again = Watcher::of(&lot, other).await;
        match again.next().await {
            Heard::Told(told) if told["why"] == "too_many" => None,
            Heard::Closed => None,
            _ => Some(()),
        }
    })
    .await;
}

/// Somebody watches so many times over, reads everything, and counts bytes and what was left out.
struct Greedy {
    bytes: Arc<AtomicU64>,
    skips: Arc<AtomicU64>,
}

async fn greedy(lot: &Lot, times: usize) -> Greedy {
    let (bytes, skips) = (Arc::default(), Arc::default());
    for _ in 0..times {
        let mut watcher = Watcher::of(lot, PATH).await;
        let (bytes, skips): (Arc<AtomicU64>, Arc<AtomicU64>) = (Arc::clone(&bytes), Arc::clone(&skips));
        tokio::spawn(async move {
            loop {
                match watcher.next().await {
                    Heard::Bytes(more) => bytes.fetch_add(more.len() as u64, Ordering::Relaxed),
                    Heard::Told(told) if told["type"] == "skipped" => skips.fetch_add(1, Ordering::Relaxed),
                    Heard::Told(_) => 0,
                    Heard::Closed => return,
                };
            }
        });
    }
    Greedy { bytes, skips }
}

/// The bound in these tests, in megabits a second: one stream fits, nine do not.
const MBITS: u32 = 16;
/// Places somebody greedy takes.
const PLACES: usize = 9;

/// Most that may have come by now, in bytes: what the rate allows with two seconds' worth at once, and for each place a
/// picture that was begun while something was left.
fn allowed(begun: Instant) -> u64 {
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap();
    u64::from(MBITS) * 125 * (ms + 2_000) + PLACES as u64 * 100_000
}

/// A lot whose camera has about nine megabits a second, every tenth picture a key frame.
async fn rich() -> Lot {
    let reel = noise(24, 10);
    let lot = Lot::open_with(Engine::Sqlite, |lane| {
        lane.reel = (lane.code == "W02").then(|| reel.clone());
    })
    .await;
    std::fs::remove_file(&reel).unwrap();
    lot
}

#[tokio::test]
async fn a_persons_bandwidth_has_an_end_and_costs_nobody_else_a_picture() {
    let lot = rich().await;
    rule(&lot, "live_mbits_per_person", MBITS).await;
    let other = lot.log_in("agent").await;
    let begun = Instant::now();
    let greedy = greedy(&lot, PLACES).await;
    let mut moderate = Watcher::with(&lot, PATH, &other).await;
    moderate.state("playing").await;
    let (mut last, mut own, mut seen, mut missed) = (None, 0, 0, 0);
    // Until each of the greedy places was left behind, and three seconds at least.
    while begun.elapsed() < Duration::from_secs(3) || greedy.skips.load(Ordering::Relaxed) < PLACES as u64 {
        let bytes = moderate.bytes().await;
        own += bytes.len() as u64;
        if boxes(&bytes)[0].0 == "moof" {
            let decoded = fragment(&bytes).decoded;
            // A computer that is busy with other tests may cost one or the other; the bound would cost nine of ten.
            missed += last.map_or(0, |last| (decoded - last) / 3_600 - 1);
            seen += 1;
            last = Some(decoded);
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "nobody was left behind");
    }
    assert!(missed * 5 <= seen, "{missed} missed, {seen} seen");
    let took = greedy.bytes.load(Ordering::Relaxed);
    assert!(took <= allowed(begun), "{took} in {:?}", begun.elapsed());
    assert!(took < 6 * own, "{took}, {own} of one who keeps to theirs");
}

#[tokio::test]
async fn the_hubs_bandwidth_has_an_end_for_all_together() {
    let lot = rich().await;
    rule(&lot, "live_mbits", MBITS).await;
    let begun = Instant::now();
    let greedy = greedy(&lot, PLACES).await;
    lot.until("everybody was left behind", async || {
        let enough = begun.elapsed() > Duration::from_secs(3);
        (enough && greedy.skips.load(Ordering::Relaxed) >= PLACES as u64).then_some(())
    })
    .await;
    let took = greedy.bytes.load(Ordering::Relaxed);
    assert!(took <= allowed(begun), "{took} in {:?}", begun.elapsed());
    assert!(counted(&lot, "lanedesk_live_skips_total").await >= PLACES as u64);
}

/// Two seconds of noise: no coder makes them small.
fn noise(coarse: u32, key_every: u32) -> std::path::PathBuf {
    recording(
        "nullsrc=size=320x180:rate=25,geq=random(1)*255:128:128",
        &format!("-preset ultrafast -qp {coarse} -g {key_every}"),
    )
}

#[tokio::test]
async fn the_memory_of_live_pictures_has_an_end_and_what_does_not_fit_is_said() {
    let reel = noise(1, 250);
    let lot = Lot::open_with(Engine::Sqlite, |lane| {
        lane.reel = (lane.code == "W02").then(|| reel.clone());
    })
    .await;
    std::fs::remove_file(&reel).unwrap();
    rule(&lot, "live_memory_mb", 1).await;
    let mut watcher = Watcher::of(&lot, PATH).await;
    watcher.state("playing").await;
    // Before the next key frame more than a megabyte has come.
    let told = watcher.state("reconnecting").await;
    assert_eq!(told["why"], "no_key_frame");
    let kept = counted(&lot, "lanedesk_live_bytes").await;
    assert!(kept <= 1024 * 1024, "{kept} bytes");
    watcher.state("playing").await;
    watcher.close().await;
    lot.until("nothing is kept", async || (counted(&lot, "lanedesk_live_bytes").await == 0).then_some(())).await;
}
