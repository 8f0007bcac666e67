//! What weakens a rule of control: something that two people had to do, or that had to be shown, kept or proven, and that no
//! longer has to be. One administrator alone does not decide it.

use crate::{release::Reason, rules::Rules};

/// Which way a rule gets weaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weaker {
    Lower,
    Higher,
    /// A higher number is weaker, and none at all the weakest.
    HigherOrNone,
    /// No, from other machines, always.
    Factor,
}

/// The rules of control; all others are settings.
const RULES: &[(&str, Weaker)] = &[
    ("photo_retention_days", Weaker::Lower),
    ("picture_retention_days", Weaker::Lower),
    ("session_idle_minutes", Weaker::Higher),
    ("session_absolute_minutes", Weaker::Higher),
    ("login_attempts", Weaker::Higher),
    ("login_pause_seconds", Weaker::Lower),
    ("second_factor_lot_staff", Weaker::Factor),
    ("second_factor_agent", Weaker::Factor),
    ("second_factor_supervisor", Weaker::Factor),
    ("second_factor_admin", Weaker::Factor),
    ("reentry_minutes", Weaker::HigherOrNone),
    ("reentry_settings", Weaker::Lower),
    ("reentry_release", Weaker::Lower),
    ("reentry_take_over", Weaker::Lower),
    ("approval_minutes", Weaker::Higher),
    ("approval_due_fen", Weaker::HigherOrNone),
    ("approval_after_releases", Weaker::HigherOrNone),
    // The releases of a shift are counted over so long.
    ("shift_hours", Weaker::Lower),
    ("own_camera_lot_staff", Weaker::Higher),
    ("own_camera_agent", Weaker::Higher),
    ("own_camera_supervisor", Weaker::Higher),
    ("lane_camera_lot_staff", Weaker::Higher),
    ("lane_camera_agent", Weaker::Higher),
    ("lane_camera_supervisor", Weaker::Higher),
    ("late_photos", Weaker::Higher),
    ("late_photo_minutes", Weaker::Higher),
];

/// Whether a rule that was `old` and is to be `new` gets weaker. None: it stands at its default.
pub fn rule_weakens(name: &str, old: Option<i64>, new: Option<i64>) -> bool {
    let default = Rules::default().get(name).map(i64::from);
    let Some((weaker, default)) = RULES.iter().find(|(rule, _)| *rule == name).map(|(_, weaker)| *weaker).zip(default)
    else {
        return false;
    };
    let (old, new) = (old.unwrap_or(default), new.unwrap_or(default));
    let strictness = |value: i64| match weaker {
        Weaker::Lower => value,
        Weaker::HigherOrNone if value == 0 => i64::MIN,
        Weaker::Higher | Weaker::HigherOrNone => -value,
        Weaker::Factor => match value {
            1 => 2,
            2 => 1,
            _ => 0,
        },
    };
    strictness(new) < strictness(old)
}

/// Whether a reason that was `old`, or is new, asks for less than before. A new one is measured by those a site begins
/// with: an exit with one photo.
pub fn reason_weakens(old: Option<&Reason>, new: &Reason) -> bool {
    let Some(old) = old else {
        return new.photos_min < 1;
    };
    let wider = old.direction.is_some() && new.direction != old.direction;
    let less = (old.remark && !new.remark) || (old.approval && !new.approval) || new.photos_min < old.photos_min;
    less || (wider && new.photos_min < 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Direction;

    #[test]
    fn a_rule_gets_weaker_in_its_own_direction_only() {
        for (name, old, new) in [
            ("approval_due_fen", Some(20_000), Some(20_001)),
            ("approval_due_fen", None, Some(0)),
            ("approval_due_fen", Some(1), None),
            ("reentry_minutes", Some(10), Some(0)),
            ("photo_retention_days", Some(90), Some(89)),
            ("second_factor_admin", None, Some(0)),
            ("second_factor_admin", Some(1), Some(2)),
            ("own_camera_agent", None, Some(1)),
        ] {
            assert!(rule_weakens(name, old, new), "{name} {old:?} {new:?}");
            assert!(!rule_weakens(name, new, old), "{name} {new:?} {old:?}");
            assert!(!rule_weakens(name, new, new), "{name}");
        }
        assert!(!rule_weakens("lock_minutes", Some(10), Some(240)));
        for (name, _) in RULES {
            assert!(Rules::default().get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_reason_gets_weaker_where_it_asks_for_less() {
        let old = Reason {
            code: "police".to_owned(),
            text: "公务".to_owned(),
            direction: Some(Direction::Entry),
            remark: true,
            photos_min: 1,
            photos_max: 3,
            approval: true,
        };
        let less = [
            Reason { remark: false, ..old.clone() },
            Reason { approval: false, ..old.clone() },
            Reason { photos_min: 0, ..old.clone() },
        ];
        for new in less {
            assert!(reason_weakens(Some(&old), &new), "{new:?}");
            assert!(!reason_weakens(Some(&new), &old), "{new:?}");
        }
        let free = Reason { photos_min: 0, ..old.clone() };
        assert!(reason_weakens(None, &free));
        assert!(!reason_weakens(None, &old));
        let both = Reason { direction: None, ..free.clone() };
        assert!(reason_weakens(Some(&free), &both), "it may be given at exits now");
    }
}
