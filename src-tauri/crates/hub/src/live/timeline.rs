//! When pictures are decoded and shown. Cameras tell only when a picture is shown, and some send pictures in another
//! order than that; a file needs a time of decoding that never goes back.

/// Ticks of a second.
pub(super) const TICKS: i64 = 90_000;
/// A step further than this is no pause between pictures but another clock: the timeline goes on without a hole.
const LARGEST_STEP: i64 = TICKS / 2;
/// So far back a picture may be shown before one that was sent ahead of it; further is another clock.
const LARGEST_REORDER: i64 = TICKS;
/// What is taken for the time between two pictures until two have come: 25 a second.
const USUAL: i64 = TICKS / 25;

/// Where one picture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimelinePosition {
    /// When it is decoded.
    pub(super) decoded: u64,
    /// How long until the next one, as far as is known.
    pub(super) lasts: u32,
    /// How much later than decoded it is shown.
    pub(super) shown_after: i32,
}

/// Gives each picture its place.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    last: Option<LastPicture>,
    /// What is added to the camera's times.
    shift: i64,
    /// The usual time between two pictures; 0: not known yet.
    step: i64,
    /// Pictures come in another order than they are shown.
    reorders: bool,
}

#[derive(Debug, Clone, Copy)]
struct LastPicture {
    /// As the camera told it.
    told: i64,
    decoded: i64,
}

impl Timeline {
    /// The place of a picture the camera says is shown then.
    pub(super) fn place(&mut self, told: i64) -> TimelinePosition {
        let Some(last) = self.last else {
            self.shift = -told;
            return self.take(told, 0, 0);
        };
        let moved = told - last.told;
        if moved.abs() > if moved < 0 { LARGEST_REORDER } else { LARGEST_STEP } {
            let decoded = last.decoded + self.step();
            self.shift = decoded - told;
            return self.take(told, decoded, decoded);
        }
        self.learn(moved);
        let shown = told + self.shift;
        if moved <= 0 {
            self.reorders = true;
        }
        let decoded = if self.reorders {
            // Evenly, in the order they are sent; not further behind than pictures are ever held back.
            (last.decoded + self.step()).max(shown - LARGEST_REORDER)
        } else {
            shown.max(last.decoded + 1)
        };
        if shown < decoded {
            // Everything is shown later by this from here on, so that nothing is shown before it is decoded.
            self.shift += decoded - shown;
            return self.take(told, decoded, decoded);
        }
        self.take(told, decoded, shown)
    }

    fn step(&self) -> i64 {
        if self.step > 0 { self.step } else { USUAL }
    }

    /// The smallest distance lately: with pictures out of order the others are multiples of it.
    fn learn(&mut self, moved: i64) {
        let seen = moved.abs();
        if seen == 0 {
            return;
        }
        self.step = match self.step {
            0 => seen,
            step if self.reorders || moved < 0 => step.min(seen),
            // Cameras' times tremble; this follows a changed rate within some pictures.
            step => step + (seen - step) / 4,
        };
    }

    fn take(&mut self, told: i64, decoded: i64, shown: i64) -> TimelinePosition {
        self.last = Some(LastPicture { told, decoded });
        TimelinePosition {
            decoded: u64::try_from(decoded).unwrap_or(0),
            lasts: u32::try_from(self.step()).unwrap_or(u32::MAX),
            shown_after: i32::try_from(shown - decoded).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places(told: &[i64]) -> Vec<TimelinePosition> {
        let mut timeline = Timeline::default();
        told.iter().map(|told| timeline.place(*told)).collect()
    }

    #[test]
    fn pictures_in_order_are_decoded_when_they_are_shown() {
        let places = places(&[9_000, 12_600, 16_200, 19_800]);
        let decoded: Vec<u64> = places.iter().map(|place| place.decoded).collect();
        assert_eq!(decoded, [0, 3_600, 7_200, 10_800]);
        assert!(places.iter().all(|place| place.shown_after == 0 && place.lasts == 3_600));
    }

    #[test]
    fn pictures_out_of_order_are_shown_in_order() {
        let step = 3_600;
        let order = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11, 15, 13, 14];
        let places = places(&order.map(|at| at * step));
        let shown = |place: &TimelinePosition| place.decoded + u64::try_from(place.shown_after).unwrap();
        // Once the camera's habit is known, everything comes out evenly and in its order.
        let mut tail: Vec<(i64, u64)> = order.iter().copied().zip(places.iter().map(shown)).skip(7).collect();
        tail.sort_unstable();
        let usual = u64::try_from(step).unwrap();
        assert!(tail.windows(2).all(|two| two[1].1 - two[0].1 == usual), "{tail:?}");
    }

    #[test]
    fn a_clock_that_jumps_leaves_no_hole() {
        for jump in [10 * TICKS, -10 * TICKS] {
            let places = places(&[100_000_000, 100_003_600, 100_007_200 + jump, 100_010_800 + jump]);
            let decoded: Vec<u64> = places.iter().map(|place| place.decoded).collect();
            assert_eq!(decoded, [0, 3_600, 7_200, 10_800]);
        }
    }

    proptest! {
        #[test]
        fn decoding_never_goes_back(told in prop::collection::vec(-400_000i64..400_000, 1..80)) {
            let places = places(&told);
            for two in places.windows(2) {
                prop_assert!(two[1].decoded > two[0].decoded);
                prop_assert!(two[1].shown_after >= 0);
            }
        }
    }
}
