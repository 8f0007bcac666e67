//! Fees by hand, and against a slow model that counts minute by minute.

mod dues;

use super::*;
use proptest::prelude::*;

const IN: Timestamp = Timestamp(1_800_000_000_000);
const DAY: i64 = 24 * 60;

/// The demo lot's: free 15 minutes, first hour ¥5, then ¥4 an hour, at most ¥40 a day.
fn demo() -> Tariff {
    Tariff::new(TariffParts {
        free_minutes: 15,
        first_minutes: 60,
        first_fen: Fen(500),
        step_minutes: 60,
        step_fen: Fen(400),
        day_cap_fen: Some(Fen(4000)),
    })
    .unwrap()
}

fn fee_after(tariff: &Tariff, minutes: i64) -> i64 {
    tariff.fee(IN, IN.plus_minutes(minutes)).0
}

#[test]
fn the_demo_tariff_by_hand() {
    for (minutes, fen) in [
        (0, 0),
        (15, 0),
        (16, 500),
        (60, 500),
        (61, 900), // issue 2: the fee after 61 minutes
        (120, 900),
        (121, 1300),
        (9 * 60, 3700),
        (10 * 60, 4000), // 4100 without the cap
        (DAY, 4000),
        (DAY + 1, 4500), // the second day begins with its first hour
        (DAY + 61, 4900),
        (2 * DAY, 8000),
        (3 * DAY + 61, 12_900),
    ] {
        assert_eq!(fee_after(&demo(), minutes), fen, "{minutes} minutes");
    }
}

#[test]
fn a_period_s_last_moment_belongs_to_it() {
    let fee = |ms| demo().fee(IN, IN.plus_minutes(60).plus_ms(ms)).0;
    assert_eq!((fee(-1), fee(0), fee(1)), (500, 500, 900));
    let at_first = |ms| demo().fee(IN, IN.plus_minutes(15).plus_ms(ms)).0;
    assert_eq!((at_first(0), at_first(1)), (0, 500));
}

#[test]
fn without_free_minutes_the_first_period_is_due_from_the_first_second() {
    let tariff = Tariff::new(TariffParts { free_minutes: 0, ..*demo().parts() }).unwrap();
    assert_eq!(tariff.fee(IN, IN), Fen(500));
    assert_eq!(tariff.fee(IN, IN.plus_seconds(1)), Fen(500));
}

#[test]
fn without_a_first_period_the_first_step_is_due_from_the_first_second() {
    let steps = TariffParts { step_minutes: 30, step_fen: Fen(200), ..TariffParts::default() };
    let tariff = Tariff::new(steps).unwrap();
    assert_eq!(tariff.fee(IN, IN), Fen(200));
    assert_eq!((fee_after(&tariff, 30), fee_after(&tariff, 31)), (200, 400));
}

#[test]
fn a_clock_behind_the_entry_costs_no_more_than_the_entry() {
    assert_eq!(demo().fee(IN, IN.plus_minutes(-10)), demo().fee(IN, IN));
}

#[test]
fn per_stay_is_a_first_period_without_steps() {
    let per_stay = TariffParts { first_minutes: 60, first_fen: Fen(1000), ..TariffParts::default() };
    let tariff = Tariff::new(per_stay).unwrap();
    assert_eq!((fee_after(&tariff, 1), fee_after(&tariff, 5 * DAY)), (1000, 1000));
    assert_eq!(tariff.next_change(IN, IN), None);
}

#[test]
fn a_cap_of_nothing_is_no_cap() {
    let tariff = Tariff::new(TariffParts { day_cap_fen: Some(Fen(0)), ..*demo().parts() }).unwrap();
    assert_eq!(fee_after(&tariff, DAY), 500 + 23 * 400);
    assert_eq!(tariff.parts().day_cap_fen, None);
}

#[test]
fn numbers_that_make_no_tariff_are_refused_by_name() {
    let with = |change: fn(&mut TariffParts)| {
        let mut parts = *demo().parts();
        change(&mut parts);
        Tariff::new(parts)
    };
    assert_eq!(with(|p| p.step_fen = Fen(-1)), Err(TariffError::Negative("step_fen")));
    assert_eq!(with(|p| p.day_cap_fen = Some(Fen(-1))), Err(TariffError::Negative("day_cap_fen")));
    assert_eq!(with(|p| p.free_minutes = 10_081), Err(TariffError::TooLong("free_minutes")));
    assert_eq!(with(|p| p.step_minutes = 0), Err(TariffError::NoLength("step_fen")));
    assert_eq!(with(|p| p.first_minutes = 0), Err(TariffError::NoLength("first_fen")));
    assert_eq!(with(|p| p.first_fen = Fen(100_000_001)), Err(TariffError::TooDear("first_fen")));
    let json = r#"{"free_minutes":0,"first_minutes":0,"first_fen":1,"step_minutes":1,"step_fen":1}"#;
    assert!(serde_json::from_str::<Tariff>(json).is_err(), "read from a table it is checked too");
}

#[test]
fn the_next_step_is_the_first_moment_with_another_fee() {
    let next = |minutes| demo().next_change(IN, IN.plus_minutes(minutes)).map(|at| at.since(IN.plus_ms(1)) / 60_000);
    assert_eq!(next(0), Some(15));
    assert_eq!(next(15), Some(15));
    assert_eq!(next(16), Some(60));
    assert_eq!(next(60), Some(60));
    assert_eq!(next(10 * 60), Some(DAY), "at the cap nothing changes until the day is over");
}

fn any_tariff() -> impl Strategy<Value = Tariff> {
    let cap = prop::option::of(0i64..10_000);
    (0u32..120, 0u32..180, 0i64..2000, 0u32..180, 0i64..2000, cap).prop_map(
        |(free, first, first_fen, step, step_fen, cap)| {
            Tariff::new(TariffParts {
                free_minutes: free,
                first_minutes: first,
                first_fen: Fen(if first == 0 { 0 } else { first_fen }),
                step_minutes: step,
                step_fen: Fen(if step == 0 { 0 } else { step_fen }),
                day_cap_fen: cap.map(Fen),
            })
            .unwrap()
        },
    )
}

/// Goes through a stay minute by minute and adds what falls due, as a clerk with a clock would.
fn clerk(tariff: &Tariff, minutes: i64) -> i64 {
    let parts = tariff.parts();
    if parts.free_minutes > 0 && minutes <= i64::from(parts.free_minutes) {
        return 0;
    }
    let (mut settled, mut day_fee, mut in_day) = (0, 0, 0);
    for _ in 0..minutes.max(1) {
        if parts.day_cap_fen.is_some() && in_day == DAY {
            (settled, day_fee, in_day) = (settled + day_fee, 0, 0);
        }
        if in_day == 0 {
            day_fee += parts.first_fen.0;
        }
        let beyond = in_day - i64::from(parts.first_minutes);
        if parts.step_minutes > 0 && beyond >= 0 && beyond % i64::from(parts.step_minutes) == 0 {
            day_fee += parts.step_fen.0;
        }
        in_day += 1;
        day_fee = parts.day_cap_fen.map_or(day_fee, |cap| day_fee.min(cap.0));
    }
    settled + day_fee
}

proptest! {
    #[test]
    fn the_fee_is_what_a_clerk_counts(tariff in any_tariff(), minutes in 0i64..3 * DAY) {
        prop_assert_eq!(fee_after(&tariff, minutes), clerk(&tariff, minutes), "{:?}", tariff);
    }

    #[test]
    fn within_a_minute_the_fee_is_that_of_its_end(tariff in any_tariff(), minutes in 0i64..3 * DAY, ms in 1i64..=60_000) {
        prop_assert_eq!(
            tariff.fee(IN, IN.plus_minutes(minutes).plus_ms(ms)),
            tariff.fee(IN, IN.plus_minutes(minutes + 1))
        );
    }

    #[test]
    fn the_fee_never_falls_and_the_cap_holds(tariff in any_tariff(), a in 0i64..5 * DAY, b in 0i64..5 * DAY) {
        let (early, late) = (a.min(b), a.max(b));
        prop_assert!(fee_after(&tariff, early) <= fee_after(&tariff, late));
        if let Some(cap) = tariff.parts().day_cap_fen {
            prop_assert!(fee_after(&tariff, late) <= cap.0 * (late / DAY + 1));
        }
    }

    #[test]
    fn between_now_and_the_next_change_nothing_changes(tariff in any_tariff(), minutes in 0i64..2 * DAY, part in 0.0f64..1.0) {
        let now = IN.plus_minutes(minutes);
        let fee = tariff.fee(IN, now);
        if let Some(change) = tariff.next_change(IN, now) {
            prop_assert!(change > now);
            prop_assert_ne!(tariff.fee(IN, change), fee);
            prop_assert_eq!(tariff.fee(IN, change.plus_ms(-1)), fee);
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any moment between will do")]
            let between = now.plus_ms(((change.since(now) - 1) as f64 * part) as i64);
            prop_assert_eq!(tariff.fee(IN, between), fee);
        } else {
            prop_assert_eq!(tariff.fee(IN, now.plus_minutes(20 * DAY)), fee);
        }
    }
}
