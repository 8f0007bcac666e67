//! Abnormal release: the reasons, and what each asks for (R22, R23, R34).

use crate::{lane::Direction, offers::ReleaseNeeds};

/// The most photos one release may carry, whatever its reason says.
pub const MOST_PHOTOS: u32 = 3;

/// A reason people may choose, as the site sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stored with the opening.
    pub code: String,
    /// Shown to people.
    pub text: String,
    /// Where it may be chosen; none: both ways.
    pub direction: Option<Direction>,
    /// A remark is required at exits; entries always require one.
    pub remark: bool,
    /// Fewest ID photos at exits.
    pub photos_min: u32,
    /// Most ID photos at exits.
    pub photos_max: u32,
    /// A supervisor must allow it.
    pub approval: bool,
}

/// The reasons a new site starts with.
pub const DEFAULT_REASONS: &[(&str, &str)] = &[
    ("special_vehicle", "特殊车辆"),
    ("special_person", "特殊人员"),
    ("non_motor", "非机动车"),
    ("emergency", "应急车辆"),
    ("no_entry_record", "无进场记录"),
    ("paid_but_stuck", "已缴费未抬杆"),
    ("misread", "识别错误"),
    ("device_fault", "设备故障"),
    ("network_down", "网络故障"),
    ("other", "其他"),
];

/// What is missing from a release, each with its own words for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// No reason, or one that may not be chosen this way.
    #[error("a reason is required")]
    ReasonRequired,
    /// No remark where one is required.
    #[error("a remark is required")]
    RemarkRequired,
    /// Too few photos, or too many.
    #[error("{min} to {max} photos are required, {given} given")]
    EvidenceRequired {
        /// Fewest.
        min: u32,
        /// Most.
        max: u32,
        /// How many there are.
        given: u32,
    },
}

/// The reasons a new site starts with, in full.
pub fn default_reasons() -> Vec<Reason> {
    let reason = |&(code, text): &(&str, &str)| Reason {
        code: code.to_owned(),
        text: text.to_owned(),
        // Only a vehicle on its way out can lack an entry record or have paid.
        direction: matches!(code, "no_entry_record" | "paid_but_stuck").then_some(Direction::Exit),
        remark: code == "other",
        photos_min: u32::from(code != "emergency"),
        photos_max: MOST_PHOTOS,
        approval: false,
    };
    DEFAULT_REASONS.iter().map(reason).collect()
}

impl Reason {
    /// Whether it may be chosen for a vehicle going this way.
    pub fn fits(&self, direction: Direction) -> bool {
        self.direction.is_none_or(|only| only == direction)
    }
}

/// Checks what a person gave for a release. Photo numbers count at exits only.
pub fn check(
    reason: Option<&Reason>,
    direction: Direction,
    remark: &str,
    photos: u32,
) -> Result<(), ReleaseError> {
    let reason = reason
        .filter(|reason| reason.fits(direction))
        .ok_or(ReleaseError::ReasonRequired)?;
    let entry = direction == Direction::Entry;
    if (entry || reason.remark) && remark.trim().is_empty() {
        return Err(ReleaseError::RemarkRequired);
    }
    let max = reason.photos_max.min(MOST_PHOTOS);
    let min = reason.photos_min.min(max);
    if !entry && !(min..=max).contains(&photos) {
        return Err(ReleaseError::EvidenceRequired {
            min,
            max,
            given: photos,
        });
    }
    Ok(())
}

/// What every release at a lane of this lot needs, whichever reason is chosen.
pub fn least_needs(reasons: &[Reason]) -> ReleaseNeeds {
    let mut exits = reasons
        .iter()
        .filter(|r| r.fits(Direction::Exit))
        .peekable();
    if exits.peek().is_none() {
        return ReleaseNeeds::default();
    }
    let exits: Vec<&Reason> = exits.collect();
    ReleaseNeeds {
        exit_remark: exits.iter().all(|reason| reason.remark),
        exit_photos: exits.iter().all(|reason| reason.photos_min > 0),
        approval: reasons.iter().all(|reason| reason.approval),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Entry, Exit};

    fn reason(code: &str) -> Reason {
        default_reasons()
            .into_iter()
            .find(|r| r.code == code)
            .unwrap()
    }

    #[test]
    fn an_entry_needs_reason_and_remark_and_no_photo() {
        let special = reason("special_vehicle");
        assert_eq!(
            check(None, Entry, "因为", 0),
            Err(ReleaseError::ReasonRequired),
            "R22"
        );
        assert_eq!(
            check(Some(&special), Entry, " \n", 0),
            Err(ReleaseError::RemarkRequired),
            "R22"
        );
        assert_eq!(check(Some(&special), Entry, "消防演练", 0), Ok(()));
    }

    #[test]
    fn an_exit_needs_one_to_three_photos() {
        let misread = reason("misread");
        for (photos, fits) in [(0, false), (1, true), (3, true), (4, false)] {
            assert_eq!(
                check(Some(&misread), Exit, "", photos).is_ok(),
                fits,
                "R23: {photos}"
            );
        }
        assert_eq!(
            check(Some(&reason("emergency")), Exit, "", 0),
            Ok(()),
            "R23: an ambulance"
        );
    }

    #[test]
    fn a_reason_for_the_other_way_is_none() {
        let paid = reason("paid_but_stuck");
        assert_eq!(
            check(Some(&paid), Entry, "x", 0),
            Err(ReleaseError::ReasonRequired)
        );
    }

    #[test]
    fn a_site_cannot_ask_for_more_photos_than_there_may_be() {
        let mut greedy = reason("misread");
        (greedy.photos_min, greedy.photos_max) = (5, 9);
        assert_eq!(check(Some(&greedy), Exit, "", 3), Ok(()));
    }

    #[test]
    fn least_needs_are_what_no_reason_lets_one_leave_out() {
        assert!(
            !least_needs(&default_reasons()).exit_photos,
            "emergency asks for none"
        );
        assert_eq!(least_needs(&[]), ReleaseNeeds::default());
        let strict: Vec<Reason> = default_reasons()
            .into_iter()
            .filter(|r| r.code != "emergency")
            .map(|r| Reason {
                remark: true,
                approval: true,
                ..r
            })
            .collect();
        let needs = least_needs(&strict);
        assert!(needs.exit_photos && needs.exit_remark && needs.approval);
    }
}
