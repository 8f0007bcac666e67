//! A query, ready to be matched character by character.

use super::letters::{Alphabet, Syllable, Unit, plain, sign};

/// Longest query looked at, in characters; a set of places in it fits 64 bits.
const LONGEST: usize = 60;

/// Places in a query, as bits: bit `p` stands for "before character `p`".
pub(super) type Places = u64;

/// What somebody typed.
#[derive(Debug)]
pub(super) struct Query {
    /// Lower-case ASCII of each character, 0 for other scripts.
    ascii: Vec<u8>,
    /// The unit of each character, if any name has it.
    units: Vec<Option<Unit>>,
    /// Eight characters from each place on, packed low byte first, 0 for other scripts.
    windows: Vec<u64>,
    /// The signs of everything from each place on.
    needs: Vec<u64>,
    len: usize,
    slips: bool,
}

impl Query {
    /// The characters of a text that count; what is too long is cut.
    pub(super) fn chars(text: &str) -> Vec<char> {
        plain(text).take(LONGEST).collect()
    }

    pub(super) fn new(chars: &[char], alphabet: &Alphabet) -> Self {
        let ascii: Vec<u8> = chars.iter().map(|c| u8::try_from(*c).ok().filter(u8::is_ascii).unwrap_or(0)).collect();
        let window = |p: usize| {
            let bytes = ascii[p..].iter().take(8).rev();
            bytes.fold(0, |packed, byte| (packed << 8) | u64::from(*byte))
        };
        let mut needs: Vec<u64> = vec![0; chars.len() + 1];
        for (p, c) in chars.iter().enumerate().rev() {
            needs[p] = needs[p + 1] | sign(*c);
        }
        Self {
            windows: (0..chars.len()).map(window).collect(),
            units: chars.iter().map(|c| alphabet.get(*c)).collect(),
            slips: chars.len() >= if ascii.contains(&0) { 3 } else { 4 },
            len: chars.len(),
            needs,
            ascii,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether it is long enough for a slip to mean anything.
    pub(super) fn may_slip(&self) -> bool {
        self.slips
    }

    /// The letter at `p`, if it is one.
    pub(super) fn letter(&self, p: usize) -> Option<u8> {
        self.ascii.get(p).copied().filter(u8::is_ascii_lowercase)
    }

    /// The unit that is exactly the character at `p`.
    pub(super) fn unit(&self, p: usize) -> Option<Unit> {
        self.units[p]
    }

    /// Whether a string of these signs may match everything from `p` on with up to `slips` slips.
    pub(super) fn could_match(&self, p: usize, signs: u64, slips: u32) -> bool {
        (self.needs[p] & !signs).count_ones() <= slips
    }

    /// The places after `unit` was matched from `p` on.
    pub(super) fn step(&self, unit: Unit, p: usize, alphabet: &Alphabet) -> Places {
        let literal = if self.units[p] == Some(unit) { 1 << (p + 1) } else { 0 };
        if self.letter(p).is_none() {
            return literal;
        }
        alphabet.readings(unit).iter().fold(literal, |ends, reading| ends | self.read(*reading, p))
    }

    /// The ways a reading can be typed from `p` on: whole, its initial (zh, ch and sh too), or begun where the query ends.
    fn read(&self, reading: Syllable, p: usize) -> Places {
        let differ = self.windows[p] ^ reading.letters;
        if differ & 0xff != 0 {
            return 0;
        }
        let mut ends = 1 << (p + 1);
        if reading.letter(1) == b'h' && differ & 0xff00 == 0 {
            ends |= 1 << (p + 2);
        }
        let (rest, len) = (self.len - p, usize::from(reading.len));
        if differ & low_bytes(rest.min(len)) == 0 {
            ends |= 1 << (p + rest.min(len));
        }
        ends
    }

    /// The places after `unit` was matched from `p` on with exactly one slip inside it.
    pub(super) fn slip_step(&self, unit: Unit, p: usize, alphabet: &Alphabet) -> Places {
        // Another character or initial in its place, or nothing at all.
        let mut ends = 1 << p | 1 << (p + 1);
        if self.letter(p).is_some() {
            for reading in alphabet.readings(unit) {
                ends |= self.misread(*reading, p);
            }
        }
        ends
    }

    /// The ends of a whole syllable with one letter wrong, missing or too much, or two neighbours swapped.
    pub(super) fn misread(&self, reading: Syllable, p: usize) -> Places {
        let (len, rest) = (usize::from(reading.len), self.len - p);
        if len < 2 {
            return 0;
        }
        let (typed, right) = (self.windows[p], reading.letters);
        // Letters before the slip.
        let same = ((typed ^ right).trailing_zeros() / 8) as usize;
        if same >= len {
            return 0;
        }
        let tail = |typed_from: usize, right_from: usize, end: usize| {
            let differ = without_low_bytes(typed, typed_from) ^ without_low_bytes(right, right_from);
            if end <= rest && end > 0 && differ & low_bytes(len - right_from) == 0 { 1 << (p + end) } else { 0 }
        };
        let wrong = tail(same + 1, same + 1, len);
        let too_much = tail(same + 1, same, len + 1);
        let missing = tail(same, same + 1, len - 1);
        let swapped_pair =
            same + 1 < len && byte(typed, same) == byte(right, same + 1) && byte(typed, same + 1) == byte(right, same);
        let swapped = if swapped_pair { tail(same + 2, same + 2, len) } else { 0 };
        wrong | too_much | missing | swapped
    }
}

fn byte(packed: u64, i: usize) -> u8 {
    packed.to_le_bytes().get(i).copied().unwrap_or(0)
}

fn without_low_bytes(packed: u64, n: usize) -> u64 {
    if n >= 8 { 0 } else { packed >> (8 * n) }
}

/// A mask of the `n` lowest bytes.
const fn low_bytes(n: usize) -> u64 {
    if n >= 8 { u64::MAX } else { (1 << (8 * n)) - 1 }
}

/// The places in a set, lowest first.
pub(super) fn each(mut places: Places) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (places != 0).then(|| {
            let lowest = places.trailing_zeros() as usize;
            places &= places - 1;
            lowest
        })
    })
}
