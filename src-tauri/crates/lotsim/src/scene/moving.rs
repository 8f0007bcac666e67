//! The scene as it moves: a vehicle drives up, waits, the bar rises, it drives off. Smaller than the stills, because it
//! is drawn and encoded many times a second.

use super::{Angle, PLATE, burnt, burnt::BurntText, china, ground, is_night, paint_bar, plate, signal, text};
use crate::Vehicle;
use lanedesk_domain::time::Timestamp;
use resvg::tiny_skia::{Pixmap, PixmapPaint, Transform};
use time::macros::format_description;

/// Where the road ends in the distance, in the coordinates of a still.
const HORIZON: (f32, f32) = (655.0, 262.0);
/// How large a vehicle is in the distance, beside one that waits.
const FAR: f32 = 0.24;
/// How large it is when it leaves the picture.
const PAST: f32 = 2.6;

/// One moment.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) label: String,
    pub(crate) at: Timestamp,
    pub(crate) night: Option<bool>,
    /// The vehicle, and how far it has come: 0 in the distance, 1 before the bar, 2 out of the picture.
    pub(crate) vehicle: Option<(Vehicle, f32)>,
    /// The bar, from 0 (down) to 1 (up).
    pub(crate) bar: f32,
    /// Which picture this is.
    pub(crate) picture: u64,
}

/// What tells one background from another.
#[derive(PartialEq)]
struct Still {
    night: bool,
    signal: &'static str,
    vehicle: Option<Vehicle>,
}

/// Draws moments of one size, and keeps what stands still between them.
pub(crate) struct Painter {
    angle: Angle,
    size: (u32, u32),
    kept: Option<(Still, Pixmap)>,
}

impl Painter {
    pub(crate) const fn new(angle: Angle, size: (u32, u32)) -> Self {
        let kept = None;
        Self { angle, size, kept }
    }

    pub(crate) const fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Draws one moment.
    #[expect(clippy::cast_precision_loss, reason = "the size of a small picture")]
    pub(crate) fn paint(&mut self, moment: &Moment) -> Pixmap {
        let whole = self.angle.whole(self.size);
        let scale = whole.0 as f32 / 1280.0;
        let night = is_night(moment.at, moment.night);
        let waits = moment.vehicle.as_ref().filter(|(_, way)| is_still(*way));
        let still = Still { night, signal: signal(moment.bar), vehicle: waits.map(|(vehicle, _)| vehicle.clone()) };
        let mut picture = self.background(still);
        if let Some((vehicle, way)) = &moment.vehicle
            && !is_still(*way)
        {
            let size = if *way < 1.0 { FAR + (1.0 - FAR) * way } else { 1.0 + (PAST - 1.0) * (way - 1.0) };
            // Everything is scaled towards the end of the road.
            let shift = scale * (1.0 - size);
            let place = Transform::from_scale(size, size).post_translate(HORIZON.0 * shift, HORIZON.1 * shift);
            let car = ground::car(night, vehicle, whole);
            picture.draw_pixmap(0, 0, car.as_ref().as_ref(), &PixmapPaint::default(), place, None);
        }
        paint_bar(&mut picture, moment.bar, night, scale);
        let mut picture = self.angle.seen(picture, self.size);
        let place = format!("{}{}", moment.label, self.angle.word());
        write(&mut picture, moment, &place, self.size.0 as f32 / 1280.0);
        picture
    }

    /// Everything but bar and text; a vehicle that waits is part of it.
    fn background(&mut self, still: Still) -> Pixmap {
        if let Some((kept, picture)) = &self.kept
            && *kept == still
        {
            return picture.clone();
        }
        let body = still.vehicle.as_ref().map(ground::body);
        let mut picture = ground::picture(still.night, body, still.signal, self.angle.whole(self.size));
        if let Some(vehicle) = still.vehicle.as_ref().filter(|one| one.plate.is_some()) {
            paint_plate(&mut picture, vehicle);
        }
        self.kept = Some((still, picture.clone()));
        picture
    }
}

/// Clock and number above, the place below, and the clock for programs.
fn write(picture: &mut Pixmap, moment: &Moment, place: &str, scale: f32) {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3]");
    let clock = china(moment.at).format(&format).unwrap_or_default();
    let line = format!("{clock}  {}", moment.picture);
    let height = 34.0 * scale;
    text::write(picture, &line, (26.0 * scale, 92.0 * scale), height, text::Side::Left);
    let corner = (1254.0 * scale, 698.0 * scale);
    text::write(picture, place, corner, height, text::Side::Right);
    burnt::paint(picture, BurntText::new(moment.at, moment.picture));
}

/// A vehicle that waits need not be drawn anew.
fn is_still(way: f32) -> bool {
    (way - 1.0).abs() < f32::EPSILON
}

/// Paints the plate of a vehicle that waits, at the picture's own scale.
#[expect(clippy::cast_precision_loss, reason = "the size of a small picture")]
pub(super) fn paint_plate(picture: &mut Pixmap, vehicle: &Vehicle) {
    let scale = picture.width() as f32 / 1280.0;
    plate::paint(picture, vehicle, PLATE.map(|part| part * scale), scale);
}
