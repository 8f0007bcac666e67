//! Letters of dots, five wide and seven high, for machines without a font.

use super::text_mask::Mask;

/// What is not among [`DOTS`].
const FRAME: [u8; 7] = [31, 17, 17, 17, 17, 17, 31];

/// One number a row, its five lowest bits are the dots. Small letters are written as capitals.
const DOTS: [(char, [u8; 7]); 42] = [
    (' ', [0; 7]),
    ('#', [10, 10, 31, 10, 31, 10, 10]),
    ('-', [0, 0, 0, 14, 0, 0, 0]),
    ('.', [0, 0, 0, 0, 0, 12, 12]),
    (':', [0, 4, 4, 0, 4, 4, 0]),
    ('_', [0, 0, 0, 0, 0, 0, 31]),
    ('0', [14, 17, 17, 21, 17, 17, 14]),
    ('1', [4, 12, 20, 4, 4, 4, 31]),
    ('2', [14, 17, 1, 6, 8, 16, 31]),
    ('3', [30, 1, 1, 14, 1, 1, 30]),
    ('4', [18, 18, 18, 31, 2, 2, 2]),
    ('5', [31, 16, 16, 30, 1, 1, 30]),
    ('6', [14, 16, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 1, 2, 4, 4, 4]),
    ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 1, 14]),
    ('A', [4, 10, 17, 17, 31, 17, 17]),
    ('B', [30, 17, 17, 30, 17, 17, 30]),
    ('C', [15, 16, 16, 16, 16, 16, 15]),
    ('D', [30, 17, 17, 17, 17, 17, 30]),
    ('E', [31, 16, 16, 28, 16, 16, 31]),
    ('F', [31, 16, 16, 28, 16, 16, 16]),
    ('G', [15, 16, 16, 19, 17, 17, 15]),
    ('H', [17, 17, 17, 31, 17, 17, 17]),
    ('I', [31, 4, 4, 4, 4, 4, 31]),
    ('J', [1, 1, 1, 1, 17, 17, 14]),
    ('K', [17, 18, 20, 24, 20, 18, 17]),
    ('L', [16, 16, 16, 16, 16, 16, 31]),
    ('M', [17, 27, 21, 17, 17, 17, 17]),
    ('N', [17, 25, 25, 21, 19, 19, 17]),
    ('O', [14, 17, 17, 17, 17, 17, 14]),
    ('P', [30, 17, 17, 30, 16, 16, 16]),
    ('Q', [14, 17, 17, 17, 21, 19, 15]),
    ('R', [30, 17, 17, 30, 18, 17, 17]),
    ('S', [15, 16, 16, 14, 1, 1, 30]),
    ('T', [31, 4, 4, 4, 4, 4, 4]),
    ('U', [17, 17, 17, 17, 17, 17, 14]),
    ('V', [17, 17, 17, 17, 10, 10, 4]),
    ('W', [17, 17, 17, 17, 21, 27, 17]),
    ('X', [17, 10, 10, 4, 10, 10, 17]),
    ('Y', [17, 17, 10, 4, 4, 4, 4]),
    ('Z', [31, 1, 2, 4, 8, 16, 31]),
];

/// Sets a line, letters as high as seven dots fit into `height` pixels.
pub(super) fn set(text: &str, height: usize) -> Mask {
    let dot = (height / 9).max(1);
    let letters: Vec<char> = text.chars().map(|letter| letter.to_ascii_uppercase()).collect();
    let mut mask = Mask::new(letters.len() * 6 * dot + 4, 7 * dot + 4);
    for (place, letter) in letters.iter().enumerate() {
        let known = DOTS.iter().find(|(known, _)| known == letter);
        let rows = known.map_or(FRAME, |(_, rows)| *rows);
        for y in 0..7 * dot {
            for x in 0..5 * dot {
                if rows[y / dot] & (16 >> (x / dot)) != 0 {
                    mask.put(2 + place * 6 * dot + x, 2 + y, 255);
                }
            }
        }
    }
    mask
}
