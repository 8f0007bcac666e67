//! Live pictures on their way from the hub to the page: at the page's own pace, and only while somebody sees them.
//!
//! What the page has not taken is not piled up here: the hub is then not read either, and leaves out what is old.

use super::Desk;
use crate::commands::{
    Reply,
    live::{LiveEnd, LiveSaid},
};
use bytes::Bytes;
use lanedesk_client::{LiveNews, LivePicture};
use lanedesk_domain::ids::{DeviceId, LaneId};
use lanedesk_wire::live::{LiveKind, LiveTold};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, mpsc, oneshot};

/// Messages on their way to the page: two seconds of pictures and the burst a stream begins with.
const FRAGMENTS: u32 = 64;
/// The same where each is a whole JPEG, of which only the newest is of use.
const JPEGS: u32 = 2;
/// A page that takes nothing for so long is gone or stuck.
const LISTENING: Duration = Duration::from_secs(5);
/// How often the window is asked whether it is seen.
const LOOK: Duration = Duration::from_secs(1);

/// One message to the page.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveMessage {
    /// How it stands.
    Said(LiveSaid),
    /// An initialisation segment, a fragment or a JPEG.
    Bytes(Bytes),
}

/// The page's side of a live picture.
pub trait LiveScreen: Send + Sync + 'static {
    /// Sends a message; false where there is nobody to send it to.
    fn show(&self, message: LiveMessage) -> bool;
    /// Whether the window is seen by anybody. May wait for the window's own thread.
    fn seen(&self) -> bool;
}

/// The live pictures the page has open; dropping one ends it.
#[derive(Debug, Default)]
pub(super) struct Lives {
    last: u32,
    running: HashMap<u32, RunningPicture>,
}

#[derive(Debug)]
struct RunningPicture {
    taken: Arc<LivePace>,
    end: oneshot::Sender<LiveEnd>,
}

impl Lives {
    fn add(&mut self, running: RunningPicture) -> u32 {
        self.last = self.last.wrapping_add(1);
        self.running.insert(self.last, running);
        self.last
    }

    /// Ends all of them without a word: whoever showed them is gone.
    pub(super) fn clear(&mut self) {
        self.running.clear();
    }
}

impl Desk {
    /// Shows what an environment camera of the lane sees, the lane's first unless one is named, until the page stops it,
    /// is not seen, or the case ends.
    pub fn start_live(&self, lane: &LaneId, camera: Option<&DeviceId>, screen: impl LiveScreen) -> Reply<u32> {
        let (picture, news) = LivePicture::follow(self.hub()?, lane, camera);
        let (end, ended) = oneshot::channel();
        let taken = Arc::<LivePace>::default();
        let running = RunningPicture { taken: Arc::clone(&taken), end };
        let id = self.state().lives.add(running);
        let (desk, screen) = (self.clone(), Arc::new(screen));
        tokio::spawn(async move {
            let why = tokio::select! {
                why = forward(news, screen.as_ref(), &taken) => Some(why),
                () = unseen(&screen) => Some(LiveEnd::Hidden),
                told = ended => told.ok(),
            };
            drop(picture);
            desk.state().lives.running.remove(&id);
            if let Some(why) = why {
                screen.show(LiveMessage::Said(LiveSaid::Ended { why }));
            }
        });
        Ok(id)
    }

    /// The page has taken so many messages more.
    pub fn live_taken(&self, id: u32, messages: u32) {
        if let Some(running) = self.state().lives.running.get(&id) {
            running.taken.took(messages);
        }
    }

    /// Ends one.
    pub fn stop_live(&self, id: u32) {
        self.state().lives.running.remove(&id);
    }

    /// Ends all and tells the page why.
    pub(super) fn end_lives(&self, why: LiveEnd) {
        let ended = std::mem::take(&mut self.state().lives.running);
        for running in ended.into_values() {
            // Over already: then there is nobody to tell.
            let _ = running.end.send(why);
        }
    }

    /// The page is another one now: what the one before had open is over.
    pub fn page_left(&self) {
        self.state().lives.clear();
    }
}

/// Passes on what comes until the page or the picture is over.
async fn forward(mut news: mpsc::Receiver<LiveNews>, screen: &impl LiveScreen, taken: &LivePace) -> LiveEnd {
    let mut most = FRAGMENTS;
    loop {
        tokio::select! {
            // First: silence counts only while the page has enough before it.
            biased;
            () = taken.room(most) => {}
            () = taken.silence() => return LiveEnd::Gone,
        }
        let message = match news.recv().await {
            Some(LiveNews::Told(told)) => {
                most = at_most(&told).unwrap_or(most);
                LiveMessage::Said(told.into())
            }
            Some(LiveNews::Bytes(bytes)) => LiveMessage::Bytes(bytes),
            Some(LiveNews::Ended) | None => return LiveEnd::Gone,
        };
        taken.sent();
        if !screen.show(message) {
            return LiveEnd::Gone;
        }
    }
}

/// Messages that may be on their way from now on, where that changes.
fn at_most(told: &LiveTold) -> Option<u32> {
    match told {
        LiveTold::State { format, .. } => format.as_ref().map(|format| match format.kind {
            LiveKind::Mp4 => FRAGMENTS,
            LiveKind::Jpeg => JPEGS,
        }),
        LiveTold::Skipped => None,
    }
}

/// Waits until the window is not seen any more.
async fn unseen<S: LiveScreen>(screen: &Arc<S>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let screen = Arc::clone(screen);
        // It may wait for the window's thread, which no other task should have to.
        let seen = tokio::task::spawn_blocking(move || screen.seen()).await;
        if !seen.unwrap_or(true) {
            return;
        }
    }
}

/// How far the page has come with what was sent.
#[derive(Debug)]
struct LivePace {
    /// How long the page may say nothing with enough before it.
    patience: Duration,
    progress: Mutex<LiveProgress>,
    more: Notify,
}

#[derive(Debug)]
struct LiveProgress {
    on_their_way: u32,
    heard_at: Instant,
}

impl Default for LivePace {
    fn default() -> Self {
        let progress = LiveProgress { on_their_way: 0, heard_at: Instant::now() };
        Self { patience: LISTENING, progress: Mutex::new(progress), more: Notify::new() }
    }
}

impl LivePace {
    fn progress(&self) -> MutexGuard<'_, LiveProgress> {
        // Every change under the lock is whole, so a panic elsewhere leaves it usable.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sent(&self) {
        let mut progress = self.progress();
        if progress.on_their_way == 0 {
            // Silence before there was anything to take is none.
            progress.heard_at = Instant::now();
        }
        progress.on_their_way += 1;
    }

    fn took(&self, messages: u32) {
        let mut progress = self.progress();
        progress.on_their_way = progress.on_their_way.saturating_sub(messages);
        progress.heard_at = Instant::now();
        drop(progress);
        self.more.notify_one();
    }

    /// Waits until fewer than so many are on their way.
    async fn room(&self, most: u32) {
        while self.progress().on_their_way >= most {
            self.more.notified().await;
        }
    }

    /// Waits until the page has said nothing for too long.
    async fn silence(&self) {
        loop {
            let heard_at = self.progress().heard_at;
            let left = self.patience.saturating_sub(heard_at.elapsed());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanedesk_wire::live::{LiveFormat, LiveState};
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

    #[derive(Default)]
    struct Screen {
        shown: AtomicU32,
        hidden: AtomicBool,
    }

    impl LiveScreen for Screen {
        fn show(&self, _: LiveMessage) -> bool {
            self.shown.fetch_add(1, SeqCst);
            true
        }
        fn seen(&self) -> bool {
            !self.hidden.load(SeqCst)
        }
    }

    fn quick() -> LivePace {
        LivePace { patience: Duration::from_millis(300), ..LivePace::default() }
    }

    fn playing(kind: LiveKind) -> LiveNews {
        LiveNews::Told(LiveTold::State {
            state: LiveState::Playing,
            why: None,
            detail: None,
            format: Some(LiveFormat { kind, mime: String::new(), width: 0, height: 0 }),
        })
    }

    /// A picture of ever so many messages.
    fn endless(kind: LiveKind) -> mpsc::Receiver<LiveNews> {
        let (tell, news) = mpsc::channel(4);
        tokio::spawn(async move {
            let _ = tell.send(playing(kind)).await;
            while tell.send(LiveNews::Bytes(Bytes::new())).await.is_ok() {}
        });
        news
    }

    /// Memory stays flat: what the page has not taken is not piled up, and a page that is gone is let go.
    #[tokio::test]
    async fn a_slow_page_has_a_few_messages_before_it_and_a_silent_one_is_left() {
        for (kind, most) in [(LiveKind::Mp4, FRAGMENTS), (LiveKind::Jpeg, JPEGS)] {
            let (screen, taken) = (Screen::default(), quick());
            let slow = async {
                for more in 0..3 {
                    while screen.shown.load(SeqCst) < most + more {
                        tokio::task::yield_now().await;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    assert_eq!(screen.shown.load(SeqCst), most + more);
                    taken.took(1);
                }
            };
            let (end, ()) = tokio::join!(forward(endless(kind), &screen, &taken), slow);
            assert_eq!(end, LiveEnd::Gone);
        }
    }

    #[tokio::test]
    async fn a_page_that_has_nothing_to_take_may_be_silent() {
        let (screen, taken) = (Screen::default(), quick());
        let (tell, news) = mpsc::channel(4);
        let later = async {
            tokio::time::sleep(taken.patience * 3).await;
            tell.send(playing(LiveKind::Mp4)).await.unwrap();
            tell.send(LiveNews::Ended).await.unwrap();
        };
        let (end, ()) = tokio::join!(forward(news, &screen, &taken), later);
        assert_eq!((end, screen.shown.load(SeqCst)), (LiveEnd::Gone, 1));
    }

    #[tokio::test]
    async fn a_window_nobody_sees_ends_it() {
        let screen = Arc::new(Screen::default());
        let seen = tokio::time::timeout(LOOK * 2, unseen(&screen)).await;
        assert!(seen.is_err());
        screen.hidden.store(true, SeqCst);
        unseen(&screen).await;
    }
}
