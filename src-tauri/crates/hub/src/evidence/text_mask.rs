//! A line of text as a mask. With a Chinese font of the system where one is installed, else with dots of our own, which
//! know Latin letters and digits only: a hub without such a font writes usernames and no Chinese names.

use super::bitmap_font;
use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _, point};
use std::sync::OnceLock;

/// Where fonts with Chinese letters are looked for, and which face of the file is the Chinese one.
const PLACES: [(&str, u32); 7] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("C:\\Windows\\Fonts\\msyhbd.ttc", 0),
    ("C:\\Windows\\Fonts\\msyh.ttc", 0),
    ("/System/Library/Fonts/STHeiti Medium.ttc", 0),
];

fn font() -> Option<&'static FontVec> {
    static FONT: OnceLock<Option<FontVec>> = OnceLock::new();
    let load = || {
        PLACES.iter().find_map(|(path, face)| {
            let file = std::fs::read(path).ok()?;
            FontVec::try_from_vec_and_index(file, *face).ok()
        })
    };
    FONT.get_or_init(load).as_ref()
}

/// Whether every letter can be written here.
pub(super) fn can_write(text: &str) -> bool {
    match font() {
        Some(font) => text.chars().all(|letter| font.glyph_id(letter).0 != 0),
        None => text.is_ascii(),
    }
}

/// A line of text, for each pixel how much of it letters cover, and how much their rim.
pub(super) struct TextLine {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Row by row, 0 to 255.
    fill: Vec<u8>,
    rim: Vec<u8>,
}

impl TextLine {
    /// Sets a line `height` pixels high.
    pub(super) fn new(text: &str, height: u32) -> Self {
        let fill = match font() {
            Some(font) => set(font, text, height),
            None => bitmap_font::set(text, height as usize),
        };
        let rim = rim(&fill);
        Self { width: fill.width, height: fill.height, fill: fill.cover, rim }
    }

    /// What covers a pixel: letters, rim. Nothing outside the line.
    pub(super) fn cover(&self, x: i32, y: i32) -> (u8, u8) {
        let place = || {
            let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
            let at = y * self.width + x;
            let inside = x < self.width && y < self.height;
            Some((*self.fill.get(at)?, *self.rim.get(at)?)).filter(|_| inside)
        };
        place().unwrap_or_default()
    }
}

/// A mask under construction.
pub(super) struct Mask {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) cover: Vec<u8>,
}

impl Mask {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, cover: vec![0; width * height] }
    }

    /// Covers a pixel; one outside is left out.
    pub(super) fn put(&mut self, x: usize, y: usize, cover: u8) {
        let at = y * self.width + x;
        if x < self.width
            && let Some(pixel) = self.cover.get_mut(at)
        {
            *pixel = (*pixel).max(cover);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of one line, rounded up to whole ones"
)]
fn set(font: &FontVec, text: &str, height: u32) -> Mask {
    let scale = PxScale::from(height as f32);
    let scaled = font.as_scaled(scale);
    let advance = |letter: char| scaled.h_advance(font.glyph_id(letter));
    // Room for the rim on all sides.
    let width = text.chars().map(advance).sum::<f32>().ceil() as usize + 4;
    let mut mask = Mask::new(width, height as usize + 4);
    let mut x = 2.0;
    for letter in text.chars() {
        let id = font.glyph_id(letter);
        let glyph = id.with_scale_and_position(scale, point(x, scaled.ascent() + 2.0));
        if let Some(outline) = font.outline_glyph(glyph) {
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| {
                let place = |from: f32, step: u32| (from + step as f32).max(0.0) as usize;
                let cover = (cover.clamp(0.0, 1.0) * 255.0) as u8;
                mask.put(place(corner.x, dx), place(corner.y, dy), cover);
            });
        }
        x += scaled.h_advance(id);
    }
    mask
}

/// Two pixels around every letter, without the letter.
fn rim(fill: &Mask) -> Vec<u8> {
    let mut rim = vec![0; fill.cover.len()];
    for (at, cover) in fill.cover.iter().enumerate().filter(|(_, cover)| **cover > 0) {
        let (x, y) = (at % fill.width, at / fill.width);
        for ny in y.saturating_sub(2)..(y + 3).min(fill.height) {
            for nx in x.saturating_sub(2)..(x + 3).min(fill.width) {
                if let Some(pixel) = rim.get_mut(ny * fill.width + nx) {
                    *pixel = (*cover).max(*pixel);
                }
            }
        }
    }
    for (rim, fill) in rim.iter_mut().zip(&fill.cover) {
        *rim = rim.saturating_sub(*fill);
    }
    rim
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_cover_and_the_rim_goes_around_them() {
        for line in [TextLine::new("chief 19:05", 32), from_dots("chief 19:05", 32)] {
            let pixels = line.fill.iter().zip(&line.rim);
            let (mut fill, mut rim) = (0, 0);
            for (letter, around) in pixels {
                fill += usize::from(*letter > 128);
                rim += usize::from(*around > 128);
                assert!(u16::from(*letter) + u16::from(*around) <= 255);
            }
            assert!(fill > 200 && rim > 200, "{fill} {rim}");
            assert_eq!(line.cover(-1, 0), (0, 0));
            assert_eq!(line.cover(0, i32::MAX), (0, 0));
        }
    }

    /// A hub where no font is installed.
    fn from_dots(text: &str, height: usize) -> TextLine {
        let fill = bitmap_font::set(text, height);
        let rim = rim(&fill);
        TextLine { width: fill.width, height: fill.height, fill: fill.cover, rim }
    }
}
