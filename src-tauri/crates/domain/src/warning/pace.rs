//! Patterns about how people work: how many, how fast, in which words, in whose shift.

use super::{CaseWork, OpeningTrace, Pattern, PatternMatch, UnorderedRise, by, count, releases};
use crate::{
    ids::{LotId, PersonId},
    rules::Rules,
    time::{MINUTE_MS, Timestamp},
};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer cases of others than this are nothing to compare with.
const PEER_CASES: u32 = 20;
/// A pause this long begins another shift, ms.
const PAUSE_MS: i64 = 4 * 60 * MINUTE_MS;
/// The end of a shift, ms.
const END_MS: i64 = 30 * MINUTE_MS;
/// A shift shorter than this has no end to speak of, ms.
const SHORT_MS: i64 = 2 * 60 * MINUTE_MS;
/// Fewer rises than this in one shift are chance.
const SOME_RISES: usize = 3;

/// Pattern 2: Far more releases for each case than others at the same lot in the same hours of the day.
pub(super) fn many_releases(opened: &[OpeningTrace], worked: &[CaseWork], rules: &Rules) -> Vec<PatternMatch> {
    let mut all = Vec::new();
    let cases_at = by(worked, |case| case.lot.clone());
    for (lot, released) in by(releases(opened), |row| row.lot.clone()) {
        let cases = cases_at.get(&lot).map(Vec::as_slice).unwrap_or_default();
        for (person, theirs) in by(released.clone(), |row| row.person.clone()) {
            if count(&theirs) < rules.warn_fewest_releases {
                continue;
            }
            let own: Vec<_> = cases.iter().filter(|case| case.person == person).collect();
            let hours: BTreeSet<u8> = own.iter().map(|case| case.at.local_hour()).collect();
            let others = |who: &PersonId, at: Timestamp| *who != person && hours.contains(&at.local_hour());
            let peers = cases.iter().filter(|case| others(&case.person, case.at));
            let peers_released = released.iter().filter(|row| others(&row.person, row.at));
            let rate = Rate { own: (theirs.len(), own.len().max(1)), peers: (peers_released.count(), peers.count()) };
            if rate.stands_out(rules.warn_peers_times) {
                let found = PatternMatch::of(Pattern::ManyReleases, "more", &theirs);
                let found = found.fact("own", &rate.own()).fact("peers", &rate.peers());
                all.push(found);
            }
        }
    }
    all
}

/// Releases and cases, one's own and the others'.
struct Rate {
    own: (usize, usize),
    peers: (usize, usize),
}

impl Rate {
    fn stands_out(&self, times: u32) -> bool {
        let enough = self.peers.1 >= PEER_CASES as usize;
        let times = times as usize;
        enough && self.own.0 * self.peers.1 > times * self.peers.0 * self.own.1
    }

    fn own(&self) -> usize {
        self.own.0 * 100 / self.own.1
    }

    fn peers(&self) -> usize {
        self.peers.0 * 100 / self.peers.1.max(1)
    }
}

/// Pattern 3: Released within seconds of the claim, or by somebody far away whom nobody had called.
pub(super) fn hasty(opened: &[OpeningTrace], rules: &Rules) -> Vec<PatternMatch> {
    let soon_ms = i64::from(rules.warn_hasty_seconds) * 1000;
    let form = |row: &OpeningTrace| {
        if row.at.since(row.claimed_at) < soon_ms {
            Some("soon")
        } else if row.far && row.robot && !row.by_call {
            Some("uncalled")
        } else {
            None
        }
    };
    let rows = releases(opened).filter_map(|row| Some((form(row)?, row)));
    let days = by(rows, |(form, row)| (*form, row.lot.clone(), row.person.clone(), row.at.local_day()));
    let found = days.into_iter().map(|((form, _, _, day), rows)| {
        let openings: Vec<&OpeningTrace> = rows.into_iter().map(|(_, row)| row).collect();
        let found = PatternMatch::of(Pattern::Hasty, form, &openings).part(&format!("{form} {day}"));
        found.fact("seconds", &rules.warn_hasty_seconds).fact("day", &day)
    });
    found.collect()
}

/// Pattern 11: One remark for nearly every release, or nearly every release at the end of a shift.
pub(super) fn same_remark(opened: &[OpeningTrace], worked: &[CaseWork], rules: &Rules) -> Vec<PatternMatch> {
    let mut all = Vec::new();
    let cases_of = by(worked, |case| case.person.clone());
    for ((_, person), rows) in by(releases(opened), |row| (row.lot.clone(), row.person.clone())) {
        if count(&rows) < rules.warn_fewest_releases {
            continue;
        }
        let said = rows.iter().copied().filter_map(|row| {
            let remark = row.remark.as_deref()?.trim();
            (!remark.is_empty()).then_some((remark, row))
        });
        let most = by(said, |(remark, _)| *remark).into_iter().max_by_key(|(_, rows)| rows.len());
        if let Some((_, same)) = most
            && same.len() * 100 > rows.len() * rules.warn_remark_percent as usize
        {
            let same: Vec<&OpeningTrace> = same.into_iter().map(|(_, row)| row).collect();
            let found = PatternMatch::of(Pattern::SameRemark, "remark", &same).part("remark");
            all.push(found.fact("of", &rows.len()));
        }
        let cases = cases_of.get(&person).map(Vec::as_slice).unwrap_or_default();
        let shifts = shifts(cases.iter().map(|case| case.at));
        let (late, long) = at_the_end(&rows, &shifts);
        if count(&long) >= rules.warn_fewest_releases
            && late.len() * 100 > long.len() * rules.warn_shift_end_percent as usize
        {
            let found = PatternMatch::of(Pattern::SameRemark, "shift_end", &late).part("end");
            all.push(found.fact("of", &long.len()));
        }
    }
    all
}

/// Of the releases in shifts long enough, those at the end; and all of them.
fn at_the_end<'a>(rows: &[&'a OpeningTrace], shifts: &[Shift]) -> (Vec<&'a OpeningTrace>, Vec<&'a OpeningTrace>) {
    let shift = |row: &OpeningTrace| {
        let mut long = shifts.iter().filter(|shift| shift.to.since(shift.from) >= SHORT_MS);
        long.find(|shift| shift.holds(row.at))
    };
    let long: Vec<&OpeningTrace> = rows.iter().copied().filter(|row| shift(row).is_some()).collect();
    let late = |row: &&OpeningTrace| shift(row).is_some_and(|shift| shift.to.since(row.at) <= END_MS);
    (long.iter().copied().filter(late).collect(), long)
}

/// From a person's first case to their last without a long pause between.
#[derive(Debug, Clone, Copy)]
struct Shift {
    from: Timestamp,
    to: Timestamp,
}

impl Shift {
    fn holds(self, at: Timestamp) -> bool {
        // The last case of a shift goes on for a while.
        self.from <= at && at <= self.to.plus_ms(END_MS)
    }
}

fn shifts(cases: impl Iterator<Item = Timestamp>) -> Vec<Shift> {
    let mut times: Vec<Timestamp> = cases.collect();
    times.sort_unstable();
    let mut all: Vec<Shift> = Vec::new();
    for at in times {
        match all.last_mut().filter(|shift| at.since(shift.to) <= PAUSE_MS) {
            Some(shift) => shift.to = at,
            None => all.push(Shift { from: at, to: at }),
        }
    }
    all
}

/// Pattern 12: Barriers of a lot rise without us far more often in one person's shift than in the middle one.
pub(super) fn foreign_rises(worked: &[CaseWork], raised: &[UnorderedRise], rules: &Rules) -> Vec<PatternMatch> {
    let mut all = Vec::new();
    let rises_at: BTreeMap<LotId, Vec<&UnorderedRise>> = by(raised, |rise| rise.lot.clone());
    for (lot, cases) in by(worked, |case| case.lot.clone()) {
        let Some(rises) = rises_at.get(&lot) else {
            continue;
        };
        let mut counted: Vec<(PersonId, Shift, Vec<&UnorderedRise>)> = Vec::new();
        for (person, theirs) in by(cases, |case| case.person.clone()) {
            for shift in shifts(theirs.iter().map(|case| case.at)) {
                let within = rises.iter().copied().filter(|rise| shift.holds(rise.at));
                counted.push((person.clone(), shift, within.collect()));
            }
        }
        let mut numbers: Vec<usize> = counted.iter().map(|(_, _, rises)| rises.len()).collect();
        numbers.sort_unstable();
        let median = numbers[numbers.len() / 2];
        let times = rules.warn_rises_times as usize;
        for (person, shift, rises) in counted {
            if rises.len() >= SOME_RISES && rises.len() > times * median {
                all.push(foreign(&lot, person, shift, &rises, median));
            }
        }
    }
    all
}

fn foreign(lot: &LotId, person: PersonId, shift: Shift, rises: &[&UnorderedRise], median: usize) -> PatternMatch {
    let mut found = PatternMatch::of(Pattern::ForeignRises, "rises", &[]).part(&shift.from.local_day());
    found.lots.insert(lot.clone());
    found.person = Some(person);
    found.others = rises.iter().map(|rise| rise.id.clone()).collect();
    found.at = rises.iter().map(|rise| rise.at).max().unwrap_or(shift.to);
    found.fact("count", &rises.len()).fact("median", &median).fact("day", &shift.from.local_day())
}
