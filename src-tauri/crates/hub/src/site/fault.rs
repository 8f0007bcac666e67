//! What is wrong with a site file, and where.

use std::fmt;

/// One fault of a site file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteFault {
    /// The line it stands in, from 1; 0 where there are no lines.
    pub line: usize,
    /// The key it is about, where it is about one.
    pub column: Option<String>,
    /// What is wrong, and what would be right where that can be said.
    pub reason: String,
}

impl fmt::Display for SiteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            // Of a row that the reason names.
            0 => f.write_str(&self.reason),
            line => write!(f, "line {line}: {}", self.reason),
        }
    }
}

impl std::error::Error for SiteFault {}

/// Most faults told of one text: nobody reads more, and a text of nothing but faults would fill memory with them.
pub(super) const MOST_FAULTS: usize = 1_000;

/// Collects the faults of one text and knows which byte stands in which line.
pub(super) struct Faults {
    line_starts: Vec<usize>,
    found: Vec<SiteFault>,
}

impl Faults {
    pub(super) fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { line_starts, found: Vec::new() }
    }

    /// The line in which byte `at` stands, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// Notes a fault at byte `at`.
    pub(super) fn at(&mut self, at: usize, reason: impl Into<String>) {
        if self.found.len() >= MOST_FAULTS {
            return;
        }
        let line = self.line(at);
        let reason = reason.into();
        let column = column(&reason);
        self.found.push(SiteFault { line, column, reason });
    }

    /// All faults in line order.
    pub(super) fn into_sorted(mut self) -> Vec<SiteFault> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

/// Reasons begin with what they are about: `lane.code: …`, or `lane: code is missing`.
fn column(reason: &str) -> Option<String> {
    let (about, rest) = reason.split_once(": ")?;
    let named = |text: &str| {
        let word = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        (word && !text.is_empty()).then(|| text.to_owned())
    };
    match about.split_once('.') {
        Some((section, key)) => named(section).and_then(|_| named(key)),
        None => rest.strip_suffix(" is missing").and_then(named),
    }
}
