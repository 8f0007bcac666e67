//! 「非本台开闸」 (R40): an arm raised by a hand or a remote control, which no device tells of, is recorded; ours and the
//! camera's own openings are not.

use crate::{desk::Desk, lot::Lot};
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction};
use lanedesk_hub::{
    store::{OutboxPosition, Told},
    testing::Engine,
};
use lotsim::Vehicle;
use serde_json::json;

/// A rise's lane, times, picture and device.
type Row = (String, i64, Option<i64>, Option<String>, String);

/// Brings the arm down and lets a minute pass; answers when the hub has seen it down in the new minute.
async fn down_and_a_minute_later(lot: &Lot, code: &str) {
    let lane = Lot::lane_id(code);
    lot.device(code).press(BarrierAction::Close);
    let seen_down = async |since| {
        lot.until("the arm is seen down", async || {
            let seen = lot.hub.hub.runtime().barrier_now(&lane);
            (seen.state == BarrierState::Closed && seen.at >= Some(since)).then_some(())
        })
        .await;
    };
    seen_down(lot.hub.clock.now()).await;
    lot.minutes_pass(1);
    seen_down(lot.hub.clock.now()).await;
}

/// Waits until the hub has seen the arm up.
async fn seen_up(lot: &Lot, code: &str) {
    let lane = Lot::lane_id(code);
    lot.until("the arm is seen up", async || {
        let seen = lot.hub.hub.runtime().barrier_now(&lane);
        (seen.state == BarrierState::Open).then_some(())
    })
    .await;
}

async fn only_the_hand_is_told(engine: Engine) {
    let lot = Lot::open_with(engine, |lane| lane.automatic = lane.code == "E01").await;
    // Ours: a vehicle that the camera does not open for.
    lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
    let held = lot.claim("E01").await;
    down_and_a_minute_later(&lot, "E01").await;
    lot.raise(&held).await;
    seen_up(&lot, "E01").await;
    down_and_a_minute_later(&lot, "E01").await;
    // The camera's own.
    lot.device("E01").arrive(Vehicle::new("粤B54321"));
    seen_up(&lot, "E01").await;
    down_and_a_minute_later(&lot, "E01").await;
    // A remote control: the device says nothing of it, its arm is only seen up when it is asked. Judged after the others, so that whatever was made of them is there before.
    lot.device("E01").press(BarrierAction::Open);
    lot.until("a rise is recorded", async || {
        (lot.one::<(i64,)>("select count(*) from rise").await.0 > 0).then_some(())
    })
    .await;
    let rows: Vec<Row> = lot.rows("select lane_id, at, down_at, picture_id, device_id from rise").await;
    assert_eq!(rows.len(), 1, "R40: {rows:?}");
    let (lane, at, down_at, picture, device) = &rows[0];
    assert_eq!((lane.as_str(), device.as_str()), ("E01", "cam-E01"));
    assert_eq!(*at, lot.hub.clock.now().0);
    assert!(down_at.is_some_and(|down| down <= *at));
    let audited = "select count(*) from audit where action = 'barrier.rise'";
    assert_eq!(lot.one::<(i64,)>(audited).await.0, 1);
    // Its picture is kept and shown; everybody near is told.
    let picture = picture.clone().unwrap();
    let shown = lot.bytes(&format!("/api/pictures/{picture}")).await;
    assert!(shown.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    lot.until("the stream tells it", async || {
        let mut reader = lot.hub.hub.store().read().await.unwrap();
        let events = reader.conn().events_after(OutboxPosition::default(), 10_000).await;
        let told = |event: &lanedesk_hub::store::Event| {
            matches!(&event.told, Some(Told::Rise { rise }) if rise.plate.as_deref() != Some("粤B12345"))
        };
        events.unwrap().iter().any(told).then_some(())
    })
    .await;
    // Through the public door, with the lane's picture (R33, R40).
    let chief = Desk::of(&lot, "chief").await;
    let listed = chief.get("/api/rises").await;
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0]["lane"]["id"], &listed[0]["device"]), (&json!("E01"), &json!("cam-E01")));
    assert_eq!(listed[0]["picture"], json!(format!("/api/pictures/{picture}")));
    // The arm stays up: one rise, however often it is asked.
    lot.minutes_pass(1);
    seen_up(&lot, "E01").await;
    assert_eq!(lot.one::<(i64,)>("select count(*) from rise").await.0, 1, "once");
}

#[tokio::test]
async fn an_arm_raised_by_hand_is_recorded_and_ours_and_the_camera_s_are_not() {
    tokio::join!(only_the_hand_is_told(Engine::Sqlite), only_the_hand_is_told(Engine::Postgres));
}
