//! Pictures of lanes: fresh, shared by many, kept as proof, and dropped in time.

use crate::lot::Lot;
use lanedesk_hub::{ops, testing::Engine};
use lotsim::{Fault, Vehicle};
use reqwest::StatusCode;
use serde_json::json;

async fn jpeg(lot: &Lot, path: &str) -> (u64, Vec<u8>) {
    let told = lot.bytes(path).await;
    assert_eq!(told.status(), StatusCode::OK, "{path}");
    assert_eq!(told.headers()["content-type"], "image/jpeg");
    let age = told.headers().get("age").unwrap().to_str().unwrap();
    let age = age.parse().unwrap();
    (age, told.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn many_watchers_of_a_lane_cost_its_camera_one_picture() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
    let before = lot.device("E01").requests();
    let watchers = (0..20).map(|_| jpeg(&lot, "/api/lanes/E01/picture"));
    let pictures = futures::future::join_all(watchers).await;
    assert!(pictures.iter().all(|(age, jpeg)| *age == 0 && jpeg.starts_with(&[0xff, 0xd8])));
    let asked = lot.device("E01").requests() - before;
    assert!(asked <= 6, "20 watchers, {asked} requests (a challenge and the barrier's state are among them)");
}

#[tokio::test]
async fn where_the_camera_is_gone_the_newest_kept_picture_is_shown_with_its_age() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
    let (_, live) = jpeg(&lot, "/api/lanes/E01/picture").await;
    lot.device("E01").fault(Fault::Offline);
    lot.device("W02").fault(Fault::Offline);
    lot.minutes_pass(3);
    // The shared picture of a second ago may still be given; after it, the kept one.
    let (age, kept) = lot
        .until("the kept picture", async || {
            let picture = jpeg(&lot, "/api/lanes/E01/picture").await;
            (picture.0 > 0).then_some(picture)
        })
        .await;
    assert!((180..=185).contains(&age), "{age}");
    assert!(kept.starts_with(&[0xff, 0xd8]) && !live.is_empty());

    let told = lot
        .until("the environment camera is gone", async || {
            let told = lot.bytes("/api/lanes/E01/environment.jpg").await;
            (told.status() != StatusCode::OK).then_some(told)
        })
        .await;
    assert_eq!(told.status(), StatusCode::BAD_GATEWAY);
    let problem: serde_json::Value = told.json().await.unwrap();
    assert_eq!(problem["code"], "device_unreachable");
    assert!(!problem["detail"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn a_refresh_reads_the_plate_that_stands_there_now() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B11111").stuck()).await;
    let held = lot.claim("E01").await;
    // The camera's event is lost; what it sees is not.
    lot.device("E01").fault(Fault::Offline);
    lot.device("E01").arrive(Vehicle::new("粤B22222").stuck());
    lot.device("E01").clear_faults();
    lot.second_passes();
    let path = format!("/api/cases/{}/picture", held.case);
    let view = lot
        .until("the camera is back", async || {
            let told = lot.call(reqwest::Method::POST, &path, Some(json!({"fence": held.fence}))).await;
            match told.status() {
                StatusCode::OK => Some(told.json::<serde_json::Value>().await.unwrap()),
                _ => None,
            }
        })
        .await;
    assert_eq!(view["vehicle"]["plate"], "粤B22222", "R16");
    assert_eq!(view["picture"]["plate"], "粤B22222");
    let stale = json!({"fence": held.fence - 1});
    let told = lot.call(reqwest::Method::POST, &path, Some(stale)).await;
    assert_eq!(told.status(), StatusCode::CONFLICT, "R13");
}

#[tokio::test]
async fn an_order_keeps_a_picture_before_and_one_after() {
    let lot = Lot::open(Engine::Sqlite).await;
    lot.arrive("E01", Vehicle::new("粤B12345").stuck()).await;
    let held = lot.claim("E01").await;
    lot.raise(&held).await;
    let (before, after) = lot
        .until("both pictures", async || {
            let rows: Vec<(Option<String>, Option<String>)> =
                lot.rows("select picture_before, picture_after from opening").await;
            let (before, after) = rows.into_iter().next()?;
            before.zip(after)
        })
        .await;
    assert_ne!(before, after);
    for id in [before, after] {
        let (_, picture) = jpeg(&lot, &format!("/api/pictures/{id}")).await;
        assert!(picture.starts_with(&[0xff, 0xd8]));
    }
}

#[tokio::test]
async fn pictures_past_their_time_go_but_not_those_that_are_needed() {
    let mut lot = Lot::open_with(Engine::Sqlite, |lane| lane.automatic = lane.code == "W02").await;
    lot.arrive("E01", Vehicle::new("粤B11111").stuck()).await;
    lot.arrive("E01", Vehicle::new("粤B22222").stuck()).await;
    lot.arrive("W02", Vehicle::new("粤B33333")).await;
    let pictures: Vec<(String, Option<String>)> =
        lot.rows("select p.id, r.plate from picture p join plate_read r on r.picture_id = p.id order by p.id").await;
    assert_eq!(pictures.len(), 3);
    lot.minutes_pass(91 * 24 * 60);
    assert_eq!(ops::picture::prune(&lot.hub.hub).await.unwrap(), 1, "R36");
    lot.log_in_again().await;
    for (id, plate) in pictures {
        let status = lot.bytes(&format!("/api/pictures/{id}")).await.status();
        let gone = plate.as_deref() == Some("粤B11111");
        assert_eq!(status == StatusCode::NOT_FOUND, gone, "who stands there and who is inside keep theirs: {plate:?}");
    }
}
