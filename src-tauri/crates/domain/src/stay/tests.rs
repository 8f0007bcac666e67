//! What a sign at the lane makes of an opening (R37).

use super::*;
use proptest::prelude::*;

const AT: Timestamp = Timestamp(1_800_000_000_000);

fn plate(text: &str) -> Plate {
    Plate::parse(text).unwrap()
}

/// A paid exit of 粤B12345, read as 粤B1Z345.
fn paid_exit() -> OpeningFacts {
    OpeningFacts {
        kind: OpeningKind::Normal,
        result: OrderResult::Opened,
        passage: Passage::Pending,
        direction: Direction::Exit,
        assessment: Assessment::Temporary,
        plate: Some(plate("粤B12345")),
        plate_read: Some(plate("粤B1Z345")),
        stay: Some("s1".parse().unwrap()),
        due: Fen(0),
        collected: Fen(900),
        at: AT,
    }
}

fn entry() -> OpeningFacts {
    OpeningFacts { direction: Direction::Entry, stay: None, collected: Fen(0), ..paid_exit() }
}

fn read(text: Option<&str>, after_ms: i64) -> Sign {
    Sign::Read { plate: text.map(plate), at: AT.plus_ms(after_ms), opened_by_camera: false, history: false }
}

fn left(release: ReleaseKind, collected: i64) -> Settlement {
    Settlement::Left { stay: Some("s1".parse().unwrap()), at: AT, release, due: Fen(0), collected: Fen(collected) }
}

#[test]
fn each_way_of_seeing_the_passage_settles_the_stay() {
    let camera =
        Sign::Read { plate: Some(plate("粤B12345")), at: AT.plus_seconds(2), opened_by_camera: true, history: false };
    let signs = [camera, Sign::Loop { at: AT.plus_seconds(4) }, read(Some("京C99887"), 30_000), Sign::PersonSaid];
    for sign in signs {
        assert_eq!(settle(&paid_exit(), &sign), left(ReleaseKind::Normal, 900), "R37: {sign:?}");
    }
}

#[test]
fn a_plate_read_on_arrival_is_no_passage() {
    assert_eq!(settle(&paid_exit(), &read(Some("京C99887"), -1)), Settlement::Waiting, "before the order");
    assert_eq!(settle(&paid_exit(), &read(Some("京C99887"), 0)), Settlement::Waiting);
    for own in ["粤B12345", "粤B1Z345", "粤B12346", "粤BIZ34S"] {
        assert_eq!(settle(&paid_exit(), &read(Some(own), 5000)), Settlement::Waiting, "itself again: {own}");
    }
    assert_eq!(settle(&paid_exit(), &read(None, 5000)), Settlement::Waiting, "perhaps itself, unread");
}

#[test]
fn a_corrected_vehicle_is_itself_by_either_plate() {
    let corrected = OpeningFacts { plate_read: Some(plate("京C99887")), ..paid_exit() };
    for own in ["粤B12345", "京C99887"] {
        let again = settle(&corrected, &read(Some(own), 5000));
        assert_eq!(again, Settlement::Waiting, "{own}");
    }
    assert_eq!(settle(&corrected, &read(Some("沪AD12345"), 5000)), left(ReleaseKind::Normal, 900));
}

#[test]
fn the_next_vehicle_after_an_unlicensed_one_is_any_with_a_plate() {
    let unlicensed = OpeningFacts { plate: None, plate_read: None, ..paid_exit() };
    assert_eq!(settle(&unlicensed, &read(None, 5000)), Settlement::Waiting);
    assert!(matches!(settle(&unlicensed, &read(Some("京C99887"), 5000)), Settlement::Left { .. }));
}

#[test]
fn a_replayed_read_settles_nothing() {
    let replayed =
        Sign::Read { plate: Some(plate("京C99887")), at: AT.plus_seconds(9), opened_by_camera: true, history: true };
    assert_eq!(settle(&paid_exit(), &replayed), Settlement::Waiting);
}

#[test]
fn a_vehicle_that_backs_out_changes_nothing() {
    assert_eq!(settle(&paid_exit(), &Sign::BackedOut), Settlement::NoPassage, "R37");
    let gone = OpeningFacts { passage: Passage::None, ..paid_exit() };
    for sign in [Sign::PersonSaid, read(Some("京C99887"), 5000), Sign::Loop { at: AT.plus_ms(1) }] {
        assert_eq!(settle(&gone, &sign), Settlement::Waiting, "the next vehicle's read is not its passage");
    }
}

#[test]
fn a_barrier_that_did_not_move_lets_nobody_pass() {
    for result in OrderResult::ALL {
        let opening = OpeningFacts { result: *result, ..paid_exit() };
        let settled = settle(&opening, &Sign::PersonSaid) != Settlement::Waiting;
        let stood = matches!(result, OrderResult::Refused | OrderResult::Failed);
        assert_eq!(settled, !stood, "{result}: an unknown one may have moved");
    }
}

#[test]
fn the_release_kind_says_how_it_left() {
    let of = |opening: OpeningFacts| match settle(&opening, &Sign::PersonSaid) {
        Settlement::Left { release, .. } | Settlement::Entered { release, .. } => release,
        other => panic!("{other:?}"),
    };
    let free = OpeningFacts { collected: Fen(0), ..paid_exit() };
    assert_eq!(of(free.clone()), ReleaseKind::Free);
    assert_eq!(of(OpeningFacts { assessment: Assessment::PassValid, ..free.clone() }), ReleaseKind::Normal);
    assert_eq!(of(OpeningFacts { kind: OpeningKind::Abnormal, ..free }), ReleaseKind::Abnormal);
    assert_eq!(of(entry()), ReleaseKind::Normal, "nothing is due at an entry, and that is no favour");
    assert_eq!(of(OpeningFacts { kind: OpeningKind::Abnormal, ..entry() }), ReleaseKind::Abnormal);
}

#[test]
fn an_abnormal_exit_without_entry_record_leaves_without_a_stay() {
    let opening =
        OpeningFacts { kind: OpeningKind::Abnormal, assessment: Assessment::NoEntryRecord, stay: None, ..paid_exit() };
    assert!(matches!(settle(&opening, &Sign::PersonSaid), Settlement::Left { stay: None, .. }));
}

#[test]
fn entering_begins_a_stay_and_ends_one_that_was_never_ended() {
    let again = OpeningFacts { stay: Some("old".parse().unwrap()), ..entry() };
    assert_eq!(
        settle(&again, &Sign::Loop { at: AT.plus_seconds(3) }),
        Settlement::Entered {
            at: AT,
            release: ReleaseKind::Normal,
            space_taken: false,
            supersedes: Some("old".parse().unwrap()),
        },
        "R37: a misread vehicle can enter again and does not stay inside"
    );
    let taken = OpeningFacts { assessment: Assessment::SpaceTaken, ..entry() };
    assert!(matches!(settle(&taken, &Sign::PersonSaid), Settlement::Entered { space_taken: true, .. }));
}

#[test]
fn a_camera_s_own_opening_is_a_passage_by_itself() {
    let paid = (Fen(0), Fen(500));
    let out = settle_automatic(Direction::Exit, Assessment::Temporary, Some("s1".parse().unwrap()), paid, AT);
    assert_eq!(out, left(ReleaseKind::Normal, 500));
    let inn = settle_automatic(Direction::Entry, Assessment::SpaceTaken, None, (Fen(0), Fen(0)), AT);
    assert!(matches!(inn, Settlement::Entered { space_taken: true, supersedes: None, .. }));
}

fn any_sign() -> impl Strategy<Value = Sign> {
    let text = prop::option::of(prop::sample::select(vec!["粤B12345", "粤B1Z345", "京C99887", "沪AD12345"]));
    prop_oneof![
        Just(Sign::PersonSaid),
        Just(Sign::BackedOut),
        (-5i64..5).prop_map(|ms| Sign::Loop { at: AT.plus_ms(ms) }),
        (text, -5i64..5, any::<bool>(), any::<bool>()).prop_map(|(text, ms, opened_by_camera, history)| {
            Sign::Read { plate: text.map(plate), at: AT.plus_ms(ms), opened_by_camera, history }
        }),
    ]
}

proptest! {
    #[test]
    fn an_opening_is_settled_at_most_once_whatever_comes(signs in prop::collection::vec(any_sign(), 1..12), out in any::<bool>()) {
        let mut opening = if out { paid_exit() } else { entry() };
        let mut settled = 0;
        for sign in &signs {
            match settle(&opening, sign) {
                Settlement::Waiting => {}
                Settlement::NoPassage => { settled += 1; opening.passage = Passage::None; }
                Settlement::Entered { .. } => { prop_assert!(!out); settled += 1; opening.passage = Passage::Passed; }
                Settlement::Left { .. } => { prop_assert!(out); settled += 1; opening.passage = Passage::Passed; }
            }
        }
        prop_assert!(settled <= 1);
    }

    #[test]
    fn nothing_seen_before_the_order_settles_it(sign in any_sign()) {
        let before = match &sign {
            Sign::Loop { at } | Sign::Read { at, .. } => *at <= AT,
            Sign::PersonSaid | Sign::BackedOut => false,
        };
        if before {
            prop_assert_eq!(settle(&paid_exit(), &sign), Settlement::Waiting);
        }
    }
}
