//! Masked thumbnails: whoever looks through a list sees that there is a photo, not what stands on the document.

use super::{beside, intake::BadImage, raster};
use image::imageops::{FilterType, resize};

/// Cells on the longer side. A card that fills the photo is 24 cells wide: its shortest letters share a cell with three
/// others, and a face is five cells.
const CELLS: u32 = 24;
/// Pixels a cell is shown with.
const CELL: u32 = 10;

/// A kept photo in coarse cells, as JPEG.
pub async fn masked(jpeg: Vec<u8>) -> Result<Vec<u8>, BadImage> {
    let made = beside(move || mask(&jpeg)).await;
    made.unwrap_or(Err(BadImage::Broken))
}

fn mask(jpeg: &[u8]) -> Result<Vec<u8>, BadImage> {
    let cells = raster::shrink(raster::decode_jpeg(jpeg)?, CELLS)?;
    let (width, height) = cells.dimensions();
    let shown = resize(&cells, width * CELL, height * CELL, FilterType::Nearest);
    raster::encode(&shown).map_err(|_| BadImage::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn no_letter_of_a_document_is_left_in_a_thumbnail() {
        // Lines of text as they stand on a card that fills the photo: strokes of 4 px in a photo of 1600 px.
        let ink = |x: u32, y: u32| (x / 4 + y / 6).is_multiple_of(2) && y % 40 < 24;
        let card = RgbImage::from_fn(1600, 1000, |x, y| Rgb([if ink(x, y) { 0 } else { 255 }; 3]));
        let thumb = mask(&raster::encode(&card).unwrap()).unwrap();
        let thumb = raster::decode_jpeg(&thumb).unwrap();
        assert_eq!(thumb.dimensions(), (240, 150));
        for (x, y, pixel) in thumb.enumerate_pixels() {
            let corner = thumb.get_pixel(x / CELL * CELL, y / CELL * CELL);
            let apart = pixel.0[1].abs_diff(corner.0[1]);
            assert!(apart < 30, "nothing is told within a cell: {apart}");
        }
        let lights = thumb.pixels().map(|pixel| pixel.0[1]);
        let (darkest, lightest) = (lights.clone().min().unwrap(), lights.max().unwrap());
        assert!(lightest - darkest < 60, "strokes have run into grey: {darkest} to {lightest}");
    }
}
