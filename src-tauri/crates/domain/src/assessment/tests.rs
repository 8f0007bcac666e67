//! Judging, row by row, and what must hold whatever the facts.

use super::*;
use crate::pass::PassStatus;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const DAY: i64 = 24 * 60;
const ME: &str = "粤B12345";

fn plate(text: &str) -> Plate {
    Plate::parse(text).unwrap()
}

fn pass(days_left: i64) -> PassFacts {
    PassFacts {
        status: PassStatus::Active,
        valid_from: NOW.plus_minutes(-400 * DAY),
        valid_to: NOW.plus_minutes(days_left * DAY),
        spaces: 1,
        plates: vec![plate(ME), plate("粤B54321")],
    }
}

fn facts(direction: Direction) -> JudgeFacts {
    JudgeFacts {
        direction: Some(direction),
        plate: Ok(Some(plate(ME))),
        vehicle: Ok(VehicleFacts::default()),
        passes: Ok(vec![]),
        sharing_inside: Ok(vec![]),
        stay: Ok(None),
        now: NOW,
    }
}

fn stay(space_taken: bool) -> StayFacts {
    StayFacts { entered_at: NOW.plus_minutes(-61), space_taken }
}

fn both_ways(change: impl Fn(&mut JudgeFacts)) -> (Assessment, Assessment) {
    let judged = |direction| {
        let mut facts = facts(direction);
        change(&mut facts);
        judge(&facts)
    };
    (judged(Direction::Entry), judged(Direction::Exit))
}

#[test]
fn without_a_plate_it_is_unlicensed_whatever_else_is_known() {
    let (entry, exit) = both_ways(|f| {
        f.plate = Ok(None);
        f.passes = Ok(vec![pass(30)]);
    });
    assert_eq!((entry, exit), (Assessment::Unlicensed, Assessment::Unlicensed));
}

#[test]
fn a_locked_vehicle_is_held_at_exits_only() {
    let judged = both_ways(|f| {
        f.vehicle = Ok(VehicleFacts { locked: true, blacklisted: false });
        f.passes = Ok(vec![pass(30)]);
    });
    assert_eq!(judged, (Assessment::PassValid, Assessment::VehicleLocked));
}

#[test]
fn a_blacklisted_vehicle_is_stopped_at_entries_and_never_detained() {
    let judged = both_ways(|f| {
        f.vehicle = Ok(VehicleFacts { locked: false, blacklisted: true });
        f.passes = Ok(vec![pass(30)]);
    });
    assert_eq!(judged, (Assessment::Blacklisted, Assessment::PassValid));
}

#[test]
fn a_valid_pass_opens_also_without_entry_record() {
    let judged = both_ways(|f| f.passes = Ok(vec![pass(30)]));
    assert_eq!(judged, (Assessment::PassValid, Assessment::PassValid));
}

#[test]
fn an_ended_pass_is_said_to_have_ended() {
    let judged = both_ways(|f| f.passes = Ok(vec![pass(-1)]));
    assert_eq!(judged, (Assessment::PassExpired, Assessment::PassExpired));
}

#[test]
fn a_pass_that_does_not_count_is_no_pass() {
    let suspended = PassFacts { status: PassStatus::Suspended, ..pass(30) };
    let not_yet = PassFacts { valid_from: NOW.plus_minutes(1), ..pass(30) };
    for none in [suspended, not_yet] {
        let judged = both_ways(|f| {
            f.passes = Ok(vec![none.clone()]);
            f.stay = Ok(Some(stay(false)));
        });
        assert_eq!(judged, (Assessment::Temporary, Assessment::Temporary));
    }
}

#[test]
fn spaces_taken_by_another_plate_make_it_space_taken() {
    let judged = both_ways(|f| {
        f.passes = Ok(vec![pass(30)]);
        f.sharing_inside = Ok(vec![PlateInside { plate: plate("粤B54321"), as_temporary: false }]);
    });
    assert_eq!(judged, (Assessment::SpaceTaken, Assessment::SpaceTaken));
}

#[test]
fn the_leaving_vehicle_is_not_counted_against_itself() {
    let mut leaving = facts(Direction::Exit);
    leaving.passes = Ok(vec![pass(30)]);
    leaving.stay = Ok(Some(stay(false)));
    leaving.sharing_inside = Ok(vec![
        PlateInside { plate: plate(ME), as_temporary: false },
        PlateInside { plate: plate("粤B54321"), as_temporary: true },
    ]);
    assert_eq!(judge(&leaving), Assessment::PassValid, "and the other one pays for itself");
}

#[test]
fn what_came_in_as_space_taken_leaves_as_temporary() {
    let mut leaving = facts(Direction::Exit);
    leaving.passes = Ok(vec![pass(30)]);
    leaving.stay = Ok(Some(stay(true)));
    assert_eq!(judge(&leaving), Assessment::Temporary);
}

#[test]
fn an_old_stay_that_was_never_ended_says_nothing_about_entering_again() {
    let mut again = facts(Direction::Entry);
    again.passes = Ok(vec![pass(30)]);
    again.stay = Ok(Some(stay(true)));
    assert_eq!(judge(&again), Assessment::PassValid);
}

#[test]
fn no_pass_is_temporary_and_at_an_exit_without_entry_no_entry_record() {
    assert_eq!(both_ways(|_| {}), (Assessment::Temporary, Assessment::NoEntryRecord));
    let judged = both_ways(|f| f.stay = Ok(Some(stay(false))));
    assert_eq!(judged, (Assessment::Temporary, Assessment::Temporary));
}

#[test]
fn where_the_direction_is_not_known_only_what_both_agree_on_counts() {
    let open = |change: fn(&mut JudgeFacts)| {
        let mut facts = JudgeFacts { direction: None, ..facts(Direction::Entry) };
        change(&mut facts);
        judge(&facts)
    };
    assert_eq!(open(|f| f.passes = Ok(vec![pass(30)])), Assessment::PassValid, "R42");
    assert_eq!(open(|_| {}), Assessment::Unknown, "temporary one way, no entry record the other");
    assert_eq!(open(|f| f.plate = Ok(None)), Assessment::Unlicensed);
}

fn any_facts() -> impl Strategy<Value = JudgeFacts> {
    let direction = prop_oneof![Just(None), Just(Some(Direction::Entry)), Just(Some(Direction::Exit))];
    let passes = prop::collection::vec(
        (-10i64..10, 0u32..3).prop_map(|(days, spaces)| PassFacts { spaces, ..pass(days) }),
        0..3,
    );
    let sharing = prop::collection::vec(
        (prop::sample::select(vec![ME, "粤B54321"]), any::<bool>())
            .prop_map(|(p, as_temporary)| PlateInside { plate: plate(p), as_temporary }),
        0..3,
    );
    let vehicle = (any::<bool>(), any::<bool>()).prop_map(|(locked, blacklisted)| VehicleFacts { locked, blacklisted });
    let stay = prop::option::of(any::<bool>().prop_map(stay));
    (direction, prop::bool::weighted(0.9), vehicle, passes, sharing, stay).prop_map(
        |(direction, plated, vehicle, passes, sharing, stay)| JudgeFacts {
            direction,
            plate: Ok(plated.then(|| plate(ME))),
            vehicle: Ok(vehicle),
            passes: Ok(passes),
            sharing_inside: Ok(sharing),
            stay: Ok(stay),
            now: NOW,
        },
    )
}

proptest! {
    #[test]
    fn a_failed_lookup_is_unknown_whichever_it_was_and_never_temporary(facts in any_facts(), which in 0..5) {
        let mut facts = facts;
        match which {
            0 => facts.plate = Err(LookupFailed),
            1 => facts.vehicle = Err(LookupFailed),
            2 => facts.passes = Err(LookupFailed),
            3 => facts.sharing_inside = Err(LookupFailed),
            _ => facts.stay = Err(LookupFailed),
        }
        prop_assert_eq!(judge(&facts), Assessment::Unknown);
    }

    #[test]
    fn judgements_keep_to_their_direction(facts in any_facts()) {
        let judged = judge(&facts);
        match facts.direction {
            Some(Direction::Entry) => prop_assert!(!matches!(
                judged, Assessment::VehicleLocked | Assessment::NoEntryRecord | Assessment::Unknown
            )),
            Some(Direction::Exit) => prop_assert!(!matches!(judged, Assessment::Blacklisted | Assessment::Unknown)),
            None => {}
        }
    }

    #[test]
    fn nobody_is_judged_by_a_pass_without_one(facts in any_facts()) {
        let facts = JudgeFacts { passes: Ok(vec![]), ..facts };
        prop_assert!(!matches!(
            judge(&facts), Assessment::PassValid | Assessment::PassExpired | Assessment::SpaceTaken
        ));
    }
}
