//! How a seat stands (R2, R4, R30). A seat has no state of its own: it follows from who sits there and what they do.

use crate::time::Timestamp;

words! {
    /// How a seat stands.
    pub enum SeatState {
        /// It takes the next call.
        Free = "free",
        /// Its person speaks with a driver or works a lane.
        Busy = "busy",
        /// The call is over, its case is still open.
        AfterCall = "after_call",
        /// Its person takes no calls.
        Away = "away",
        /// The desk's stream was cut; calls still come until the grace period ends.
        Lost = "lost",
    }
}

words! {
    /// What an agent may say of their own seat.
    pub enum SeatChoice {
        /// Ready for calls.
        Free = "free",
        /// Not for now.
        Away = "away",
    }
}

/// What the state of a seat with somebody at it follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub struct SeatFacts {
    /// When the person sat down.
    pub bound_at: Timestamp,
    /// They take no calls.
    pub away: bool,
    /// Since when they are away, or back.
    pub away_at: Option<Timestamp>,
    /// When their desk's stream was cut.
    pub lost_at: Option<Timestamp>,
    /// Since when they have a call that is not over.
    pub call_since: Option<Timestamp>,
    /// Since when they hold a lane.
    pub lane_since: Option<Timestamp>,
    /// When the call of the lane they hold was over.
    pub call_over_at: Option<Timestamp>,
}

impl SeatFacts {
    /// How the seat stands at `now`, and since when. `after_call_ms`: how long a person has after a call before the
    /// next may come; 0: until they close the case.
    pub fn state(&self, after_call_ms: i64, now: Timestamp) -> (SeatState, Timestamp) {
        if let Some(at) = self.lost_at {
            return (SeatState::Lost, at);
        }
        if let Some(at) = self.call_since {
            return (SeatState::Busy, at);
        }
        if self.away {
            return (SeatState::Away, self.away_at.unwrap_or(self.bound_at));
        }
        match (self.lane_since, self.call_over_at) {
            (None, _) => (SeatState::Free, self.away_at.unwrap_or(self.bound_at)),
            (Some(at), None) => (SeatState::Busy, at),
            (Some(_), Some(over)) if after_call_ms > 0 && now >= over.plus_ms(after_call_ms) => {
                (SeatState::Free, over.plus_ms(after_call_ms))
            }
            (Some(_), Some(over)) => (SeatState::AfterCall, over),
        }
    }

    /// Whether a call that comes now rings here rather than waits in the queue. A lost desk still gets its calls for a
    /// while.
    pub fn takes_calls(&self, after_call_ms: i64, now: Timestamp) -> bool {
        let listening = Self { lost_at: None, ..*self };
        listening.state(after_call_ms, now).0 == SeatState::Free
    }

    /// Whether a call that rings here may take its lane by itself: an open case is never wiped (R30).
    pub fn has_no_lane(&self) -> bool {
        self.lane_since.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_000_000_000);

    fn at(minute: i64) -> Timestamp {
        NOON.plus_minutes(minute)
    }

    fn sits() -> SeatFacts {
        SeatFacts { bound_at: at(0), ..SeatFacts::default() }
    }

    #[test]
    fn a_seat_is_free_busy_and_after_call_by_what_its_person_does() {
        assert_eq!(sits().state(0, at(9)), (SeatState::Free, at(0)));
        let speaks = SeatFacts { call_since: Some(at(1)), lane_since: Some(at(1)), ..sits() };
        assert_eq!(speaks.state(0, at(9)), (SeatState::Busy, at(1)));
        let after = SeatFacts { lane_since: Some(at(1)), call_over_at: Some(at(3)), ..sits() };
        assert_eq!(after.state(0, at(9)), (SeatState::AfterCall, at(3)));
        let looks = SeatFacts { lane_since: Some(at(4)), ..sits() };
        assert_eq!(looks.state(0, at(9)), (SeatState::Busy, at(4)), "a lane looked up");
    }

    #[test]
    fn after_a_call_a_seat_is_free_again_in_time_where_the_rule_says_so_but_the_open_case_is_never_wiped() {
        let after = SeatFacts { lane_since: Some(at(1)), call_over_at: Some(at(3)), ..sits() };
        assert_eq!(after.state(60_000, at(3)), (SeatState::AfterCall, at(3)));
        assert_eq!(after.state(60_000, at(4)), (SeatState::Free, at(4)));
        assert!(after.takes_calls(60_000, at(4)) && !after.takes_calls(60_000, at(3)));
        assert!(!after.has_no_lane(), "R30");
    }

    #[test]
    fn a_lost_seat_still_takes_calls_and_an_away_one_does_not() {
        let lost = SeatFacts { lost_at: Some(at(5)), ..sits() };
        assert_eq!(lost.state(0, at(6)), (SeatState::Lost, at(5)));
        assert!(lost.takes_calls(0, at(6)));
        let away = SeatFacts { away: true, away_at: Some(at(2)), ..sits() };
        assert_eq!(away.state(0, at(6)), (SeatState::Away, at(2)));
        assert!(!away.takes_calls(0, at(6)));
    }
}
