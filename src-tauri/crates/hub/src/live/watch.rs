//! One who watches: what to send next, at their own pace.

use super::{Seat, budget::Budget, ring::RingAnswer, ring::StreamHead, state::LiveStatus};
use bytes::Bytes;
use lanedesk_wire::live::LiveState;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How long somebody waits who is out of bandwidth.
const BREATHER: Duration = Duration::from_millis(40);

/// What is to be sent next.
#[derive(Debug, Clone)]
pub enum LiveItem {
    /// How it stands.
    Told(LiveStatus),
    /// An initialisation segment, or a picture.
    Bytes(Bytes),
    /// Pictures were left out.
    Skipped,
}

/// A place among those who watch a camera; given back when dropped.
pub struct Watch {
    seat: Seat,
    changes: watch::Receiver<u64>,
    budgets: [Arc<Budget>; 2],
    /// What this one was told last, while it does not play.
    told: Option<LiveStatus>,
    /// What was told to play, while it does.
    playing: Option<Arc<StreamHead>>,
    /// What was sent before the last picture.
    begin: Option<Arc<StreamHead>>,
    /// Number of the next picture; none: the newest key picture.
    at: Option<u64>,
}

/// What there is now.
enum RingContent {
    Next(LiveItem),
    Nothing,
    /// Something, but not before a moment has passed.
    Later,
}

impl Watch {
    pub(super) fn new(seat: Seat, budgets: [Arc<Budget>; 2]) -> Self {
        Self { changes: seat.relay.changes(), seat, budgets, told: None, playing: None, begin: None, at: None }
    }

    /// What is to be sent next. May be dropped while it waits.
    pub async fn next(&mut self) -> LiveItem {
        loop {
            // Before looking, so that a change in between wakes us.
            self.changes.mark_unchanged();
            match self.look() {
                RingContent::Next(next) => return next,
                RingContent::Later => tokio::time::sleep(BREATHER).await,
                // The sender lives in our seat, so this cannot fail.
                RingContent::Nothing => drop(self.changes.changed().await),
            }
        }
    }

    /// What is there to be sent right behind, without waiting for anything.
    pub fn ready(&mut self) -> Option<LiveItem> {
        match self.look() {
            RingContent::Next(next) => Some(next),
            RingContent::Nothing | RingContent::Later => None,
        }
    }

    fn look(&mut self) -> RingContent {
        let relay = Arc::clone(&self.seat.relay);
        let now = relay.now();
        if now.state.state != LiveState::Playing {
            return self.tell(now.state.clone());
        }
        let Some(at) = self.at.or_else(|| now.ring.newest_key()) else {
            return RingContent::Nothing;
        };
        self.at = Some(at);
        let instant = Instant::now();
        let piece = match now.ring.get(at, instant) {
            RingAnswer::Wait => return RingContent::Nothing,
            RingAnswer::Jump(to) => {
                self.at = Some(to);
                return RingContent::Next(LiveItem::Skipped);
            }
            RingAnswer::Piece(piece) => piece,
        };
        drop(now);
        let same = |begin: &Arc<StreamHead>| Arc::ptr_eq(begin, &piece.begin);
        if !self.playing.as_ref().is_some_and(same) {
            self.playing = Some(Arc::clone(&piece.begin));
            self.told = None;
            let playing = LiveStatus::playing(piece.begin.format.clone());
            return RingContent::Next(LiveItem::Told(playing));
        }
        if !self.begin.as_ref().is_some_and(same) {
            self.begin = Some(Arc::clone(&piece.begin));
            if !piece.begin.bytes.is_empty() {
                return RingContent::Next(LiveItem::Bytes(piece.begin.bytes.clone()));
            }
        }
        if !self.budgets.iter().all(|budget| budget.allows(instant)) {
            return RingContent::Later;
        }
        self.budgets.iter().for_each(|budget| budget.spend(piece.bytes.len()));
        self.at = Some(at + 1);
        RingContent::Next(LiveItem::Bytes(piece.bytes.clone()))
    }

    fn tell(&mut self, state: LiveStatus) -> RingContent {
        if self.told.as_ref() == Some(&state) {
            return RingContent::Nothing;
        }
        self.told = Some(state.clone());
        self.playing = None;
        RingContent::Next(LiveItem::Told(state))
    }
}
