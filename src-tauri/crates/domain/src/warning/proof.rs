//! Patterns about photos and passages.

use super::{OpeningTrace, Pattern, PatternMatch, PhotoProof, PlateSighting, by};
use crate::{
    opening::Passage,
    plate::same_vehicle,
    rules::Rules,
    time::{MINUTE_MS, Timestamp},
};
use std::collections::{BTreeMap, BTreeSet};

/// A vehicle read this soon after an opening may have followed through it, ms.
const BEHIND_MS: i64 = 30_000;
/// One that waits for its own turn is opened for within this time, ms.
const TURN_MS: i64 = 10 * MINUTE_MS;

/// Pattern 8: The same photo, or nearly the same, proves two openings.
pub(super) fn same_photo(opened: &[OpeningTrace], proofs: &[PhotoProof], rules: &Rules) -> Vec<PatternMatch> {
    let rows: BTreeMap<_, _> = opened.iter().map(|row| (&row.id, row)).collect();
    let known: Vec<(&PhotoProof, &OpeningTrace)> =
        proofs.iter().filter_map(|proof| Some((proof, *rows.get(&proof.opening)?))).collect();
    let mut groups = Groups::new(known.len());
    // Hashes that differ in fewer bits than there are bytes agree in at least one byte: only those are compared.
    let bytes = (0..8).flat_map(|place| {
        let known = &known;
        (0..known.len()).map(move |n| ((place, known[n].0.near >> (8 * place) & 0xff), n))
    });
    for same in by(bytes, |(key, _)| *key).into_values() {
        for (turn, (_, a)) in same.iter().enumerate() {
            for (_, b) in &same[turn + 1..] {
                let ((one, first), (other, second)) = (known[*a], known[*b]);
                if first.id != second.id && alike(one, other, rules) {
                    groups.join(*a, *b);
                }
            }
        }
    }
    let joined = groups.all().into_values().filter(|group| group.len() > 1);
    joined
        .map(|group| {
            let openings: Vec<&OpeningTrace> = group.iter().map(|n| known[*n].1).collect();
            let first = group.iter().map(|n| known[*n].0.sha256.as_str()).min();
            PatternMatch::of(Pattern::SamePhoto, "photo", &openings).part(first.unwrap_or_default())
        })
        .collect()
}

fn alike(one: &PhotoProof, other: &PhotoProof, rules: &Rules) -> bool {
    // A picture without any edge hashes to nothing: that two of them agree says nothing.
    let plain = one.near == 0 || one.near == u64::MAX;
    one.sha256 == other.sha256 || (!plain && (one.near ^ other.near).count_ones() <= rules.warn_photo_bits)
}

/// Sets that grow together.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&self, mut n: usize) -> usize {
        while self.0[n] != n {
            n = self.0[n];
        }
        n
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn all(&self) -> BTreeMap<usize, BTreeSet<usize>> {
        let mut all: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for n in 0..self.0.len() {
            all.entry(self.root(n)).or_default().insert(n);
        }
        all
    }
}

/// Pattern 9: One opening and a second vehicle behind the first that nobody opened for, or an opening without any vehicle.
pub(super) fn passage_mismatch(opened: &[OpeningTrace], seen: &[PlateSighting], now: Timestamp) -> Vec<PatternMatch> {
    let mut all = Vec::new();
    for row in opened.iter().filter(|row| row.moved) {
        let nobody = row.plate.is_none()
            && row.plate_read.is_none()
            && row.read.is_none()
            && row.phone.is_none()
            && row.passage != Passage::Passed;
        if nobody {
            let found = PatternMatch::of(Pattern::PassageMismatch, "no_vehicle", &[row]);
            all.push(found.part(&row.id));
        }
    }
    let at_lanes = by(opened.iter().filter(|row| row.moved), |row| row.lane.clone());
    for behind in seen {
        // Who waits may still get a turn.
        if now.since(behind.at) < TURN_MS {
            continue;
        }
        let here = at_lanes.get(&behind.lane).map(Vec::as_slice);
        let here = here.unwrap_or_default();
        let before = here
            .iter()
            .copied()
            .filter(|row| (1..=BEHIND_MS).contains(&behind.at.since(row.at)))
            .max_by_key(|row| row.at);
        let Some(before) = before.filter(|row| !is_of(row, behind)) else {
            continue;
        };
        let own_turn = here.iter().any(|row| (0..=TURN_MS).contains(&row.at.since(behind.at)) && is_of(row, behind));
        if !own_turn {
            let found = PatternMatch::of(Pattern::PassageMismatch, "followed", &[before]);
            all.push(found.plate(Some(&behind.plate)).part(&before.id));
        }
    }
    all
}

/// Whether an opening was for the vehicle that was read.
fn is_of(row: &OpeningTrace, seen: &PlateSighting) -> bool {
    row.read.as_ref() == Some(&seen.id)
        || [&row.plate, &row.plate_read].into_iter().flatten().any(|plate| same_vehicle(plate, &seen.plate))
}
