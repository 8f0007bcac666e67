//! How old an event is, told from a camera's own clock, which may be wrong by hours or set right at any moment.

use lanedesk_domain::time::Timestamp;

/// A clock this close to ours is right.
const RIGHT_WITHIN_MS: i64 = 30_000;
/// Cameras tell whole seconds: an age below this says nothing.
const RESOLUTION_MS: i64 = 1_500;
/// Two late events in a row that are late by the same, to this measure, mean that the clock was moved.
const SAME_WITHIN_MS: i64 = 10_000;

/// How far a camera's clock is behind ours, learnt from its live events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CameraClock {
    /// Milliseconds to add to the camera's time; none: nothing live was heard yet.
    behind: Option<i64>,
    /// How late the last event was by what was known then, where that was late.
    late_by: Option<i64>,
}

impl CameraClock {
    /// Milliseconds since the camera took what it tells at `ours`, never below zero. A live event teaches.
    pub(super) fn age(&mut self, taken: Option<Timestamp>, ours: Timestamp, live: bool) -> i64 {
        let Some(taken) = taken else { return 0 };
        let behind = ours.since(taken);
        if live {
            self.learn(behind);
        }
        let age = behind - self.behind.unwrap_or(0);
        if age < RESOLUTION_MS { 0 } else { age }
    }

    /// How far it is ahead of ours; none: nothing live was heard yet.
    pub(super) fn ahead(&self) -> Option<i64> {
        self.behind.map(|behind| -behind)
    }

    fn learn(&mut self, behind: i64) {
        let late = self.behind.map_or(0, |known| behind - known);
        let again = self.late_by.is_some_and(|before| (late - before).abs() <= SAME_WITHIN_MS);
        // An event cannot come early: a smaller distance is always the better one.
        if behind.abs() <= RIGHT_WITHIN_MS {
            self.behind = Some(behind.min(0));
        } else if late <= 0 || (again && late > SAME_WITHIN_MS) {
            self.behind = Some(behind);
        }
        self.late_by = Some(late);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn a_right_clock_is_believed_and_a_missing_time_means_now() {
        let mut clock = CameraClock::default();
        assert_eq!(clock.age(Some(at(100)), at(103), true), 3_000);
        assert_eq!(clock.age(None, at(103), true), 0);
        assert_eq!(clock.age(Some(at(110)), at(103), true), 0, "nothing comes from the future");
    }

    #[test]
    fn a_wrong_clock_is_corrected_by_what_live_events_taught() {
        let mut clock = CameraClock::default();
        assert_eq!(clock.age(Some(at(0)), at(3_600), true), 0, "an hour behind");
        assert_eq!(clock.age(Some(at(100)), at(3_705), true), 5_000);
        assert_eq!(clock.age(Some(at(40)), at(3_720), false), 80_000, "history is corrected by the same");
    }

    #[test]
    fn a_clock_set_right_or_moved_back_is_believed_again() {
        let mut clock = CameraClock::default();
        clock.age(Some(at(4_000)), at(100), true);
        assert_eq!(clock.age(Some(at(201)), at(203), true), 2_000, "set right");
        assert_eq!(clock.age(Some(at(300)), at(3_900), true), 3_600_000, "late, as far as one event can say");
        assert_eq!(clock.age(Some(at(310)), at(3_911), true), 0, "late by the same again: the clock was moved");
    }
}
