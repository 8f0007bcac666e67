//! The one table: what was measured, the peer beside it, the goal, met or missed.

use std::fmt;
use std::time::Duration;

/// One line.
struct Row {
    what: String,
    ours: String,
    peer: String,
    ratio: String,
    goal: String,
    met: Option<bool>,
}

/// Everything measured in one run.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// A number that has no goal, for example the disk's own speed.
    pub fn note(&mut self, what: &str, took: Duration) {
        self.add(what, &millis(took), "", None, "", None);
    }

    /// One line. `ratio` says how many times better than the peer we are; `met` is absent where there is no goal.
    pub fn add(&mut self, what: &str, ours: &str, peer: &str, ratio: Option<f64>, goal: &str, met: Option<bool>) {
        self.rows.push(Row {
            what: what.to_owned(),
            ours: ours.to_owned(),
            peer: peer.to_owned(),
            ratio: ratio.map(|ratio| format!("{ratio:.2}×")).unwrap_or_default(),
            goal: goal.to_owned(),
            met,
        });
    }

    /// A time with an upper bound.
    pub fn bound(&mut self, what: &str, took: Duration, goal: Duration, peer: &str) {
        let goal_text = format!("≤ {}", millis(goal));
        self.add(what, &millis(took), peer, None, &goal_text, Some(took <= goal));
    }

    /// Whether every goal is met.
    pub fn met(&self) -> bool {
        self.rows.iter().all(|row| row.met != Some(false))
    }
}

/// A time as milliseconds with two places.
pub fn millis(took: Duration) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1000.0)
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| what | ours | peer | ratio | goal | |")?;
        writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
        for row in &self.rows {
            let verdict = match row.met {
                Some(true) => "met",
                Some(false) => "MISSED",
                None => "",
            };
            writeln!(out, "| {} | {} | {} | {} | {} | {verdict} |", row.what, row.ours, row.peer, row.ratio, row.goal)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Table;

    #[test]
    fn a_missed_goal_stands_there() {
        let mut table = Table::default();
        table.bound("claim", Duration::from_millis(4), Duration::from_millis(5), "");
        assert!(table.met());
        table.bound("order", Duration::from_millis(4), Duration::from_millis(3), "");
        assert!(!table.met());
        let text = table.to_string();
        assert!(text.contains("| claim | 4.00 ms |  |  | ≤ 5.00 ms | met |"), "{text}");
        assert!(text.contains("MISSED"), "{text}");
    }
}
