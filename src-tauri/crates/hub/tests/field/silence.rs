//! Devices that do not answer, and arms that move by themselves.

use crate::lot::Lot;
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction, person::Scope};
use lanedesk_hub::{
    hub::Hub,
    runtime::Finding,
    serve::RunningHub,
    testing::{ENGINES, Engine},
};
use lotsim::{Fault, Vehicle};
use reqwest::Client;
use serde_json::Value;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_dead_device_does_not_slow_another_lane() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.device("E02").fault(Fault::Silent);
    lot.device("W02").fault(Fault::Offline);
    lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
    // Somebody waits for the dead camera the whole time.
    let waiting = async { lot.bytes("/api/lanes/E02/picture").await.status() };
    let working = async {
        let began = Instant::now();
        let held = lot.claim("E01").await;
        lot.raise(&held).await;
        assert!(lot.device("E01").wait_open().await);
        began.elapsed()
    };
    let (_, took) = tokio::join!(waiting, working);
    assert!(took < Duration::from_secs(2), "shorter than any time-out of a device: {took:?}");
}

#[tokio::test]
async fn a_lost_device_is_told_once_and_again_when_it_is_back() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E02", Vehicle::new("粤B12345").stuck()).await;
    lot.claim("E02").await;
    lot.device("E02").fault(Fault::Offline);
    let everything = Lot::chief().scope;
    let gone =
        lot.until("the device is lost", async || lot.hub.hub.runtime().offline(&everything, &Finding::zh).pop()).await;
    assert_eq!(gone.id.as_str(), "cam-E02");
    assert!(gone.error.contains("设备"), "{}", gone.error);
    assert!(
        lot.hub.hub.runtime().offline(&Scope::default(), &Finding::zh).is_empty(),
        "of others' lots nothing is told"
    );
    lot.until("the page says so", async || {
        let barrier = lot.view("E02").await["barrier"].take();
        (barrier["online"] == false && barrier["state"] == "unknown").then_some(())
    })
    .await;

    lot.device("E02").clear_faults();
    lot.until("the device is back", async || {
        lot.hub.hub.runtime().offline(&everything, &Finding::zh).is_empty().then_some(())
    })
    .await;
    let told = lot
        .until("both were told", async || {
            let told = device_frames(&lot).await;
            (told.len() == 2).then_some(told)
        })
        .await;
    assert!(told[0].contains("\"online\":false") && told[1].contains("\"online\":true"));
}

/// What desks were told of devices, oldest first.
async fn device_frames(lot: &Lot) -> Vec<String> {
    let sql = "select body from event where kind = 'told' order by xid, n";
    let told: Vec<(String,)> = lot.rows(sql).await;
    let bodies = told.into_iter().map(|(body,)| body);
    bodies.filter(|body| body.contains("\"type\":\"device\"")).collect()
}

/// The devices a hub's board lists as out of reach.
async fn offline(hub: &RunningHub, token: &str) -> Vec<Value> {
    let url = format!("http://{}/api/board", hub.addr);
    let asked = Client::builder().no_proxy().build().unwrap();
    let told = asked.get(url).bearer_auth(token).send().await.unwrap();
    let mut board: Value = told.json().await.unwrap();
    serde_json::from_value(board["offline"].take()).unwrap()
}

/// A city's hub has thousands of devices out of reach: what every desk knows is not told again at each start (R40).
#[tokio::test]
async fn a_hub_that_starts_knows_which_devices_were_lost_and_tells_no_desk_twice() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        let chief = lot.log_in("chief").await;
        lot.device("E02").fault(Fault::Offline);
        lot.until("the outage is told", async || (device_frames(&lot).await.len() == 1).then_some(())).await;
        let first = offline(&lot.hub, &chief).await;
        lot.minutes_pass(1);
        let second = Hub::start(lot.database.config(lot.hub.clock.clone()));
        let second = second.await.unwrap();
        lot.until("the second hub's board has it since the same moment", async || {
            let listed = offline(&second, &chief).await;
            let same = listed.len() == 1 && listed[0]["since"] == first[0]["since"];
            same.then_some(())
        })
        .await;
        lot.until("the second hub has asked it itself", async || {
            let listed = offline(&second, &chief).await;
            (listed[0]["error"] == first[0]["error"]).then_some(())
        })
        .await;
        lot.until("the second hub hears the others", async || {
            (second.hub.runtime().devices().online == 2).then_some(())
        })
        .await;
        assert_eq!(device_frames(&lot).await.len(), 1, "{engine:?}: no news");

        lot.device("E02").clear_faults();
        for hub in [&lot.hub, &second] {
            lot.until("the device is back", async || offline(hub, &chief).await.is_empty().then_some(())).await;
        }
        let told = lot
            .until("it was told", async || {
                let told = device_frames(&lot).await;
                (told.len() > 1).then_some(told)
            })
            .await;
        assert!(told[1].contains("\"online\":true"));
        assert_eq!(told.len(), 2, "{engine:?}: by one of the hubs");
        second.stop().await;
    }
}

#[tokio::test]
async fn while_a_case_is_open_an_arm_moved_by_hand_shows_within_seconds() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.claim("E01").await;
    let began = Instant::now();
    lot.device("E01").press(BarrierAction::Open);
    lot.until("the page shows it up", async || {
        let barrier = lot.view("E01").await["barrier"].take();
        (barrier["state"] == "open").then_some(())
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(5), "R40: asked every 2 s");
}

#[tokio::test]
async fn after_an_order_the_arm_is_watched_closely() {
    let lot = Lot::open(Engine::Sqlite).await;
    let lane = Lot::lane_id("E01");
    let mut watch = lot.hub.hub.runtime().watch_after_order(&lane);
    lot.device("E01").press(BarrierAction::Open);
    assert!(watch.seen(BarrierState::Open, Duration::from_secs(3)).await);
    let mut never = lot.hub.hub.runtime().watch_after_order(&lane);
    assert!(
        !never.seen(BarrierState::Closed, Duration::from_millis(600)).await,
        "an arm that stays up is never seen down"
    );
}
