//! Who saw a photo, and when, burnt into what they were shown (R36): a picture that leaks names its leak.

use super::{
    beside,
    intake::BadImage,
    raster,
    text_mask::{self, TextLine},
};
use image::RgbImage;
use lanedesk_domain::time::Timestamp;

/// Whoever is shown a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The name people know.
    pub name: String,
    /// What they log in with.
    pub username: String,
    /// When.
    pub at: Timestamp,
    /// The photo's id.
    pub photo: String,
}

/// How strongly letters and their rim cover the picture, of 256: read easily, and what lies under them still shows.
const FILL: u32 = 105;
/// See [`FILL`].
const RIM: u32 = 70;
/// Sine and cosine of the 25 degrees by which lines rise, so that no edge of a document runs along them.
const SLOPE: (f32, f32) = (0.4226, 0.9063);

/// A kept photo with the viewer's name and time all over it, as JPEG.
pub async fn marked(jpeg: Vec<u8>, viewer: Viewer) -> Result<Vec<u8>, BadImage> {
    let made = beside(move || {
        let mut picture = raster::decode_jpeg(&jpeg)?;
        burn(&mut picture, &viewer);
        raster::encode(&picture).map_err(|_| BadImage::Broken)
    });
    made.await.unwrap_or(Err(BadImage::Broken))
}

/// The line that is repeated: name where letters for it are installed, username, local time, photo.
fn words(viewer: &Viewer) -> String {
    let id = viewer.photo.get(viewer.photo.len().saturating_sub(6)..);
    let who = if text_mask::can_write(&viewer.name) {
        format!("{} {}", viewer.name, viewer.username)
    } else {
        viewer.username.clone()
    };
    format!("{who} {} #{}", viewer.at.local_text(), id.unwrap_or_default())
}

/// Lays the line over the whole picture in slanting rows.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "places within a picture of at most 2048 px"
)]
fn burn(picture: &mut RgbImage, viewer: &Viewer) {
    let long = picture.width().max(picture.height());
    let line = TextLine::new(&words(viewer), (long / 44).max(16));
    let side = |length: usize| i32::try_from(length).unwrap_or(i32::MAX / 8);
    let (width, height) = (side(line.width), side(line.height));
    let (along, down) = (width + 2 * height, height * 3);
    let (sin, cos) = SLOPE;
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (x as f32, y as f32);
        let (u, v) = ((x * cos - y * sin) as i32, (x * sin + y * cos) as i32);
        let row = v.div_euclid(down);
        // Every row begins elsewhere, so that no cut between columns is free of letters.
        let place = (u + row * along * 3 / 7).rem_euclid(along);
        let (fill, rim) = line.cover(place, v.rem_euclid(down));
        if fill == 0 && rim == 0 {
            continue;
        }
        for sample in &mut pixel.0 {
            *sample = blend(blend(*sample, 20, u32::from(rim) * RIM), 255, u32::from(fill) * FILL);
        }
    }
}

/// `weight` in 255 times 256th parts.
fn blend(under: u8, over: u32, weight: u32) -> u8 {
    const WHOLE: u32 = 255 * 256;
    let mixed = (u32::from(under) * (WHOLE - weight) + over * weight) / WHOLE;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn viewer(username: &str) -> Viewer {
        Viewer {
            name: "周敏".to_owned(),
            username: username.to_owned(),
            at: "2026-11-22T11:05:12Z".parse().unwrap(),
            photo: "0193-abcdef".to_owned(),
        }
    }

    fn burnt(background: u8, username: &str) -> RgbImage {
        let mut picture = RgbImage::from_pixel(1200, 900, Rgb([background; 3]));
        burn(&mut picture, &viewer(username));
        picture
    }

    #[test]
    fn it_says_who_and_when_in_local_time() {
        let words = words(&viewer("chief"));
        assert!(words.ends_with("chief 2026-11-22 19:05:12 #abcdef"), "{words}");
        assert_eq!(words.starts_with("周敏 "), text_mask::can_write("周敏"));
    }

    #[test]
    fn every_part_of_a_picture_carries_it_on_any_ground_and_still_shows() {
        for ground in [0, 128, 255] {
            let picture = burnt(ground, "chief");
            let touched = |x0: u32, y0: u32| {
                let inside = |x: u32, y: u32| picture.get_pixel(x, y).0[0].abs_diff(ground) > 20;
                (0..300).any(|x| (0..225).any(|y| inside(x0 + x, y0 + y)))
            };
            for part in 0..16 {
                assert!(touched(part % 4 * 300, part / 4 * 225), "part {part} on {ground}");
            }
            let bare = picture.pixels().filter(|pixel| pixel.0[0].abs_diff(ground) < 8);
            assert!(bare.count() > 1200 * 900 / 2, "the document stays readable");
        }
    }

    #[test]
    fn no_two_viewers_see_the_same_picture() {
        let (one, other) = (burnt(128, "chief"), burnt(128, "guard"));
        let pairs = one.pixels().zip(other.pixels());
        let apart = pairs.filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > 20).count();
        assert!(apart > 1000, "{apart} pixels apart");
    }
}
