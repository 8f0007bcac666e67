//! Every pattern fires on made data and stays quiet on clean data (FIELD.md).

mod record;

use super::*;
use crate::time::{DAY_MS, MINUTE_MS};

/// Ten in the morning in China.
const TEN: Timestamp = Timestamp(1_800_000_000_000 - 1_800_000_000_000 % DAY_MS + 2 * 60 * MINUTE_MS);

#[expect(clippy::unnecessary_wraps, reason = "rows hold it so")]
fn plate(text: &str) -> Option<Plate> {
    Some(Plate::parse(text).unwrap())
}

/// A plain normal exit, worked for a minute, in a shift of its own day.
fn exit(minutes: i64) -> OpeningTrace {
    let at = TEN.plus_minutes(minutes);
    OpeningTrace {
        id: OpeningId::new(),
        at,
        claimed_at: at.plus_minutes(-1),
        lot: "lot".parse().unwrap(),
        lane: "out".parse().unwrap(),
        person: "zhang".parse().unwrap(),
        far: false,
        robot: false,
        by_call: false,
        abnormal: false,
        direction: Direction::Exit,
        plate: plate("粤B12345"),
        plate_read: plate("粤B12345"),
        phone: None,
        assessment: Assessment::Temporary,
        reason: None,
        remark: None,
        due: Some(Fen(0)),
        first_quote: Some(Fen(0)),
        stay: Some("s1".parse().unwrap()),
        read: Some(ReadId::new()),
        confidence: Some(97),
        moved: true,
        reached: true,
        passage: Passage::Passed,
    }
}

fn abnormal(minutes: i64, plate_text: &str) -> OpeningTrace {
    OpeningTrace {
        abnormal: true,
        plate: plate(plate_text),
        plate_read: plate(plate_text),
        reason: Some("other".to_owned()),
        remark: Some(format!("车主说明 {minutes}")),
        ..exit(minutes)
    }
}

fn worked(person: &str, minutes: i64) -> CaseWork {
    CaseWork { person: person.parse().unwrap(), lot: "lot".parse().unwrap(), at: TEN.plus_minutes(minutes) }
}

fn stayed(id: &str, plate_text: &str, from: i64, to: Option<i64>) -> StayTrace {
    StayTrace {
        id: id.parse().unwrap(),
        lot: "lot".parse().unwrap(),
        plate: plate(plate_text).unwrap(),
        entered_at: TEN.plus_minutes(from),
        left_at: to.map(|to| TEN.plus_minutes(to)),
    }
}

/// The forms of what is found of one pattern, in a past.
fn forms(past: &OpeningHistory, pattern: Pattern) -> Vec<&'static str> {
    let found = find(past, &Rules::default(), TEN.plus_minutes(24 * 60));
    let forms = found.iter().filter(|found| found.pattern == pattern);
    forms.map(|found| found.form).collect()
}

fn of(opened: Vec<OpeningTrace>) -> OpeningHistory {
    OpeningHistory { opened, ..OpeningHistory::default() }
}

/// Six colleagues of one day: other plates, own words, enough time for each, some releases.
fn clean() -> OpeningHistory {
    let mut past = OpeningHistory::default();
    for n in 0..60_i64 {
        let person = ["zhang", "li", "wang"][usize::try_from(n % 3).unwrap()];
        let mut row = if n % 10 == 0 { abnormal(n * 8, &format!("粤B{:05}", 20_000 + n * 37)) } else { exit(n * 8) };
        row.plate = plate(&format!("粤B{:05}", 20_000 + n * 37));
        row.plate_read = row.plate.clone();
        row.person = person.parse().unwrap();
        row.stay = Some(format!("stay-{n}").parse().unwrap());
        past.worked.push(worked(person, n * 8 - 1));
        past.opened.push(row);
    }
    past
}

#[test]
fn a_clean_day_warns_of_nothing() {
    let found = find(&clean(), &Rules::default(), TEN.plus_minutes(24 * 60));
    assert_eq!(found, [], "nothing to see");
    assert_eq!(find(&OpeningHistory::default(), &Rules::default(), TEN), []);
}

#[test]
fn the_same_plate_or_phone_again() {
    let twice = of(vec![abnormal(0, "粤B11111"), abnormal(60, "粤B11111")]);
    assert_eq!(forms(&twice, Pattern::SamePlate), ["again"]);
    let mut thrice = twice.clone();
    thrice.opened.push(abnormal(90, "粤B11111"));
    assert_eq!(forms(&thrice, Pattern::SamePlate), ["by_one"]);
    let elsewhere = |mut row: OpeningTrace| {
        row.lot = "far".parse().unwrap();
        row
    };
    let spread = of(vec![abnormal(0, "粤B11111"), elsewhere(abnormal(9, "粤B11111"))]);
    let found = find(&spread, &Rules::default(), TEN);
    assert_eq!(found[0].lots.len(), 2, "only whoever sees both lots sees it");
    let phone = |minutes| OpeningTrace {
        plate: None,
        plate_read: None,
        phone: Some("13800000000".to_owned()),
        ..abnormal(minutes, "粤B11111")
    };
    assert_eq!(forms(&of(vec![phone(0), phone(5)]), Pattern::SamePlate), ["again"]);
    let refused = OpeningTrace { moved: false, ..abnormal(5, "粤B11111") };
    assert!(forms(&of(vec![abnormal(0, "粤B11111"), refused]), Pattern::SamePlate).is_empty());
}

#[test]
fn far_more_releases_than_others() {
    let mut past = OpeningHistory::default();
    for n in 0..40 {
        past.worked.push(worked("li", n));
        past.worked.push(worked("zhang", n));
    }
    for n in 0..6 {
        past.opened.push(abnormal(n, &format!("粤B{:05}", 11_111 + n)));
    }
    let li = OpeningTrace { person: "li".parse().unwrap(), ..abnormal(7, "粤B77777") };
    past.opened.push(li.clone());
    assert_eq!(forms(&past, Pattern::ManyReleases), ["more"], "15 of 100 beside 2");
    for n in 0..3 {
        past.opened.push(OpeningTrace { id: OpeningId::new(), at: li.at.plus_minutes(n + 1), ..li.clone() });
    }
    assert!(forms(&past, Pattern::ManyReleases).is_empty(), "not three times as many");
    // Whoever works other hours is nobody to compare with.
    for case in &mut past.worked {
        if case.person.as_str() == "li" {
            case.at = case.at.plus_minutes(10 * 60);
        }
    }
    assert!(forms(&past, Pattern::ManyReleases).is_empty());
}

#[test]
fn released_at_once_or_without_a_call() {
    let soon = |ms: i64| OpeningTrace { claimed_at: TEN.plus_ms(-ms), ..abnormal(0, "粤B11111") };
    assert_eq!(forms(&of(vec![soon(14_999)]), Pattern::Hasty), ["soon"]);
    assert!(forms(&of(vec![soon(15_000)]), Pattern::Hasty).is_empty());
    let far = |by_call| OpeningTrace { far: true, robot: true, by_call, ..abnormal(0, "粤B11111") };
    assert_eq!(forms(&of(vec![far(false)]), Pattern::Hasty), ["uncalled"]);
    assert!(forms(&of(vec![far(true)]), Pattern::Hasty).is_empty());
    assert!(forms(&of(vec![exit(0)]), Pattern::Hasty).is_empty());
}

#[test]
fn a_pass_lent_to_another_vehicle() {
    let corrected = |read: &str, to: &str| OpeningTrace {
        assessment: Assessment::PassValid,
        direction: Direction::Entry,
        plate: plate(to),
        plate_read: plate(read),
        ..exit(0)
    };
    let misread = corrected("粤B1Z345", "粤B12345");
    assert!(forms(&of(vec![misread.clone()]), Pattern::BorrowedPass).is_empty());
    let unlike = corrected("粤BX7Y45", "粤B12345");
    assert_eq!(forms(&of(vec![unlike]), Pattern::BorrowedPass), ["unlike"]);
    let mut past = of(vec![misread.clone()]);
    past.stays = vec![stayed("s9", "粤B12345", -300, None)];
    assert_eq!(forms(&past, Pattern::BorrowedPass), ["inside"]);
    past.stays = vec![stayed("s9", "粤B12345", -300, Some(-100))];
    assert!(forms(&past, Pattern::BorrowedPass).is_empty(), "it had left");
    let other = corrected("粤B1A346", "粤B12345");
    let two = forms(&of(vec![misread, other]), Pattern::BorrowedPass);
    assert!(two.contains(&"two_reads"), "{two:?}");
}

#[test]
fn in_without_a_plate_and_out_against_the_rules() {
    let entry = OpeningTrace {
        direction: Direction::Entry,
        plate: None,
        plate_read: None,
        stay: None,
        ..abnormal(0, "粤B11111")
    };
    let unknown = OpeningTrace { stay: None, ..abnormal(300, "粤B22222") };
    let both = of(vec![entry.clone(), unknown.clone()]);
    assert_eq!(forms(&both, Pattern::NoPlateInOut), ["in_out"]);
    let colleague = OpeningTrace { person: "li".parse().unwrap(), ..unknown.clone() };
    assert!(forms(&of(vec![entry.clone(), colleague]), Pattern::NoPlateInOut).is_empty());
    let known = OpeningTrace { stay: Some("s2".parse().unwrap()), ..unknown };
    assert!(forms(&of(vec![entry, known]), Pattern::NoPlateInOut).is_empty());
}

#[test]
fn one_remark_for_everything_and_releases_at_the_end_of_shifts() {
    let rows = |remark: fn(i64) -> String, at: fn(i64) -> i64| {
        let row = |n| OpeningTrace { remark: Some(remark(n)), ..abnormal(at(n), &format!("粤B{:05}", 11_111 + n)) };
        (0..6).map(row).collect::<Vec<_>>()
    };
    let same = of(rows(|_| " 车主着急 ".to_owned(), |n| n * 60));
    assert_eq!(forms(&same, Pattern::SameRemark), ["remark"]);
    let own = of(rows(|n| format!("说明{n}"), |n| n * 60));
    assert!(forms(&own, Pattern::SameRemark).is_empty());
    let mut late = of(rows(|n| format!("说明{n}"), |n| 455 + n * 5));
    late.worked = (0..48).map(|n| worked("zhang", n * 10)).collect();
    assert_eq!(forms(&late, Pattern::SameRemark), ["shift_end"]);
    let mut spread = of(rows(|n| format!("说明{n}"), |n| 20 + n * 70));
    spread.worked = late.worked;
    assert!(forms(&spread, Pattern::SameRemark).is_empty());
}

#[test]
fn barriers_rise_without_us_in_one_shift() {
    let mut past = OpeningHistory::default();
    for day in 0..5 {
        for hour in 0..8 {
            past.worked.push(worked("zhang", day * 1440 + hour * 60));
            past.worked.push(worked("li", day * 1440 + 720 + hour * 60));
        }
        past.raised.push(UnorderedRise {
            id: format!("r{day}"),
            lot: "lot".parse().unwrap(),
            at: TEN.plus_minutes(day * 1440 + 30),
        });
    }
    assert!(forms(&past, Pattern::ForeignRises).is_empty(), "one now and then");
    for n in 0..4 {
        past.raised.push(UnorderedRise {
            id: format!("x{n}"),
            lot: "lot".parse().unwrap(),
            at: TEN.plus_minutes(2 * 1440 + 730 + n),
        });
    }
    let found = find(&past, &Rules::default(), TEN);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].pattern, Pattern::ForeignRises);
    assert_eq!(found[0].person.as_ref().unwrap().as_str(), "li");
    assert_eq!(found[0].others.len(), 4);
}
