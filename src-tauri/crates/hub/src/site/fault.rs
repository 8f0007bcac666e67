//! What is wrong with a site file, and where.

use std::fmt;

/// One fault of a site file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The line it stands in, from 1.
    pub line: usize,
    /// What is wrong, and what would be right where that can be said.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for Fault {}

/// Collects the faults of one text and knows which byte stands in which line.
pub(super) struct Faults {
    line_starts: Vec<usize>,
    found: Vec<Fault>,
}

impl Faults {
    pub(super) fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        Self {
            line_starts,
            found: Vec::new(),
        }
    }

    /// The line in which byte `at` stands, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// Notes a fault at byte `at`.
    pub(super) fn at(&mut self, at: usize, reason: impl Into<String>) {
        let line = self.line(at);
        self.found.push(Fault {
            line,
            reason: reason.into(),
        });
    }

    /// All faults in line order.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}
