//! Frames come at the page's own pace, and stop with the page, the window, the case.

use super::fake::{FakeHub, Recording, claim, desk_with, eventually, quick};
use crate::{
    camera::{CameraError, PhotoCamera, PluggedCamera, Screen, ScreenState, Shot},
    desk::{Desk, Parts, View},
    keyring::Keyring,
    seal::Seal,
    store::Store,
};
use async_trait::async_trait;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
};
use std::time::Duration;

/// A camera of five hundred frames a second.
#[derive(Clone, Default)]
struct Film {
    screen: Arc<Mutex<Option<Box<dyn Screen>>>>,
}

#[async_trait]
impl PhotoCamera for Film {
    async fn list(&self) -> Result<Vec<PluggedCamera>, CameraError> {
        let (id, name) = ("Film#1".to_owned(), "Film".to_owned());
        Ok(vec![PluggedCamera { id, name }])
    }
    async fn preview(&self, _id: &str, screen: Box<dyn Screen>) -> Result<(), CameraError> {
        *self.screen.lock().unwrap() = Some(screen);
        let film = self.clone();
        std::thread::spawn(move || {
            while film.turns() {
                std::thread::sleep(Duration::from_millis(2));
            }
            film.stop();
        });
        Ok(())
    }
    fn stop(&self) {
        if let Some(mut screen) = self.screen.lock().unwrap().take() {
            screen.ended(None);
        }
    }
    async fn capture(&self, _id: &str) -> Result<Shot, CameraError> {
        Err(CameraError::None)
    }
}

impl Film {
    fn turns(&self) -> bool {
        let mut screen = self.screen.lock().unwrap();
        let Some(screen) = screen.as_mut() else {
            return false;
        };
        match screen.ready() {
            ScreenState::Ready => screen.show(vec![0xff, 0xd8]),
            ScreenState::Later => {}
            ScreenState::Gone => return false,
        }
        true
    }
}

#[derive(Clone, Default)]
struct Window {
    frames: Arc<AtomicU32>,
    hidden: Arc<AtomicBool>,
}

impl Window {
    fn frames(&self) -> u32 {
        self.frames.load(SeqCst)
    }
}

impl View for Window {
    fn send(&mut self, _jpeg: Vec<u8>) -> bool {
        self.frames.fetch_add(1, SeqCst);
        true
    }
    fn seen(&mut self) -> bool {
        !self.hidden.load(SeqCst)
    }
}

struct Previewing {
    desk: Desk,
    page: Recording,
    window: Window,
    film: Film,
}

async fn previewing(hub: &FakeHub) -> Previewing {
    let (page, film) = (Recording::default(), Film::default());
    let parts = Parts {
        store: Store::closed(),
        keyring: Keyring::default(),
        seal: Seal::new(Keyring::default(), None),
        camera: Box::new(film.clone()),
        page: Box::new(page.clone()),
        downloads: std::env::temp_dir(),
        preset_hub: None,
        trust: lanedesk_client::Trust::default(),
        pace: quick(),
    };
    let desk = desk_with(hub, parts, &page).await;
    let window = Window::default();
    desk.start_preview(window.clone()).await.unwrap();
    Previewing { desk, page, window, film }
}

impl Previewing {
    async fn ends(&self) {
        let ended = || self.film.screen.lock().unwrap().is_none();
        eventually("the camera is let go", ended).await;
    }
    fn told(&self) -> usize {
        self.page.heard(|heard| heard.previews_ended.len())
    }
}

/// The window's memory stays flat: what the page has not shown is not piled up.
#[tokio::test]
async fn a_slow_page_is_never_more_than_two_frames_behind() {
    let hub = FakeHub::serve().await;
    let Previewing { desk, window, .. } = previewing(&hub).await;
    for shown in 0..20 {
        eventually("two are on their way", || window.frames() == shown + 2).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(window.frames(), shown + 2);
        desk.preview_shown();
    }
}

#[tokio::test]
async fn a_hidden_window_ends_the_preview() {
    let hub = FakeHub::serve().await;
    let preview = previewing(&hub).await;
    preview.window.hidden.store(true, SeqCst);
    preview.ends().await;
    eventually("it is told", || preview.told() == 1).await;
}

/// R20: 关单 returns the camera with the page.
#[tokio::test]
async fn the_preview_ends_with_its_case_and_with_the_session() {
    let hub = FakeHub::serve().await;
    let preview = previewing(&hub).await;
    let case = claim(&preview.desk, "E02").await;
    hub.tell(super::lease_lost(&case, "E02", "expired"));
    preview.ends().await;

    let preview = previewing(&hub).await;
    preview.desk.logout().await;
    preview.ends().await;
    assert_eq!(preview.told(), 0, "the page ended it itself");
}
