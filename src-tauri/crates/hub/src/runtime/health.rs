//! Whether a device is reached.

use super::Finding;
use lanedesk_devices::DeviceError;
use lanedesk_domain::time::Timestamp;

/// What the last try at a device said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Nothing was asked of it yet.
    Untried,
    /// It was reached.
    Online,
    /// It was not, or does not let us in.
    Offline {
        /// Since when.
        since: Timestamp,
        /// What the last try said.
        error: Finding,
    },
}

impl Health {
    /// Whether the device was reached at the last try.
    pub fn is_online(&self) -> bool {
        matches!(self, Self::Online)
    }

    /// Takes the outcome of a try. Answers whether the device was lost or reached again by it.
    pub(super) fn note(&mut self, now: Timestamp, outcome: Result<(), &DeviceError>) -> bool {
        let lost = outcome.err().filter(|error| keeps_us_out(error));
        match (&mut *self, lost) {
            (Self::Online, None) => false,
            (Self::Offline { error: found, .. }, Some(error)) => {
                *found = Finding::Failed(error.clone());
                false
            }
            (_, None) => {
                *self = Self::Online;
                true
            }
            (_, Some(error)) => {
                let (since, error) = (now, Finding::Failed(error.clone()));
                *self = Self::Offline { since, error };
                true
            }
        }
    }

    /// Takes a device of which nothing is known yet for lost since then. Answers whether it was such a one.
    pub(super) fn was_lost(&mut self, since: Timestamp) -> bool {
        let untried = *self == Self::Untried;
        if untried {
            let error = Finding::LostBefore;
            *self = Self::Offline { since, error };
        }
        untried
    }
}

/// A device that refuses our account is as useless as one that is gone.
fn keeps_us_out(error: &DeviceError) -> bool {
    let locked = matches!(error, DeviceError::Unauthorised { .. } | DeviceError::LockedOut { .. });
    locked || !error.reached()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_losing_and_finding_a_device_is_news_and_since_is_kept() {
        let gone = DeviceError::NotSent("no connection");
        let slow = DeviceError::Unanswered("no answer in time");
        let mut health = Health::Untried;
        assert!(health.note(Timestamp(1), Err(&gone)));
        assert!(!health.note(Timestamp(2), Err(&slow)), "still lost");
        let Health::Offline { since, error } = &health else {
            panic!("{health:?}");
        };
        assert_eq!(*since, Timestamp(1));
        assert_eq!(*error, Finding::Failed(slow), "the latest one");
        assert!(health.note(Timestamp(3), Ok(())));
        assert!(!health.note(Timestamp(4), Ok(())));
        let refused = DeviceError::Refused { words: "busy".to_owned() };
        assert!(!health.note(Timestamp(5), Err(&refused)), "a device that says no was reached");
    }
}
