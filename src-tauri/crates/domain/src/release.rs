//! Abnormal release: the reasons, and what each asks for (R22, R23, R34).

use crate::{lane::Direction, money::Fen, offers::ReleaseNeeds, rules::Rules};

/// The most photos one release may carry, whatever its reason says.
pub const MOST_PHOTOS: u32 = 3;

/// A reason people may choose, as the site sets it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
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

    /// Fewest and most photos of a release this way. Entries need none, and may show some all the same.
    pub fn photos(&self, direction: Direction) -> (u32, u32) {
        if direction == Direction::Entry {
            return (0, MOST_PHOTOS);
        }
        let max = self.photos_max.min(MOST_PHOTOS);
        (self.photos_min.min(max), max)
    }
}

/// What proves a release when it is pressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proof {
    /// ID photos given.
    pub photos: u32,
    /// The missing ones are to be brought later (补录), and rule and lane picture allow it.
    pub later: bool,
}

/// Whether photos may be brought after the release: where the rule lets them, and the lane's own picture shows the
/// vehicle meanwhile (R24). Entries need none.
pub fn may_bring_later(rules: &Rules, direction: Direction, lane_picture: bool) -> bool {
    rules.late_photos == 1 && direction == Direction::Exit && lane_picture
}

/// Checks what a person gave for a release; answers how many photos it owes. Photo numbers count at exits only.
pub fn check(reason: Option<&Reason>, direction: Direction, remark: &str, proof: Proof) -> Result<u32, ReleaseError> {
    let reason = reason.filter(|reason| reason.fits(direction)).ok_or(ReleaseError::ReasonRequired)?;
    let entry = direction == Direction::Entry;
    if (entry || reason.remark) && remark.trim().is_empty() {
        return Err(ReleaseError::RemarkRequired);
    }
    let (min, max) = reason.photos(direction);
    let given = proof.photos;
    let owed = min.saturating_sub(given);
    if given > max || (owed > 0 && !proof.later) {
        return Err(ReleaseError::EvidenceRequired { min, max, given });
    }
    Ok(owed)
}

/// What besides its reason may make a release ask for a supervisor's leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalFacts {
    /// The vehicle itself asks: locked at an exit, blacklisted at an entry.
    pub vehicle: bool,
    /// What would go unpaid.
    pub unpaid: Fen,
    /// The person's releases in this shift so far.
    pub in_shift: u32,
}

/// Whether a supervisor must allow a release: because of the vehicle, the reason, the money or the number in a shift.
pub fn needs_approval(reason: &Reason, facts: ApprovalFacts, rules: &Rules) -> bool {
    let money = rules.approval_due_fen > 0 && facts.unpaid.0 >= i64::from(rules.approval_due_fen);
    let number = rules.approval_after_releases > 0 && facts.in_shift >= rules.approval_after_releases;
    facts.vehicle || reason.approval || money || number
}

/// What the bar says a release asks for: remark and leave where no reason goes without, photos where any reason wants
/// them. What the chosen reason asks for exactly stands in the form.
pub fn usual_needs<'a>(reasons: impl IntoIterator<Item = &'a Reason>) -> ReleaseNeeds {
    let reasons: Vec<&Reason> = reasons.into_iter().collect();
    let exits: Vec<&&Reason> = reasons.iter().filter(|reason| reason.fits(Direction::Exit)).collect();
    if exits.is_empty() {
        return ReleaseNeeds::default();
    }
    ReleaseNeeds {
        exit_remark: exits.iter().all(|reason| reason.remark),
        exit_photos: exits.iter().any(|reason| reason.photos_min > 0),
        approval: reasons.iter().all(|reason| reason.approval),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Entry, Exit};
    use proptest::prelude::*;

    fn reason(code: &str) -> Reason {
        default_reasons().into_iter().find(|r| r.code == code).unwrap()
    }

    fn shown(photos: u32) -> Proof {
        Proof { photos, later: false }
    }

    #[test]
    fn photos_may_come_later_only_where_rule_and_picture_let_them() {
        let mut rules = Rules::default();
        assert!(!may_bring_later(&rules, Exit, true), "R24: off by default");
        rules.late_photos = 1;
        assert!(may_bring_later(&rules, Exit, true));
        assert!(!may_bring_later(&rules, Exit, false), "nothing shows the vehicle");
        assert!(!may_bring_later(&rules, Entry, true), "nothing is owed");

        let two = Reason { photos_min: 2, ..reason("misread") };
        let later = |photos| Proof { photos, later: true };
        for (given, owed) in [(0, 2), (1, 1), (2, 0), (3, 0)] {
            assert_eq!(check(Some(&two), Exit, "", later(given)), Ok(owed));
        }
        assert!(check(Some(&two), Exit, "", later(4)).is_err());
        assert!(check(Some(&two), Exit, "", shown(1)).is_err(), "not said so");
    }

    #[test]
    fn an_entry_needs_reason_and_remark_and_no_photo() {
        let special = reason("special_vehicle");
        assert_eq!(check(None, Entry, "因为", shown(0)), Err(ReleaseError::ReasonRequired), "R22");
        assert_eq!(check(Some(&special), Entry, " \n", shown(0)), Err(ReleaseError::RemarkRequired), "R22");
        assert_eq!(check(Some(&special), Entry, "消防演练", shown(0)), Ok(0));
    }

    #[test]
    fn an_exit_needs_one_to_three_photos() {
        let misread = reason("misread");
        for (photos, fits) in [(0, false), (1, true), (3, true), (4, false)] {
            assert_eq!(check(Some(&misread), Exit, "", shown(photos)).is_ok(), fits, "R23: {photos}");
        }
        assert_eq!(check(Some(&reason("emergency")), Exit, "", shown(0)), Ok(0), "R23: an ambulance");
    }

    #[test]
    fn a_reason_for_the_other_way_is_none() {
        let paid = reason("paid_but_stuck");
        assert_eq!(check(Some(&paid), Entry, "x", shown(0)), Err(ReleaseError::ReasonRequired));
    }

    #[test]
    fn a_site_cannot_ask_for_more_photos_than_there_may_be() {
        let mut greedy = reason("misread");
        (greedy.photos_min, greedy.photos_max) = (5, 9);
        assert_eq!(check(Some(&greedy), Exit, "", shown(3)), Ok(0));
    }

    #[test]
    fn the_bar_says_what_a_release_usually_asks_for() {
        let usual = usual_needs(&default_reasons());
        assert!(usual.exit_photos, "all but an ambulance show a document");
        assert!(!usual.exit_remark && !usual.approval);
        assert_eq!(usual_needs(&[]), ReleaseNeeds::default());
        let without: Vec<Reason> = default_reasons().into_iter().map(|r| Reason { photos_min: 0, ..r }).collect();
        assert!(!usual_needs(&without).exit_photos, "no reason asks for one");
        let strict: Vec<Reason> = default_reasons()
            .into_iter()
            .filter(|r| r.code != "emergency")
            .map(|r| Reason { remark: true, approval: true, ..r })
            .collect();
        let needs = usual_needs(&strict);
        assert!(needs.exit_photos && needs.exit_remark && needs.approval);
    }

    #[test]
    fn no_release_carries_more_than_three_photos() {
        let special = reason("special_vehicle");
        assert_eq!(check(Some(&special), Entry, "消防演练", shown(3)), Ok(0));
        let four = check(Some(&special), Entry, "消防演练", shown(4));
        assert!(matches!(four, Err(ReleaseError::EvidenceRequired { min: 0, max: 3, given: 4 })));
    }

    #[test]
    fn leave_is_asked_for_by_vehicle_reason_money_or_number() {
        let quiet = ApprovalFacts { vehicle: false, unpaid: Fen(2_500), in_shift: 9 };
        let mut rules = Rules::default();
        let plain = reason("misread");
        assert!(!needs_approval(&plain, quiet, &rules), "off by default");
        assert!(needs_approval(&plain, ApprovalFacts { vehicle: true, ..quiet }, &rules));
        let strict = Reason { approval: true, ..plain.clone() };
        assert!(needs_approval(&strict, quiet, &rules));
        rules.approval_due_fen = 2_501;
        assert!(!needs_approval(&plain, quiet, &rules));
        rules.approval_due_fen = 2_500;
        assert!(needs_approval(&plain, quiet, &rules), "this much or more");
        rules.approval_due_fen = 0;
        rules.approval_after_releases = 10;
        assert!(!needs_approval(&plain, quiet, &rules), "the tenth goes without");
        let tenth = ApprovalFacts { in_shift: 10, ..quiet };
        assert!(needs_approval(&plain, tenth, &rules), "the eleventh asks");
    }

    proptest! {
        /// R22, R23: what passes has a reason that fits, a remark where one is due, and a number of photos the reason allows.
        #[test]
        fn what_passes_is_complete(
            min in 0u32..6, max in 0u32..6, remark_due: bool, exit: bool, only in 0u8..3,
            remark in "[ x]{0,2}", photos in 0u32..8,
        ) {
            let reason = Reason {
                direction: match only { 0 => None, 1 => Some(Entry), _ => Some(Exit) },
                remark: remark_due, photos_min: min, photos_max: max,
                ..reason("misread")
            };
            let direction = if exit { Exit } else { Entry };
            let told = check(Some(&reason), direction, &remark, shown(photos));
            if told.is_ok() {
                prop_assert!(reason.fits(direction) && photos <= MOST_PHOTOS);
                prop_assert!(!remark.trim().is_empty() || (exit && !remark_due));
                prop_assert!(!exit || (photos >= min.min(max).min(MOST_PHOTOS) && photos <= max));
            }
            let (least, most) = reason.photos(direction);
            prop_assert!(least <= most && most <= MOST_PHOTOS, "some number always passes");
            if reason.fits(direction) {
                prop_assert_eq!(check(Some(&reason), direction, "x", shown(least)), Ok(0));
            }
        }

        /// Leave once asked for is not made needless by more money or more releases.
        #[test]
        fn more_never_asks_less(due in 0u32..5_000, after in 0u32..20, unpaid in 0i64..5_000, number in 0u32..20) {
            let rules = Rules { approval_due_fen: due, approval_after_releases: after, ..Rules::default() };
            let facts = ApprovalFacts { vehicle: false, unpaid: Fen(unpaid), in_shift: number };
            if needs_approval(&reason("misread"), facts, &rules) {
                let more = ApprovalFacts { unpaid: Fen(unpaid + 1), in_shift: number + 1, ..facts };
                prop_assert!(needs_approval(&reason("misread"), more, &rules));
            }
        }
    }
}
