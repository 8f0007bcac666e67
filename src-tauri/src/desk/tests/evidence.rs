//! R23, R36: a photo is sealed here before it counts as taken, and reaches the hub once, whatever happens between.

use super::{
    fake::{FakeHub, Recording, claim, desk_with, eventually, quick},
    hub_photos::Mood,
};
use crate::{
    camera::{CameraError, PhotoCamera, PluggedCamera, Screen, Shot},
    commands::evidence::EvidenceState,
    desk::{Desk, Parts, SystemPhoto},
    keyring::Keyring,
    seal::Seal,
    store::{Store, tests::opened},
};
use async_trait::async_trait;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::problem::Code;
use std::{path::Path, time::Instant};
use tauri::{App, test::MockRuntime};

/// A camera that gives what it holds.
#[derive(Clone)]
struct Still(Result<Vec<u8>, CameraError>);

#[async_trait]
impl PhotoCamera for Still {
    async fn list(&self) -> Result<Vec<PluggedCamera>, CameraError> {
        let camera = |id: &str| PluggedCamera { id: id.to_owned(), name: "Cam".to_owned() };
        Ok(vec![camera("Cam#1"), camera("Cam#2")])
    }
    async fn preview(&self, _id: &str, _screen: Box<dyn Screen>) -> Result<(), CameraError> {
        Ok(())
    }
    fn stop(&self) {}
    async fn capture(&self, _id: &str) -> Result<Shot, CameraError> {
        Ok(Shot { jpeg: self.0.clone()?, width: 640, height: 480, at: Instant::now() })
    }
}

const PICTURE: &[u8] = b"\xff\xd8 a document nobody else may read";

/// A desk with a store of its own, as one start of the program has it.
struct Start {
    /// Holds the store open.
    app: App<MockRuntime>,
    store: Store,
    desk: Desk,
    page: Recording,
}

impl Start {
    async fn of(hub: &FakeHub, folder: &Path) -> Self {
        Self::with(hub, folder, Ok(PICTURE.to_vec())).await
    }

    async fn with(hub: &FakeHub, folder: &Path, camera: Result<Vec<u8>, CameraError>) -> Self {
        let path = folder.to_owned();
        // The plugin blocks while it opens its database; that is not done inside a runtime.
        let (app, store) = std::thread::spawn(move || opened(&path)).join().unwrap();
        let page = Recording::default();
        let desk = desk_with(
            hub,
            Parts {
                store: store.clone(),
                keyring: Keyring::default(),
                seal: Seal::new(Keyring::default(), Some(folder.to_owned())),
                camera: Box::new(Still(camera)),
                page: Box::new(page.clone()),
                downloads: folder.to_owned(),
                preset_hub: None,
                trust: lanedesk_client::Trust::default(),
                pace: quick(),
            },
            &page,
        )
        .await;
        Self { app, store, desk, page }
    }

    /// The program is gone: nothing of it runs on, and nobody was told.
    async fn killed(self) {
        self.desk.state().leave();
        self.store.close().await;
        drop(self.app);
    }

    fn states(&self) -> Vec<EvidenceState> {
        let state = |heard: &super::fake::Heard| heard.evidence.iter().map(|told| told.photo.state).collect();
        self.page.heard(state)
    }

    async fn comes_to(&self, wanted: EvidenceState) {
        eventually("the photo's state is told", || self.states().last() == Some(&wanted)).await;
    }
}

fn kept(hub: &FakeHub) -> Vec<Vec<u8>> {
    hub.get(|told| told.photos.kept.clone())
}

fn becomes(hub: &FakeHub, mood: Mood) {
    hub.set(|told| told.photos.mood = mood);
}

#[tokio::test]
async fn a_photo_taken_while_the_hub_is_away_is_sent_once_when_it_is_back() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let case = claim(&start.desk, "E02").await;
    becomes(&hub, Mood::Away);
    let taken = start.desk.take_photo(case.clone()).await.unwrap();
    assert_eq!(taken.state, EvidenceState::Waiting);
    assert_eq!(taken.thumb, format!("/local/photos/{}", taken.id));

    becomes(&hub, Mood::LosesAnswers);
    eventually("it arrives", || !kept(&hub).is_empty()).await;
    becomes(&hub, Mood::Keeps);
    start.comes_to(EvidenceState::Sent).await;

    assert_eq!(kept(&hub), [PICTURE], "sent again it is the same photo");
    let photos = start.desk.evidence(case).await.unwrap();
    assert_eq!(photos.len(), 1, "the hub's and this device's are one");
    assert_eq!(photos[0].photo.as_ref().unwrap().id.as_str(), "h0");
    let first = hub.get(|told| told.photos.received[0].clone());
    assert_eq!(first.source, "device_camera");
    assert!(first.taken_at.starts_with("2026-11-22T08:00:0"), "hub time, not this device's");
}

#[tokio::test]
async fn a_photo_survives_a_restart_sealed_and_is_gone_here_once_the_hub_has_it() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let case = claim(&start.desk, "E02").await;
    becomes(&hub, Mood::Away);
    let taken = start.desk.take_photo(case.clone()).await.unwrap();
    start.killed().await;
    let mut looked_at = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        // The database's journal may be gone again by now.
        let Ok(bytes) = std::fs::read(entry.unwrap().path()) else {
            continue;
        };
        looked_at += 1;
        assert!(!bytes.windows(10).any(|part| part == &PICTURE[5..15]), "R36");
    }
    assert!(looked_at > 0, "the database itself stays");

    becomes(&hub, Mood::Keeps);
    let again = Start::of(&hub, folder.path()).await;
    again.comes_to(EvidenceState::Sent).await;
    assert_eq!(kept(&hub), [PICTURE]);
    let owner = again.desk.owner();
    let sealed = again.store.sealed_photo(&owner, &taken.id).await.unwrap();
    assert_eq!(sealed, None);
    let photos = again.desk.evidence(case).await.unwrap();
    assert_eq!(photos[0].id, taken.id);
    assert_eq!(photos[0].thumb, "/api/photos/h0?size=thumb");
}

#[tokio::test]
async fn a_photo_the_hub_refuses_says_why_and_is_not_sent_again() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let case = claim(&start.desk, "E02").await;
    becomes(&hub, Mood::Refuses(422, "too_old"));
    let taken = start.desk.take_photo(case.clone()).await.unwrap();
    start.comes_to(EvidenceState::Refused).await;
    let photos = start.desk.evidence(case.clone()).await.unwrap();
    assert_eq!(photos[0].problem.as_ref().unwrap().code, Code::TooOld);

    becomes(&hub, Mood::Keeps);
    start.desk.take_photo(case.clone()).await.unwrap();
    start.comes_to(EvidenceState::Sent).await;
    assert_eq!(hub.get(|told| told.photos.received.len()), 2, "the refused one was sent once");

    start.desk.drop_photo(case.clone(), taken.id.clone()).await.unwrap();
    let photos = start.desk.evidence(case).await.unwrap();
    assert!(photos.iter().all(|photo| photo.id != taken.id));
    assert!(hub.get(|told| told.photos.dropped.is_empty()), "the hub never had it");
}

#[tokio::test]
async fn a_photo_given_up_on_its_way_is_taken_back_from_the_hub() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let case = claim(&start.desk, "E02").await;
    becomes(&hub, Mood::Slow);
    let taken = start.desk.take_photo(case.clone()).await.unwrap();
    eventually("it is on its way", || !kept(&hub).is_empty()).await;
    start.desk.drop_photo(case, taken.id).await.unwrap();
    eventually("it is taken back", || hub.get(|told| told.photos.dropped == ["h0"])).await;
}

#[tokio::test]
async fn a_photo_the_hub_has_is_dropped_there_too() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let case = claim(&start.desk, "E02").await;
    let taken = start.desk.take_photo(case.clone()).await.unwrap();
    start.comes_to(EvidenceState::Sent).await;
    start.desk.drop_photo(case, taken.id).await.unwrap();
    assert_eq!(hub.get(|told| told.photos.dropped.clone()), ["h0"]);
}

/// A broken disk must not keep a barrier shut.
#[tokio::test]
async fn without_a_store_a_photo_goes_to_the_hub_at_once_or_is_not_taken() {
    let hub = FakeHub::serve().await;
    let page = Recording::default();
    let parts = Parts {
        store: Store::closed(),
        keyring: Keyring::default(),
        seal: Seal::new(Keyring::default(), None),
        camera: Box::new(Still(Ok(PICTURE.to_vec()))),
        page: Box::new(page.clone()),
        downloads: std::env::temp_dir(),
        preset_hub: None,
        trust: lanedesk_client::Trust::default(),
        pace: quick(),
    };
    let desk = desk_with(&hub, parts, &page).await;
    let case = claim(&desk, "E02").await;
    let taken = desk.take_photo(case.clone()).await.unwrap();
    assert_eq!(taken.state, EvidenceState::Sent);
    becomes(&hub, Mood::Away);
    let problem = desk.take_photo(case).await.unwrap_err();
    assert_eq!(problem.code, Code::DeskFault, "it is not shown as taken");
}

/// R23: photos are of this case. Whoever does not hold it takes none.
#[tokio::test]
async fn a_photo_is_taken_for_the_case_that_is_held() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    claim(&start.desk, "E02").await;
    let other: CaseId = "c2".parse().unwrap();
    let problem = start.desk.take_photo(other.clone()).await.unwrap_err();
    assert_eq!(problem.code, Code::LeaseLost);
    let outside = SystemPhoto { case: Some(other), bytes: PICTURE.to_vec() };
    let problem = start.desk.add_photo(outside).await.unwrap_err();
    assert_eq!(problem.code, Code::LeaseLost);
}

#[tokio::test]
async fn a_phones_photo_is_sent_as_it_is_and_a_huge_one_refused() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let case = claim(&start.desk, "E02").await;
    let photo = |bytes| SystemPhoto { case: Some(case.clone()), bytes };
    start.desk.add_photo(photo(PICTURE.to_vec())).await.unwrap();
    start.comes_to(EvidenceState::Sent).await;
    let first = hub.get(|told| told.photos.received[0].clone());
    assert_eq!((first.source.as_str(), &first.bytes[..]), ("system_camera", PICTURE));

    let huge = start.desk.add_photo(photo(vec![0; 15 * 1024 * 1024 + 1])).await;
    assert_eq!(huge.unwrap_err().code, Code::TooLarge);
    let none = start.desk.add_photo(photo(Vec::new())).await;
    assert_eq!(none.unwrap_err().code, Code::DeskFault);
}

#[tokio::test]
async fn the_lanes_camera_is_asked_with_the_fence() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let case = claim(&start.desk, "E02").await;
    let photo = start.desk.photo_from_lane(case).await.unwrap();
    assert_eq!((photo.state, photo.id.as_str()), (EvidenceState::Sent, "h9"));
    assert_eq!(hub.get(|told| told.fences.clone()), [7]);
}

#[tokio::test]
async fn a_camera_that_fails_says_what_to_do() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    for (error, word) in [
        (CameraError::Busy, "占用"),
        (CameraError::Gone, "断开"),
        (CameraError::Silent, "没有反应"),
        (CameraError::Forbidden, "不允许"),
        (CameraError::None, "没有找到"),
        (CameraError::Broken("x".into()), "出错"),
    ] {
        let start = Start::with(&hub, folder.path(), Err(error)).await;
        let case = claim(&start.desk, "E02").await;
        let problem = start.desk.take_photo(case).await.unwrap_err();
        assert!(problem.detail.contains(word), "{}", problem.detail);
        start.killed().await;
    }
}

#[tokio::test]
async fn the_chosen_camera_is_remembered() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let start = Start::of(&hub, folder.path()).await;
    let chosen = |cameras: Vec<crate::commands::evidence::Camera>| {
        cameras.into_iter().filter(|camera| camera.chosen).map(|camera| camera.id).collect::<Vec<_>>()
    };
    assert_eq!(chosen(start.desk.cameras().await.unwrap()), ["Cam#1"]);
    start.desk.choose_camera("Cam#2".into()).await.unwrap();
    start.killed().await;
    let again = Start::of(&hub, folder.path()).await;
    assert_eq!(chosen(again.desk.cameras().await.unwrap()), ["Cam#2"]);
    again.desk.choose_camera("gone#1".into()).await.unwrap();
    assert_eq!(chosen(again.desk.cameras().await.unwrap()), ["Cam#1"], "one that is there");
}
