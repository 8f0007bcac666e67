//! Between one camera and those who watch it.

use super::{
    ring::{Piece, Ring},
    state::State,
};
use lanedesk_domain::ids::DeviceId;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// One camera's pictures and state.
pub(super) struct Relay {
    camera: DeviceId,
    now: Mutex<Now>,
    /// Counts changes.
    changed: watch::Sender<u64>,
    watchers: watch::Sender<usize>,
}

/// What there is to be seen.
pub(super) struct Now {
    pub(super) state: State,
    pub(super) ring: Ring,
}

impl Relay {
    pub(super) fn new(camera: DeviceId) -> Self {
        Self {
            camera,
            now: Mutex::new(Now {
                state: State::STARTING,
                ring: Ring::default(),
            }),
            changed: watch::Sender::new(0),
            watchers: watch::Sender::new(0),
        }
    }

    pub(super) const fn camera(&self) -> &DeviceId {
        &self.camera
    }

    pub(super) fn now(&self) -> MutexGuard<'_, Now> {
        // Every change under the lock is whole, so a panic elsewhere leaves it usable.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes with every change.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Tells everybody how it stands.
    pub(super) fn tell(&self, state: State) {
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
        let can_begin = {
            let mut now = self.now();
            now.ring.put(piece);
            now.ring.newest_key().is_some()
        };
        self.changed.send_modify(|count| *count += 1);
        can_begin
    }

    pub(super) fn add_watcher(&self) {
        self.watchers.send_modify(|count| *count += 1);
    }

    pub(super) fn remove_watcher(&self) {
        self.watchers
            .send_modify(|count| *count = count.saturating_sub(1));
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
            if timeout(linger, watchers.wait_for(|count| *count > 0))
                .await
                .is_err()
            {
                return;
            }
        }
    }
}
