//! A driver's call from its first ring to its end (R29, R31): what a telephone system tells, in whatever order it comes.
//!
//! A call is what is known of it, not a history of messages: three moments, of which each message can only add one or
//! move one towards its true place. So messages that come late, twice or in the wrong order lead to the same call.

use crate::time::Timestamp;

words! {
    /// Where a call stands.
    pub enum CallState {
        /// It rings at the seat of one person.
        Ringing = "ringing",
        /// It waits in the queue.
        Waiting = "waiting",
        /// Somebody speaks with the driver.
        Live = "live",
        /// It is over.
        Ended = "ended",
        /// Its driver gave up before anybody took it.
        Abandoned = "abandoned",
    }
}

impl CallState {
    /// Whether the driver is still on the line.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Ringing | Self::Waiting | Self::Live)
    }
}

words! {
    /// What a telephone system tells of a call.
    pub enum PbxEvent {
        /// It rings.
        Ringing = "ringing",
        /// Somebody picked it up.
        Answered = "answered",
        /// It is over.
        Ended = "ended",
    }
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Progress {
    /// When it began to ring: the first moment anything is known of.
    pub since: Timestamp,
    /// When it was first picked up.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// Who has a call in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Nobody.
    Nobody,
    /// It rings at somebody's seat, who has not touched it.
    Rings,
    /// Somebody took it.
    Took,
}

impl Progress {
    /// A call of which this is the first message.
    pub fn begun(what: PbxEvent, at: Timestamp) -> Self {
        let mut begun = Self { since: at, answered_at: None, ended_at: None };
        begun.hear(what, at);
        begun
    }

    /// Something more was told of it.
    pub fn hear(&mut self, what: PbxEvent, at: Timestamp) {
        self.since = self.since.min(at);
        match what {
            PbxEvent::Ringing => {}
            PbxEvent::Answered => self.answered_at = Some(earlier(self.answered_at, at)),
            PbxEvent::Ended => self.ended_at = Some(earlier(self.ended_at, at)),
        }
    }

    /// Where it stands.
    pub fn state(&self, hand: Hand) -> CallState {
        let answered = self.answered_at.is_some();
        match (self.ended_at, hand) {
            (Some(_), Hand::Took) => CallState::Ended,
            (Some(_), _) if answered => CallState::Ended,
            (Some(_), _) => CallState::Abandoned,
            // Picked up by nobody we know, such as an announcement: it still waits for a person.
            (None, Hand::Nobody) => CallState::Waiting,
            (None, Hand::Took) => CallState::Live,
            (None, Hand::Rings) if answered => CallState::Live,
            (None, Hand::Rings) => CallState::Ringing,
        }
    }
}

fn earlier(known: Option<Timestamp>, at: Timestamp) -> Timestamp {
    known.map_or(at, |known| known.min(at))
}

/// How long after it began to ring a call may still come up on somebody's page by itself, in milliseconds. What a
/// telephone system tells later than that has lain somewhere: the driver may be gone.
pub const FRESH_MS: i64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOON: Timestamp = Timestamp(1_000_000);

    fn at(second: i64) -> Timestamp {
        NOON.plus_ms(second * 1_000)
    }

    fn told(events: &[(PbxEvent, Timestamp)]) -> Progress {
        let mut events = events.iter();
        let (what, first) = *events.next().unwrap();
        let mut call = Progress::begun(what, first);
        for (what, at) in events {
            call.hear(*what, *at);
        }
        call
    }

    #[test]
    fn a_call_rings_is_answered_and_ends() {
        let mut call = Progress::begun(PbxEvent::Ringing, at(0));
        assert_eq!(call.state(Hand::Nobody), CallState::Waiting, "R30");
        assert_eq!(call.state(Hand::Rings), CallState::Ringing, "R29");
        call.hear(PbxEvent::Answered, at(4));
        assert_eq!(call.state(Hand::Rings), CallState::Live);
        call.hear(PbxEvent::Ended, at(60));
        assert_eq!(call.state(Hand::Rings), CallState::Ended);
    }

    #[test]
    fn a_call_nobody_took_was_abandoned_and_one_that_was_taken_was_not() {
        let call = told(&[(PbxEvent::Ringing, at(0)), (PbxEvent::Ended, at(30))]);
        assert_eq!(call.state(Hand::Nobody), CallState::Abandoned);
        assert_eq!(call.state(Hand::Rings), CallState::Abandoned);
        assert_eq!(call.state(Hand::Took), CallState::Ended);
    }

    #[test]
    fn an_announcement_that_picks_up_does_not_take_a_call_from_the_queue() {
        let call = told(&[(PbxEvent::Ringing, at(0)), (PbxEvent::Answered, at(1))]);
        assert_eq!(call.state(Hand::Nobody), CallState::Waiting);
    }

    fn heard() -> impl Strategy<Value = (PbxEvent, Timestamp)> {
        let what = prop::sample::select(PbxEvent::ALL.to_vec());
        (what, 0..90_i64).prop_map(|(what, second)| (what, at(second)))
    }

    proptest! {
        /// Late, doubled, in whatever order: the same call (brief: "ordered by occurred_at, harmless").
        #[test]
        fn the_order_of_messages_does_not_matter(
            (events, shuffled) in prop::collection::vec(heard(), 1..12)
                .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
            doubled in 0..12_usize,
        ) {
            let mut again = shuffled;
            again.push(again[doubled % again.len()]);
            prop_assert_eq!(told(&events), told(&again));
        }

        /// What is over stays over, whatever comes after.
        #[test]
        fn a_state_never_goes_back(events in prop::collection::vec(heard(), 1..12)) {
            let mut call = Progress::begun(events[0].0, events[0].1);
            let mut over = !call.state(Hand::Nobody).is_open();
            for (what, at) in events {
                call.hear(what, at);
                prop_assert!(!over || !call.state(Hand::Nobody).is_open());
                over |= !call.state(Hand::Nobody).is_open();
            }
        }
    }
}
