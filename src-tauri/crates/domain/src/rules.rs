//! The rules an administrator may set, as data: name, default, range and meaning of each in one table (R34).

/// A rule's name, default and range; its unit is in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// As in the site file and the rule table.
    pub name: &'static str,
    /// Where the site says nothing.
    pub default: u32,
    /// Smallest value allowed.
    pub min: u32,
    /// Largest value allowed.
    pub max: u32,
}

/// A value that cannot be a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No rule has this name.
    #[error("there is no rule {0:?}")]
    Unknown(String),
    /// Outside the rule's range.
    #[error("{name} = {value}: {min} to {max} are allowed")]
    OutOfRange {
        /// The rule.
        name: &'static str,
        /// What was given.
        value: i64,
        /// Smallest allowed.
        min: u32,
        /// Largest allowed.
        max: u32,
    },
}

macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident = $default:literal in $min:literal ..= $max:literal),+ $(,)?) => {
        /// Every rule with the value in force. A made value is always within its ranges.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Rules { $($(#[$meta])* pub $name: u32),+ }

        impl Default for Rules {
            fn default() -> Self { Self { $($name: $default),+ } }
        }

        impl Rules {
            /// Every rule there is, in the order of the settings page.
            pub const LIMITS: &'static [Limit] = &[
                $(Limit { name: stringify!($name), default: $default, min: $min, max: $max }),+
            ];

            /// A rule's value by its name.
            pub fn get(&self, name: &str) -> Option<u32> {
                match name { $(stringify!($name) => Some(self.$name),)+ _ => None }
            }

            fn slot(&mut self, name: &str) -> Option<&mut u32> {
                match name { $(stringify!($name) => Some(&mut self.$name),)+ _ => None }
            }
        }
    };
}

rules! {
    /// How long a claim lasts without a close (R9).
    lock_minutes = 10 in 1..=240,
    /// How long after its end a pass still opens; 0 for not at all.
    grace_days = 3 in 0..=60,
    /// How long after the press an order may still reach a device (R26).
    order_deadline_s = 10 in 2..=30,
    /// How long a quote may be used.
    quote_seconds = 60 in 5..=600,
    /// How long a call of which nothing is heard counts as live (R11).
    call_silence_minutes = 60 in 5..=480,
    /// How long a call rings at one person's seat before others may take it too; 0: at once (R30).
    queue_overflow_seconds = 20 in 0..=600,
    /// How long a seat whose desk's stream was cut stays bound, and gets its calls (R2).
    seat_grace_seconds = 120 in 30..=3600,
    /// How long after a call its person is left alone; 0: until they close the case.
    after_call_seconds = 0 in 0..=600,
    /// How long ID photos are kept unless held (R36).
    photo_retention_days = 90 in 1..=3650,
    /// How long the number of a driver who called is kept after the call; the call itself stays on record.
    caller_retention_days = 180 in 1..=3650,
    /// How long lane pictures and reads are kept.
    picture_retention_days = 90 in 1..=3650,
    /// How long a session lasts without use: a shift and a half.
    session_idle_minutes = 720 in 5..=10_080,
    /// How long a session lasts however much it is used: a week.
    session_absolute_minutes = 10_080 in 30..=129_600,
    /// Wrong passwords for one account from one address before it has to wait.
    login_attempts = 5 in 1..=100,
    /// How long it then waits.
    login_pause_seconds = 60 in 1..=3600,
    /// Whether lot staff need a second factor: 0 no, 1 wherever they log in, 2 from other machines than the hub's (R4).
    second_factor_lot_staff = 0 in 0..=2,
    /// Whether agents do.
    second_factor_agent = 0 in 0..=2,
    /// Whether supervisors do.
    second_factor_supervisor = 2 in 0..=2,
    /// Whether administrators do.
    second_factor_admin = 2 in 0..=2,
    /// How long a password that was entered holds for what is dangerous; 0: it is never asked for again.
    reentry_minutes = 10 in 0..=240,
    /// Whether changing people, rules, devices and keys counts as dangerous: 1 yes, 0 no.
    reentry_settings = 1 in 0..=1,
    /// Whether an abnormal release does.
    reentry_release = 0 in 0..=1,
    /// Whether taking a lane from its holder does.
    reentry_take_over = 0 in 0..=1,
    /// How long a device may be out of reach before supervisors are alerted.
    device_alert_minutes = 5 in 1..=1440,
    /// How long after an alert of a device nobody is alerted of it again.
    device_quiet_minutes = 60 in 1..=10_080,
    /// How many look-alike vehicles are shown at an exit without an entry record.
    candidates = 6 in 1..=20,
    /// Live pictures one person may watch at once, over all their windows.
    live_per_person = 9 in 1..=64,
    /// Cameras the hub pulls live pictures from at once.
    live_cameras = 64 in 1..=1024,
    /// Megabits a second one person's live pictures may take.
    live_mbits_per_person = 64 in 1..=1000,
    /// Megabits a second all live pictures may take.
    live_mbits = 800 in 1..=10_000,
    /// Megabytes the hub keeps of all cameras' live pictures, an equal part of each: from its last key frame on.
    live_memory_mb = 256 in 1..=16_384,
    /// How long a supervisor has to answer a release that asks for leave, and how long that leave then lasts.
    approval_minutes = 5 in 1..=60,
    /// A release that leaves this much unpaid, or more, asks for leave, in 分; 0: none does for its money.
    approval_due_fen = 20_000 in 0..=100_000_000,
    /// After so many releases in one shift a person's next one asks for leave; 0: none does for their number.
    approval_after_releases = 0 in 0..=1000,
    /// How long a shift is.
    shift_hours = 12 in 1..=24,
    /// Whether lot staff may photograph a document with their own device: 1 yes, 0 no (R24).
    own_camera_lot_staff = 1 in 0..=1,
    /// Whether agents may.
    own_camera_agent = 0 in 0..=1,
    /// Whether supervisors may.
    own_camera_supervisor = 0 in 0..=1,
    /// Whether lot staff may photograph a document with the lane's ID camera: 1 yes, 0 no (R24).
    lane_camera_lot_staff = 1 in 0..=1,
    /// Whether agents may.
    lane_camera_agent = 1 in 0..=1,
    /// Whether supervisors may.
    lane_camera_supervisor = 1 in 0..=1,
    /// Whether an exit may be released with the lane's picture while its photos are brought later: 1 yes, 0 no (R24 补录).
    late_photos = 0 in 0..=1,
    /// How long after the release such a photo may be taken.
    late_photo_minutes = 30 in 1..=1440,
    /// How long a robot's screen shows what it was told before it returns to idle by itself.
    robot_scene_seconds = 120 in 10..=3600,
    /// How far back patterns worth a warning are looked for.
    warn_days = 30 in 1..=90,
    /// So many abnormal exits of one plate or phone are worth a warning.
    warn_same_plate = 2 in 2..=100,
    /// So many of them by one person name that person.
    warn_same_plate_person = 3 in 2..=100,
    /// Releases for each case, so many times the colleagues', are worth a warning.
    warn_peers_times = 3 in 2..=100,
    /// Fewer releases of one person than this are too few to compare.
    warn_fewest_releases = 5 in 1..=1000,
    /// A release sooner than this after the claim is worth a warning.
    warn_hasty_seconds = 15 in 0..=600,
    /// A camera at least this sure of an unchanged plate did not misread it.
    warn_confidence_percent = 90 in 50..=100,
    /// Photos whose hashes differ in at most so many of 64 bits count as one.
    warn_photo_bits = 6 in 0..=7,
    /// One remark in more than this share of a person's releases is worth a warning.
    warn_remark_percent = 80 in 50..=100,
    /// So is more than this share of them in the last half hour of shifts.
    warn_shift_end_percent = 60 in 30..=100,
    /// Rises without us in one shift, more than so many times the median, are worth a warning.
    warn_rises_times = 2 in 1..=100,
}

impl Rules {
    /// Sets one rule. A refusal changes nothing.
    pub fn set(&mut self, name: &str, value: i64) -> Result<(), RuleError> {
        let limit =
            Self::LIMITS.iter().find(|limit| limit.name == name).ok_or_else(|| RuleError::Unknown(name.to_owned()))?;
        let allowed = u32::try_from(value)
            .ok()
            .filter(|value| (limit.min..=limit.max).contains(value))
            .ok_or(RuleError::OutOfRange { name: limit.name, value, min: limit.min, max: limit.max })?;
        if let Some(slot) = self.slot(name) {
            *slot = allowed;
        }
        Ok(())
    }

    /// The defaults with these values set; every fault is told, not only the first.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, i64)>) -> Result<Self, Vec<RuleError>> {
        let mut rules = Self::default();
        let faults: Vec<RuleError> =
            pairs.into_iter().filter_map(|(name, value)| rules.set(name, value).err()).collect();
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }

    /// Every rule by name, for tables and the site file.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, u32)> {
        Self::LIMITS.iter().filter_map(|limit| Some((limit.name, self.get(limit.name)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_required_ones_and_within_their_ranges() {
        let rules = Rules::default();
        assert_eq!(rules.lock_minutes, 10, "R9");
        assert_eq!(rules.grace_days, 3, "R34");
        assert_eq!(rules.order_deadline_s, 10, "R26");
        assert_eq!(rules.quote_seconds, 60);
        assert_eq!(rules.photo_retention_days, 90, "R36");
        assert_eq!(rules.call_silence_minutes, 60, "R11");
        assert_eq!(rules.approval_due_fen, 20_000, "from ¥200 on two people decide");
        for limit in Rules::LIMITS {
            assert!((limit.min..=limit.max).contains(&limit.default), "{}", limit.name);
            assert_eq!(rules.get(limit.name), Some(limit.default));
        }
    }

    #[test]
    fn every_rule_can_be_set_to_its_ends_and_no_further() {
        for limit in Rules::LIMITS {
            let mut rules = Rules::default();
            for value in [limit.min, limit.max] {
                rules.set(limit.name, i64::from(value)).unwrap();
                assert_eq!(rules.get(limit.name), Some(value));
            }
            let kept = rules;
            for value in [i64::from(limit.min) - 1, i64::from(limit.max) + 1, i64::MIN, i64::MAX] {
                let fault = rules.set(limit.name, value).unwrap_err();
                assert!(matches!(fault, RuleError::OutOfRange { name, .. } if name == limit.name));
            }
            assert_eq!(rules, kept, "a refusal changes nothing");
        }
    }

    #[test]
    fn pairs_carry_every_rule_there_and_back_and_name_every_fault() {
        let mut rules = Rules::default();
        rules.set("lock_minutes", 3).unwrap();
        let pairs: Vec<_> = rules.pairs().map(|(name, value)| (name, i64::from(value))).collect();
        assert_eq!(Rules::from_pairs(pairs), Ok(rules));

        let faults = Rules::from_pairs([("lock_minutes", 0), ("colour", 1), ("grace_days", 4)]);
        let faults = faults.unwrap_err();
        assert_eq!(faults.len(), 2);
        assert_eq!(faults[1], RuleError::Unknown("colour".to_owned()));
    }
}
