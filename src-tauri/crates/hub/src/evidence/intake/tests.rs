use super::*;
use crate::evidence::distance;
use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use proptest::prelude::*;

/// A picture with soft areas and hard edges, another one for each `seed`.
fn scene(width: u32, height: u32, seed: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (across, down) = (x * 9 / width, y * 8 / height);
        let block = (across * 37 + down * 101 + seed * 59) % 7 * 30;
        let edge = if (x / 5 + y / 9) % 11 == 0 { 40 } else { 0 };
        let soft = (x * 40 / width + y * 30 / height) % 70;
        let light = |add: u32| u8::try_from((block + edge + soft + add).min(255)).unwrap();
        Rgb([light(0), light(9), light(20)])
    })
}

fn jpeg_with(picture: &RgbImage, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    set(&mut encoder);
    let side = |length: u32| u16::try_from(length).unwrap();
    let (width, height) = (side(picture.width()), side(picture.height()));
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).unwrap();
    file
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    jpeg_with(picture, |_| {})
}

/// EXIF that holds an orientation and a place on earth's name.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"SHENZHEN GPS");
    exif
}

fn png_as(color: png::ColorType, width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    file
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    png_as(png::ColorType::Rgb, width, height, picture.as_raw())
}

/// The start of a PNG that says it is this large, and holds next to nothing.
fn png_head(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(&scene(8, 8, 0));
    file.splice(16..20, width.to_be_bytes());
    file.splice(20..24, height.to_be_bytes());
    file
}

fn read(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

/// How far two pictures of one size lie apart, in steps a sample.
fn apart(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    f64::from(u32::try_from(sum).unwrap()) / f64::from(u32::try_from(one.len()).unwrap())
}

#[test]
fn what_is_kept_is_the_picture_alone() {
    let picture = scene(640, 480, 1);
    for file in [
        jpeg(&picture),
        png(&picture),
        jpeg_with(&picture, |encoder| encoder.set_progressive(true)),
        jpeg_with(&picture, |encoder| encoder.set_restart_interval(7)),
        jpeg_with(&picture, |encoder| {
            encoder.add_app_segment(1, &exif(1)).unwrap();
        }),
    ] {
        let kept = intake(&file).unwrap();
        assert_eq!((kept.width, kept.height), (640, 480));
        assert!(apart(&read(&kept.jpeg), &picture) < 6.0);
        assert_eq!(kept.sha256, hex::encode(Sha256::digest(&kept.jpeg)));
        assert_eq!(kept.original, hex::encode(Sha256::digest(&file)));
        for part in [b"Exif".as_slice(), b"SHENZHEN"] {
            let found = kept.jpeg.windows(part.len()).any(|bytes| bytes == part);
            assert!(!found, "metadata is left behind");
        }
    }
}

#[test]
fn a_large_photo_is_made_smaller_and_keeps_its_shape() {
    let kept = intake(&jpeg(&scene(4000, 1000, 1))).unwrap();
    assert_eq!((kept.width, kept.height), (2048, 512));
    let kept = intake(&jpeg(&scene(20, 9000, 1))).unwrap();
    assert_eq!((kept.width, kept.height), (4, 2048));
}

#[test]
fn a_photo_stands_upright_however_the_camera_was_held() {
    // Red on the left; a quarter turn clockwise brings it to the top.
    let red = |x: u32| if x < 40 { [220, 20, 20] } else { [20, 20, 220] };
    let picture = RgbImage::from_fn(80, 40, |x, _| Rgb(red(x)));
    let file = jpeg_with(&picture, |encoder| {
        encoder.add_app_segment(1, &exif(6)).unwrap();
    });
    let kept = intake(&file).unwrap();
    assert_eq!((kept.width, kept.height), (40, 80));
    let kept = read(&kept.jpeg);
    assert!(kept.get_pixel(20, 10).0[0] > 180, "red is on top");
    assert!(kept.get_pixel(20, 70).0[2] > 180, "blue is below");
}

#[test]
fn grey_and_see_through_pictures_are_taken() {
    let grey = intake(&png_as(png::ColorType::Grayscale, 16, 16, &[77; 256])).unwrap();
    assert!(read(&grey.jpeg).get_pixel(8, 8).0[1].abs_diff(77) < 4);
    let clear = png_as(png::ColorType::Rgba, 16, 16, &[0; 1024]);
    let clear = intake(&clear).unwrap();
    assert!(read(&clear.jpeg).get_pixel(8, 8).0[1] > 250, "laid on white");
    let mut file = Vec::new();
    let encoder = Encoder::new(&mut file, 90);
    encoder.encode(&[77; 256], 16, 16, ColorType::Luma).unwrap();
    let grey = intake(&file).unwrap();
    assert!(read(&grey.jpeg).get_pixel(8, 8).0[1].abs_diff(77) < 4);
}

/// Where the pixels' data of a JPEG begins and ends.
fn data(jpeg: &[u8]) -> (usize, usize) {
    let scan = jpeg.windows(2).position(|two| two == [0xff, 0xda]).unwrap();
    let head = usize::from(u16::from_be_bytes([jpeg[scan + 2], jpeg[scan + 3]]));
    (scan + 2 + head, jpeg.len() - 2)
}

/// An upload that broke off, or a hand, may put an end mark behind half a picture.
#[test]
fn a_picture_cut_short_is_broken_though_it_has_an_end() {
    let plain = |_: &mut Encoder<&mut Vec<u8>>| {};
    let restarts = |encoder: &mut Encoder<&mut Vec<u8>>| encoder.set_restart_interval(4);
    for (width, height, seed) in [(640, 480, 1), (1999, 1333, 2), (17, 200, 3)] {
        let picture = scene(width, height, seed);
        for whole in [jpeg_with(&picture, plain), jpeg_with(&picture, restarts)] {
            assert!(intake(&whole).is_ok(), "{width}×{height}");
            let (from, to) = data(&whole);
            for share in [1, 10, 50, 75, 90, 97] {
                let cut = from + (to - from) * share / 100;
                // Not in the midst of a mark or of a stuffed byte.
                let cut = if whole[cut - 1] == 0xff { cut - 1 } else { cut };
                let ended = [&whole[..cut], &[0xff, 0xd9]].concat();
                assert_eq!(intake(&ended), Err(BadImage::Broken), "{share} % of {width}×{height}");
            }
        }
    }
}

/// Pictures with next to no data are whole all the same.
#[test]
fn an_empty_wall_is_a_picture() {
    for side in [8, 16, 64, 500] {
        let wall = RgbImage::from_pixel(side, side, image::Rgb([200, 200, 200]));
        assert!(intake(&jpeg(&wall)).is_ok(), "{side}");
    }
}

/// The files named by issue 3, and those people really have.
#[test]
fn each_bad_file_has_its_own_refusal() {
    let (jpeg, png) = (jpeg(&scene(64, 48, 1)), png(&scene(64, 48, 1)));
    let with = |file: &[u8], tail: &[u8]| [file, tail].concat();
    let animated = {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 8, 8);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_animated(2, 0).unwrap();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[1; 192]).unwrap();
        writer.write_image_data(&[2; 192]).unwrap();
        writer.finish().unwrap();
        file
    };
    let mut flipped = png.clone();
    flipped[60] ^= 0x10;
    let zip = b"PK\x03\x04\x14\0\0\0\0\0";
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
    let cases: [(&str, Vec<u8>, BadImage); 18] = [
        ("nothing", vec![], BadImage::NotAPicture),
        ("text", b"dear hub, I am a photo".to_vec(), BadImage::NotAPicture),
        ("zip", zip.to_vec(), BadImage::NotAPicture),
        ("GIF", b"GIF89a\x01\0\x01\0".to_vec(), BadImage::OtherFormat),
        ("WebP", b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), BadImage::OtherFormat),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), BadImage::OtherFormat),
        ("animated PNG", animated, BadImage::Animated),
        ("film behind a still", with(&jpeg, film), BadImage::Animated),
        ("JPEG and zip", with(&jpeg, zip), BadImage::MoreBehind),
        ("JPEG and page", with(&jpeg, b"<script>"), BadImage::MoreBehind),
        ("PNG and zip", with(&png, zip), BadImage::MoreBehind),
        ("PNG and a byte", with(&png, b"\0"), BadImage::MoreBehind),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec(), BadImage::Truncated),
        ("half a PNG", png[..png.len() / 2].to_vec(), BadImage::Truncated),
        ("PNG with a wrong sum", flipped, BadImage::Broken),
        ("huge PNG", png_head(30_000, 30_000), BadImage::TooManyPixels),
        ("empty PNG", png_head(0, 100), BadImage::Broken),
        ("heavy", with(&jpeg, &vec![0; MAX_BYTES]), BadImage::TooManyBytes),
    ];
    for (name, file, why) in cases {
        assert_eq!(intake(&file), Err(why), "{name}");
    }
}

#[test]
fn what_phones_put_behind_a_picture_is_left_behind() {
    let (photo, map) = (jpeg(&scene(64, 48, 1)), jpeg(&scene(16, 12, 2)));
    let plain = intake(&photo).unwrap();
    let mut trailer = b"some block".to_vec();
    let directory = b"SEFH\x6b\0\0\0\0\0\0\0";
    trailer.extend(directory);
    trailer.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    trailer.extend(b"SEFT");
    for tail in [vec![0; 512], map.clone(), [vec![0; 3], map].concat(), trailer] {
        let kept = intake(&[photo.as_slice(), &tail].concat()).unwrap();
        assert_eq!(kept.jpeg, plain.jpeg);
    }
}

#[test]
fn alike_pictures_have_near_hashes() {
    let near = |picture: &RgbImage| intake(&jpeg(picture)).unwrap().near;
    let one = near(&scene(640, 480, 1));
    assert_eq!(one.len(), 16);
    let smaller = image::imageops::resize(&scene(640, 480, 1), 320, 240, image::imageops::FilterType::Triangle);
    assert!(distance(&one, &near(&smaller)).unwrap() <= 4);
    assert!(distance(&one, &near(&scene(640, 480, 2))).unwrap() >= 10);
    assert_eq!(distance(&one, "no hash"), None);
}

#[tokio::test]
async fn many_photos_at_once_are_all_taken_in() {
    let file = Bytes::from(jpeg(&scene(320, 240, 1)));
    let all = (0..6).map(|_| take_in(file.clone()));
    for kept in futures::future::join_all(all).await {
        assert_eq!(kept.unwrap().width, 320);
    }
    assert_eq!(take_in(Bytes::new()).await, Err(BadImage::NotAPicture));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Whatever is sent, an answer comes back; behind a picture's first marks too.
    #[test]
    fn no_bytes_whatever_break_it(start in 0..4usize, bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let starts: [&[u8]; 4] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xdb\0\x43"];
        prop_assert!(intake(&[starts[start], &bytes].concat()).is_err());
    }

    /// A part of a photo is never kept as if it were the photo.
    #[test]
    fn no_part_of_a_photo_is_a_photo(part in 0.0..1.0f64, progressive: bool, as_png: bool) {
        let picture = scene(96, 80, 3);
        let whole = if as_png { png(&picture) } else {
            jpeg_with(&picture, |encoder| encoder.set_progressive(progressive))
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "below the length")]
        let length = (whole.len() as f64 * part) as usize;
        prop_assert!(intake(&whole[..length]).is_err());
    }

    /// Damage inside is refused or decoded, never a fault of the hub.
    #[test]
    fn no_damage_breaks_it(at in any::<prop::sample::Index>(), byte: u8, progressive: bool, as_png: bool) {
        let picture = scene(96, 80, 3);
        let mut file = if as_png { png(&picture) } else {
            jpeg_with(&picture, |encoder| encoder.set_progressive(progressive))
        };
        *at.get_mut(&mut file) = byte;
        if let Ok(kept) = intake(&file) {
            prop_assert!(kept.width <= MAX_SIDE && kept.height <= MAX_SIDE);
        }
    }
}
