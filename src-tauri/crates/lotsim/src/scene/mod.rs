//! What a camera at a gate sees: the road, the vehicle with its plate, the barrier where it is, place and time.
//!
//! The still parts are drawn once and kept; a frame then costs the bar, the text and the JPEG.

mod angle;
mod burnt;
mod ground;
pub(crate) mod kiosk;
mod moving;
mod plate;
mod text;

pub(crate) use angle::Angle;
pub use burnt::BurntText;
pub(crate) use moving::{Moment, Painter};

use crate::Vehicle;
use bytes::Bytes;
use lanedesk_domain::time::Timestamp;
use resvg::tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};
use time::{OffsetDateTime, UtcOffset, macros::format_description};

/// Size of a scene in pixels.
pub const SIZE: (u16, u16) = (1280, 720);
/// Where the plate stands in the scene, in pixels: x, y, width, height.
const PLATE: [f32; 4] = [640.0, 530.0, 168.0, 54.0];
/// Where the bar turns.
const PIVOT: (f32, f32) = (252.0, 634.0);
/// Degrees from down to up.
const SWING: f32 = 80.0;

/// What is to be drawn.
#[derive(Debug, Clone)]
pub struct View {
    /// Place, as the camera writes it.
    pub label: String,
    /// The camera's time.
    pub at: Timestamp,
    /// Night (true), day (false), or by the hour in China.
    pub night: Option<bool>,
    /// The vehicle before the bar.
    pub vehicle: Option<Vehicle>,
    /// The bar, from 0 (down) to 1 (up).
    pub bar: f32,
}

/// Where the plate stands, in thousandths of the picture: x, y, width, height.
pub const fn plate_rect() -> [u32; 4] {
    // The constants above, as parts of 1280 by 720.
    [500, 736, 131, 75]
}

/// Draws the scene as JPEG.
pub fn draw(view: &View) -> Bytes {
    draw_from(Angle::Gate, view)
}

/// The same from another place.
#[expect(clippy::cast_precision_loss, reason = "the size of a picture")]
pub(crate) fn draw_from(angle: Angle, view: &View) -> Bytes {
    let local = china(view.at);
    let night = is_night(view.at, view.night);
    let body = view.vehicle.as_ref().map(ground::body);
    let size = (u32::from(SIZE.0), u32::from(SIZE.1));
    let whole = angle.whole(size);
    let mut picture = ground::picture(night, body, signal(view.bar), whole);
    let plated = view.vehicle.as_ref().filter(|one| one.plate.is_some());
    if let Some(vehicle) = plated {
        moving::paint_plate(&mut picture, vehicle);
    }
    paint_bar(&mut picture, view.bar, night, whole.0 as f32 / size.0 as f32);
    let mut picture = angle.seen(picture, size);
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let clock = local.format(&format).unwrap_or_default();
    text::write(&mut picture, &clock, (26.0, 64.0), 34.0, text::Side::Left);
    text::write(&mut picture, &format!("{}{}", view.label, angle.word()), (1254.0, 698.0), 34.0, text::Side::Right);
    encode(&picture, 82)
}

/// Draws a moment of the moving scene as JPEG, its clock and number burnt in.
pub(crate) fn draw_moment(angle: Angle, view: View, at: Timestamp, picture: u64) -> Bytes {
    let moment = Moment {
        label: view.label,
        at,
        night: view.night,
        vehicle: view.vehicle.map(|vehicle| (vehicle, 1.0)),
        bar: view.bar,
        picture,
    };
    encode(&Painter::new(angle, (640, 360)).paint(&moment), 80)
}

/// Draws the plate cut out, as JPEG.
pub fn draw_plate(vehicle: &Vehicle) -> Bytes {
    let Some(mut picture) = Pixmap::new(480, 136) else {
        return Bytes::new();
    };
    picture.fill(Color::from_rgba8(86, 92, 96, 255));
    plate::paint(&mut picture, vehicle, [22.0, 12.0, 436.0, 112.0], 2.6);
    encode(&picture, 84)
}

fn china(at: Timestamp) -> OffsetDateTime {
    let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000);
    let hours = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    utc.unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(hours)
}

/// Whether it is dark: as said, or by the hour in China.
fn is_night(at: Timestamp, said: Option<bool>) -> bool {
    said.unwrap_or_else(|| !(6..18).contains(&china(at).hour()))
}

/// The colour of the light on the post.
fn signal(bar: f32) -> &'static str {
    if bar >= 1.0 { "#39c26d" } else { "#e2382c" }
}

/// The bar, striped, turned about its pivot, in a picture so many times as large as a still.
fn paint_bar(picture: &mut Pixmap, up: f32, night: bool, scale: f32) {
    let turn = 1.4 - SWING * up;
    let place = Transform::from_rotate(turn).post_translate(PIVOT.0, PIVOT.1).post_scale(scale, scale);
    let shade = |r: u8, g: u8, b: u8| {
        let dim = |value: u8| if night { value / 2 + value / 8 } else { value };
        Color::from_rgba8(dim(r), dim(g), dim(b), 255)
    };
    let mut stripe = |x: f32, y: f32, width: f32, height: f32, color: Color| {
        let Some(rect) = Rect::from_xywh(x, y, width, height) else {
            return;
        };
        let mut paint = Paint::default();
        paint.set_color(color);
        paint.anti_alias = true;
        let path = PathBuilder::from_rect(rect);
        picture.fill_path(&path, &paint, FillRule::Winding, place, None);
    };
    stripe(-70.0, -17.0, 90.0, 34.0, shade(62, 70, 74));
    stripe(0.0, -12.0, 1180.0, 24.0, shade(241, 243, 243));
    let mut x = 66.0;
    while x < 1180.0 {
        stripe(x, -12.0, 66.0, 24.0, shade(201, 52, 42));
        x += 132.0;
    }
    stripe(0.0, 7.0, 1180.0, 5.0, Color::from_rgba8(0, 0, 0, 60));
    let Some(hub) = PathBuilder::from_circle(PIVOT.0, PIVOT.1, 20.0) else {
        return;
    };
    let mut paint = Paint::default();
    paint.set_color(shade(54, 62, 66));
    paint.anti_alias = true;
    let place = Transform::from_scale(scale, scale);
    picture.fill_path(&hub, &paint, FillRule::Winding, place, None);
}

/// As JPEG. The picture has no transparency.
fn encode(picture: &Pixmap, quality: u8) -> Bytes {
    let mut out = Vec::with_capacity(128 * 1024);
    let encoder = jpeg_encoder::Encoder::new(&mut out, quality);
    let width = u16::try_from(picture.width()).unwrap_or(u16::MAX);
    let height = u16::try_from(picture.height()).unwrap_or(u16::MAX);
    let written = encoder.encode(picture.data(), width, height, jpeg_encoder::ColorType::Rgba);
    if written.is_err() {
        return Bytes::new();
    }
    Bytes::from(out)
}

#[cfg(test)]
mod tests;
