//! Passes at the edges of their time, and shared spaces.

use super::*;
use proptest::prelude::*;

const END: Timestamp = Timestamp(1_800_000_000_000);
const DAY: i64 = 24 * 60;

fn plate(text: &str) -> Plate {
    Plate::parse(text).unwrap()
}

fn pass(spaces: u32, plates: &[&str]) -> PassFacts {
    PassFacts {
        status: PassStatus::Active,
        valid_from: END.plus_minutes(-365 * DAY),
        valid_to: END,
        spaces,
        plates: plates.iter().map(|p| plate(p)).collect(),
    }
}

fn inside(text: &str) -> PlateInside {
    PlateInside { plate: plate(text), as_temporary: false }
}

#[test]
fn created_and_active_count_suspended_and_cancelled_do_not() {
    for (status, standing) in [
        (PassStatus::Created, PassStanding::Valid),
        (PassStatus::Active, PassStanding::Valid),
        (PassStatus::Suspended, PassStanding::Barred),
        (PassStatus::Cancelled, PassStanding::Barred),
    ] {
        let pass = PassFacts { status, ..pass(1, &["粤B12345"]) };
        assert_eq!(pass.standing(END.plus_minutes(-1)), standing, "{status}");
        assert!(!PassFacts { status: PassStatus::Suspended, ..pass }.in_grace(END.plus_minutes(1), 3));
    }
}

#[test]
fn the_last_moment_is_still_good_and_a_day_begun_counts_whole() {
    let pass = pass(1, &["粤B12345"]);
    assert_eq!(pass.standing(END), PassStanding::Valid);
    for (over, days_over) in [
        (END.plus_ms(1), 1),
        (END.plus_minutes(DAY), 1),
        (END.plus_minutes(DAY).plus_ms(1), 2),
        (END.plus_minutes(30 * DAY), 30),
    ] {
        assert_eq!(pass.standing(over), PassStanding::Expired { days_over });
    }
    assert_eq!(pass.standing(pass.valid_from.plus_ms(-1)), PassStanding::NotYet);
    assert_eq!(pass.standing(pass.valid_from), PassStanding::Valid);
}

#[test]
fn grace_is_so_many_days_and_no_longer() {
    let pass = pass(1, &["粤B12345"]);
    assert!(!pass.in_grace(END, 3), "a valid pass needs no grace");
    assert!(pass.in_grace(END.plus_ms(1), 3));
    assert!(pass.in_grace(END.plus_minutes(3 * DAY), 3));
    assert!(!pass.in_grace(END.plus_minutes(3 * DAY).plus_ms(1), 3));
    assert!(!pass.in_grace(END.plus_ms(1), 0), "no grace where the rule says 0");
}

#[test]
fn other_plates_take_the_spaces_and_the_vehicle_itself_does_not() {
    let (a, b, c) = ("粤B11111", "粤B22222", "粤B33333");
    let shared = pass(2, &[a, b, c]);
    assert!(!shared.is_full_for(&plate(a), &[]));
    assert!(!shared.is_full_for(&plate(a), &[inside(b)]));
    assert!(shared.is_full_for(&plate(a), &[inside(b), inside(c)]));
    assert!(!shared.is_full_for(&plate(a), &[inside(a), inside(b)]), "not against itself");
    assert!(!shared.is_full_for(&plate(a), &[inside(b), inside(b)]), "one vehicle, one space");
    assert!(!shared.is_full_for(&plate(a), &[inside(b), inside("京A00001")]), "strangers take none");
    let paying = PlateInside { plate: plate(c), as_temporary: true };
    assert!(!shared.is_full_for(&plate(a), &[inside(b), paying]), "who pays by time takes none");
}

#[test]
fn of_several_passes_the_best_decides() {
    let now = END.plus_minutes(2 * DAY);
    let ended = pass(1, &["粤B12345"]);
    let longer_ago = PassFacts { valid_to: END.plus_minutes(-9 * DAY), ..ended.clone() };
    let valid = PassFacts { valid_to: END.plus_minutes(9 * DAY), ..ended.clone() };
    let suspended = PassFacts { status: PassStatus::Suspended, ..valid.clone() };
    let all = [suspended.clone(), longer_ago.clone(), ended.clone(), valid.clone()];
    assert_eq!(best(&all, now), Some(&valid));
    assert_eq!(best(&all[..3], now), Some(&ended));
    assert_eq!(best(&all[..2], now), Some(&longer_ago));
    assert_eq!(best(&all[..1], now), Some(&suspended));
    assert_eq!(best(&[], now), None);
}

proptest! {
    #[test]
    fn a_pass_is_in_one_state_at_any_moment_and_only_grows_older(
        from in -1_000_000_000i64..1_000_000_000, length in 0i64..1_000_000_000, at in any::<i64>(), later in 0i64..1_000_000_000
    ) {
        let pass = PassFacts {
            valid_from: Timestamp(from), valid_to: Timestamp(from + length), ..pass(1, &["粤B12345"])
        };
        let rank = |t: Timestamp| match pass.standing(t) {
            PassStanding::NotYet => (0, 0),
            PassStanding::Valid => (1, 0),
            PassStanding::Expired { days_over } => (2, days_over),
            PassStanding::Barred => unreachable!("it is active"),
        };
        prop_assert!(rank(Timestamp(at)) <= rank(Timestamp(at).plus_ms(later)));
        prop_assert_eq!(rank(Timestamp(at)).0 == 1, (from..=from + length).contains(&at));
    }

    #[test]
    fn grace_ends_exactly_where_the_days_do(days in 0u32..60, over in 0i64..70 * 24 * 60 * 60_000) {
        let in_grace = pass(1, &["粤B12345"]).in_grace(END.plus_ms(over), days);
        prop_assert_eq!(in_grace, over > 0 && over <= i64::from(days) * 24 * 60 * 60_000);
    }
}
