//! Cameras that do not do as they should: each has a stated way out, and nobody has to touch anything.

use crate::{
    lot::{Lot, now},
    recording::recording,
    watcher::{Heard, Screen, Watcher, boxes, fragment},
};
use lanedesk_hub::testing::Engine;
use lotsim::{Fault, Lane, demo};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

const PATH: &str = "/api/lanes/E01/environment";

async fn playing(lot: &Lot) -> Watcher {
    let mut watcher = Watcher::of(lot, PATH).await;
    watcher.state("playing").await;
    watcher
}

/// Goes on until a fragment arrives that was taken after now.
async fn plays_again(watcher: &mut Watcher) {
    let begun = now();
    watcher.state("playing").await;
    loop {
        let bytes = watcher.bytes().await;
        if boxes(&bytes)[0].0 == "moof" {
            let micros = fragment(&bytes).stamp.unwrap().micros;
            if i64::try_from(micros / 1000).unwrap() >= begun.0 {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_camera_killed_in_mid_stream_and_back_is_seen_again_without_a_touch() {
    let lot = Lot::open(Engine::Sqlite).await;
    let mut watcher = playing(&lot).await;
    let camera = lot.device("W02");
    camera.fault(Fault::Offline);
    let told = watcher.state("reconnecting").await;
    assert!(told["detail"].as_str().unwrap().contains("正在重试"), "{told}");
    let told = watcher.state("failed").await;
    assert_eq!(told["why"], "unreachable");
    camera.clear_faults();
    plays_again(&mut watcher).await;
}

/// A camera begins to send something else: it is said why, and what comes back is seen again.
async fn said_and_overcome(fault: Fault, whys: &[&str]) {
    let lot = Lot::open(Engine::Sqlite).await;
    let mut watcher = playing(&lot).await;
    let camera = lot.device("W02");
    camera.fault(fault);
    for state in ["reconnecting", "failed"] {
        let told = watcher.state(state).await;
        let why = told["why"].as_str().unwrap();
        assert!(whys.contains(&why), "{fault}: {told}");
    }
    camera.clear_faults();
    plays_again(&mut watcher).await;
}

#[tokio::test]
async fn silence_is_said_and_overcome() {
    said_and_overcome(Fault::LiveSilent, &["silent"]).await;
}

#[tokio::test]
async fn garbage_is_said_and_overcome() {
    said_and_overcome(Fault::LiveGarbage, &["unreadable", "too_large"]).await;
}

#[tokio::test]
async fn a_picture_without_end_is_said_and_overcome() {
    said_and_overcome(Fault::HugeNal, &["too_large"]).await;
}

#[tokio::test]
async fn another_size_in_mid_stream_begins_anew_in_the_same_line() {
    let lot = Lot::open(Engine::Sqlite).await;
    let mut watcher = playing(&lot).await;
    let mut screen = Screen::new();
    assert_eq!(screen.begin(&watcher.bytes().await), (640, 360));
    lot.device("W02").fault(Fault::Resize);
    let told = watcher.state("playing").await;
    assert_eq!((&told["format"]["width"], &told["format"]["height"]), (&480.into(), &272.into()));
    assert_eq!(screen.begin(&watcher.bytes().await), (480, 272));
    let first = fragment(&watcher.bytes().await);
    assert!(first.key && screen.show(&first).is_some());
}

/// No key frame for so long, by the hub's clock; hears how it stands meanwhile.
async fn keyless(lot: &Lot, watcher: &mut Watcher, seconds: u64) -> Value {
    let mut told = None;
    for _ in 0..seconds / 3 {
        lot.hub.clock.advance(Duration::from_secs(3));
        // What a clock that was moved leads to is there with the next picture, or after a new beginning.
        let heard = timeout(Duration::from_millis(300), watcher.state("failed")).await;
        told = heard.ok().or(told);
    }
    told.expect("it was said")
}

/// The sentence, and stills as the way out.
async fn says_no_key_frame(lot: &Lot, told: &Value) {
    assert_eq!(told["why"], "no_key_frame", "{told}");
    assert!(told["detail"].as_str().unwrap().contains("关键帧"));
    let still = lot.bytes("/api/lanes/E01/environment.jpg").await;
    assert!(still.status().is_success());
    assert!(still.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
}

/// Nothing is left of it once nobody watches.
async fn leaves_nothing(lot: &Lot, watcher: Watcher) {
    watcher.close().await;
    lot.until("the camera is let go", async || {
        let counts = ["lanedesk_live_upstreams", "lanedesk_live_watchers"];
        let metrics = lot.bytes("/metrics").await.text().await.unwrap();
        let none = |name: &&str| metrics.contains(&format!("\n{name} 0\n"));
        (lot.device("W02").watchers() == 0 && counts.iter().all(none)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn thirty_seconds_without_a_key_frame_are_said_and_the_first_one_plays() {
    let lot = Lot::open(Engine::Sqlite).await;
    let camera = lot.device("W02");
    camera.fault(Fault::NoKeyFrame);
    let mut watcher = Watcher::of(&lot, PATH).await;
    watcher.state("starting").await;
    let told = keyless(&lot, &mut watcher, 30).await;
    says_no_key_frame(&lot, &told).await;
    camera.clear_faults();
    watcher.state("playing").await;
    assert_eq!(boxes(&watcher.bytes().await)[0].0, "ftyp");
    assert!(fragment(&watcher.bytes().await).key);
    leaves_nothing(&lot, watcher).await;
}

#[tokio::test]
async fn what_was_lost_in_mid_stream_without_a_key_frame_after_it_is_said_and_overcome() {
    let lot = Lot::open(Engine::Sqlite).await;
    let mut watcher = playing(&lot).await;
    let camera = lot.device("W02");
    camera.fault(Fault::NoKeyFrame);
    camera.fault(Fault::LiveLoss);
    let told = keyless(&lot, &mut watcher, 30).await;
    says_no_key_frame(&lot, &told).await;
    camera.clear_faults();
    plays_again(&mut watcher).await;
    leaves_nothing(&lot, watcher).await;
}

#[tokio::test]
async fn h265_is_said_in_one_sentence() {
    let lot = Lot::open(Engine::Sqlite).await;
    let camera = lot.device("W02");
    camera.fault(Fault::H265);
    let mut watcher = Watcher::of(&lot, PATH).await;
    let told = watcher.state("failed").await;
    assert_eq!(told["why"], "codec");
    assert!(told["detail"].as_str().unwrap().contains("H.265"));
    // The way out: stills.
    let still = lot.bytes("/api/lanes/E01/environment.jpg").await;
    assert!(still.status().is_success());
}

#[tokio::test]
async fn jpegs_play_through_the_same_door() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.device("W02").fault(Fault::MjpegOnly);
    let mut watcher = Watcher::of(&lot, PATH).await;
    let told = watcher.state("playing").await;
    assert_eq!((&told["format"]["kind"], &told["format"]["mime"]), (&"jpeg".into(), &"image/jpeg".into()));
    let (first, second) = (watcher.bytes().await, watcher.bytes().await);
    assert!(first.starts_with(&[0xff, 0xd8]) && second.starts_with(&[0xff, 0xd8]));
    assert_ne!(first, second, "it moves");
}

/// W02's camera as the site file has it.
fn site_of(camera: &Lane, password: &str, more: &str) -> String {
    format!(
        "[[device]]\nid = \"cam-W02\"\ndriver = \"hikvision\"\nurl = \"{}\"\nusername = \"{}\"\npassword = \"{password}\"\n\
         rtsp = \"{}\"\nevents = \"none\"\n{more}\n",
        camera.url(),
        demo::USERNAME,
        camera.rtsp_url()
    )
}

#[tokio::test]
async fn datagrams_play_and_one_that_is_lost_costs_the_way_to_the_next_key_frame() {
    let lot = Lot::open_with(Engine::Sqlite, |lane| lane.key_every = 10).await;
    let camera = lot.device("W02");
    // In its connection it refuses to play.
    camera.fault(Fault::UdpOnly);
    let site = site_of(&camera, demo::PASSWORD, "transport = \"udp\"");
    lot.database.import(&site, now()).await.unwrap();
    let mut watcher = Watcher::of(&lot, PATH).await;
    while watcher.state("playing").await["format"]["kind"] != "mp4" {}
    let mut screen = Screen::new();
    screen.begin(&watcher.bytes().await);
    camera.fault(Fault::LiveLoss);
    let (mut last, mut gaps) = (None, 0);
    while gaps < 3 {
        let next = fragment(&watcher.bytes().await);
        let picture = next.stamp.unwrap().picture;
        if last.is_some_and(|last| picture != last + 1) {
            assert!(next.key, "what follows refers to nothing that is lost");
            gaps += 1;
        }
        assert!(screen.show(&next).is_some(), "every picture can be shown");
        last = Some(picture);
    }
    // With nothing lost any more nothing is left out any more.
    camera.clear_faults();
    let mut run = 0;
    while run < 25 {
        let picture = fragment(&watcher.bytes().await).stamp.unwrap().picture;
        run = if last.is_some_and(|last| picture == last + 1) { run + 1 } else { 0 };
        last = Some(picture);
    }
}

#[tokio::test]
async fn a_wrong_password_is_one_sentence_and_no_lockout_and_the_right_one_plays_at_once() {
    let lot = Lot::open_with(Engine::Sqlite, |_| {}).await;
    let camera = lot.device("W02");
    let site = |password: &str| site_of(&camera, password, "");
    lot.database.import(&site("wrong"), now()).await.unwrap();
    let mut watcher = Watcher::of(&lot, PATH).await;
    let told = watcher.state("failed").await;
    assert_eq!(told["why"], "wrong_password", "{told}");
    assert_eq!(told["detail"], "摄像头的账号或密码不正确，请管理员在设备设置中更正。");
    // Others come and look; the camera is not asked for them again.
    for _ in 0..5 {
        Watcher::of(&lot, PATH).await.state("failed").await;
    }
    let tries = lot.sim.wrong_tries("W02");
    let streams = tries.iter().filter(|wrong| wrong.method == "DESCRIBE");
    assert!(streams.count() <= 1 && tries.len() <= 2, "{tries:?}");
    lot.database.import(&site(demo::PASSWORD), now()).await.unwrap();
    watcher.state("playing").await;
}

#[tokio::test]
async fn a_lane_without_a_camera_says_so() {
    let lot = Lot::open(Engine::Sqlite).await;
    let site = "[[lane]]\nid = \"X01\"\nlot = \"cy\"\nname = \"后门\"\ncode = \"X01\"\ndirection = \"entry\"\n";
    lot.database.import(site, now()).await.unwrap();
    lot.until("the lane is there", async || {
        let told = lot.bytes("/api/lanes/X01").await;
        told.status().is_success().then_some(())
    })
    .await;
    let mut watcher = Watcher::of(&lot, "/api/lanes/X01/environment").await;
    let told = watcher.state("failed").await;
    assert_eq!(told["why"], "no_camera");
    assert!(matches!(watcher.next().await, Heard::Closed));
}

/// A recording with pictures that are sent in another order than they are shown.
fn b_frames() -> std::path::PathBuf {
    recording("testsrc2=size=320x180:rate=25", "-bf 2 -b_strategy 0 -g 25 -x264-params b-pyramid=none:scenecut=0")
}

#[tokio::test]
async fn b_frames_come_in_the_order_they_are_decoded_and_say_when_they_are_shown() {
    let reel = b_frames();
    let lot = Lot::open_with(Engine::Sqlite, |lane| {
        lane.reel = (lane.code == "W02").then(|| reel.clone());
    })
    .await;
    std::fs::remove_file(&reel).unwrap();
    let mut watcher = playing(&lot).await;
    assert_eq!(Screen::new().begin(&watcher.bytes().await), (320, 180));
    let mut fragments = Vec::new();
    while fragments.len() < 60 {
        fragments.push(fragment(&watcher.bytes().await));
    }
    assert!(fragments.windows(2).all(|two| two[1].decoded > two[0].decoded));
    assert!(fragments.iter().all(|one| one.shown >= i64::try_from(one.decoded).unwrap()));
    // Once their habit is known: shown evenly, each at a moment of its own, in another order than sent.
    let mut shown: Vec<i64> = fragments[30..].iter().map(|one| one.shown).collect();
    assert!(!shown.is_sorted());
    shown.sort_unstable();
    // The outermost may have neighbours that were not looked at.
    let even = shown[3..shown.len() - 3].windows(2).all(|two| (two[1] - two[0] - 3_600).abs() <= 8);
    assert!(even, "{shown:?}");
}
