use super::{CameraThread, CameraUse, Driver, Patience, Source};
use crate::camera::{CameraError, Layout, PhotoCamera as _, PluggedCamera, RawFrame, Screen, ScreenState};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

/// What the made-up driver does with the next frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Fine,
    Hangs,
    Panics,
    Unplugged,
    Busy,
}

#[derive(Clone)]
struct MadeUp {
    mood: Arc<Mutex<Mood>>,
    /// Cameras started and not let go.
    started: Arc<AtomicU32>,
}

struct Frames(MadeUp, CameraUse);

impl MadeUp {
    fn new() -> Self {
        Self { mood: Arc::new(Mutex::new(Mood::Fine)), started: Arc::default() }
    }
    fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

impl Driver for MadeUp {
    fn list(&self) -> Result<Vec<PluggedCamera>, CameraError> {
        let (id, name) = ("Cam#1".to_owned(), "Cam".to_owned());
        Ok(vec![PluggedCamera { id, name }])
    }
    fn open(&self, _id: &str, want: CameraUse) -> Result<Box<dyn Source>, CameraError> {
        if *self.mood.lock().unwrap() == Mood::Busy {
            return Err(CameraError::Busy);
        }
        assert_eq!(self.started.fetch_add(1, SeqCst), 0, "one camera gives one stream");
        Ok(Box::new(Frames(self.clone(), want)))
    }
}

impl Source for Frames {
    fn frame(&mut self) -> Result<RawFrame, CameraError> {
        std::thread::sleep(Duration::from_millis(5));
        let mood = *self.0.mood.lock().unwrap();
        match mood {
            Mood::Fine => {}
            Mood::Hangs => std::thread::sleep(Duration::from_secs(3600)),
            Mood::Panics => panic!("as some drivers do"),
            Mood::Unplugged | Mood::Busy => return Err(CameraError::Gone),
        }
        let (width, height) = match self.1 {
            CameraUse::Preview => (64, 48),
            CameraUse::Photo => (640, 480),
        };
        Ok(RawFrame { layout: Layout::Gray, width, height, bytes: vec![99; (width * height) as usize] })
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.0.started.fetch_sub(1, SeqCst);
    }
}

#[derive(Default)]
struct Seen {
    frames: u32,
    ended: Vec<Option<CameraError>>,
    gone: bool,
}

#[derive(Clone, Default)]
struct TestScreen(Arc<Mutex<Seen>>);

impl TestScreen {
    fn get<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.0.lock().unwrap())
    }
    fn frames(&self) -> u32 {
        self.get(|seen| seen.frames)
    }
    fn ended(&self) -> Vec<Option<CameraError>> {
        self.get(|seen| seen.ended.clone())
    }
}

impl Screen for TestScreen {
    fn ready(&mut self) -> ScreenState {
        if self.get(|seen| seen.gone) { ScreenState::Gone } else { ScreenState::Ready }
    }
    fn show(&mut self, jpeg: Vec<u8>) {
        assert_eq!(jpeg[..2], [0xff, 0xd8]);
        self.0.lock().unwrap().frames += 1;
    }
    fn ended(&mut self, why: Option<CameraError>) {
        self.0.lock().unwrap().ended.push(why);
    }
}

fn cameras() -> (CameraThread, MadeUp) {
    let driver = MadeUp::new();
    let short = Patience {
        open: Duration::from_secs(2),
        photo: Duration::from_secs(2),
        frame: Duration::from_secs(2),
        settle: Duration::ZERO,
    };
    (CameraThread::new(driver.clone(), short), driver)
}

async fn eventually(what: &str, so: impl Fn() -> bool) {
    for _ in 0..500 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}: not within 5 s");
}

async fn shown(cameras: &CameraThread) -> TestScreen {
    let screen = TestScreen::default();
    cameras.preview("Cam#1", Box::new(screen.clone())).await.unwrap();
    let before = screen.frames();
    eventually("frames come", || screen.frames() > before + 2).await;
    screen
}

#[tokio::test]
async fn a_photo_is_taken_in_the_midst_of_a_preview_that_goes_on() {
    let (cameras, driver) = cameras();
    let screen = shown(&cameras).await;
    let shot = cameras.capture("Cam#1").await.unwrap();
    assert_eq!((shot.width, shot.height), (640, 480), "full size");
    let before = screen.frames();
    eventually("the preview goes on", || screen.frames() > before + 2).await;
    cameras.stop();
    eventually("the camera is let go", || driver.started.load(SeqCst) == 0).await;
    assert_eq!(screen.ended(), [None], "told once, without a fault");
}

#[tokio::test]
async fn nobody_looking_lets_the_camera_go() {
    let (cameras, driver) = cameras();
    let screen = shown(&cameras).await;
    screen.0.lock().unwrap().gone = true;
    eventually("the camera is let go", || driver.started.load(SeqCst) == 0).await;
    assert_eq!(screen.ended(), [None]);
}

#[tokio::test]
async fn an_unplugged_camera_ends_the_preview_with_words() {
    let (cameras, driver) = cameras();
    let screen = shown(&cameras).await;
    driver.becomes(Mood::Unplugged);
    eventually("the end is told", || !screen.ended().is_empty()).await;
    assert_eq!(screen.ended(), [Some(CameraError::Gone)]);
    driver.becomes(Mood::Fine);
    shown(&cameras).await;
}

#[tokio::test]
async fn a_driver_that_panics_ends_nothing_but_its_preview() {
    let (cameras, driver) = cameras();
    let screen = shown(&cameras).await;
    driver.becomes(Mood::Panics);
    eventually("the end is told", || !screen.ended().is_empty()).await;
    assert!(matches!(screen.ended()[..], [Some(CameraError::Broken(_))]));
    assert!(matches!(cameras.capture("Cam#1").await, Err(CameraError::Broken(_))));
    driver.becomes(Mood::Fine);
    assert!(cameras.capture("Cam#1").await.is_ok());
}

/// Known of real drivers: they never answer again. The thread is left behind, the desk goes on.
#[tokio::test]
async fn a_driver_that_hangs_is_left_behind() {
    let (cameras, driver) = cameras();
    let screen = shown(&cameras).await;
    driver.becomes(Mood::Hangs);
    eventually("silence is told", || !screen.ended().is_empty()).await;
    assert_eq!(screen.ended(), [Some(CameraError::Silent)]);

    driver.becomes(Mood::Fine);
    driver.started.store(0, SeqCst); // The one left behind keeps its camera for ever.
    assert!(cameras.capture("Cam#1").await.is_ok(), "another thread serves");
}

#[tokio::test]
async fn a_photo_that_takes_for_ever_is_given_up() {
    let (cameras, driver) = cameras();
    driver.becomes(Mood::Hangs);
    assert_eq!(cameras.capture("Cam#1").await.err(), Some(CameraError::Silent));
    assert_eq!(cameras.list().await.unwrap().len(), 1, "listing goes on");
}

#[tokio::test]
async fn a_busy_camera_says_so_and_shows_nothing() {
    let (cameras, driver) = cameras();
    driver.becomes(Mood::Busy);
    let screen = TestScreen::default();
    let begun = cameras.preview("Cam#1", Box::new(screen.clone())).await;
    assert_eq!(begun, Err(CameraError::Busy));
    assert_eq!(cameras.capture("Cam#1").await.err(), Some(CameraError::Busy));
    assert_eq!(screen.frames(), 0);
    assert!(screen.ended().is_empty(), "what never began does not end");
}
