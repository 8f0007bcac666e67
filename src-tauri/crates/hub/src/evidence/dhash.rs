//! How alike two pictures are: a 64-bit difference hash, which light, size and compression hardly change.

use image::RgbImage;

/// Cells across; each is compared with its right neighbour, which makes eight bits a row.
const ACROSS: u32 = 9;
/// Rows of cells.
const DOWN: u32 = 8;

/// The hash, as 16 hex digits.
pub(super) fn hash(picture: &RgbImage) -> String {
    let mut bits = 0u64;
    for row in 0..DOWN {
        let mut left = brightness(picture, 0, row);
        for column in 1..ACROSS {
            let right = brightness(picture, column, row);
            bits = bits << 1 | u64::from(left > right);
            left = right;
        }
    }
    format!("{bits:016x}")
}

/// In how many of 64 bits two hashes differ; pictures of one thing differ in few. None where one is no hash.
pub fn distance(one: &str, other: &str) -> Option<u32> {
    let bits = |text: &str| u64::from_str_radix(text, 16).ok();
    Some((bits(one)? ^ bits(other)?).count_ones())
}

/// The mean brightness of a cell, in thousandths of a step.
fn brightness(picture: &RgbImage, column: u32, row: u32) -> u64 {
    let (width, height) = picture.dimensions();
    // At least one pixel, also where the picture is smaller than the grid.
    let span = |cell: u32, cells: u32, length: u32| {
        let from = (cell * length / cells).min(length.saturating_sub(1));
        from..((cell + 1) * length / cells).max(from + 1)
    };
    let (mut sum, mut count) = (0, 0);
    for y in span(row, DOWN, height) {
        for x in span(column, ACROSS, width) {
            let [red, green, blue] = picture.get_pixel(x, y).0.map(u64::from);
            sum += 299 * red + 587 * green + 114 * blue;
            count += 1;
        }
    }
    sum / count
}
