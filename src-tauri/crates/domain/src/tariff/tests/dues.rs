//! What is due after payments and coupons, and how long a quote of it may be used.

use super::{super::*, DAY, IN, any_tariff, demo};
use crate::{ids::StayId, plate::Plate};
use proptest::prelude::*;

fn bill<'a>(tariff: &'a Tariff, payments: &'a [StayPayment]) -> Bill<'a> {
    Bill { tariff: Some(tariff), entered: IN, discount: Fen(0), payments, leave_minutes: 15 }
}

fn paid(fen: i64, after_minutes: i64) -> StayPayment {
    StayPayment { amount: Fen(fen), at: IN.plus_minutes(after_minutes) }
}

fn due_after(bill: &Bill<'_>, minutes: i64) -> i64 {
    bill.dues(IN.plus_minutes(minutes)).due.0
}

#[test]
fn a_lot_without_tariff_owes_nothing() {
    let bill = Bill { tariff: None, entered: IN, discount: Fen(0), payments: &[], leave_minutes: 15 };
    assert_eq!(due_after(&bill, 500), 0);
    assert_eq!(bill.next_change(IN), None);
}

#[test]
fn who_has_paid_may_leave_within_the_leaving_time_and_owes_the_difference_after() {
    let (tariff, payments) = (demo(), [paid(500, 58)]);
    let bill = bill(&tariff, &payments);
    assert_eq!(due_after(&bill, 58), 0);
    assert_eq!(due_after(&bill, 61), 0, "the fee has risen, the leaving time runs");
    assert_eq!(due_after(&bill, 73), 0, "its last moment");
    assert_eq!(bill.dues(IN.plus_minutes(73).plus_ms(1)).due, Fen(400), "past it only the difference");
    assert_eq!(bill.dues(IN.plus_minutes(61)).leave_by, Some(IN.plus_minutes(73)));
}

#[test]
fn paying_the_difference_starts_a_new_leaving_time() {
    let (tariff, payments) = (demo(), [paid(500, 50), paid(400, 110)]);
    let bill = bill(&tariff, &payments);
    assert_eq!(due_after(&bill, 100), 0, "the second payment counts wherever it stands");
    assert_eq!(due_after(&bill, 125), 0);
    assert_eq!(due_after(&bill, 126), 400);
}

#[test]
fn part_of_the_fee_opens_nothing_until_it_adds_up() {
    let (tariff, part) = (demo(), [paid(300, 50)]);
    assert_eq!(due_after(&bill(&tariff, &part), 51), 200);
    assert_eq!(bill(&tariff, &part).dues(IN.plus_minutes(51)).leave_by, None);
    let whole = [paid(300, 50), paid(200, 52)];
    assert_eq!(due_after(&bill(&tariff, &whole), 66), 0, "the two together began the leaving time");
    assert_eq!(due_after(&bill(&tariff, &whole), 68), 400);
}

#[test]
fn paying_nothing_within_the_free_minutes_begins_no_leaving_time() {
    let (tariff, nothing) = (demo(), [paid(0, 10)]);
    assert_eq!(due_after(&bill(&tariff, &nothing), 15), 0);
    assert_eq!(due_after(&bill(&tariff, &nothing), 16), 500);
}

#[test]
fn a_surplus_stays_with_the_stay() {
    let (tariff, payments) = (demo(), [paid(1000, 30)]);
    assert_eq!(due_after(&bill(&tariff, &payments), 120), 0);
    assert_eq!(due_after(&bill(&tariff, &payments), 121), 300);
}

#[test]
fn a_coupon_takes_off_and_is_never_lost_nor_turned_into_money() {
    let tariff = demo();
    let with = |fen, payments| Bill { discount: Fen(fen), ..bill(&tariff, payments) };
    assert_eq!(due_after(&with(200, &[]), 30), 300);
    let generous = with(9999, &[]).dues(IN.plus_minutes(30));
    assert_eq!((generous.discount, generous.due), (Fen(500), Fen(0)));
    assert_eq!(due_after(&with(200, &[paid(300, 50)]), 64), 0, "coupon and payment together were the whole");
}

fn quote(bill: &Bill<'_>, minutes: i64) -> Quote {
    let plate = Plate::parse("粤B12345").unwrap();
    Quote::new("s1".parse().unwrap(), Some(plate), bill, IN.plus_minutes(minutes))
}

fn check(quote: &Quote, plate: &str, stay: &str, at: Timestamp) -> Result<(), Lapse> {
    let stay: StayId = stay.parse().unwrap();
    quote.check(&stay, Some(&Plate::parse(plate).unwrap()), at, 60)
}

#[test]
fn a_quote_older_than_a_minute_past_a_step_or_for_another_vehicle_is_stale() {
    let tariff = demo();
    let bill = bill(&tariff, &[]);
    let at = IN.plus_minutes(30);
    let fresh = quote(&bill, 30);
    assert_eq!(check(&fresh, "粤B12345", "s1", at.plus_seconds(60)), Ok(()));
    assert_eq!(check(&fresh, "粤B12345", "s1", at.plus_seconds(60).plus_ms(1)), Err(Lapse::Old));
    assert_eq!(check(&fresh, "粤B54321", "s1", at), Err(Lapse::OtherVehicle));
    assert_eq!(check(&fresh, "粤B12345", "s2", at), Err(Lapse::OtherVehicle));
    assert_eq!(fresh.check(&"s1".parse().unwrap(), None, at, 60), Err(Lapse::OtherVehicle));

    let edge = Quote::new("s1".parse().unwrap(), fresh.plate.clone(), &bill, IN.plus_minutes(60));
    assert_eq!(check(&edge, "粤B12345", "s1", IN.plus_minutes(60)), Ok(()));
    assert_eq!(check(&edge, "粤B12345", "s1", IN.plus_minutes(60).plus_ms(1)), Err(Lapse::Step));
}

#[test]
fn a_quote_of_nothing_due_holds_to_the_end_of_the_leaving_time() {
    let (tariff, payments) = (demo(), [paid(500, 58)]);
    let bill = bill(&tariff, &payments);
    let leaving = quote(&bill, 59);
    assert_eq!(leaving.changes_at, Some(IN.plus_minutes(73).plus_ms(1)), "not at the step in between");
}

proptest! {
    #[test]
    fn dues_add_up_and_paying_them_always_opens(
        tariff in any_tariff(), now in 0i64..2 * DAY, discount in 0i64..3000,
        amounts in prop::collection::vec((0i64..3000, 0i64..2 * DAY), 0..4)
    ) {
        let mut payments: Vec<StayPayment> = amounts.iter().map(|&(fen, at)| paid(fen, at.min(now))).collect();
        let before = Bill { discount: Fen(discount), ..bill(&tariff, &payments) }.dues(IN.plus_minutes(now));
        prop_assert!(before.due.0 >= 0 && before.discount <= before.fee);
        if before.leave_by.is_none_or(|end| end < IN.plus_minutes(now)) {
            prop_assert_eq!(before.due.0, (before.fee - before.discount - before.paid).0.max(0));
        }
        payments.push(StayPayment { amount: before.due, at: IN.plus_minutes(now) });
        let after = Bill { discount: Fen(discount), ..bill(&tariff, &payments) };
        prop_assert_eq!(due_after(&after, now), 0);
        if before.due.0 > 0 {
            prop_assert_eq!(due_after(&after, now + 15), 0, "and gives the leaving time");
        }
    }

    #[test]
    fn a_quote_is_good_exactly_as_long_as_its_amount(
        tariff in any_tariff(), now in 0i64..DAY, later in 0i64..60_000, fen in 0i64..1500, at in 0i64..DAY
    ) {
        let payments = [paid(fen, at.min(now))];
        let bill = bill(&tariff, &payments);
        let quote = quote(&bill, now);
        let then = IN.plus_minutes(now).plus_ms(later);
        let usable = check(&quote, "粤B12345", "s1", then).is_ok();
        prop_assert_eq!(usable, bill.dues(then).due == quote.dues.due);
    }
}
