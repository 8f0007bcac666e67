use super::{Layout, RawFrame, decoded, thumb};
use image::{DynamicImage, GenericImageView as _, RgbImage};

/// Left half red, right half blue, in this layout: 64×48.
fn halves(layout: Layout) -> RawFrame {
    let (width, height) = (64_usize, 48_usize);
    // BT.601, 16 to 235: the numbers a camera sends for red and blue.
    let (red, blue) = ([81_u8, 90, 240], [41_u8, 240, 110]);
    let at = |x: usize| if x < width / 2 { red } else { blue };
    let mut bytes = Vec::new();
    match layout {
        Layout::Yuyv => {
            for _ in 0..height {
                for x in (0..width).step_by(2) {
                    let [y, u, v] = at(x);
                    bytes.extend([y, u, y, v]);
                }
            }
        }
        Layout::Nv12 => {
            for _ in 0..height {
                bytes.extend((0..width).map(|x| at(x)[0]));
            }
            for _ in 0..height / 2 {
                bytes.extend((0..width).step_by(2).flat_map(|x| [at(x)[1], at(x)[2]]));
            }
        }
        Layout::Rgb | Layout::Bgr => {
            let (red, blue) = ([255, 0, 0], [0, 0, 255]);
            let (left, right) = if layout == Layout::Rgb { (red, blue) } else { (blue, red) };
            for _ in 0..height {
                bytes.extend((0..width).flat_map(|x| if x < width / 2 { left } else { right }));
            }
        }
        Layout::Gray => bytes.resize(width * height, 128),
        Layout::Mjpeg => bytes = halves(Layout::Rgb).photo().unwrap(),
    }
    RawFrame { layout, width: 64, height: 48, bytes }
}

fn is_red_and_blue(picture: &DynamicImage) -> bool {
    let [red, _, not_blue, _] = picture.get_pixel(16, 24).0;
    let [not_red, _, blue, _] = picture.get_pixel(48, 24).0;
    red > 230 && blue > 230 && not_red < 25 && not_blue < 25
}

#[test]
fn every_layout_becomes_a_photo_in_its_true_colours() {
    for layout in [Layout::Yuyv, Layout::Nv12, Layout::Rgb, Layout::Bgr, Layout::Mjpeg] {
        let picture = decoded(&halves(layout).photo().unwrap()).unwrap();
        assert_eq!(picture.dimensions(), (64, 48));
        assert!(is_red_and_blue(&picture), "{layout:?}");
    }
    let gray = decoded(&halves(Layout::Gray).photo().unwrap()).unwrap();
    assert_eq!(gray.dimensions(), (64, 48));
}

#[test]
fn a_frame_with_bytes_missing_is_an_error_and_no_panic() {
    for layout in [Layout::Yuyv, Layout::Nv12, Layout::Rgb, Layout::Gray, Layout::Mjpeg] {
        let mut frame = halves(layout);
        frame.bytes.truncate(frame.bytes.len() / 2);
        // A JPEG cut in half may still show its upper half.
        assert!(frame.photo().is_err() || layout == Layout::Mjpeg, "{layout:?}");
        frame.bytes.clear();
        assert!(frame.photo().is_err(), "{layout:?}");
    }
}

#[test]
fn a_preview_is_never_larger_than_720p() {
    let (width, height) = (2592, 1944);
    for (layout, size) in [(Layout::Yuyv, 2), (Layout::Rgb, 3)] {
        let frame = RawFrame { layout, width, height, bytes: vec![128; (width * height * size) as usize] };
        let seen = decoded(&frame.preview().unwrap()).unwrap();
        assert_eq!(seen.dimensions(), (864, 648), "every third pixel");
    }
}

/// Many cameras leave the Huffman tables out of their JPEGs; a web view shows nothing then.
#[test]
fn a_cameras_jpeg_without_tables_is_given_some() {
    let mut frame = halves(Layout::Mjpeg);
    assert_eq!(frame.preview().unwrap(), frame.bytes, "whole ones pass as they are");
    let mut bare = frame.bytes[..2].to_vec();
    let mut rest = &frame.bytes[2..];
    while rest[1] != 0xda {
        let length = 2 + usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        let (part, after) = rest.split_at(length);
        if part[1] != 0xc4 {
            bare.extend_from_slice(part);
        }
        rest = after;
    }
    bare.extend_from_slice(rest);
    frame.bytes = bare;
    let shown = frame.preview().unwrap();
    assert_ne!(shown, frame.bytes);
    assert!(is_red_and_blue(&decoded(&shown).unwrap()));
}

#[test]
fn a_thumbnail_is_made_of_pictures_only() {
    let photo = RawFrame { layout: Layout::Gray, width: 1000, height: 500, bytes: vec![99; 500_000] };
    let small = thumb(&photo.photo().unwrap()).unwrap();
    assert_eq!(decoded(&small).unwrap().dimensions(), (400, 200));
    assert_eq!(thumb(b"a text named .jpg"), None);
    assert_eq!(thumb(&[0xff, 0xd8, 0xff]), None);

    let mut png = Vec::new();
    RgbImage::new(8, 8).write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    // What it claims to be is written in its head: 30,000 pixels each way are not decoded here.
    png[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    assert_eq!(thumb(&png), None);
}
