//! The desk's client against a real hub and a camera.

use super::{counted, nothing_is_left};
use crate::{demo::PASSWORD, harness::World};
use bytes::Bytes;
use lanedesk_client::{Address, Hub, Language, LiveNews, LivePicture, Pace};
use lanedesk_wire::live::{LiveKind, LiveState, LiveTold, LiveWhy};
use lotsim::Fault;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// Longer than anything here takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn desk(world: &World) -> Hub {
    let address = Address::parse(&world.address()).unwrap();
    let hub = Hub::new(address, Language::Chinese, Pace::default(), lanedesk_client::Trust::default()).unwrap();
    hub.login("agent".to_owned(), PASSWORD.to_owned(), None).await.unwrap();
    hub
}

fn follow(hub: &Hub, lane: &str) -> (LivePicture, Receiver<LiveNews>) {
    LivePicture::follow(hub.clone(), &lane.parse().unwrap(), None)
}

async fn next(news: &mut Receiver<LiveNews>) -> LiveNews {
    let next = tokio::time::timeout(PATIENCE, news.recv()).await;
    next.expect("news").expect("the picture goes on")
}

/// Goes on until this state is told, and answers why and in which words.
async fn state(news: &mut Receiver<LiveNews>, wanted: LiveState) -> (Option<LiveWhy>, Option<String>) {
    loop {
        if let LiveNews::Told(LiveTold::State { state, why, detail, .. }) = next(news).await
            && state == wanted
        {
            return (why, detail);
        }
    }
}

async fn bytes(news: &mut Receiver<LiveNews>) -> Bytes {
    loop {
        if let LiveNews::Bytes(bytes) = next(news).await {
            return bytes;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_plays_ends_with_its_follower_and_outlives_the_hub() {
    let mut world = World::sqlite().await;
    let hub = desk(&world).await;
    let (picture, mut news) = follow(&hub, "E02");
    state(&mut news, LiveState::Playing).await;
    assert_eq!(&bytes(&mut news).await[4..8], b"ftyp");
    assert_eq!(&bytes(&mut news).await[4..8], b"moof");
    assert_eq!(counted(&world, "lanedesk_live_watchers").await, 1);

    // The hub is started anew at another address; what the line to it does is said here, and tried again.
    world.stop().await;
    let (why, words) = state(&mut news, LiveState::Reconnecting).await;
    assert_eq!(why, Some(LiveWhy::Unreachable));
    assert!(words.unwrap().contains("正在重试"));
    state(&mut news, LiveState::Failed).await;
    world.start().await;
    drop((picture, news));

    let hub = desk(&world).await;
    let (picture, mut news) = follow(&hub, "E02");
    state(&mut news, LiveState::Playing).await;
    drop(picture);
    nothing_is_left(&world).await;
    drop(news);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_who_only_drops_the_news_leaves_nothing_behind() {
    let world = World::sqlite().await;
    let hub = desk(&world).await;
    let (picture, mut news) = follow(&hub, "E02");
    state(&mut news, LiveState::Playing).await;
    drop(news);
    nothing_is_left(&world).await;
    drop(picture);
}

#[tokio::test(flavor = "multi_thread")]
async fn jpegs_come_through_the_same_door_and_a_camera_without_a_picture_says_why() {
    let world = World::sqlite().await;
    let hub = desk(&world).await;
    world.lot.lane("E02").fault(Fault::MjpegOnly);
    let (_picture, mut news) = follow(&hub, "E02");
    loop {
        if let LiveNews::Told(LiveTold::State { format: Some(format), .. }) = next(&mut news).await {
            assert_eq!(format.kind, LiveKind::Jpeg);
            break;
        }
    }
    assert!(bytes(&mut news).await.starts_with(&[0xff, 0xd8]));

    world.lot.lane("W01").fault(Fault::H265);
    let (_picture, mut news) = follow(&hub, "W01");
    let (why, words) = state(&mut news, LiveState::Failed).await;
    assert_eq!(why, Some(LiveWhy::Codec));
    assert!(words.unwrap().contains("H.265"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asking_again_does_not_change_ends() {
    let world = World::sqlite().await;
    let hub = desk(&world).await;
    let (_picture, mut news) = follow(&hub, "nowhere");
    assert_eq!(next(&mut news).await, LiveNews::Ended);

    let (_picture, mut news) = follow(&hub, "E02");
    state(&mut news, LiveState::Playing).await;
    hub.logout().await.unwrap();
    loop {
        if next(&mut news).await == LiveNews::Ended {
            break;
        }
    }
    nothing_is_left(&world).await;
}

/// What is not taken is left out by the hub, which is told; whoever takes again sees what is new.
#[tokio::test(flavor = "multi_thread")]
async fn a_follower_who_takes_nothing_falls_behind_alone() {
    let world = World::sqlite().await;
    let hub = desk(&world).await;
    let (_slow, mut late) = follow(&hub, "E02");
    state(&mut late, LiveState::Playing).await;
    let (_quick, mut news) = follow(&hub, "E02");
    state(&mut news, LiveState::Playing).await;
    for _ in 0..75 {
        bytes(&mut news).await;
    }
    let newest = lotsim::film::Stamp::find(&bytes(&mut news).await).unwrap();
    loop {
        let stamp = lotsim::film::Stamp::find(&bytes(&mut late).await);
        if stamp.is_some_and(|stamp| stamp.picture >= newest.picture) {
            break;
        }
    }
}
