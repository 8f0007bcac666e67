//! A lane's moving picture, encoded as H.264 while somebody watches and not otherwise. All who watch one camera of a lane
//! share its encoder.

mod annexb;
mod encode;
mod reel;
mod shoot;

pub use encode::{Decoded, Decoder, Stamp};
pub use reel::BadReel;

use crate::{Lane, scene::Angle};
use bytes::Bytes;
use reel::Reel;
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::broadcast;

/// Ticks of a second in which pictures are timed.
const TICKS: u64 = 90_000;
/// Pictures that may wait for a slow listener.
const WAITING: usize = 64;

/// One coded picture.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Its NAL units, parameters before a key frame, without start codes.
    pub(crate) nals: Vec<Bytes>,
    /// Whether a decoder can begin here.
    pub(crate) key: bool,
    /// When it is shown, in ticks of 1/90000 s.
    pub(crate) ticks: u32,
}

/// Who films, and who watches.
pub(crate) struct Film {
    frames: broadcast::Sender<Arc<Frame>>,
    watchers: Arc<AtomicUsize>,
    /// Held while a camera is started, so that there is never a second one.
    running: Mutex<bool>,
    reel: Option<Arc<Reel>>,
    angle: Angle,
}

/// One who watches.
pub(crate) struct Watch {
    pub(crate) frames: broadcast::Receiver<Arc<Frame>>,
    watchers: Arc<AtomicUsize>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watchers.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Film {
    /// The scene itself, or a recording that is played again and again in its place.
    pub(crate) fn new(angle: Angle, reel: Option<&Path>) -> Result<Self, BadReel> {
        Ok(Self {
            angle,
            frames: broadcast::Sender::new(WAITING),
            watchers: Arc::default(),
            running: Mutex::new(false),
            reel: reel.map(Reel::read).transpose()?.map(Arc::new),
        })
    }

    /// How many watch now.
    pub(crate) fn watchers(&self) -> usize {
        self.watchers.load(Ordering::SeqCst)
    }

    /// Watches from now on.
    pub(crate) fn watch(&self, lane: &Lane) -> Watch {
        let watch = Watch { frames: self.frames.subscribe(), watchers: Arc::clone(&self.watchers) };
        self.watchers.fetch_add(1, Ordering::SeqCst);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if !*running {
            *running = true;
            let (lane, reel, angle) = (lane.clone(), self.reel.clone(), self.angle);
            // A thread of its own: encoding would hold up the sockets.
            std::thread::spawn(move || match reel {
                Some(reel) => reel.play(&lane, angle),
                None => shoot::run(&lane, angle),
            });
        }
        watch
    }

    /// Whoever films gave up.
    fn end(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Hands a frame to everybody. False: nobody is left, and whoever films ends.
    fn show(&self, frame: Frame) -> bool {
        // Nobody may be listening at this moment.
        let _ = self.frames.send(Arc::new(frame));
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running = self.watchers() > 0;
        *running
    }
}

/// Waits until a frame is due, counted from the first one, so that lateness does not add up.
fn wait_until(began: std::time::Instant, number: u64, per_second: u32) {
    let due = Duration::from_micros(number * 1_000_000 / u64::from(per_second.max(1)));
    std::thread::sleep(due.saturating_sub(began.elapsed()));
}

/// The ticks of a frame.
fn ticks(number: u64, per_second: u32) -> u32 {
    let ticks = number * TICKS / u64::from(per_second.max(1));
    u32::try_from(ticks & u64::from(u32::MAX)).unwrap_or(0)
}
