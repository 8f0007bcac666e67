//! Between one camera and those who watch it.

use super::{
    ring::{Piece, Ring},
    state::LiveStatus,
};
use lanedesk_domain::ids::DeviceId;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::timeout};

/// From this many watchers on they are a crowd: most of what a picture costs then is waking each of them.
const CROWD: usize = 5;
/// A crowd is woken no more often than this, unless for a key picture, and takes what has come in one go. At 25 pictures a
/// second every other one waits for the next, 40 ms. The last one before a silence waits for the state that tells of it.
const CROWD_PACE: Duration = Duration::from_millis(70);

/// One camera's pictures and state.
pub(super) struct Relay {
    camera: DeviceId,
    now: Mutex<RelayContent>,
    /// Counts changes.
    changed: watch::Sender<u64>,
    watchers: watch::Sender<usize>,
}

/// What there is to be seen.
pub(super) struct RelayContent {
    pub(super) state: LiveStatus,
    pub(super) ring: Ring,
    /// When everybody was last woken for a picture.
    woken_at: Option<Instant>,
}

impl RelayContent {
    /// Whether a crowd may be woken again.
    fn is_due(&self, at: Instant) -> bool {
        self.woken_at.is_none_or(|before| at.saturating_duration_since(before) >= CROWD_PACE)
    }
}

impl Relay {
    pub(super) fn new(camera: DeviceId) -> Self {
        Self {
            camera,
            now: Mutex::new(RelayContent { state: LiveStatus::STARTING, ring: Ring::default(), woken_at: None }),
            changed: watch::Sender::new(0),
            watchers: watch::Sender::new(0),
        }
    }

    pub(super) const fn camera(&self) -> &DeviceId {
        &self.camera
    }

    pub(super) fn now(&self) -> MutexGuard<'_, RelayContent> {
        // Every change under the lock is whole, so a panic elsewhere leaves it usable.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes with every change.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Tells everybody how it stands.
    pub(super) fn tell(&self, state: LiveStatus) {
        let news = {
            let mut now = self.now();
            let news = now.state != state;
            now.state = state;
            news
        };
        if news {
            self.changed.send_modify(|count| *count += 1);
        }
    }

    /// Hands a picture to everybody. False: nobody can begin at any picture kept.
    pub(super) fn put(&self, piece: Arc<Piece>) -> bool {
        let crowd = self.watchers() >= CROWD;
        let (can_begin, wake) = {
            let mut now = self.now();
            let (key, at) = (piece.key, piece.at);
            now.ring.put(piece);
            let wake = !crowd || key || now.is_due(at);
            if wake {
                now.woken_at = Some(at);
            }
            (now.ring.newest_key().is_some(), wake)
        };
        if wake {
            self.changed.send_modify(|count| *count += 1);
        }
        can_begin
    }

    pub(super) fn add_watcher(&self) {
        self.watchers.send_modify(|count| *count += 1);
    }

    pub(super) fn remove_watcher(&self) {
        self.watchers.send_modify(|count| *count = count.saturating_sub(1));
    }

    pub(super) fn watchers(&self) -> usize {
        *self.watchers.borrow()
    }

    /// Waits until nobody has watched for so long.
    pub(super) async fn deserted(&self, linger: Duration) {
        let mut watchers = self.watchers.subscribe();
        loop {
            // The sender lives in `self`, so neither can fail.
            let _ = watchers.wait_for(|count| *count == 0).await;
            if timeout(linger, watchers.wait_for(|count| *count > 0)).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ring::StreamHead;
    use super::*;
    use lanedesk_wire::live::{LiveFormat, LiveKind};

    /// A picture that came so many milliseconds after the first.
    fn picture(key: bool, begun: Instant, after: u64) -> Arc<Piece> {
        let format = LiveFormat { kind: LiveKind::Mp4, mime: String::new(), width: 0, height: 0 };
        Arc::new(Piece {
            key,
            begin: Arc::new(StreamHead { format, bytes: bytes::Bytes::new() }),
            bytes: bytes::Bytes::from_static(b"picture"),
            at: begun + Duration::from_millis(after),
        })
    }

    /// Which of these pictures wake somebody, with so many watching.
    fn woken(watchers: usize, pictures: [(bool, u64); 5]) -> Vec<u64> {
        let (relay, begun) = (Relay::new("camera".parse().unwrap()), Instant::now());
        (0..watchers).for_each(|_| relay.add_watcher());
        let mut changes = relay.changes();
        let wakes = |(key, after): &(bool, u64)| {
            changes.mark_unchanged();
            assert!(relay.put(picture(*key, begun, *after)), "a key picture is kept");
            changes.has_changed().is_ok_and(|changed| changed)
        };
        let woken = pictures.into_iter().filter(wakes);
        woken.map(|(_, after)| after).collect()
    }

    #[test]
    fn a_crowd_takes_pictures_by_twos_and_a_key_picture_at_once() {
        let pictures = [(true, 0), (false, 40), (false, 80), (false, 120), (true, 130)];
        assert_eq!(woken(CROWD - 1, pictures), [0, 40, 80, 120, 130]);
        assert_eq!(woken(CROWD, pictures), [0, 80, 130]);
    }
}
