//! A plate as it is screwed to a vehicle, with dirt where it is misread.

use super::text::{self, Rgb};
use crate::{PlateColor, Vehicle};
use resvg::tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point, Shader, SpreadMode, Stroke,
    Transform,
};

/// Paints a vehicle's plate into a box; `line` is the width of its rim in pixels.
pub(super) fn paint(picture: &mut Pixmap, vehicle: &Vehicle, at: [f32; 4], line: f32) {
    let color = vehicle.plate_color();
    let [x, y, width, height] = at;
    let radius = height * 0.1;
    fill(picture, rounded([x - line, y - line, width + 2.0 * line, height + 2.0 * line], radius), solid([40, 46, 50]));
    fill(picture, rounded(at, radius), ground(color, at));
    if color == PlateColor::YellowGreen {
        let head = [x, y, width * 0.27, height];
        fill(picture, rounded(head, radius), solid([238, 186, 36]));
    }
    let ink = ink(color);
    let inset = height * 0.07;
    let rim = rounded([x + inset, y + inset, width - 2.0 * inset, height - 2.0 * inset], radius * 0.7);
    let paint = Paint { shader: solid(ink), ..Paint::default() };
    let stroke = Stroke { width: line, ..Stroke::default() };
    if let Some(rim) = rim {
        picture.stroke_path(&rim, &paint, &stroke, Transform::identity(), None);
    }
    letters(picture, vehicle, at, ink);
}

/// Letters in equal columns, a dot after the second.
fn letters(picture: &mut Pixmap, vehicle: &Vehicle, [x, y, width, height]: [f32; 4], ink: Rgb) {
    let plate: Vec<char> = vehicle.plate.iter().flat_map(|plate| plate.chars()).collect();
    let misread = vehicle.misread();
    let count = u16::try_from(plate.len()).unwrap_or(u16::MAX).max(1);
    let side = width * 0.045;
    let gap = width * 0.045;
    let column = (width - 2.0 * side - gap) / f32::from(count);
    for (index, letter) in (0u16..).zip(plate) {
        let after_dot = if index >= 2 { gap } else { 0.0 };
        let left = x + side + f32::from(index) * column + after_dot;
        // Chinese characters fill their column; figures leave some air.
        let spare = if letter.is_ascii() { 0.1 } else { 0.02 };
        let field = [left + column * spare, y + height * 0.19, column * (1.0 - 2.0 * spare), height * 0.62];
        text::letter(picture, letter, field, ink);
        if misread.contains(&usize::from(index)) {
            dirt(picture, field);
        }
    }
    let dot = PathBuilder::from_circle(x + side + 2.0 * column + gap / 2.0, y + height * 0.5, height * 0.05);
    fill(picture, dot, solid(ink));
}

/// Mud over the lower part of a letter.
fn dirt(picture: &mut Pixmap, [x, y, width, height]: [f32; 4]) {
    let mut path = PathBuilder::new();
    let (left, top) = (x - width * 0.15, y + height * 0.5);
    path.move_to(left, top + height * 0.1);
    path.quad_to(left + width * 0.35, top - height * 0.12, left + width * 0.7, top + height * 0.06);
    path.quad_to(left + width * 1.1, top - height * 0.02, left + width * 1.3, top + height * 0.16);
    path.quad_to(left + width * 1.35, top + height * 0.5, left + width * 0.8, top + height * 0.44);
    path.quad_to(left + width * 0.3, top + height * 0.62, left, top + height * 0.1);
    path.close();
    fill(picture, path.finish(), Shader::SolidColor(Color::from_rgba8(92, 74, 53, 225)));
    let spot = PathBuilder::from_circle(x + width * 0.7, y + height * 0.16, height * 0.07);
    fill(picture, spot, Shader::SolidColor(Color::from_rgba8(92, 74, 53, 130)));
}

const fn ink(color: PlateColor) -> Rgb {
    match color {
        PlateColor::Blue | PlateColor::Black => [246, 249, 252],
        PlateColor::Green | PlateColor::YellowGreen | PlateColor::Yellow | PlateColor::White => [20, 24, 27],
    }
}

fn ground(color: PlateColor, [x, y, _, height]: [f32; 4]) -> Shader<'static> {
    let (top, bottom) = match color {
        PlateColor::Blue => ([29, 94, 184], [14, 66, 148]),
        PlateColor::Green => ([236, 246, 240], [86, 186, 122]),
        PlateColor::YellowGreen => ([120, 204, 150], [86, 186, 122]),
        PlateColor::Yellow => ([246, 202, 62], [228, 172, 28]),
        PlateColor::White => ([246, 247, 247], [222, 226, 228]),
        PlateColor::Black => ([48, 52, 56], [20, 22, 24]),
    };
    let stop = |at: f32, [r, g, b]: Rgb| GradientStop::new(at, Color::from_rgba8(r, g, b, 255));
    let ends = (Point::from_xy(x, y), Point::from_xy(x, y + height));
    LinearGradient::new(ends.0, ends.1, vec![stop(0.0, top), stop(1.0, bottom)], SpreadMode::Pad, Transform::identity())
        .unwrap_or_else(|| solid(top))
}

fn solid([r, g, b]: Rgb) -> Shader<'static> {
    Shader::SolidColor(Color::from_rgba8(r, g, b, 255))
}

fn fill(picture: &mut Pixmap, path: Option<Path>, shader: Shader<'static>) {
    let Some(path) = path else {
        return;
    };
    let paint = Paint { shader, ..Paint::default() };
    picture.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
}

/// A rectangle with round corners.
fn rounded([x, y, width, height]: [f32; 4], radius: f32) -> Option<Path> {
    let (right, bottom) = (x + width, y + height);
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.line_to(right - radius, y);
    path.quad_to(right, y, right, y + radius);
    path.line_to(right, bottom - radius);
    path.quad_to(right, bottom, right - radius, bottom);
    path.line_to(x + radius, bottom);
    path.quad_to(x, bottom, x, bottom - radius);
    path.line_to(x, y + radius);
    path.quad_to(x, y, x + radius, y);
    path.close();
    path.finish()
}
