//! The hub's time, as far as a desk can know it.

use lanedesk_domain::time::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Follows the hub's time from what its stream says, over this device's steady clock: the device's own calendar may be
/// wrong by hours without harm.
///
/// A frame is always heard after it was sent, so the estimate is never ahead of the hub: an order made by it dies a
/// little early, never late.
#[derive(Debug, Default)]
pub struct HubClock {
    /// What the hub said and when that was heard.
    heard: Mutex<Option<(Timestamp, Instant)>>,
}

impl HubClock {
    /// The stream's first frame: taken as it is, even where it goes back.
    pub fn set(&self, said: Timestamp, heard_at: Instant) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some((said, heard_at));
    }

    /// A later frame: moves the estimate forward only, because one that seems to go back was merely slow to arrive.
    pub fn advance(&self, said: Timestamp, heard_at: Instant) {
        if self.at(heard_at).is_none_or(|estimate| estimate < said) {
            self.set(said, heard_at);
        }
    }

    /// The hub's time at `moment`; `None` before the hub has said any.
    pub fn at(&self, moment: Instant) -> Option<Timestamp> {
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let (said, heard_at) = heard?;
        let passed = moment.saturating_duration_since(heard_at).as_millis();
        Some(said.plus_ms(i64::try_from(passed).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::HubClock;
    use lanedesk_domain::time::Timestamp;
    use std::time::{Duration, Instant};

    #[test]
    fn the_estimate_follows_the_hub_and_a_slow_heartbeat_does_not_pull_it_back() {
        let clock = HubClock::default();
        let start = Instant::now();
        assert_eq!(clock.at(start), None);

        clock.set(Timestamp(100_000), start);
        let later = start + Duration::from_secs(15);
        assert_eq!(clock.at(later), Some(Timestamp(115_000)));

        clock.advance(Timestamp(112_000), later);
        assert_eq!(clock.at(later), Some(Timestamp(115_000)), "it was slow");
        clock.advance(Timestamp(130_000), later);
        assert_eq!(clock.at(later), Some(Timestamp(130_000)), "the hub is ahead");
        clock.set(Timestamp(50_000), later);
        assert_eq!(clock.at(later), Some(Timestamp(50_000)), "a new connection tells a new time");
    }
}
