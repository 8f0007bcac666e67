//! Stills, recognition and events over real sockets to a simulated device.

use super::common::{driver, driver_with, site, site_with};
use lanedesk_devices::{CameraNews, DeviceError, EventSource, PlateCamera, PlateRead, StillCamera};
use lotsim::{Fault, Lane, PastRead, Vehicle};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

/// A watched camera; the watching ends when this is dropped.
struct Watched {
    news: mpsc::Receiver<CameraNews>,
    _task: JoinHandle<()>,
}

impl Watched {
    fn start(lane: &Lane) -> Self {
        let device = Arc::new(driver(lane));
        let (told, news) = mpsc::channel(64);
        let watch = async move { device.watch(told).await };
        Self { news, _task: tokio::spawn(watch) }
    }

    async fn next(&mut self) -> CameraNews {
        let next = timeout(Duration::from_secs(20), self.news.recv()).await;
        next.expect("news in time").expect("watching goes on")
    }

    async fn read(&mut self) -> PlateRead {
        loop {
            if let CameraNews::Read(read) = self.next().await {
                return *read;
            }
        }
    }

    async fn up(&mut self) {
        while self.next().await != CameraNews::Up {}
    }

    async fn down(&mut self) -> DeviceError {
        loop {
            if let CameraNews::Down(error) = self.next().await {
                return error;
            }
        }
    }
}

fn misread() -> Vehicle {
    Vehicle::new("粤B12345").read_as("粤B1Z345")
}

#[tokio::test]
async fn a_still_shows_the_lane() {
    let (_sim, lane) = site().await;
    let still = driver(&lane).still().await.unwrap();
    assert!(still.jpeg.len() > 20_000);
}

#[tokio::test]
async fn recognition_on_demand_gives_plate_doubt_pictures_and_place() {
    for fault in [None, Some(Fault::LfFraming)] {
        let (_sim, lane) = site().await;
        lane.arrive(misread());
        if let Some(fault) = fault {
            lane.fault(fault);
        }
        let read = driver(&lane).recognise().await.unwrap();
        assert_eq!(read.plate.as_deref(), Some("粤B1Z345"));
        assert_eq!((read.doubtful.as_slice(), read.color.as_deref()), (&[3][..], Some("blue")));
        assert!(read.picture.unwrap().len() > read.plate_picture.unwrap().len());
        let [x, y, width, height] = read.plate_box.unwrap();
        assert!(x > 0.4 && y > 0.6 && width > 0.1 && height > 0.05);
        assert!(!read.history && read.opened_by_camera == Some(false));
    }
}

#[tokio::test]
async fn an_unread_plate_and_an_empty_lane_are_no_plate() {
    let (_sim, lane) = site().await;
    let device = driver(&lane);
    assert_eq!(device.recognise().await.unwrap().plate, None);
    lane.arrive(Vehicle::new("粤B12345").read_as(""));
    assert_eq!(device.recognise().await.unwrap().plate, None);
}

#[tokio::test]
async fn a_picture_broken_off_or_refused_is_an_error() {
    let (_sim, lane) = site().await;
    let device = driver(&lane);
    lane.fault(Fault::Reset);
    assert!(matches!(device.still().await, Err(DeviceError::Unanswered(_))));
    assert!(matches!(device.recognise().await, Err(DeviceError::Unanswered(_))));
    lane.fault(Fault::Lockout);
    assert!(matches!(device.still().await, Err(DeviceError::LockedOut { .. })));
}

#[tokio::test]
async fn events_arrive_with_their_pictures_in_either_framing() {
    for fault in [None, Some(Fault::LfFraming)] {
        let (_sim, lane) = site().await;
        if let Some(fault) = fault {
            lane.fault(fault);
        }
        let mut watched = Watched::start(&lane);
        watched.up().await;
        lane.arrive(misread());
        let read = watched.read().await;
        assert_eq!(read.plate.as_deref(), Some("粤B1Z345"));
        assert!(read.picture.is_some() && read.plate_picture.is_some(), "{fault:?}");
        assert!(!read.history && !read.uuid.is_empty());
    }
}

#[tokio::test]
async fn what_the_camera_remembers_comes_first_and_is_marked() {
    let past = PastRead { minutes_ago: 90, vehicle: Vehicle::new("粤B12345") };
    let (_sim, lane) = site_with(|lane| lane.past = vec![past]).await;
    let mut watched = Watched::start(&lane);
    let read = watched.read().await;
    assert!(read.history && read.opened_by_camera == Some(true));
    lane.arrive(Vehicle::new("粤B67890"));
    let live = watched.read().await;
    assert!(!live.history);
    assert!(live.taken_at.unwrap().since(read.taken_at.unwrap()) >= 90 * 60_000);
}

#[tokio::test]
async fn duplicates_and_replays_carry_the_same_id() {
    let (_sim, lane) = site().await;
    lane.fault(Fault::DuplicateEvents);
    lane.fault(Fault::ReplayEvents);
    let mut watched = Watched::start(&lane);
    watched.up().await;
    lane.arrive(misread());
    let reads = [watched.read().await, watched.read().await, watched.read().await];
    assert!(reads.iter().all(|read| read.uuid == reads[0].uuid));
    let history: Vec<bool> = reads.iter().map(|read| read.history).collect();
    assert_eq!(history, [false, false, true]);
}

#[tokio::test]
async fn a_stream_that_falls_silent_or_breaks_is_begun_again() {
    for fault in [Fault::Silent, Fault::Offline] {
        let (_sim, lane) = site().await;
        let mut watched = Watched::start(&lane);
        watched.up().await;
        lane.fault(fault);
        let error = watched.down().await;
        assert!(!error.reached(), "{fault}: {error}");
        lane.clear_faults();
        watched.up().await;
        lane.arrive(misread());
        loop {
            let read = watched.read().await;
            if !read.history {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_locked_camera_is_not_hammered_by_the_stream() {
    let (_sim, lane) = site().await;
    lane.fault(Fault::Lockout);
    let mut watched = Watched::start(&lane);
    for _ in 0..5 {
        assert!(matches!(watched.down().await, DeviceError::LockedOut { .. }));
    }
    assert_eq!(lane.requests(), 1);
}

#[tokio::test]
async fn watching_ends_with_its_listener() {
    let (_sim, lane) = site().await;
    let device = driver(&lane);
    let (told, news) = mpsc::channel(4);
    let watch = tokio::spawn(async move { device.watch(told).await });
    drop(news);
    timeout(Duration::from_secs(10), watch).await.unwrap().unwrap();
    let device = driver_with(&lane, |settings| settings.events = EventSource::Push);
    let (told, _news) = mpsc::channel(4);
    timeout(Duration::from_secs(10), device.watch(told)).await.unwrap();
}

#[tokio::test]
async fn a_wrong_clock_is_told_as_it_is() {
    let (_sim, lane) = site().await;
    lane.fault(Fault::ClockSkew(3_600_000));
    lane.arrive(misread());
    let skewed = driver(&lane).recognise().await.unwrap().taken_at.unwrap();
    lane.clear_faults();
    let right = driver(&lane).recognise().await.unwrap().taken_at.unwrap();
    assert!(skewed.since(right) > 3_500_000);
}
