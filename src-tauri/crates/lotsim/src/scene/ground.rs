//! The parts of a scene that stand still, drawn once for each kind and kept.

use crate::Vehicle;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

const GROUND: &str = include_str!("ground.svg");
const CAR: &str = include_str!("car.svg");
const POST: &str = include_str!("post.svg");

/// Colours of the cars; which one a vehicle has follows from its plate.
const BODIES: [&str; 6] = ["#d3d7d9", "#eceeee", "#3d444a", "#7c878d", "#8c2f2b", "#27456b"];

/// Definitions the car and the night need, put before the end of the ground.
const DEFINITIONS: &str = r##"<defs>
<linearGradient id="glass" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#5f6f79"/><stop offset=".5" stop-color="#26323a"/><stop offset="1" stop-color="#141b20"/></linearGradient>
<linearGradient id="shine" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".45"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></linearGradient>
<radialGradient id="edge" cx=".5" cy=".5" r=".75"><stop offset=".6" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".42"/></radialGradient>
<radialGradient id="beam"><stop offset="0" stop-color="#fffbe8" stop-opacity=".95"/><stop offset=".25" stop-color="#fff3c8" stop-opacity=".5"/><stop offset="1" stop-color="#fff3c8" stop-opacity="0"/></radialGradient>
<radialGradient id="pool"><stop offset="0" stop-color="#ffe9b8" stop-opacity=".34"/><stop offset="1" stop-color="#ffe9b8" stop-opacity="0"/></radialGradient>
</defs>"##;
/// The lens's dark corners.
const EDGE: &str = r#"<rect width="1280" height="720" fill="url(#edge)"/>"#;
/// Darkness, the canopy's lamps and what they light.
const NIGHT: &str = r##"<rect width="1280" height="720" fill="#060b16" opacity=".64"/>
<path d="M420 38h150v12H420zM740 38h150v12H740z" fill="#fff6dc"/><ellipse cx="660" cy="560" rx="600" ry="230" fill="url(#pool)"/><ellipse cx="495" cy="60" rx="190" ry="80" fill="url(#pool)"/><ellipse cx="815" cy="60" rx="190" ry="80" fill="url(#pool)"/>"##;
/// The car's own lights.
const BEAMS: &str = r#"<ellipse cx="550" cy="500" rx="150" ry="90" fill="url(#beam)"/><ellipse cx="898" cy="500" rx="150" ry="90" fill="url(#beam)"/>"#;

/// Width and height in pixels.
type GroundSize = (u32, u32);
/// What tells one kind of still picture from another.
type Kind = (bool, Option<&'static str>, &'static str, GroundSize);
/// What tells one vehicle's picture from another.
type Car = (bool, Vehicle, GroundSize);

/// The colour of a vehicle's body.
pub(super) fn body(vehicle: &Vehicle) -> &'static str {
    let plate = vehicle.plate.as_deref().unwrap_or_default();
    let sum = plate.chars().fold(0, |sum, letter| sum + letter as usize);
    BODIES[sum % BODIES.len()]
}

/// A copy of the still picture, to draw on.
pub(super) fn picture(night: bool, body: Option<&'static str>, signal: &'static str, size: GroundSize) -> Pixmap {
    static KEPT: OnceLock<Mutex<HashMap<Kind, Arc<Pixmap>>>> = OnceLock::new();
    let kept = KEPT.get_or_init(Mutex::default);
    let kind = (night, body, signal, size);
    let found = {
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&kind).map(Arc::clone)
    };
    let drawn = found.unwrap_or_else(|| {
        // Two that draw the same at once do the work twice; the second one is kept.
        let drawn = Arc::new(draw(kind));
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(kind, Arc::clone(&drawn));
        drawn
    });
    Pixmap::clone(&drawn)
}

/// A vehicle with its plate and nothing about it, where it stands when it waits.
pub(super) fn car(night: bool, vehicle: &Vehicle, size: GroundSize) -> Arc<Pixmap> {
    // Only the one that moves now is kept: each passage has another plate.
    static KEPT: Mutex<Option<(Car, Arc<Pixmap>)>> = Mutex::new(None);
    let car = (night, vehicle.clone(), size);
    if let Some((kept, picture)) = &*KEPT.lock().unwrap_or_else(PoisonError::into_inner)
        && *kept == car
    {
        return Arc::clone(picture);
    }
    let mut picture = render(&car_alone(night, body(vehicle)), size);
    if vehicle.plate.is_some() {
        super::moving::paint_plate(&mut picture, vehicle);
    }
    if night {
        dim(&mut picture);
    }
    let picture = Arc::new(picture);
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some((car, Arc::clone(&picture)));
    picture
}

/// The same as [`NIGHT`] does to everything else.
fn dim(picture: &mut Pixmap) {
    for bytes in picture.data_mut().chunks_exact_mut(4) {
        for color in bytes.iter_mut().take(3) {
            *color -= *color / 2;
        }
    }
}

fn draw((night, body, signal, size): Kind) -> Pixmap {
    render(&svg(night, body, signal), size)
}

#[expect(clippy::cast_precision_loss, reason = "the size of a picture")]
fn render(svg: &str, (width, height): GroundSize) -> Pixmap {
    let Some(mut pixmap) = Pixmap::new(width, height) else {
        unreachable!("a size that is not zero");
    };
    let scale = Transform::from_scale(width as f32 / 1280.0, height as f32 / 720.0);
    match Tree::from_str(svg, &Options::default()) {
        Ok(tree) => resvg::render(&tree, scale, &mut pixmap.as_mut()),
        // The drawing is part of the program and a test draws every kind.
        Err(error) => unreachable!("the scene is well-formed: {error}"),
    }
    pixmap
}

/// The vehicle's drawing.
fn car_svg(night: bool, body: &str) -> String {
    let lamp = if night { "#fffdf0" } else { "#b9c6cc" };
    CAR.replace("BODY", body).replace("LAMP", lamp)
}

fn car_alone(night: bool, body: &str) -> String {
    let car = car_svg(night, body);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720" viewBox="0 0 1280 720">{DEFINITIONS}{car}</svg>"#
    )
}

fn svg(night: bool, body: Option<&str>, signal: &str) -> String {
    let car = body.map(|body| car_svg(night, body));
    let post = POST.replace("SIGNAL", signal);
    let dark = if night { NIGHT } else { "" };
    let beams = if night && body.is_some() { BEAMS } else { "" };
    let car = car.unwrap_or_default();
    let inside = format!("{DEFINITIONS}{car}{post}{dark}{beams}{EDGE}</svg>");
    GROUND.trim_end().replace("</svg>", &inside)
}
