//! H.264 as a stream of bytes: NAL units between start codes.

use bytes::Bytes;

/// The NAL units of a stream.
pub(super) fn split(stream: &Bytes) -> Vec<Bytes> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(found) = stream.get(at..).and_then(next_start) {
        starts.push((at + found, at + found + 3));
        at += found + 3;
    }
    let ends = starts.iter().skip(1).map(|(code, _)| *code);
    let ends = ends.chain([stream.len()]);
    starts.iter().zip(ends).map(|((_, from), to)| trimmed(stream, *from, to)).filter(|nal| !nal.is_empty()).collect()
}

/// Where the next `00 00 01` stands.
fn next_start(bytes: &[u8]) -> Option<usize> {
    bytes.windows(3).position(|three| three == [0, 0, 1])
}

/// Without the zeros that belong to the next start code.
fn trimmed(stream: &Bytes, from: usize, to: usize) -> Bytes {
    let zeros = stream[from..to].iter().rev().take_while(|byte| **byte == 0);
    stream.slice(from..to - zeros.count())
}

/// The kind of a NAL unit.
pub(super) fn kind(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |head| head & 31)
}

/// Whether a slice begins a picture, and its kind of slice (0 P, 1 B, 2 I).
pub(super) fn slice(nal: &[u8]) -> Option<(bool, u32)> {
    if !matches!(kind(nal), 1 | 5) {
        return None;
    }
    let mut bits = Bits { bytes: nal.get(1..)?, at: 0 };
    let first = bits.number()? == 0;
    Some((first, bits.number()? % 5))
}

/// Reads numbers of the kind H.264 calls ue(v). The first bytes of a slice hold no escapes that matter here.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u32::from(bit))
    }

    fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let mut value = 1_u32;
        for _ in 0..zeros {
            value = value << 1 | self.bit()?;
        }
        Some(value - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_between_start_codes_of_either_length() {
        let stream = Bytes::from_static(&[0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x65, 0x88, 0, 0, 0, 1, 0x41, 0x9a]);
        let units = split(&stream);
        assert_eq!(units, [&[0x67, 1, 2][..], &[0x65, 0x88], &[0x41, 0x9a]]);
        // 0x88 is 1 0001000…: first macroblock 0, slice kind 7, which is I.
        assert_eq!(slice(&[0x65, 0x88, 0x80]), Some((true, 2)));
        assert_eq!(slice(&units[0]), None);
        assert!(split(&Bytes::from_static(b"nothing")).is_empty());
    }
}
