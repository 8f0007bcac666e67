//! What cameras tell: kept once, put before who works the lane, and never by a replay.

use crate::lot::{Lot, PUSH_KEY, event, now};
use lanedesk_hub::{
    hub::Hub,
    ops,
    testing::{ENGINES, Engine},
};
use lotsim::{Fault, PastRead, Vehicle};
use reqwest::StatusCode;

#[tokio::test]
async fn an_event_told_twice_or_replayed_is_one_read_and_touches_no_case() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        let e01 = lot.device("E01");
        e01.fault(Fault::DuplicateEvents);
        lot.arrive("E01", Vehicle::new("粤B12345").read_as("粤B1Z345").stuck()).await;
        let held = lot.claim("E01").await;
        assert_eq!(held.view["case"]["plate"], "粤B1Z345", "R17");
        lot.correct(&held, "粤B12345").await;
        let told = lot.reads("E01").await;

        e01.clear_faults();
        e01.replay();
        e01.fault(Fault::ReplayEvents);
        // A later vehicle's read comes after the replayed ones on the same connection: when it is known, they are too.
        lot.arrive("E01", Vehicle::new("粤B99999").stuck()).await;
        assert_eq!(lot.reads("E01").await, told + 1, "{engine:?}: only the new vehicle is a new read");
        let view = lot.view("E01").await;
        assert_eq!(view["case"]["plate"], "粤B12345", "a person corrected it: it stays");
        assert_eq!(view["case"]["corrected"], true);
    }
}

#[tokio::test]
async fn a_live_read_replaces_the_vehicle_of_an_open_case_unless_a_person_set_it() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        lot.arrive("E01", Vehicle::new("粤B11111").stuck()).await;
        let held = lot.claim("E01").await;
        assert_eq!(held.view["case"]["plate"], "粤B11111");
        lot.arrive("E01", Vehicle::new("粤B22222").stuck()).await;
        let view = lot.view("E01").await;
        assert_eq!(view["case"]["plate"], "粤B22222", "{engine:?}");
        assert_eq!(view["vehicle"]["plate"], "粤B22222");
        assert_eq!(view["picture"]["plate"], "粤B22222", "the picture is this vehicle's");
        let steps = view["timeline"].as_array().unwrap();
        assert!(steps.iter().any(|step| step["what"] == "plate_read"), "R35: {steps:?}");
    }
}

#[tokio::test]
async fn a_history_event_fills_a_gap_in_the_stays_and_nothing_else() {
    for engine in ENGINES {
        let lot = Lot::open_with(engine, |lane| {
            if lane.code == "E01" {
                lane.past = vec![PastRead { minutes_ago: 50, vehicle: Vehicle::new("粤B77777") }];
            }
        })
        .await;
        let entered = lot
            .until("the stay was filled in", async || {
                let sql = "select entered_at from stay where plate = '粤B77777' and left_at is null";
                lot.rows::<(i64,)>(sql).await.pop()
            })
            .await;
        let minutes_ago = (now().0 - entered.0) / 60_000;
        assert!((49..=51).contains(&minutes_ago), "{engine:?}: {minutes_ago}");
        let view = lot.view("E01").await;
        assert!(view.get("vehicle").is_none(), "nobody stands there: {view}");

        let held = lot.claim("E01").await;
        let xml = event("late-1", "粤B88888", 600, "<alarmDataType>1</alarmDataType>");
        assert_eq!(lot.push(PUSH_KEY, &xml).await, StatusCode::OK);
        let view = lot.view("E01").await;
        assert_ne!(view["case"]["plate"], "粤B88888", "a replay never changes an open case");
        assert_eq!(view["case"]["id"], *held.case);
    }
}

#[tokio::test]
async fn a_vehicle_read_without_a_picture_never_wears_the_last_ones() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B11111").stuck()).await;
    let before = lot.view("E01").await;
    let last = before["picture"]["url"].as_str().unwrap().to_owned();

    lot.device("E01").fault(Fault::Silent);
    lot.second_passes();
    let xml = event("push-1", "粤B33333", 0, "");
    assert_eq!(lot.push(PUSH_KEY, &xml).await, StatusCode::OK);
    let view = lot.view("E01").await;
    assert_eq!(view["vehicle"]["plate"], "粤B33333");
    assert!(view.get("picture").is_none(), "no picture rather than the last vehicle's ({last}): {view}");

    lot.device("E01").clear_faults();
    lot.second_passes();
    let xml = event("push-2", "粤B44444", 0, "");
    assert_eq!(lot.push(PUSH_KEY, &xml).await, StatusCode::OK);
    let picture = lot
        .until("a still is taken for it", async || {
            let view = lot.view("E01").await;
            view["picture"]["url"].as_str().map(str::to_owned)
        })
        .await;
    assert_ne!(picture, last);
}

#[tokio::test]
async fn a_camera_calls_only_with_its_key_and_what_it_posts_is_written_once() {
    let lot = Lot::open(Engine::Sqlite).await;
    let xml = event("push-9", "粤B55555", 0, "");
    for wrong in ["", "push-key-of-e02", "PUSH-KEY-OF-E01"] {
        assert_eq!(lot.push(wrong, &xml).await, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    assert_eq!(lot.push(PUSH_KEY, "hello").await, StatusCode::BAD_REQUEST);
    assert_eq!(lot.reads("E01").await, 0);
    for _ in 0..3 {
        assert_eq!(lot.push(PUSH_KEY, &xml).await, StatusCode::OK);
    }
    assert_eq!(lot.reads("E01").await, 1, "an event is one read");
    let view = lot.view("E01").await;
    assert_eq!(view["vehicle"]["plate"], "粤B55555");
}

#[tokio::test]
async fn on_a_lane_that_goes_both_ways_the_camera_says_which_way() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("W02", Vehicle::new("粤B12121").reversed().stuck()).await;
    let held = lot.claim("W02").await;
    assert_eq!(held.view["case"]["direction"], "exit", "R42");
    lot.arrive("W02", Vehicle::new("粤B34343").stuck()).await;
    let view = lot.view("W02").await;
    assert_eq!(view["case"]["direction"], "entry", "R42: the next vehicle goes its own way");
}

#[tokio::test]
async fn what_was_asked_before_the_next_vehicle_came_does_not_replace_it() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B11111").stuck()).await;
    let held = lot.claim("E01").await;
    let e01 = lot.device("E01");
    e01.fault(Fault::Slow(1_000));
    let (hub, lane) = (lot.hub.hub.clone(), Lot::lane_id("E01"));
    let asked = e01.requests();
    let refresh = tokio::spawn(async move { ops::picture::refresh(&hub, &lane).await });
    lot.until("the camera is asked", async || (e01.requests() > asked).then_some(())).await;
    let xml = event("push-1", "粤B22222", 0, "");
    assert_eq!(lot.push(PUSH_KEY, &xml).await, StatusCode::OK);
    refresh.await.unwrap().unwrap();
    let view = lot.view("E01").await;
    assert_eq!(view["case"]["plate"], "粤B22222", "the answer was about the vehicle before");
    assert_eq!(view["case"]["id"], *held.case);
}

#[tokio::test]
async fn two_hubs_hear_one_camera_and_keep_one_read() {
    let lot = Lot::open(Engine::Postgres).await;
    let second = Hub::start(lot.database.config(lot.hub.clock.clone())).await;
    let second = second.unwrap();
    lot.until("the second hub hears its devices", async || (second.hub.runtime().devices().online == 3).then_some(()))
        .await;
    for plate in ["粤B11111", "粤B22222", "粤B33333"] {
        lot.arrive("E01", Vehicle::new(plate).stuck()).await;
    }
    // Both hubs have it when each has told the vehicle that came last.
    lot.push(PUSH_KEY, &event("last", "粤B44444", 0, "")).await;
    let plates: Vec<(String,)> =
        lot.rows("select plate from plate_read where lane_id = 'E01' order by taken_at, id").await;
    let plates: Vec<&str> = plates.iter().map(|(plate,)| plate.as_str()).collect();
    assert_eq!(plates, ["粤B11111", "粤B22222", "粤B33333", "粤B44444"]);
    second.stop().await;
}

#[tokio::test]
async fn a_pushed_event_brings_its_picture_however_large() {
    let lot = Lot::open(Engine::Sqlite).await;
    let mut body = b"--x\r\nContent-Type: application/xml\r\n\r\n".to_vec();
    body.extend_from_slice(event("big", "粤B12345", 0, "").as_bytes());
    body.extend_from_slice(b"\r\n--x\r\nContent-Type: image/jpeg\r\n\r\n");
    let mut picture = vec![0xff, 0xd8, 0xff, 0xe0];
    picture.resize(1_500_000, 7);
    body.extend_from_slice(&picture);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let url = lot.url(&format!("/api/devices/cam-E01/hikvision?key={PUSH_KEY}"));
    let request = reqwest::Client::new().post(url);
    let request = request.header("Content-Type", "multipart/form-data; boundary=x");
    assert_eq!(request.body(body).send().await.unwrap().status(), StatusCode::OK);
    let view = lot.view("E01").await;
    let kept = lot.bytes(view["picture"]["url"].as_str().unwrap()).await;
    assert_eq!(kept.bytes().await.unwrap(), picture);
}
