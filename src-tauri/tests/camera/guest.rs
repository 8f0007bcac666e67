//! Inside the machine: two cameras, looked at, photographed with, taken away.

use crate::{
    PART,
    camera::{CameraError, CameraThread, NativeCamera, Patience, PhotoCamera as _, PluggedCamera, Screen, ScreenState},
};
use image::GenericImageView as _;
use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const LISTED: &str = "both cameras are listed by index";
const PREVIEW: &str = "frames of at most 720p arrive and show what the camera sees";
const PHOTO: &str = "a photo has the camera's full size and true colours";
const GOES_ON: &str = "the preview goes on after the photo";
const BUSY: &str = "a camera another program uses is busy, and free again after it";
const UNPLUGGED: &str = "an unplugged camera ends the preview as gone";
const NONE_LEFT: &str = "unplugged cameras are not listed";

/// What the machine has to say on its console.
pub(crate) const FACTS: [&str; 7] = [LISTED, PREVIEW, PHOTO, GOES_ON, BUSY, UNPLUGGED, NONE_LEFT];

/// An emulated processor is some thirty times slower than a real one.
const SLOW: Patience = Patience {
    open: Duration::from_secs(30),
    photo: Duration::from_secs(60),
    frame: Duration::from_secs(20),
    settle: Duration::ZERO,
};
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
struct Window(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    frames: Vec<Vec<u8>>,
    ended: Vec<Option<CameraError>>,
}

impl Screen for Window {
    fn ready(&mut self) -> ScreenState {
        ScreenState::Ready
    }
    fn show(&mut self, jpeg: Vec<u8>) {
        self.0.lock().unwrap().frames.push(jpeg);
    }
    fn ended(&mut self, why: Option<CameraError>) {
        self.0.lock().unwrap().ended.push(why);
    }
}

impl Window {
    fn frames(&self) -> usize {
        self.0.lock().unwrap().frames.len()
    }
    fn ended(&self) -> Vec<Option<CameraError>> {
        self.0.lock().unwrap().ended.clone()
    }
}

fn proven(fact: &str) {
    println!("proven: {fact}");
}

fn until(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Everything, in order; the last step takes the cameras away.
pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cameras = CameraThread::new(NativeCamera, SLOW);
        let listed = listed(&cameras).await;
        let window = looked_at(&cameras, &listed[0]).await;
        photographed(&cameras, &listed[0], &window).await;
        busy(&cameras, &listed[1]).await;
        unplugged(&cameras, &listed[0]).await;
    });
}

async fn listed(cameras: &CameraThread) -> Vec<PluggedCamera> {
    let listed = cameras.list().await.unwrap();
    let ids: Vec<&str> = listed.iter().map(|camera| camera.id.as_str()).collect();
    assert_eq!(ids, ["vivid-000-vid-cap#1", "vivid-001-vid-cap#1"]);
    proven(LISTED);
    listed
}

async fn looked_at(cameras: &CameraThread, camera: &PluggedCamera) -> Window {
    let window = Window::default();
    cameras.preview(&camera.id, Box::new(window.clone())).await.unwrap();
    until("frames arrive", || window.frames() >= 3);
    let frames = window.0.lock().unwrap().frames.clone();
    for frame in &frames {
        let picture = image::load_from_memory(frame).unwrap();
        assert!(picture.width() <= 1280 && picture.height() <= 720);
        assert_bars(&picture);
    }
    proven(PREVIEW);
    window
}

async fn photographed(cameras: &CameraThread, camera: &PluggedCamera, window: &Window) {
    let shot = cameras.capture(&camera.id).await.unwrap();
    let picture = image::load_from_memory(&shot.jpeg).unwrap();
    assert_eq!(picture.dimensions(), (shot.width, shot.height));
    assert_eq!((shot.width, shot.height), (3840, 2160));
    assert_bars(&picture);
    proven(PHOTO);
    let before = window.frames();
    until("the preview goes on", || window.frames() > before);
    proven(GOES_ON);
    cameras.stop();
    until("the preview ends", || window.ended() == [None]);
}

/// The driver shows eight bars: white, yellow, cyan, green, magenta, red, blue, black.
fn assert_bars(picture: &image::DynamicImage) {
    let (width, height) = picture.dimensions();
    let bar = |nth: u32| {
        let [red, green, blue, _] = picture.get_pixel(width * (2 * nth + 1) / 16, height / 2).0;
        [red > 110, green > 110, blue > 110]
    };
    let seen: Vec<[bool; 3]> = (0..8).map(bar).collect();
    let wanted = [7_u8, 6, 3, 2, 5, 4, 1, 0].map(|rgb| [rgb & 4 > 0, rgb & 2 > 0, rgb & 1 > 0]);
    assert_eq!(seen, wanted);
}

async fn busy(cameras: &CameraThread, camera: &PluggedCamera) {
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["nokhwa_works_on_real_cameras", "--exact", "--nocapture"])
        .env(PART, "holder")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(holder.stdout.take().unwrap());
    let holds = told.lines().map_while(Result::ok).any(|line| line.contains("holding"));
    assert!(holds, "another program has the camera");
    assert_eq!(cameras.capture(&camera.id).await.err(), Some(CameraError::Busy));
    let preview = cameras.preview(&camera.id, Box::new(Window::default()));
    assert_eq!(preview.await, Err(CameraError::Busy));
    drop(holder.stdin.take());
    holder.wait().unwrap();
    let window = Window::default();
    cameras.preview(&camera.id, Box::new(window.clone())).await.unwrap();
    until("frames arrive", || window.frames() >= 1);
    cameras.stop();
    until("the preview ends", || window.ended() == [None]);
    proven(BUSY);
}

/// Another program that uses the second camera until its input ends.
pub(crate) fn hold_a_camera() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cameras = CameraThread::new(NativeCamera, SLOW);
        let second = cameras.list().await.unwrap().remove(1);
        let window = Window::default();
        cameras.preview(&second.id, Box::new(window.clone())).await.unwrap();
        until("frames arrive", || window.frames() >= 1);
        println!("\nholding");
        let _ = std::io::stdin().lines().next();
    });
}

async fn unplugged(cameras: &CameraThread, camera: &PluggedCamera) {
    let window = Window::default();
    cameras.preview(&camera.id, Box::new(window.clone())).await.unwrap();
    until("frames arrive", || window.frames() >= 1);
    // What pulling the plug does: the driver loses its device.
    let pulled = std::thread::spawn(|| std::fs::write("/sys/bus/platform/drivers/vivid/unbind", "vivid.0"));
    until("the preview ends", || !window.ended().is_empty());
    assert_eq!(window.ended(), [Some(CameraError::Gone)]);
    pulled.join().unwrap().unwrap();
    proven(UNPLUGGED);
    assert_eq!(cameras.list().await.unwrap(), []);
    assert_eq!(cameras.capture(&camera.id).await.err(), Some(CameraError::Gone));
    proven(NONE_LEFT);
}
