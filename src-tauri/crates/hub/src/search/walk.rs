//! Walks a query over all suffixes of a set of strings at once.

use super::{
    letters::{Alphabet, Unit},
    query::{Places, Query, each},
    strings::{Range, Strings},
};

/// Nodes a walk with slips may open; beyond it a query says too little to be worth more.
const MOST_NODES: usize = 30_000;

/// Suffixes whose first `depth` characters were matched by the query up to `at`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) range: Range,
    /// Characters of the name so far.
    pub(super) depth: u32,
    /// Characters of the query so far.
    pub(super) at: usize,
    /// Whether the one slip was used.
    pub(super) slipped: bool,
    /// Characters matched by their initial alone.
    pub(super) initials: u8,
}

/// Everything a walk opened; whole matches are the nodes with `at` at the query's end.
pub(super) fn walk(query: &Query, strings: &Strings, alphabet: &Alphabet, slips: bool) -> Vec<Node> {
    let mut walk = Walk { query, strings, alphabet, slips, open: Vec::new() };
    walk.roots(0, false);
    if slips {
        // The first character too much, or wrong: what follows it is looked for instead.
        walk.roots(1, true);
    }
    let mut next = 0;
    while next < walk.open.len() && (!slips || walk.open.len() < MOST_NODES) {
        let node = walk.open[next];
        next += 1;
        if node.at < query.len() {
            walk.below(node);
        }
    }
    walk.open
}

/// Whether everything of the query from `from` on fits somewhere, without a slip.
pub(super) fn reaches_end(query: &Query, strings: &Strings, alphabet: &Alphabet, from: usize) -> bool {
    let mut walk = Walk { query, strings, alphabet, slips: false, open: Vec::new() };
    walk.roots(from, false);
    // Depth first: the end is often near.
    while let Some(node) = walk.open.pop() {
        if node.at == query.len() {
            return true;
        }
        walk.below(node);
    }
    false
}

struct Walk<'a> {
    query: &'a Query,
    strings: &'a Strings,
    alphabet: &'a Alphabet,
    slips: bool,
    open: Vec<Node>,
}

impl Walk<'_> {
    fn roots(&mut self, at: usize, slipped: bool) {
        let start = |range| Node { range, depth: 0, at, slipped, initials: 0 };
        let (query, strings) = (self.query, self.strings);
        if let Some(letter) = query.letter(at) {
            for (unit, range) in strings.roots_of_letter(letter) {
                self.exact(start(range), unit);
            }
        }
        if let Some((unit, range)) = query.unit(at).and_then(|unit| Some((unit, strings.root(unit)?))) {
            self.exact(start(range), unit);
        }
        if self.slips && !slipped && query.letter(at).is_some() {
            for (unit, range) in strings.roots() {
                let misread = |places, reading| places | query.misread(reading, at);
                let ends = self.alphabet.readings(*unit).iter().copied().fold(0, misread);
                self.push(start(*range), ends, true);
            }
        }
    }

    fn below(&mut self, node: Node) {
        let (query, strings) = (self.query, self.strings);
        if self.slips && !node.slipped {
            for (unit, range) in strings.children(node.range, node.depth) {
                let child = Node { range, ..node };
                self.exact(child, unit);
                let ends = query.slip_step(unit, node.at, self.alphabet);
                self.push(child, ends, true);
            }
            // A character too much.
            self.open.push(Node { at: node.at + 1, slipped: true, ..node });
        } else if query.letter(node.at).is_some() {
            for (unit, range) in strings.children(node.range, node.depth) {
                self.exact(Node { range, ..node }, unit);
            }
        } else if let Some(unit) = query.unit(node.at)
            && let Some(range) = strings.child(node.range, node.depth, unit)
        {
            self.exact(Node { range, ..node }, unit);
        }
    }

    fn exact(&mut self, node: Node, unit: Unit) {
        let ends = self.query.step(unit, node.at, self.alphabet);
        self.push(node, ends, node.slipped);
    }

    fn push(&mut self, node: Node, ends: Places, slipped: bool) {
        for at in each(ends) {
            let by_initial = at == node.at + 1 && self.query.letter(node.at).is_some();
            let initials = node.initials.saturating_add(u8::from(by_initial));
            self.open.push(Node { depth: node.depth + 1, at, slipped, initials, ..node });
        }
    }
}

/// How the rest of a query fits one short name, for every place the rest may begin at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fits {
    /// The rest fits from the name's first character on.
    pub(super) start: Places,
    /// The rest fits somewhere in the name.
    pub(super) inside: Places,
}

/// Matches every rest of the query against one name, backwards over the name so that each character is looked at once.
pub(super) fn fits(query: &Query, name: &[Unit], alphabet: &Alphabet, slips: bool) -> Fits {
    let end: Places = 1 << query.len();
    // Rests that fit from the next character on, without and with a slip.
    let (mut exact, mut slipped) = (end, end | end >> 1);
    let mut inside = 0;
    for unit in name.iter().rev() {
        let (mut exact_here, mut slipped_here) = (end, end);
        for at in 0..query.len() {
            let bit = 1 << at;
            let ends = query.step(*unit, at, alphabet);
            if ends & exact != 0 {
                exact_here |= bit;
            }
            if slips && (ends & slipped != 0 || query.slip_step(*unit, at, alphabet) & exact != 0) {
                slipped_here |= bit;
            }
        }
        if slips {
            // A character too much in front of what fits.
            slipped_here |= exact_here | exact_here >> 1;
        }
        (exact, slipped) = (exact_here, slipped_here);
        inside |= if slips { slipped } else { exact };
    }
    Fits { start: if slips { slipped } else { exact }, inside }
}
