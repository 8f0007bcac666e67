//! What the lots' clocks showed, in SQL that both engines read alike: the zone of neither database nor machine has a part in it.

use lanedesk_domain::{time::Timestamp, zone::Zone};
use std::fmt::Write as _;

/// A column's moments, all from `from` on and before `to`, as the lots' clocks showed them: milliseconds as if in UTC.
pub(in crate::store) fn clock_ms(column: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    in_zone(Zone::local(), column, from, to)
}

fn in_zone(zone: &Zone, column: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    let mut offsets = zone.offsets(from, to).into_iter();
    let first = offsets.next().map_or(0, |(_, first)| first);
    let later: Vec<(Timestamp, i64)> = offsets.collect();
    if later.is_empty() {
        return format!("({column} + {first})");
    }
    // The latest change first: the first branch that fits is taken.
    let mut branches = String::new();
    for (at, offset) in later.iter().rev() {
        let _ = write!(branches, "when {column} >= {} then {offset} ", at.0);
    }
    format!("({column} + case {branches}else {first} end)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_moves_its_clocks_has_a_branch_for_each_time_it_did() {
        let (from, to) = ("2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z");
        let (from, to) = (from.parse().ok(), to.parse().ok());
        let shown = |zone: &str| in_zone(&zone.parse().unwrap(), "o.at", from, to);
        assert_eq!(shown("Asia/Shanghai"), "(o.at + 28800000)");
        assert_eq!(
            shown("America/New_York"),
            "(o.at + case when o.at >= 1793512800000 then -18000000 else -14400000 end)"
        );
    }
}
