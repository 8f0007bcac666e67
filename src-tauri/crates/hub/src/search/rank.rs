//! What is best: scores, and a short list that keeps only the best of many.

/// How well something fits; higher is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score(u32);

/// The kinds of fit, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Somewhere, with a slip.
    SlippedInside,
    /// From the beginning, with a slip.
    SlippedStart,
    /// Somewhere inside a name.
    Inside,
    /// Something of the lot, then something of the lane.
    Loose,
    /// Something inside the lot's name, then the lane from its beginning.
    LotInsideThenLane,
    /// The beginning of the lot, then the lane from its beginning.
    LotStartThenLane,
    /// The beginning of a lane's name or code.
    LaneStart,
    /// The beginning of a lot's name.
    LotStart,
    /// A lane's whole name.
    WholeLane,
    /// The whole lot, then the lane from its beginning.
    WholeLotThenLane,
    /// A lot's whole name.
    WholeLot,
    /// A lane's whole code.
    WholeCode,
}

impl Score {
    /// A fit; typed initials count for less than whole syllables and characters, and of two names the shorter is better.
    pub(super) fn new(fit: Fit, initials: u8, name_len: u32) -> Self {
        let short = 255 - name_len.min(255);
        Self((fit as u32) << 16 | u32::from(15 - initials.min(15)) << 8 | short)
    }

    /// The best score a fit can have.
    pub(super) fn best_of(fit: Fit) -> Self {
        Self::new(fit, 0, 0)
    }
}

/// The best `limit` of whatever is offered, each once.
#[derive(Debug)]
pub(super) struct TopRanks {
    limit: usize,
    /// Best first; equal scores in the order of the index, which is that of names.
    list: Vec<(Score, u32)>,
}

impl TopRanks {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, list: Vec::with_capacity(limit + 1) }
    }

    /// Takes `item` if it is among the best.
    pub(super) fn offer(&mut self, score: Score, item: u32) {
        let before = |(s, i): &(Score, u32)| *s > score || (*s == score && *i < item);
        if self.is_full() && self.list.last().is_some_and(before) {
            return;
        }
        if let Some(at) = self.list.iter().position(|(_, i)| *i == item) {
            if self.list[at].0 >= score {
                return;
            }
            self.list.remove(at);
        }
        let at = self.list.partition_point(before);
        self.list.insert(at, (score, item));
        self.list.truncate(self.limit);
    }

    /// Whether anything of this score could still enter the list.
    pub(super) fn wants(&self, score: Score) -> bool {
        self.list.len() < self.limit || self.list.last().is_some_and(|(worst, _)| *worst <= score)
    }

    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= self.limit
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Best first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Score, u32)> {
        self.list.iter().copied()
    }
}
