//! Patterns about which vehicle it was said to be.

use super::{OpeningTrace, Pattern, PatternMatch, StayTrace, by, count, releases};
use crate::{
    assessment::Assessment,
    lane::Direction,
    plate::{Plate, same_vehicle, similarity},
    rules::Rules,
    time::{DAY_MS, Timestamp},
};

/// At most this alike, at least two of seven characters differ beyond what cameras take for one another.
const TWO_WRONG: f32 = 0.76;
/// In without a plate and out again belong together within this time, ms.
const IN_AND_OUT_MS: i64 = 3 * DAY_MS;

/// Pattern 1: The same plate or phone let out against the rules again and again.
pub(super) fn same_plate(opened: &[OpeningTrace], rules: &Rules) -> Vec<PatternMatch> {
    let exits = releases(opened).filter(|row| row.direction == Direction::Exit);
    let known = exits.filter_map(|row| {
        let plate = row.plate.as_ref().map(|plate| plate.as_str().to_owned());
        Some((plate.or_else(|| row.phone.clone())?, row))
    });
    let mut all = Vec::new();
    for (key, rows) in by(known, |(key, _)| key.clone()) {
        let rows: Vec<&OpeningTrace> = rows.into_iter().map(|(_, row)| row).collect();
        let many = |rows: &Vec<&OpeningTrace>| count(rows) >= rules.warn_same_plate;
        let at_lots = by(rows.clone(), |row| row.lot.clone());
        let mut found: Vec<_> = at_lots.into_values().filter(many).collect();
        // Spread over lots it shows only to those who see them all.
        if found.is_empty() && many(&rows) {
            found.push(rows);
        }
        all.extend(found.iter().map(|rows| again(&key, rows, rules)));
    }
    all
}

fn again(key: &str, rows: &[&OpeningTrace], rules: &Rules) -> PatternMatch {
    let persons = by(rows.iter().copied(), |row| row.person.clone());
    let most = persons.into_iter().max_by_key(|(_, rows)| rows.len());
    let by_one = most.filter(|(_, rows)| count(rows) >= rules.warn_same_plate_person);
    let form = if by_one.is_some() { "by_one" } else { "again" };
    let mut found = PatternMatch::of(Pattern::SamePlate, form, rows).part(key);
    found = found.plate(rows[0].plate.as_ref());
    if let Some((person, theirs)) = by_one {
        found.person = Some(person);
        found = found.fact("theirs", &theirs.len());
    }
    found
}

/// Pattern 4: Corrected to a plate with a valid pass that is hardly this vehicle's: it looks different, it is inside already, or
/// it served for two different vehicles.
pub(super) fn borrowed_pass(opened: &[OpeningTrace], stays: &[StayTrace]) -> Vec<PatternMatch> {
    let corrected: Vec<(&OpeningTrace, &Plate, &Plate)> = opened
        .iter()
        .filter(|row| row.assessment == Assessment::PassValid && row.moved)
        .filter_map(|row| Some((row, row.plate.as_ref()?, row.plate_read.as_ref()?)))
        .filter(|(_, plate, read)| plate != read)
        .collect();
    let mut all = Vec::new();
    for (row, plate, read) in &corrected {
        let form = if similarity(plate, read) <= TWO_WRONG {
            "unlike"
        } else if row.direction == Direction::Entry && inside(stays, row, plate) {
            "inside"
        } else {
            continue;
        };
        let found = PatternMatch::of(Pattern::BorrowedPass, form, &[*row]).plate(Some(*plate));
        all.push(found.part(&row.id).fact("read", &read.display()));
    }
    let passes = by(corrected, |(row, plate, _)| (row.lot.clone(), plate.as_str().to_owned()));
    for rows in passes.into_values() {
        let (_, plate, first) = rows[0];
        let other = rows.iter().any(|(_, _, read)| !same_vehicle(first, read));
        if other {
            let openings: Vec<&OpeningTrace> = rows.iter().map(|(row, _, _)| *row).collect();
            let found = PatternMatch::of(Pattern::BorrowedPass, "two_reads", &openings);
            all.push(found.plate(Some(plate)).part("two"));
        }
    }
    all
}

/// Whether a vehicle with this plate was inside when the row's one was let in.
fn inside(stays: &[StayTrace], row: &OpeningTrace, plate: &Plate) -> bool {
    stays.iter().any(|stay| {
        stay.lot == row.lot
            && stay.plate == *plate
            && stay.entered_at < row.claimed_at
            && stay.left_at.is_none_or(|left| left >= row.at)
    })
}

/// Pattern 10: Let in without a plate and let out against the rules by one person.
pub(super) fn no_plate_in_out(opened: &[OpeningTrace]) -> Vec<PatternMatch> {
    let entries = releases(opened).filter(|row| row.direction == Direction::Entry && row.plate.is_none());
    let unknown = |row: &&OpeningTrace| row.direction == Direction::Exit && (row.plate.is_none() || row.stay.is_none());
    let exits: Vec<&OpeningTrace> = releases(opened).filter(unknown).collect();
    let mut taken: Vec<&OpeningTrace> = Vec::new();
    let mut all = Vec::new();
    for entry in entries {
        let after = |at: Timestamp| (0..=IN_AND_OUT_MS).contains(&at.since(entry.at));
        let exit = exits.iter().copied().find(|exit| {
            exit.person == entry.person
                && exit.lot == entry.lot
                && after(exit.at)
                && exit.at > entry.at
                && !taken.iter().any(|other| other.id == exit.id)
        });
        if let Some(exit) = exit {
            taken.push(exit);
            let found = PatternMatch::of(Pattern::NoPlateInOut, "in_out", &[entry, exit]);
            all.push(found.part(&entry.id));
        }
    }
    all
}
