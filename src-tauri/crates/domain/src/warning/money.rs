//! Patterns about what was due.

use super::{OpeningTrace, Pattern, PatternMatch, Receipt, StayTrace, by, releases};
use crate::{
    lane::Direction,
    money::Fen,
    plate::{LOOK_ALIKE, same_vehicle, similarity},
    rules::Rules,
    time::MINUTE_MS,
};

/// A candidate is plainly more alike from this difference on.
const MORE_ALIKE: f32 = 0.05;
/// A payment explains a lower amount when it came from this long before the claim on, ms.
const JUST_PAID_MS: i64 = 5 * MINUTE_MS;
/// A vehicle that paid and stands at the gate paid within this time of it, ms.
const PAID_ABOUT_MS: i64 = 30 * MINUTE_MS;

/// Pattern 5: Taken for the vehicle inside that owes least, although another one looks more like what was read.
pub(super) fn cheap_candidate(opened: &[OpeningTrace], stays: &[StayTrace]) -> Vec<PatternMatch> {
    let at_lots = by(stays, |stay| stay.lot.clone());
    let mut all = Vec::new();
    for row in left(opened) {
        let (Some(read), Some(plate), Some(stay)) = (&row.plate_read, &row.plate, &row.stay) else {
            continue;
        };
        if read == plate {
            continue;
        }
        let here = at_lots.get(&row.lot).map(Vec::as_slice).unwrap_or_default();
        let stood_there = here
            .iter()
            .copied()
            .filter(|other| other.entered_at <= row.at && other.left_at.is_none_or(|left| left >= row.at));
        let alike: Vec<(&StayTrace, f32)> = stood_there
            .map(|other| (other, similarity(read, &other.plate)))
            .filter(|(other, alike)| *alike >= LOOK_ALIKE || other.id == *stay)
            .collect();
        let Some((chosen, how)) = alike.iter().find(|(other, _)| other.id == *stay) else {
            continue;
        };
        // Who came last owes least.
        let cheapest = alike.iter().all(|(other, _)| other.entered_at <= chosen.entered_at);
        let better = alike.iter().find(|(other, alike)| *alike > how + MORE_ALIKE && other.id != chosen.id);
        if let Some((better, _)) = better.filter(|_| cheapest) {
            let found = PatternMatch::of(Pattern::CheapCandidate, "cheapest", &[row]).plate(Some(plate));
            all.push(found.part(&row.id).fact("better", &better.plate.display()));
        }
    }
    all
}

/// Pattern 6: Less due at the opening than first quoted, and nobody paid the difference. A misread put right is no drop.
pub(super) fn due_dropped(opened: &[OpeningTrace], paid: &[Receipt]) -> Vec<PatternMatch> {
    let mut all = Vec::new();
    for row in left(opened) {
        let (first, due) = (row.first_quote.unwrap_or_default(), row.due.unwrap_or_default());
        let dropped = first - due;
        if dropped.0 <= 0 {
            continue;
        }
        let misread = row
            .plate
            .as_ref()
            .zip(row.plate_read.as_ref())
            .is_some_and(|(plate, read)| plate != read && same_vehicle(plate, read));
        let (from, to) = (row.claimed_at.plus_ms(-JUST_PAID_MS), row.at.plus_minutes(1));
        let came: i64 = paid
            .iter()
            .filter(|paid| row.stay.is_some() && paid.stay == row.stay)
            .filter(|paid| from <= paid.at && paid.at <= to)
            .map(|paid| paid.amount.0)
            .sum();
        if !misread && dropped.0 > came {
            let found = PatternMatch::of(Pattern::DueDropped, "dropped", &[row]);
            let found = found.plate(row.plate.as_ref()).part(&row.id);
            all.push(found.fact("first", &yuan(first)).fact("due", &yuan(due)));
        }
    }
    all
}

/// Openings that let a vehicle out.
fn left(opened: &[OpeningTrace]) -> impl Iterator<Item = &OpeningTrace> {
    let out = |row: &&OpeningTrace| row.direction == Direction::Exit && row.moved;
    opened.iter().filter(out)
}

fn yuan(fen: Fen) -> String {
    fen.to_string()
}

/// Pattern 7: The records say otherwise than the reason: nobody paid about then, the camera was sure and nothing was corrected,
/// the device answered.
pub(super) fn reason_doubtful(opened: &[OpeningTrace], paid: &[Receipt], rules: &Rules) -> Vec<PatternMatch> {
    let mut all = Vec::new();
    for row in releases(opened) {
        let form = match row.reason.as_deref() {
            Some("paid_but_stuck") if !paid_about(row, paid) => "not_paid",
            Some("misread") if sure(row, rules) => "read_well",
            Some("network_down") if row.reached => "reached",
            _ => continue,
        };
        let found = PatternMatch::of(Pattern::ReasonDoubtful, form, &[row]);
        all.push(found.plate(row.plate.as_ref()).part(&row.id));
    }
    all
}

fn paid_about(row: &OpeningTrace, paid: &[Receipt]) -> bool {
    paid.iter().any(|paid| {
        let same_stay = row.stay.is_some() && paid.stay == row.stay;
        let same_plate = row.plate.is_some() && paid.plate == row.plate;
        paid.lot == row.lot && (same_stay || same_plate) && paid.at.since(row.at).abs() <= PAID_ABOUT_MS
    })
}

fn sure(row: &OpeningTrace, rules: &Rules) -> bool {
    row.plate.is_some()
        && row.plate == row.plate_read
        && row.confidence.is_some_and(|sure| u32::from(sure) >= rules.warn_confidence_percent)
}
