//! Characters as the index keeps them, and the ways to type each: itself, its pinyin, its initial.

use pinyin::ToPinyinMulti as _;
use std::collections::HashMap;

/// A character of a name, numbered by an [`Alphabet`]. 0 stands behind the last one of every name.
pub(super) type Unit = u16;

/// What stands behind every name.
pub(super) const END: Unit = 0;
/// Stands for characters beyond the 65,534th; nothing matches it.
const OVERFULL: Unit = 1;

/// The letters of one pinyin syllable, packed low byte first, without tone; the longest (zhuang) has 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syllable {
    pub(super) letters: u64,
    pub(super) len: u8,
}

impl Syllable {
    fn new(text: &str) -> Self {
        let letters = text.bytes().rev().fold(0, |packed, byte| (packed << 8) | u64::from(byte));
        // Syllables are at most 6 letters, so their length fits.
        Self { letters, len: u8::try_from(text.len()).unwrap_or(u8::MAX) }
    }

    /// Letter `i`, or 0 behind the end.
    pub(super) const fn letter(self, i: u8) -> u8 {
        (self.letters >> (8 * i)).to_le_bytes()[0]
    }
}

/// Every character that occurs in the names, with its readings.
#[derive(Debug)]
pub(super) struct Alphabet {
    units: HashMap<char, Unit>,
    /// Readings of unit `u` are `readings[spans[u].0..spans[u].1]`.
    spans: Vec<(u32, u32)>,
    readings: Vec<Syllable>,
    signs: Vec<u64>,
}

impl Alphabet {
    pub(super) fn new() -> Self {
        // END and OVERFULL have no readings.
        Self { units: HashMap::new(), spans: vec![(0, 0); 2], readings: Vec::new(), signs: vec![0; 2] }
    }

    /// The number of `c`, given now if it has none.
    pub(super) fn add(&mut self, c: char) -> Unit {
        if let Some(unit) = self.units.get(&c) {
            return *unit;
        }
        let Ok(unit) = Unit::try_from(self.spans.len()) else {
            return OVERFULL;
        };
        let first = self.readings.len();
        self.readings.extend(readings(c));
        let span = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.spans.push((span(first), span(self.readings.len())));
        self.signs.push(self.readings[first..].iter().fold(sign(c), |sum, reading| sum | letters_sign(*reading)));
        self.units.insert(c, unit);
        unit
    }

    /// The number of `c`, if it occurs in any name.
    pub(super) fn get(&self, c: char) -> Option<Unit> {
        self.units.get(&c).copied()
    }

    /// The pinyin readings of a unit; none for Latin letters and digits.
    pub(super) fn readings(&self, unit: Unit) -> &[Syllable] {
        let (from, to) = self.spans[usize::from(unit)];
        &self.readings[from as usize..to as usize]
    }

    /// Everything a query can say to match this unit, as [`sign`]s.
    pub(super) fn sign(&self, unit: Unit) -> u64 {
        self.signs[usize::from(unit)]
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }
}

/// A bit for a query character: one a letter, one a digit, and some shared by all other characters.
pub(super) fn sign(c: char) -> u64 {
    match c {
        'a'..='z' => 1 << (c as u32 - 'a' as u32),
        '0'..='9' => 1 << (26 + c as u32 - '0' as u32),
        _ => 1 << (36 + c as u32 % 28),
    }
}

fn letters_sign(syllable: Syllable) -> u64 {
    (0..syllable.len).fold(0, |sum, i| sum | sign(char::from(syllable.letter(i))))
}

/// The distinct readings of a character without tones; ü can be typed v or u.
fn readings(c: char) -> Vec<Syllable> {
    let mut found: Vec<Syllable> = Vec::new();
    let mut add = |text: &str| {
        let syllable = Syllable::new(text);
        if !found.contains(&syllable) {
            found.push(syllable);
        }
    };
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain();
        if plain.contains(['ü', 'v']) {
            add(&plain.replace('ü', "v"));
            add(&plain.replace(['ü', 'v'], "u"));
        } else if plain.bytes().all(|byte| byte.is_ascii_lowercase()) && plain.len() <= 6 {
            add(plain);
        }
    }
    found
}

/// The characters of a name or query that count: letters and digits of any script, narrow and in lower case.
pub(super) fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Full-width Latin as its narrow twin.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}
