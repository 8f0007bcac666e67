//! What a robot's screen looks like, and what its camera sees of a document.

use super::{encode, text};
use bytes::Bytes;
use resvg::tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};

/// Size of a screen in pixels.
const SCREEN: (u32, u32) = (540, 960);
/// Size of a document's picture in pixels.
const DOCUMENT: (u32, u32) = (1280, 800);

/// What stands on a screen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Screen {
    /// Lines from above.
    pub(crate) lines: Vec<String>,
    /// The plate, where one is shown.
    pub(crate) plate: Option<String>,
    /// A code's rows, `1` dark.
    pub(crate) code: Vec<String>,
    /// off, green, yellow or red.
    pub(crate) light: String,
}

/// Draws a screen as JPEG.
pub(crate) fn draw_screen(screen: &Screen) -> Bytes {
    let Some(mut picture) = Pixmap::new(SCREEN.0, SCREEN.1) else {
        return Bytes::new();
    };
    picture.fill(Color::from_rgba8(24, 52, 62, 255));
    border(&mut picture, &screen.light);
    let mut y = 110.0;
    for line in screen.lines.iter().chain(&screen.plate) {
        text::write(&mut picture, line, (36.0, y), 34.0, text::Side::Left);
        y += 52.0;
    }
    code(&mut picture, &screen.code, (70.0, 480.0), 400.0);
    encode(&picture, 70)
}

fn border(picture: &mut Pixmap, light: &str) {
    let color = match light {
        "green" => Color::from_rgba8(31, 138, 76, 255),
        "yellow" => Color::from_rgba8(224, 161, 0, 255),
        "red" => Color::from_rgba8(200, 53, 44, 255),
        _ => return,
    };
    let (width, height) = (540.0, 960.0);
    for [x, y, w, h] in [
        [0.0, 0.0, width, 14.0],
        [0.0, height - 14.0, width, 14.0],
        [0.0, 0.0, 14.0, height],
        [width - 14.0, 0.0, 14.0, height],
    ] {
        fill(picture, [x, y, w, h], color);
    }
}

fn fill(picture: &mut Pixmap, [x, y, width, height]: [f32; 4], color: Color) {
    let Some(rect) = Rect::from_xywh(x, y, width, height) else {
        return;
    };
    let mut paint = Paint::default();
    paint.set_color(color);
    let path = PathBuilder::from_rect(rect);
    picture.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
}

/// A code on its white ground, with the quiet zone that readers need.
fn code(picture: &mut Pixmap, rows: &[String], (x, y): (f32, f32), side: f32) {
    if rows.is_empty() {
        return;
    }
    fill(picture, [x, y, side, side], Color::WHITE);
    // A code has 177 rows at most.
    let count = u16::try_from(rows.len()).unwrap_or(177);
    let cell = (side / (f32::from(count) + 8.0)).floor();
    let from = (side - cell * f32::from(count)) / 2.0;
    for (row, bits) in (0_u16..).zip(rows) {
        for (column, _) in (0_u16..).zip(bits.chars()).filter(|(_, bit)| *bit == '1') {
            let place = [x + from + f32::from(column) * cell, y + from + f32::from(row) * cell, cell, cell];
            fill(picture, place, Color::BLACK);
        }
    }
}

/// Draws a document held before the camera as JPEG, or the empty place before it. No two are alike: a number stands in it.
pub(crate) fn draw_document(held: Option<&str>, number: u64) -> Bytes {
    let Some(mut picture) = Pixmap::new(DOCUMENT.0, DOCUMENT.1) else {
        return Bytes::new();
    };
    picture.fill(Color::from_rgba8(96, 104, 108, 255));
    if let Some(name) = held {
        let card = Color::from_rgba8(226, 232, 238, 255);
        fill(&mut picture, [200.0, 140.0, 880.0, 520.0], card);
        fill(&mut picture, [840.0, 200.0, 200.0, 260.0], Color::from_rgba8(150, 160, 170, 255));
        let line = format!("机动车驾驶证  {name}");
        text::write(&mut picture, &line, (240.0, 260.0), 44.0, text::Side::Left);
    }
    let line = format!("ROBOT {number}");
    text::write(&mut picture, &line, (240.0, 600.0), 36.0, text::Side::Left);
    encode(&picture, 88)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_a_small_jpeg_and_two_documents_differ() {
        let screen = Screen {
            lines: vec!["请扫码缴费".to_owned()],
            plate: Some("粤B12345".to_owned()),
            code: vec!["101".to_owned(), "010".to_owned(), "101".to_owned()],
            light: "yellow".to_owned(),
        };
        let jpeg = draw_screen(&screen);
        assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.len() < 200_000);
        assert_ne!(draw_document(Some("王五"), 1), draw_document(Some("王五"), 2));
    }
}
