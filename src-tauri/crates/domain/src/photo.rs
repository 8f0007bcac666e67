//! ID photos: who may take one with which camera, and when one counts as taken during its case (R23, R24).

use crate::{person::Role, rules::Rules, time::Timestamp};

/// Whose camera takes a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Camera {
    /// The person's own device.
    Own,
    /// The ID camera at the lane.
    Lane,
}

/// How far a device's clock may run ahead of the hub's, ms: desks go by the hub's time and are off by a round trip.
const AHEAD_MS: i64 = 10_000;

/// Whether the rules let a role take photos with this camera. Who works no lanes takes none.
pub const fn may_use(rules: &Rules, role: Role, camera: Camera) -> bool {
    let allowed = match (camera, role) {
        (Camera::Own, Role::LotStaff) => rules.own_camera_lot_staff,
        (Camera::Own, Role::Agent) => rules.own_camera_agent,
        (Camera::Own, Role::Supervisor) => rules.own_camera_supervisor,
        (Camera::Lane, Role::LotStaff) => rules.lane_camera_lot_staff,
        (Camera::Lane, Role::Agent) => rules.lane_camera_agent,
        (Camera::Lane, Role::Supervisor) => rules.lane_camera_supervisor,
        (_, Role::Admin) => 0,
    };
    allowed == 1
}

/// When a case was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandlingPeriod {
    /// Its claim or call.
    pub from: Timestamp,
    /// Its end; none: it is open.
    pub to: Option<Timestamp>,
}

impl HandlingPeriod {
    /// A release that owes photos keeps its case open for them until they are due (R24).
    #[must_use]
    pub fn until_due(self, due_at: Option<Timestamp>) -> Self {
        Self { to: self.to.map(|end| due_at.map_or(end, |due| due.max(end))), ..self }
    }
}

/// The moment that counts for a photo, if it was taken while its case was handled. Judged by when it was taken, so that
/// one sent after an outage counts; never later than now.
pub fn taken_during(handled: HandlingPeriod, taken_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if taken_at > now.plus_ms(AHEAD_MS) {
        return None;
    }
    let counts = taken_at.min(now);
    let over = handled.to.is_some_and(|to| counts > to);
    (counts >= handled.from && !over).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_may_use_which_camera_is_a_rule() {
        let mut rules = Rules::default();
        let may = |rules: &Rules, role| [Camera::Own, Camera::Lane].map(|camera| may_use(rules, role, camera));
        assert_eq!(may(&rules, Role::LotStaff), [true, true], "R24: default");
        assert_eq!(may(&rules, Role::Agent), [false, true], "R24: default");
        assert_eq!(may(&rules, Role::Admin), [false, false]);
        rules.own_camera_agent = 1;
        rules.lane_camera_lot_staff = 0;
        assert_eq!(may(&rules, Role::Agent), [true, true]);
        assert_eq!(may(&rules, Role::LotStaff), [true, false]);
    }

    #[test]
    fn a_photo_counts_by_when_it_was_taken() {
        let [claim, shutter, end, sent] = [1_000, 60_000, 120_000, 7_200_000].map(Timestamp);
        let open = HandlingPeriod { from: claim, to: None };
        let over = HandlingPeriod { to: Some(end), ..open };
        assert_eq!(taken_during(open, shutter, sent), Some(shutter));
        assert_eq!(taken_during(over, shutter, sent), Some(shutter), "R23: sent after an outage");
        assert_eq!(taken_during(open, Timestamp(999), sent), None, "R23: from before the claim");
        assert_eq!(taken_during(over, Timestamp(120_001), sent), None, "after the case");
        let ahead = sent.plus_ms(AHEAD_MS);
        assert_eq!(taken_during(open, ahead, sent), Some(sent), "a clock a little ahead");
        assert_eq!(taken_during(open, ahead.plus_ms(1), sent), None, "not of the future");
    }

    #[test]
    fn a_photo_owed_may_be_taken_until_it_is_due() {
        let [claim, end, due, sent] = [1_000, 60_000, 120_000, 7_200_000].map(Timestamp);
        let over = HandlingPeriod { from: claim, to: Some(end) };
        let owing = over.until_due(Some(due));
        assert_eq!(taken_during(owing, due, sent), Some(due), "R24: sent late");
        assert_eq!(taken_during(owing, Timestamp(120_001), sent), None);
        assert_eq!(
            taken_during(over.until_due(Some(claim)), end, sent),
            Some(end),
            "a case that outlasts the due time counts to its end"
        );
        assert_eq!(over.until_due(None), over);
        let open = HandlingPeriod { to: None, ..over };
        assert_eq!(open.until_due(Some(due)), open, "still handled");
    }

    proptest! {
        #[test]
        fn what_counts_lies_within_the_case_and_not_ahead_of_now(
            from in 0i64..100_000, length in 0i64..100_000, taken in -50_000i64..300_000, now in 0i64..300_000,
        ) {
            let handled = HandlingPeriod { from: Timestamp(from), to: Some(Timestamp(from + length)) };
            if let Some(counts) = taken_during(handled, Timestamp(taken), Timestamp(now)) {
                prop_assert!(counts.0 >= from && counts.0 <= from + length && counts.0 <= now);
            }
        }
    }
}
