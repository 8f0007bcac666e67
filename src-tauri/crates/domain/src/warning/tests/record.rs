//! Patterns about money, proofs and passages.

use super::*;

#[test]
fn the_cheapest_candidate_instead_of_the_most_alike() {
    let row = |stay: &str, to: &str| OpeningTrace {
        plate: plate(to),
        plate_read: plate("粤B1234S"),
        stay: Some(stay.parse().unwrap()),
        ..exit(0)
    };
    let mut past = of(vec![row("new", "粤B12B4S")]);
    past.stays = vec![stayed("new", "粤B12B4S", -20, Some(0)), stayed("old", "粤B12345", -900, None)];
    assert_eq!(forms(&past, Pattern::CheapCandidate), ["cheapest"]);
    past.opened = vec![row("old", "粤B12345")];
    assert!(forms(&past, Pattern::CheapCandidate).is_empty(), "the most alike");
    past.opened = vec![row("new", "粤B12B4S")];
    past.stays[1].left_at = Some(TEN.plus_minutes(-60));
    assert!(forms(&past, Pattern::CheapCandidate).is_empty(), "the other one had left");
}

#[test]
fn less_due_and_nobody_paid() {
    let row = OpeningTrace { first_quote: Some(Fen(2_000)), ..exit(0) };
    assert_eq!(forms(&of(vec![row.clone()]), Pattern::DueDropped), ["dropped"]);
    let mut past = of(vec![row.clone()]);
    past.paid = vec![Receipt {
        lot: row.lot.clone(),
        stay: row.stay.clone(),
        plate: None,
        amount: Fen(2_000),
        at: row.at.plus_ms(-10_000),
    }];
    assert!(forms(&past, Pattern::DueDropped).is_empty(), "paid meanwhile");
    past.paid[0].amount = Fen(500);
    assert_eq!(forms(&past, Pattern::DueDropped), ["dropped"], "not all of it");
    let misread = OpeningTrace { plate_read: plate("粤B1234S"), ..row };
    assert!(forms(&of(vec![misread]), Pattern::DueDropped).is_empty(), "a misread put right");
}

#[test]
fn a_reason_the_records_do_not_bear_out() {
    let with = |reason: &str| OpeningTrace { reason: Some(reason.to_owned()), ..abnormal(0, "粤B11111") };
    let stuck = with("paid_but_stuck");
    assert_eq!(forms(&of(vec![stuck.clone()]), Pattern::ReasonDoubtful), ["not_paid"]);
    let mut past = of(vec![stuck.clone()]);
    past.paid = vec![Receipt {
        lot: stuck.lot.clone(),
        stay: None,
        plate: stuck.plate.clone(),
        amount: Fen(1),
        at: stuck.at.plus_minutes(-29),
    }];
    assert!(forms(&past, Pattern::ReasonDoubtful).is_empty());
    assert_eq!(forms(&of(vec![with("misread")]), Pattern::ReasonDoubtful), ["read_well"]);
    let unsure = OpeningTrace { confidence: Some(40), ..with("misread") };
    let corrected = OpeningTrace { plate_read: plate("粤B11117"), ..with("misread") };
    assert!(forms(&of(vec![unsure, corrected]), Pattern::ReasonDoubtful).is_empty());
    assert_eq!(forms(&of(vec![with("network_down")]), Pattern::ReasonDoubtful), ["reached"]);
    let down = OpeningTrace { reached: false, ..with("network_down") };
    assert!(forms(&of(vec![down]), Pattern::ReasonDoubtful).is_empty());
}

#[test]
fn one_photo_for_two_openings() {
    let rows = vec![abnormal(0, "粤B11111"), abnormal(200, "粤B22222")];
    let proof =
        |n: usize, sha256: &str, near| PhotoProof { opening: rows[n].id.clone(), sha256: sha256.to_owned(), near };
    let with = |proofs: Vec<PhotoProof>| OpeningHistory { proofs, ..of(rows.clone()) };
    let near = 0x0f1e_2d3c_4b5a_6978;
    let exact = with(vec![proof(0, "aa", 1), proof(1, "aa", 1)]);
    assert_eq!(forms(&exact, Pattern::SamePhoto), ["photo"]);
    let close = with(vec![proof(0, "aa", near), proof(1, "bb", near ^ 0x8001)]);
    assert_eq!(forms(&close, Pattern::SamePhoto), ["photo"], "two bits");
    let unlike = with(vec![proof(0, "aa", near), proof(1, "bb", near ^ 0xffff)]);
    assert!(forms(&unlike, Pattern::SamePhoto).is_empty());
    let own = with(vec![proof(0, "aa", near), proof(0, "bb", near)]);
    assert!(forms(&own, Pattern::SamePhoto).is_empty(), "two photos of one opening");
    let plain = with(vec![proof(0, "aa", 0), proof(1, "bb", 0)]);
    assert!(forms(&plain, Pattern::SamePhoto).is_empty(), "pictures of nothing");
}

#[test]
fn one_opening_and_two_vehicles_or_none() {
    let row = exit(0);
    let seen = |plate_text: &str, ms: i64| PlateSighting {
        id: ReadId::new(),
        lane: row.lane.clone(),
        plate: plate(plate_text).unwrap(),
        at: row.at.plus_ms(ms),
    };
    let with = |seen: PlateSighting, more: Vec<OpeningTrace>| OpeningHistory {
        opened: [vec![row.clone()], more].concat(),
        seen: vec![seen],
        ..OpeningHistory::default()
    };
    let followed = with(seen("京A99999", 8_000), vec![]);
    assert_eq!(forms(&followed, Pattern::PassageMismatch), ["followed"]);
    let again = with(seen("粤B1234S", 8_000), vec![]);
    assert!(forms(&again, Pattern::PassageMismatch).is_empty(), "the same vehicle");
    let later = with(seen("京A99999", 45_000), vec![]);
    assert!(forms(&later, Pattern::PassageMismatch).is_empty());
    let turn = OpeningTrace { plate: plate("京A99999"), ..exit(2) };
    let waited = with(seen("京A99999", 8_000), vec![turn]);
    assert!(forms(&waited, Pattern::PassageMismatch).is_empty(), "its own turn came");
    let nobody = OpeningTrace { plate: None, plate_read: None, read: None, passage: Passage::None, ..exit(0) };
    assert_eq!(forms(&of(vec![nobody.clone()]), Pattern::PassageMismatch), ["no_vehicle"]);
    let unlicensed = OpeningTrace { read: Some(ReadId::new()), ..nobody };
    assert!(forms(&of(vec![unlicensed]), Pattern::PassageMismatch).is_empty());
}
