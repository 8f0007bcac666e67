//! R16: the live picture around a lane, as those who watch it get it.

use crate::{
    lot::{Lot, now},
    watcher::{Heard, Screen, Watcher, boxes, counted, fragment},
};
use lanedesk_hub::testing::Engine;
use lotsim::Vehicle;
use reqwest::StatusCode;
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const PATH: &str = "/api/lanes/E01/environment";

#[tokio::test]
async fn it_begins_with_a_key_frame_and_its_clock_runs() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.device("W02").arrive(Vehicle::new("粤B12345").stuck());
    let asked = Instant::now();
    let mut watcher = Watcher::of(&lot, &format!("{PATH}?camera=cam-W02")).await;
    let playing = watcher.state("playing").await;
    let format = &playing["format"];
    assert_eq!(format["kind"], "mp4");
    let mime = format["mime"].as_str().unwrap();
    assert!(mime.starts_with("video/mp4; codecs=\"avc1.42"), "{mime}");
    let mut screen = Screen::new();
    assert_eq!(screen.begin(&watcher.bytes().await), (640, 360));
    let first = fragment(&watcher.bytes().await);
    assert!(first.key);
    assert!(asked.elapsed() < Duration::from_millis(2_500), "{:?}", asked.elapsed());
    let mut clocks = vec![screen.show(&first).unwrap()];
    let mut decoded = first.decoded;
    while clocks.len() < 30 {
        let next = fragment(&watcher.bytes().await);
        assert!(next.decoded > decoded);
        assert_eq!(next.shown, i64::try_from(next.decoded).unwrap());
        decoded = next.decoded;
        clocks.push(screen.show(&next).unwrap());
    }
    assert!(clocks.windows(2).all(|two| two[1].picture == two[0].picture + 1), "none is missing");
    let age = clocks[29].age_ms(now());
    assert!((0..1_500).contains(&age), "{age} ms old when it arrived");
}

#[tokio::test]
async fn twenty_who_watch_cost_the_camera_one_stream_and_it_ends_with_the_last() {
    let lot = Lot::open(Engine::Sqlite).await;
    let rule = "[rules]\nlive_per_person = 20\n";
    lot.database.import(rule, now()).await.unwrap();
    lot.until("the rule is in force", async || (lot.hub.hub.rules().live_per_person == 20).then_some(())).await;
    let mut watchers = Vec::new();
    for at in 0..20 {
        // Every lane of this lot has the same environment camera.
        let lane = ["E01", "E02", "W02"][at % 3];
        let path = format!("/api/lanes/{lane}/environment");
        watchers.push(Watcher::of(&lot, &path).await);
    }
    for watcher in &mut watchers {
        watcher.state("playing").await;
        assert_eq!(boxes(&watcher.bytes().await)[0].0, "ftyp");
        assert!(fragment(&watcher.bytes().await).key);
    }
    assert_eq!(lot.device("W02").watchers(), 1, "one stream from the camera");
    assert_eq!(counted(&lot, "lanedesk_live_upstreams").await, 1);
    assert_eq!(counted(&lot, "lanedesk_live_watchers").await, 20);

    let mut refused = Watcher::of(&lot, PATH).await;
    let told = refused.state("failed").await;
    assert_eq!(told["why"], "too_many");
    assert!(matches!(refused.next().await, Heard::Closed));

    let last = watchers.pop().unwrap();
    for (at, watcher) in watchers.into_iter().enumerate() {
        if at % 2 == 0 {
            watcher.close().await;
        } else {
            watcher.vanish();
        }
    }
    last.close().await;
    let left = Instant::now();
    lot.until("the camera is let go", async || {
        let pulled = counted(&lot, "lanedesk_live_upstreams").await;
        (lot.device("W02").watchers() == 0 && pulled == 0).then_some(())
    })
    .await;
    assert!(left.elapsed() < Duration::from_secs(5), "{:?}", left.elapsed());
    assert_eq!(counted(&lot, "lanedesk_live_watchers").await, 0);
}

#[tokio::test]
async fn somebody_who_looks_away_for_a_moment_finds_it_running() {
    let lot = Lot::open(Engine::Sqlite).await;
    for _ in 0..10 {
        let mut watcher = Watcher::of(&lot, PATH).await;
        watcher.state("playing").await;
        watcher.close().await;
    }
    assert_eq!(lot.device("W02").watchers(), 1);
}

#[tokio::test]
async fn a_watcher_who_does_not_keep_up_slows_nobody_and_goes_on_at_a_key_frame() {
    let lot = Lot::open(Engine::Sqlite).await;
    let mut slow = Watcher::of(&lot, PATH).await;
    slow.state("playing").await;
    let mut quick = Watcher::of(&lot, PATH).await;
    quick.state("playing").await;
    quick.bytes().await;
    // The slow one reads nothing until the system's buffers are full and it was left behind; more than a key frame goes by.
    let mut newest = 0;
    let mut most = Duration::ZERO;
    while counted(&lot, "lanedesk_live_watchers").await == 2 && newest < 150 {
        let asked = Instant::now();
        newest = fragment(&quick.bytes().await).stamp.unwrap().picture;
        most = most.max(asked.elapsed());
    }
    assert!(most < Duration::from_millis(900), "{most:?} for one of 25 a second");
    // What waited in buffers comes first, then what is new; whatever was left out, a key frame follows.
    let mut skipped = false;
    loop {
        match slow.next().await {
            Heard::Told(told) => skipped |= told["type"] == "skipped",
            Heard::Bytes(bytes) if boxes(&bytes)[0].0 == "moof" => {
                let fragment = fragment(&bytes);
                assert!(fragment.key || !skipped);
                skipped = false;
                if fragment.stamp.unwrap().picture >= newest {
                    break;
                }
            }
            Heard::Bytes(_) => {}
            Heard::Closed => panic!("cut"),
        }
        slow.flush().await;
    }
}

#[tokio::test]
async fn whoever_may_not_see_the_lane_sees_no_picture() {
    let mut lot = Lot::open(Engine::Sqlite).await;
    for (path, status) in [
        ("/api/lanes/nowhere/environment", StatusCode::NOT_FOUND),
        ("/api/lanes/E01/environment?camera=cam-E01", StatusCode::NOT_FOUND),
        (PATH, StatusCode::BAD_REQUEST),
    ] {
        // Without an upgrade nobody gets a picture; what is not there is not there before that.
        assert_eq!(lot.bytes(path).await.status(), status, "{path}");
    }
    let mut watcher = Watcher::of(&lot, PATH).await;
    watcher.state("playing").await;
    let over = lot.call(reqwest::Method::DELETE, "/api/session", None).await;
    assert_eq!(over.status(), StatusCode::NO_CONTENT);
    while !matches!(watcher.next().await, Heard::Closed) {}
    lot.log_in_again().await;
}

#[tokio::test]
async fn the_usual_tools_play_what_a_watcher_gets() {
    let lot = Lot::open(Engine::Sqlite).await;
    let mut watcher = Watcher::of(&lot, PATH).await;
    let mut file = watcher.bytes().await;
    for _ in 0..40 {
        file.extend(watcher.bytes().await);
    }
    let path = std::env::temp_dir().join(format!("lanedesk-live-{}.mp4", uuid::Uuid::now_v7()));
    std::fs::write(&path, &file).unwrap();
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-select_streams", "v:0", "-of", "csv=p=0"])
        .args(["-show_entries", "stream=codec_name,width,height,nb_read_frames"])
        .arg(&path)
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg is installed: cargo xtask test does it");
    std::fs::remove_file(&path).unwrap();
    let said = String::from_utf8_lossy(&probe.stdout).trim().to_owned();
    let complaint = String::from_utf8_lossy(&probe.stderr).into_owned();
    assert_eq!((said.as_str(), complaint.as_str()), ("h264,640,360,40", ""));
}
