//! Bandwidth: so many bits a second, for one person over all they watch and for the whole hub. Whoever is out of it
//! waits, and then sees the newest key frame instead of everything in between.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// So many bytes may be spent at once, in seconds of the rate: a key frame comes in one piece.
const BURST_S: f64 = 2.0;

/// What may be sent.
pub(super) struct Budget(Mutex<Purse>);

struct Purse {
    /// Bytes a second.
    rate: f64,
    /// Bytes that may be sent now; below nothing after a large picture.
    left: f64,
    at: Instant,
}

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(Purse { rate: 0.0, left: 0.0, at: Instant::now() }))
    }
}

impl Budget {
    fn purse(&self) -> std::sync::MutexGuard<'_, Purse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the rate in force, in megabits a second.
    pub(super) fn set(&self, mbits: u32) {
        let rate = f64::from(mbits) * 125_000.0;
        let mut purse = self.purse();
        // The first one is filled.
        if purse.rate == 0.0 {
            purse.left = rate * BURST_S;
        }
        purse.rate = rate;
    }

    /// Whether something may be sent now.
    pub(super) fn allows(&self, now: Instant) -> bool {
        let mut purse = self.purse();
        let earned = purse.rate * now.saturating_duration_since(purse.at).as_secs_f64();
        purse.left = (purse.left + earned).min(purse.rate * BURST_S);
        purse.at = purse.at.max(now);
        purse.left > 0.0
    }

    /// Something was sent.
    pub(super) fn spend(&self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.purse().left -= f64::from(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_overspent_is_earned_before_more_is_allowed() {
        let budget = Budget::default();
        budget.set(8);
        let begun = Instant::now();
        assert!(budget.allows(begun));
        budget.spend(3_000_000);
        assert!(!budget.allows(begun));
        assert!(!budget.allows(begun + Duration::from_millis(500)));
        assert!(budget.allows(begun + Duration::from_millis(1_600)));
    }
}
