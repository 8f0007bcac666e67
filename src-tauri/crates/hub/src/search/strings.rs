//! Names as sorted suffixes, so that a query walks from character to character over ranges of all names at once.

use super::letters::{Alphabet, END, Unit};

/// The suffixes that begin with the same characters: `suffixes[lo..hi]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) lo: u32,
    pub(super) hi: u32,
}

/// Where a suffix stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct SuffixPosition {
    /// The string, as numbered when built.
    pub(super) string: u32,
    /// Characters before the suffix.
    pub(super) offset: u32,
    /// Characters of the whole string.
    pub(super) len: u32,
}

/// A set of strings.
#[derive(Debug)]
pub(super) struct Strings {
    /// All strings, END behind each.
    units: Vec<Unit>,
    /// Where each string begins in `units`; one more than there are strings.
    starts: Vec<u32>,
    /// The string to which each place in `units` belongs.
    owners: Vec<u32>,
    /// Places in `units`, in the order of the text that begins there.
    suffixes: Vec<u32>,
    /// The range of each first unit.
    roots: Vec<(Unit, Range)>,
    /// Roots that can be typed with a letter first, by letter.
    by_letter: [Vec<u32>; 26],
    /// Root of each unit, `u32::MAX` where it has none.
    by_unit: Vec<u32>,
    /// What a query can say to match some of a string, by string.
    signs: Vec<u64>,
}

impl Strings {
    pub(super) fn build(strings: &[Vec<Unit>], alphabet: &Alphabet) -> Self {
        let mut built = Self {
            units: Vec::new(),
            starts: vec![0],
            owners: Vec::new(),
            suffixes: Vec::new(),
            roots: Vec::new(),
            by_letter: Default::default(),
            by_unit: vec![u32::MAX; alphabet.len()],
            signs: Vec::with_capacity(strings.len()),
        };
        for (number, string) in strings.iter().enumerate() {
            built.suffixes.extend((0..string.len()).map(|i| narrow(built.units.len() + i)));
            built.units.extend_from_slice(string);
            built.units.push(END);
            built.owners.resize(built.units.len(), narrow(number));
            built.starts.push(narrow(built.units.len()));
            built.signs.push(string.iter().fold(0, |sum, unit| sum | alphabet.sign(*unit)));
        }
        let units = &built.units;
        built.suffixes.sort_unstable_by(|a, b| compare(&units[*a as usize..], &units[*b as usize..]));
        built.index_roots(alphabet);
        built
    }

    fn index_roots(&mut self, alphabet: &Alphabet) {
        let all = Range { lo: 0, hi: narrow(self.suffixes.len()) };
        let roots: Vec<(Unit, Range)> = self.children(all, 0).collect();
        for (number, (unit, _)) in roots.iter().enumerate() {
            self.by_unit[usize::from(*unit)] = narrow(number);
            let mut letters: Vec<u8> = alphabet.readings(*unit).iter().map(|reading| reading.letter(0)).collect();
            letters.sort_unstable();
            letters.dedup();
            for letter in letters {
                self.by_letter[usize::from(letter - b'a')].push(narrow(number));
            }
        }
        self.roots = roots;
    }

    /// All first units with their ranges.
    pub(super) fn roots(&self) -> &[(Unit, Range)] {
        &self.roots
    }

    /// The root of one unit.
    pub(super) fn root(&self, unit: Unit) -> Option<Range> {
        self.roots.get(*self.by_unit.get(usize::from(unit))? as usize).map(|(_, range)| *range)
    }

    /// The roots that can be typed beginning with this letter.
    pub(super) fn roots_of_letter(&self, letter: u8) -> impl Iterator<Item = (Unit, Range)> {
        self.by_letter[usize::from(letter - b'a')].iter().map(|root| self.roots[*root as usize])
    }

    fn unit(&self, suffix: u32, depth: u32) -> Unit {
        self.units[(self.suffixes[suffix as usize] + depth) as usize]
    }

    /// The ranges below `range` (whose suffixes share `depth` units) by their next unit. Suffixes that end there are left out.
    pub(super) fn children(&self, range: Range, depth: u32) -> impl Iterator<Item = (Unit, Range)> {
        let mut lo = self.run_end(range.lo, range.hi, depth, END);
        std::iter::from_fn(move || {
            if lo >= range.hi {
                return None;
            }
            let (from, unit) = (lo, self.unit(lo, depth));
            lo = self.run_end(from, range.hi, depth, unit);
            Some((unit, Range { lo: from, hi: lo }))
        })
    }

    /// The child whose next unit is `unit`.
    pub(super) fn child(&self, range: Range, depth: u32, unit: Unit) -> Option<Range> {
        let suffixes = &self.suffixes[range.lo as usize..range.hi as usize];
        let next = |suffix: &u32| self.units[(*suffix + depth) as usize];
        let lo = range.lo + narrow(suffixes.partition_point(|suffix| next(suffix) < unit));
        let hi = self.run_end(lo, range.hi, depth, unit);
        (lo < hi).then_some(Range { lo, hi })
    }

    /// The first place from `from` on whose unit at `depth` is above `unit`; steps grow, then narrow.
    fn run_end(&self, from: u32, to: u32, depth: u32, unit: Unit) -> u32 {
        let (mut below, mut step) = (from, 1);
        while below < to && self.unit((below + step - 1).min(to - 1), depth) <= unit {
            below = (below + step).min(to);
            step *= 2;
        }
        let above = (below + step - 1).min(to);
        let run = &self.suffixes[below as usize..above.max(below) as usize];
        below + narrow(run.partition_point(|suffix| self.units[(*suffix + depth) as usize] <= unit))
    }

    /// Where the suffixes of a range stand.
    pub(super) fn places(&self, range: Range) -> impl Iterator<Item = SuffixPosition> {
        self.suffixes[range.lo as usize..range.hi as usize].iter().map(|at| {
            let string = self.owners[*at as usize];
            let (start, end) = (self.starts[string as usize], self.starts[string as usize + 1]);
            SuffixPosition { string, offset: at - start, len: end - 1 - start }
        })
    }

    /// The units of one string.
    pub(super) fn string(&self, string: u32) -> &[Unit] {
        let (start, end) = (self.starts[string as usize], self.starts[string as usize + 1]);
        &self.units[start as usize..end as usize - 1]
    }

    /// How many strings there are.
    pub(super) fn len(&self) -> usize {
        self.signs.len()
    }

    /// What a query can say to match some of this string.
    pub(super) fn sign(&self, string: u32) -> u64 {
        self.signs[string as usize]
    }
}

/// Compares up to and with END; what lies behind belongs to the next string.
fn compare(a: &[Unit], b: &[Unit]) -> std::cmp::Ordering {
    for (x, y) in a.iter().zip(b) {
        if x != y || *x == END {
            return x.cmp(y);
        }
    }
    a.len().cmp(&b.len())
}

/// Places and numbers fit 32 bits: a site of 4 billion characters would not fit memory either.
pub(super) fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
