//! Letters: with the system's Noto CJK font where there is one, else with small letters of our own.

use ab_glyph::{Font, FontVec, Glyph, PxScale, ScaleFont, point};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};
use std::sync::OnceLock;

/// Where the fonts are looked for. The third face of the collection is the Chinese one.
const PLACES: [(&str, u32); 4] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc", 2),
];

/// Which end of the text the place given means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

pub(super) type Rgb = [u8; 3];

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

/// Writes a line, white with a dark rim, as cameras do. `at` is the base line's end.
pub(super) fn write(picture: &mut Pixmap, line: &str, at: (f32, f32), height: f32, side: Side) {
    let width = line_width(line, height);
    let x = if side == Side::Left { at.0 } else { at.0 - width };
    for (dx, dy) in [(-2.0, 0.0), (2.0, 0.0), (0.0, -2.0), (0.0, 2.0), (1.5, 1.5)] {
        run(picture, line, (x + dx, at.1 + dy), height, 1.0, [18, 22, 25]);
    }
    run(picture, line, (x, at.1), height, 1.0, [245, 247, 247]);
}

/// Writes one letter into a box, as large as fits, squeezed to the box's width.
pub(super) fn letter(picture: &mut Pixmap, letter: char, [x, y, width, height]: [f32; 4], color: Rgb) {
    let mut buffer = [0; 4];
    let text = letter.encode_utf8(&mut buffer);
    let Some(font) = font() else {
        own(picture, letter, [x, y, width, height], color);
        return;
    };
    let Some(bounds) = outline_bounds(font, letter, 100.0) else {
        return;
    };
    // Letters and digits fill the box's height; Chinese ones are drawn a little smaller by their font.
    let size = 100.0 * height / bounds.height().max(1.0);
    let squeeze = (width / (bounds.width() * size / 100.0)).min(1.0);
    let left = x + (width - bounds.width() * size / 100.0 * squeeze) / 2.0;
    let origin = (left - bounds.min.x * size / 100.0 * squeeze, y - bounds.min.y * size / 100.0);
    run(picture, text, origin, size, squeeze, color);
}

fn outline_bounds(font: &FontVec, letter: char, size: f32) -> Option<ab_glyph::Rect> {
    let glyph = font.glyph_id(letter).with_scale(PxScale::from(size));
    font.outline_glyph(glyph).map(|outline| outline.px_bounds())
}

fn line_width(line: &str, height: f32) -> f32 {
    let Some(font) = font() else {
        return line.chars().map(|_| height * 0.6).sum();
    };
    let scaled = font.as_scaled(PxScale::from(height));
    line.chars().map(|letter| scaled.h_advance(font.glyph_id(letter))).sum()
}

/// Sets letters from `origin` on, their base line at its y.
fn run(picture: &mut Pixmap, line: &str, origin: (f32, f32), height: f32, squeeze: f32, color: Rgb) {
    let Some(font) = font() else {
        for (at, letter) in (0u16..).zip(line.chars()) {
            let x = origin.0 + f32::from(at) * height * 0.6;
            let size = [x, origin.1 - height * 0.7, height * 0.5, height * 0.7];
            own(picture, letter, size, color);
        }
        return;
    };
    let scale = PxScale { x: height * squeeze, y: height };
    let scaled = font.as_scaled(scale);
    let mut x = origin.0;
    for letter in line.chars() {
        let id = font.glyph_id(letter);
        let glyph: Glyph = id.with_scale_and_position(scale, point(x, origin.1));
        if let Some(outline) = font.outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            outline.draw(|dx, dy, cover| {
                blend(picture, (bounds.min.x, bounds.min.y), (dx, dy), cover, color);
            });
        }
        x += scaled.h_advance(id);
    }
}

/// Lays a colour over one pixel.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a small picture, clamped"
)]
fn blend(picture: &mut Pixmap, from: (f32, f32), step: (u32, u32), cover: f32, color: Rgb) {
    let (x, y) = (from.0 + step.0 as f32, from.1 + step.1 as f32);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if x < 0.0 || y < 0.0 || x >= width as f32 || y >= height as f32 {
        return;
    }
    let at = y as usize * width + x as usize;
    let cover = cover.clamp(0.0, 1.0);
    if let Some(pixel) = picture.pixels_mut().get_mut(at) {
        let mix = |old: u8, new: u8| (f32::from(old) * (1.0 - cover) + f32::from(new) * cover) as u8;
        let [red, green, blue] =
            [mix(pixel.red(), color[0]), mix(pixel.green(), color[1]), mix(pixel.blue(), color[2])];
        // Opaque, so every colour is a valid premultiplied one.
        *pixel = PremultipliedColorU8::from_rgba(red, green, blue, 255).unwrap_or(*pixel);
    }
}

/// Our own letters: 5 by 7 dots, one byte a row, for where no font is installed. What is not among them is a frame.
const OWN: [(char, [u8; 7]); 39] = [
    ('0', [14, 17, 19, 21, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 4, 14]),
    ('2', [14, 17, 1, 2, 4, 8, 31]),
    ('3', [31, 2, 4, 2, 1, 17, 14]),
    ('4', [2, 6, 10, 18, 31, 2, 2]),
    ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [6, 8, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 8, 8, 8]),
    ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 2, 12]),
    ('A', [14, 17, 17, 31, 17, 17, 17]),
    ('B', [30, 17, 17, 30, 17, 17, 30]),
    ('C', [14, 17, 16, 16, 16, 17, 14]),
    ('D', [28, 18, 17, 17, 17, 18, 28]),
    ('E', [31, 16, 16, 30, 16, 16, 31]),
    ('F', [31, 16, 16, 30, 16, 16, 16]),
    ('G', [14, 17, 16, 23, 17, 17, 15]),
    ('H', [17, 17, 17, 31, 17, 17, 17]),
    ('I', [14, 4, 4, 4, 4, 4, 14]),
    ('J', [7, 2, 2, 2, 2, 18, 12]),
    ('K', [17, 18, 20, 24, 20, 18, 17]),
    ('L', [16, 16, 16, 16, 16, 16, 31]),
    ('M', [17, 27, 21, 21, 17, 17, 17]),
    ('N', [17, 17, 25, 21, 19, 17, 17]),
    ('O', [14, 17, 17, 17, 17, 17, 14]),
    ('P', [30, 17, 17, 30, 16, 16, 16]),
    ('Q', [14, 17, 17, 17, 21, 18, 13]),
    ('R', [30, 17, 17, 30, 20, 18, 17]),
    ('S', [15, 16, 16, 14, 1, 1, 30]),
    ('T', [31, 4, 4, 4, 4, 4, 4]),
    ('U', [17, 17, 17, 17, 17, 17, 14]),
    ('V', [17, 17, 17, 17, 17, 10, 4]),
    ('W', [17, 17, 17, 21, 21, 21, 10]),
    ('X', [17, 17, 10, 4, 10, 17, 17]),
    ('Y', [17, 17, 17, 10, 4, 4, 4]),
    ('Z', [31, 1, 2, 4, 8, 16, 31]),
    ('-', [0, 0, 0, 31, 0, 0, 0]),
    (':', [0, 12, 12, 0, 12, 12, 0]),
    (' ', [0; 7]),
];
const FRAME: [u8; 7] = [31, 17, 21, 21, 21, 17, 31];

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a small picture")]
fn own(picture: &mut Pixmap, letter: char, [x, y, width, height]: [f32; 4], color: Rgb) {
    let found = OWN.iter().find(|(known, _)| *known == letter);
    let rows = found.map_or(FRAME, |(_, rows)| *rows);
    for down in 0..height.max(0.0) as u32 {
        for right in 0..width.max(0.0) as u32 {
            let row = (down * 7 / (height as u32).max(1)).min(6);
            let column = (right * 5 / (width as u32).max(1)).min(4);
            if rows[row as usize] & (16 >> column) != 0 {
                blend(picture, (x, y), (right, down), 1.0, color);
            }
        }
    }
}
