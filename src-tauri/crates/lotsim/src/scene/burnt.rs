//! The clock burnt into the moving scene, for programs to read: two rows of black and white blocks along the top, so
//! that the delay of a live picture can be measured from the picture itself, wherever it is shown.
//!
//! Row 1: eight blocks to find it by, then 32 bits of the time. Row 2: eight others, 16 bits counting pictures, 16 bits
//! of checksum. White is one, most significant first.

use lanedesk_domain::time::Timestamp;
use resvg::tiny_skia::{Color, Paint, Pixmap, Rect, Transform};

/// Blocks in a row.
const COLUMNS: u16 = 40;
/// Height of a row, in parts of the picture's height.
const ROW: f32 = 12.0 / 360.0;
/// What the rows begin with.
const SYNC: [u8; 2] = [0b1011_0010, 0b0100_1101];

/// What is burnt into one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurntText {
    /// When it was drawn: milliseconds since 1970 modulo 2³².
    pub ms: u32,
    /// Which picture it is, modulo 2¹⁶.
    pub picture: u16,
}

impl BurntText {
    /// What the picture drawn now carries.
    pub fn new(at: Timestamp, picture: u64) -> Self {
        let low = |value: u64, bits: u32| value & ((1 << bits) - 1);
        let ms = low(u64::try_from(at.0).unwrap_or(0), 32);
        Self { ms: u32::try_from(ms).unwrap_or(0), picture: u16::try_from(low(picture, 16)).unwrap_or(0) }
    }

    /// How long ago it was drawn, in milliseconds, by the clock it was drawn by.
    pub fn age_ms(self, now: Timestamp) -> i64 {
        let now = Self::new(now, 0).ms;
        // Differences wrap as the clock does; a picture from the future is negative.
        i64::from(now.wrapping_sub(self.ms).cast_signed())
    }

    fn rows(self) -> [[u8; 5]; 2] {
        let mut told = [0; 6];
        told[..4].copy_from_slice(&self.ms.to_be_bytes());
        told[4..].copy_from_slice(&self.picture.to_be_bytes());
        let mut rows = SYNC.map(|sync| [sync; 5]);
        rows[0][1..].copy_from_slice(&told[..4]);
        rows[1][1..3].copy_from_slice(&told[4..]);
        rows[1][3..].copy_from_slice(&checksum(&told).to_be_bytes());
        rows
    }

    /// Reads it off a picture. `luma` tells the brightness at a place given in parts of width and height. Nothing where
    /// no whole clock is found, for example in mid-change.
    pub fn read(mut luma: impl FnMut(f32, f32) -> u8) -> Option<Self> {
        let mut rows = [[0; 5]; 2];
        for (row, y) in rows.iter_mut().zip([0.5 * ROW, 1.5 * ROW]) {
            for column in 0..COLUMNS {
                let x = (f32::from(column) + 0.5) / f32::from(COLUMNS);
                let byte = &mut row[usize::from(column / 8)];
                *byte = *byte << 1 | u8::from(bright(&mut luma, x, y));
            }
        }
        let [[_, time @ ..], [_, high, low, ..]] = rows;
        let burnt = Self { ms: u32::from_be_bytes(time), picture: u16::from_be_bytes([high, low]) };
        // What it is found by and the checksum are part of the rows.
        (burnt.rows() == rows).then_some(burnt)
    }
}

/// Whether a block is white, from five places about its middle: scaled pictures have blurred rims.
fn bright(luma: &mut impl FnMut(f32, f32) -> u8, x: f32, y: f32) -> bool {
    let (dx, dy) = (0.2 / f32::from(COLUMNS), 0.2 * ROW);
    let places = [(0.0, 0.0), (dx, 0.0), (-dx, 0.0), (0.0, dy), (0.0, -dy)];
    let sum: u32 = places.iter().map(|(right, down)| u32::from(luma(x + right, y + down))).sum();
    sum > 5 * 127
}

/// CRC-16, polynomial 0x1021.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }
            },
        )
    })
}

/// Burns it in.
#[expect(clippy::cast_precision_loss, reason = "the size of a small picture")]
pub(super) fn paint(picture: &mut Pixmap, burnt: BurntText) {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    for (row, bytes) in (0u8..).zip(burnt.rows()) {
        for column in 0..COLUMNS {
            let bit = bytes[usize::from(column / 8)] >> (7 - column % 8) & 1;
            let color = if bit == 1 { Color::WHITE } else { Color::BLACK };
            let mut paint = Paint::default();
            paint.set_color(color);
            let side = width / f32::from(COLUMNS);
            let (x, y) = (f32::from(column) * side, f32::from(row) * ROW * height);
            if let Some(block) = Rect::from_xywh(x, y, side, ROW * height) {
                picture.fill_rect(block, &paint, Transform::identity(), None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "pixels of a small picture"
    )]
    fn read(picture: &Pixmap) -> Option<BurntText> {
        BurntText::read(|x, y| {
            let (x, y) = (x * picture.width() as f32, y * picture.height() as f32);
            picture.pixel(x as u32, y as u32).map_or(0, resvg::tiny_skia::PremultipliedColorU8::green)
        })
    }

    #[test]
    fn what_is_burnt_in_is_read_at_any_size_and_nothing_else_is() {
        let burnt = BurntText::new("2026-11-22T06:25:51.123Z".parse().unwrap(), 70_001);
        for size in [(640, 360), (480, 272), (1280, 720)] {
            let mut picture = Pixmap::new(size.0, size.1).unwrap();
            assert_eq!(read(&picture), None);
            paint(&mut picture, burnt);
            assert_eq!(read(&picture), Some(burnt), "{size:?}");
        }
        assert_eq!(burnt.picture, 4465);
    }

    #[test]
    fn its_age_survives_the_turn_of_the_counter() {
        let at = Timestamp(i64::from(u32::MAX) - 5);
        assert_eq!(BurntText::new(at, 0).age_ms(at.plus_ms(40)), 40);
        assert_eq!(BurntText::new(at.plus_ms(40), 0).age_ms(at), -40);
    }
}
