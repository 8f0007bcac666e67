//! How a connection is getting on: whether a head is half there, whether its answers wait for us or for the other end, and
//! when anything last went forward.

use super::{Limits, slot::ConnectionSlot};
use crate::metrics::ConnectionLimit;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// One connection's state. Written by its own task only, but for [`Pulse::evict`].
#[derive(Debug)]
pub(super) struct Pulse {
    born: Instant,
    /// Requests begun, ever.
    begun: AtomicU64,
    /// Requests whose answer is not sent whole.
    open: AtomicUsize,
    /// Those of them that wait for us and not for the other end.
    ours: AtomicUsize,
    /// When a request, or a piece of an answer, last came forward: ms since birth.
    moved: AtomicU64,
    /// When the first byte of a head arrived that is not whole yet: ms since birth, plus one; 0: there is none.
    head: AtomicU64,
    evicted: AtomicBool,
    news: Notify,
}

impl Pulse {
    /// A connection that was just taken, which owes its first request.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            born: Instant::now(),
            begun: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            ours: AtomicUsize::new(0),
            moved: AtomicU64::new(0),
            head: AtomicU64::new(0),
            evicted: AtomicBool::new(false),
            news: Notify::new(),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn moved(&self) {
        self.moved.store(self.now(), Ordering::Relaxed);
    }

    /// Bytes arrived. Between two requests they begin a head.
    pub(super) fn heard(&self, frames: bool) {
        let between = self.open.load(Ordering::Relaxed) == 0;
        // HTTP/2 speaks of other things too; there a head is owed only once, at the beginning.
        let owed = !frames || self.begun.load(Ordering::Relaxed) == 0;
        if between && owed && self.head.load(Ordering::Relaxed) == 0 {
            self.head.store(self.now() + 1, Ordering::Relaxed);
            self.news.notify_one();
        }
    }

    /// Makes room: this one goes, because nobody knows who it is.
    pub(super) fn evict(&self) {
        self.evicted.store(true, Ordering::Relaxed);
        self.news.notify_one();
    }

    /// Whether something of it is being worked on here.
    pub(super) fn at_work(&self) -> bool {
        self.ours.load(Ordering::Relaxed) > 0
    }

    /// Waits until it was told to make room.
    pub(super) async fn evicted(&self) {
        while !self.evicted.load(Ordering::Relaxed) {
            self.news.notified().await;
        }
    }

    /// Waits until the connection has outstayed its time.
    pub(super) async fn overdue(&self, limits: &Limits, slot: &ConnectionSlot) -> ConnectionLimit {
        loop {
            if self.evicted.load(Ordering::Relaxed) {
                return ConnectionLimit::Evicted;
            }
            let (due, why) = self.due(limits, slot.is_known());
            if due <= Instant::now() {
                return why;
            }
            tokio::select! {
                () = sleep_until(due) => {}
                () = self.news.notified() => {}
            }
        }
    }

    /// When its time is over, as things are now.
    fn due(&self, limits: &Limits, known: bool) -> (Instant, ConnectionLimit) {
        let at = |ms: u64| self.born + std::time::Duration::from_millis(ms);
        let moved = at(self.moved.load(Ordering::Relaxed));
        let head = self.head.load(Ordering::Relaxed);
        if self.at_work() {
            (Instant::now() + limits.idle, ConnectionLimit::Idle)
        } else if head > 0 {
            (at(head - 1) + limits.head, ConnectionLimit::Head)
        } else if self.begun.load(Ordering::Relaxed) == 0 {
            (moved + limits.head, ConnectionLimit::Head)
        } else if self.open.load(Ordering::Relaxed) > 0 {
            (moved + limits.stall, ConnectionLimit::Stalled)
        } else if known {
            (moved + limits.idle, ConnectionLimit::Idle)
        } else {
            // What a stranger sent together with the request before may be half a head, which nobody here can tell.
            (moved + limits.head, ConnectionLimit::Idle)
        }
    }
}

/// A request from its head to the last byte of its answer.
#[derive(Debug)]
pub(super) struct Exchange {
    pulse: Arc<Pulse>,
    ours: bool,
}

impl Exchange {
    /// A head is whole; now it is ours.
    pub(super) fn begin(pulse: Arc<Pulse>) -> Self {
        pulse.begun.fetch_add(1, Ordering::Relaxed);
        pulse.open.fetch_add(1, Ordering::Relaxed);
        pulse.ours.fetch_add(1, Ordering::Relaxed);
        pulse.head.store(0, Ordering::Relaxed);
        pulse.moved();
        Self { pulse, ours: true }
    }

    /// Whether the next step is ours: work to be done, or a piece of the answer to be made.
    pub(super) fn is_ours(&mut self, ours: bool) {
        if !ours {
            self.pulse.moved();
        }
        match (self.ours, ours) {
            (false, true) => {
                self.pulse.ours.fetch_add(1, Ordering::Relaxed);
            }
            (true, false) => {
                self.pulse.ours.fetch_sub(1, Ordering::Relaxed);
                // Whoever looked while it was ours looks again: from now on the other end owes something.
                self.pulse.news.notify_one();
            }
            _ => {}
        }
        self.ours = ours;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.is_ours(false);
        self.pulse.open.fetch_sub(1, Ordering::Relaxed);
    }
}
