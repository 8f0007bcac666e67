//! The hub's one clock. On PostgreSQL it follows the database by a measured offset; in tests it is moved by hand.
//!
//! The fence makes leases safe; the clock only makes them fair.

use lanedesk_domain::time::Timestamp;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// Where "now" comes from. Cheap to clone; clones share the time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<ClockSource>);

#[derive(Debug)]
enum ClockSource {
    /// The machine's clock plus an offset in milliseconds.
    System { offset: AtomicI64 },
    /// Stands still until it is moved.
    Manual { now: watch::Sender<Timestamp> },
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(ClockSource::System { offset: AtomicI64::new(0) }))
    }

    /// A clock that stands at `now` until [`Clock::advance`] moves it.
    pub fn manual(now: Timestamp) -> Self {
        Self(Arc::new(ClockSource::Manual { now: watch::Sender::new(now) }))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            ClockSource::System { offset } => machine_now().plus_ms(offset.load(Ordering::Relaxed)),
            ClockSource::Manual { now } => *now.borrow(),
        }
    }

    /// Moves a manual clock forward; a system clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let ClockSource::Manual { now } = &*self.0 {
            let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            now.send_modify(|at| *at = at.plus_ms(ms));
        }
    }

    /// Makes a system clock agree with the database, which read `theirs` at machine time `ours`.
    pub fn follow(&self, theirs: Timestamp, ours: Timestamp) {
        if let ClockSource::System { offset } = &*self.0 {
            offset.store(theirs.since(ours), Ordering::Relaxed);
        }
    }

    /// Waits until this clock has reached `at`.
    pub async fn sleep_until(&self, at: Timestamp) {
        match &*self.0 {
            ClockSource::System { .. } => loop {
                let left = at.since(self.now());
                let Ok(left) = u64::try_from(left) else {
                    return;
                };
                if left == 0 {
                    return;
                }
                // Looked at again at least each second: the offset may have moved meanwhile.
                tokio::time::sleep(Duration::from_millis(left.min(1_000))).await;
            },
            ClockSource::Manual { now } => {
                // The sender lives as long as self, so waiting cannot fail.
                let _ = now.subscribe().wait_for(|now| *now >= at).await;
            }
        }
    }
}

/// The machine's clock, uncorrected.
pub(crate) fn machine_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_sleepers_only_when_moved_past_their_time() {
        let clock = Clock::manual(Timestamp(1_000));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(Timestamp(3_000)).await;
                clock.now()
            }
        });
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished(), "2 s is before 3 s");
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleeper.await.unwrap(), Timestamp(3_000));
    }
}
