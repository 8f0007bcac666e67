//! A thread for the driver, and patience that ends.
//!
//! Whoever asks waits at most so long. A thread that does not answer in time is left behind with its camera, and the
//! next question begins a new one; when the old one wakes up it finds nobody to answer and ends.

use super::{CameraError, PhotoCamera, PluggedCamera, RawFrame, Screen, ScreenState, Shot};
use async_trait::async_trait;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, Sender, TryRecvError, channel},
    },
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// What a camera is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraUse {
    /// Frames to look at: small and many.
    Preview,
    /// One frame: as large as it goes.
    Photo,
}

/// A kind of camera driver; asked only on the camera's thread.
pub trait Driver: Send + Sync + 'static {
    /// The cameras that are plugged in.
    fn list(&self) -> Result<Vec<PluggedCamera>, CameraError>;
    /// Starts one of them.
    fn open(&self, id: &str, want: CameraUse) -> Result<Box<dyn Source>, CameraError>;
}

/// A camera that is started; dropping it lets it go.
pub trait Source {
    /// The next frame. May take for ever.
    fn frame(&mut self) -> Result<RawFrame, CameraError>;
}

/// How long a driver may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For listing and opening.
    pub open: Duration,
    /// For a photo: stopping, opening at full size, a few frames and starting again.
    pub photo: Duration,
    /// Between two frames of a preview.
    pub frame: Duration,
    /// Frames of a photo that are thrown away until light and focus have settled, at most this long.
    pub settle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(8),
            photo: Duration::from_secs(15),
            frame: Duration::from_secs(5),
            settle: Duration::from_millis(600),
        }
    }
}

/// At most so many frames are thrown away before a photo.
const SETTLING: u32 = 5;
/// Thirty frames a second are smooth; more only cost.
const PACE: Duration = Duration::from_millis(30);

type AnswerSender<T> = oneshot::Sender<Result<T, CameraError>>;

enum CameraRequest {
    List(AnswerSender<Vec<PluggedCamera>>),
    Preview(String, Box<dyn Screen>, AnswerSender<()>),
    Photo(String, AnswerSender<Shot>),
    Stop,
}

/// The preview that runs, seen from both sides.
#[derive(Default)]
struct PreviewWatch {
    screen: Option<Box<dyn Screen>>,
    /// When the camera last gave a frame, or was asked for something that takes longer.
    beat: Option<Instant>,
}

type Shared = Arc<Mutex<PreviewWatch>>;

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets a thread; another one begun meanwhile stays.
fn leave(held: &CurrentWorker, shared: &Shared) {
    let mut held = locked(held);
    let same = |now: &Worker| Arc::ptr_eq(&now.shared, shared);
    if held.as_ref().is_some_and(same) {
        *held = None;
    }
}

/// Ends the preview, once, whoever notices first.
fn end(shared: &Shared, why: Option<CameraError>) {
    let screen = locked(shared).screen.take();
    if let Some(mut screen) = screen {
        screen.ended(why);
    }
}

/// Cameras behind a driver, on a thread of their own.
pub struct CameraThread {
    driver: Arc<dyn Driver>,
    patience: Patience,
    worker: CurrentWorker,
}

/// The thread at work, if one is.
type CurrentWorker = Arc<Mutex<Option<Worker>>>;

#[derive(Clone)]
struct Worker {
    asks: Sender<CameraRequest>,
    shared: Shared,
}

impl std::fmt::Debug for CameraThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CameraThread").finish_non_exhaustive()
    }
}

impl CameraThread {
    /// Nothing is started before the first question.
    pub fn new(driver: impl Driver, patience: Patience) -> Self {
        Self { driver: Arc::new(driver), patience, worker: CurrentWorker::default() }
    }

    /// The thread at work, or a new one.
    fn worker(&self) -> Result<Worker, CameraError> {
        let mut held = locked(&self.worker);
        if let Some(worker) = &*held {
            return Ok(worker.clone());
        }
        let (asks, heard) = channel();
        let shared = Shared::default();
        let (driver, patience) = (self.driver.clone(), self.patience);
        let seen = shared.clone();
        // What belongs to the driver is made on its thread and never leaves it.
        let work = move || {
            let work = CameraWork { driver, patience, shared: seen, running: None };
            work.run(&heard);
        };
        std::thread::Builder::new()
            .name("camera".to_owned())
            .spawn(work)
            .map_err(|error| CameraError::Broken(error.to_string()))?;
        let worker = Worker { asks, shared };
        *held = Some(worker.clone());
        Ok(worker)
    }

    /// Asks the thread, and leaves it behind where it does not answer in time.
    async fn ask<T>(
        &self,
        worker: &Worker,
        patience: Duration,
        ask: impl FnOnce(AnswerSender<T>) -> CameraRequest,
    ) -> Result<T, CameraError> {
        let (told, answer) = oneshot::channel();
        let sent = worker.asks.send(ask(told)).is_ok();
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) if sent => answer,
            Ok(_) => {
                leave(&self.worker, &worker.shared);
                Err(CameraError::Broken("the camera's thread ended".to_owned()))
            }
            Err(_) => {
                tracing::warn!("a camera driver does not answer; its thread is left behind");
                leave(&self.worker, &worker.shared);
                end(&worker.shared, Some(CameraError::Silent));
                Err(CameraError::Silent)
            }
        }
    }

    /// Looks after a preview until it ends: frames that stop coming end it with words.
    fn watch(&self, worker: &Worker) {
        let (held, shared) = (self.worker.clone(), Arc::downgrade(&worker.shared));
        let patience = self.patience.frame;
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(patience / 4).await;
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                let silent = {
                    let watched = locked(&shared);
                    if watched.screen.is_none() {
                        return;
                    }
                    watched.beat.is_some_and(|beat| beat.elapsed() > patience)
                };
                if silent {
                    leave(&held, &shared);
                    end(&shared, Some(CameraError::Silent));
                }
            }
        });
    }
}

#[async_trait]
impl PhotoCamera for CameraThread {
    async fn list(&self) -> Result<Vec<PluggedCamera>, CameraError> {
        let worker = self.worker()?;
        self.ask(&worker, self.patience.open, CameraRequest::List).await
    }

    async fn preview(&self, id: &str, screen: Box<dyn Screen>) -> Result<(), CameraError> {
        let worker = self.worker()?;
        end(&worker.shared, None);
        let id = id.to_owned();
        let opened = self.ask(&worker, self.patience.open, |told| CameraRequest::Preview(id, screen, told));
        opened.await?;
        self.watch(&worker);
        Ok(())
    }

    fn stop(&self) {
        let worker = locked(&self.worker).clone();
        if let Some(worker) = worker {
            end(&worker.shared, None);
            // A thread that has ended has stopped too.
            let _ = worker.asks.send(CameraRequest::Stop);
        }
    }

    async fn capture(&self, id: &str) -> Result<Shot, CameraError> {
        let worker = self.worker()?;
        // The preview stands still meanwhile; that is no silence.
        locked(&worker.shared).beat = None;
        let id = id.to_owned();
        let shot = self.ask(&worker, self.patience.photo, |told| CameraRequest::Photo(id, told));
        let shot = shot.await;
        locked(&worker.shared).beat = Some(Instant::now());
        shot
    }
}

/// The camera's thread.
struct CameraWork {
    driver: Arc<dyn Driver>,
    patience: Patience,
    shared: Shared,
    running: Option<RunningPreview>,
}

/// A preview that runs.
struct RunningPreview {
    id: String,
    source: Box<dyn Source>,
    /// Not before this another frame is shown.
    due: Instant,
}

impl CameraWork {
    fn run(mut self, asks: &Receiver<CameraRequest>) {
        loop {
            let ask = if self.running.is_some() {
                match asks.try_recv() {
                    Ok(ask) => Some(ask),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match asks.recv() {
                    Ok(ask) => Some(ask),
                    Err(_) => return,
                }
            };
            match ask {
                Some(ask) => self.answer(ask),
                None => self.look_on(),
            }
        }
    }

    fn answer(&mut self, ask: CameraRequest) {
        match ask {
            CameraRequest::List(told) => {
                let driver = &self.driver;
                let _ = told.send(guarded(|| driver.list()));
            }
            CameraRequest::Preview(id, screen, told) => {
                self.running = None;
                let begun = self.begin(id);
                let shown = begun.is_ok();
                if told.send(begun).is_ok() && shown {
                    let beat = Some(Instant::now());
                    let screen = Some(screen);
                    *locked(&self.shared) = PreviewWatch { screen, beat };
                } else {
                    self.running = None; // Nobody waits any more.
                }
            }
            CameraRequest::Photo(id, told) => {
                let _ = told.send(self.photo(&id));
            }
            CameraRequest::Stop => {
                self.running = None;
                end(&self.shared, None);
            }
        }
    }

    fn begin(&mut self, id: String) -> Result<(), CameraError> {
        let driver = &self.driver;
        let source = guarded(|| driver.open(&id, CameraUse::Preview))?;
        let due = Instant::now();
        self.running = Some(RunningPreview { id, source, due });
        Ok(())
    }

    /// One frame of the preview: taken from the camera whether or not it is shown, so that the next is a new one.
    fn look_on(&mut self) {
        let Some(running) = &mut self.running else {
            return;
        };
        let source = &mut running.source;
        let frame = guarded(|| source.frame());
        let shown = frame.and_then(|frame| self.shared.show(&frame, &mut running.due));
        match shown {
            Ok(ScreenState::Gone) => {
                self.running = None;
                end(&self.shared, None);
            }
            Ok(_) => {}
            Err(error) => {
                self.running = None;
                end(&self.shared, Some(error));
            }
        }
    }

    fn photo(&mut self, id: &str) -> Result<Shot, CameraError> {
        // One camera gives one stream: the preview makes room and comes back.
        let before = self.running.take().map(|running| running.id);
        let (driver, patience) = (&self.driver, self.patience);
        let shot = guarded(|| {
            let mut source = driver.open(id, CameraUse::Photo)?;
            let frame = settled(source.as_mut(), patience.settle)?;
            let at = Instant::now();
            drop(source);
            let jpeg = frame.photo()?;
            Ok(Shot { jpeg, width: frame.width, height: frame.height, at })
        });
        if let Some(id) = before
            && let Err(error) = self.begin(id)
        {
            end(&self.shared, Some(error));
        }
        shot
    }
}

/// A frame once light and focus have had time to settle: the first ones of many cameras are dark.
fn settled(source: &mut dyn Source, within: Duration) -> Result<RawFrame, CameraError> {
    let begun = Instant::now();
    let mut frame = source.frame()?;
    for _ in 0..SETTLING {
        if begun.elapsed() > within {
            break;
        }
        frame = source.frame()?;
    }
    Ok(frame)
}

/// A panic of a driver is a failure of the camera, not of the desk.
fn guarded<T>(call: impl FnOnce() -> Result<T, CameraError>) -> Result<T, CameraError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(CameraError::Broken("the driver panicked".to_owned())))
}

/// Showing frames on whatever screen there is.
trait FrameDisplay {
    fn show(&self, frame: &RawFrame, due: &mut Instant) -> Result<ScreenState, CameraError>;
}

impl FrameDisplay for Shared {
    fn show(&self, frame: &RawFrame, due: &mut Instant) -> Result<ScreenState, CameraError> {
        let now = Instant::now();
        let looks = {
            let mut watched = locked(self);
            watched.beat = Some(now);
            // No screen: the other side has ended the preview.
            watched.screen.as_mut().map_or(ScreenState::Gone, |screen| screen.ready())
        };
        if looks != ScreenState::Ready || now < *due {
            return Ok(looks);
        }
        *due = now + PACE;
        let jpeg = frame.preview()?;
        if let Some(screen) = &mut locked(self).screen {
            screen.show(jpeg);
        }
        Ok(looks)
    }
}

#[cfg(test)]
mod tests;
