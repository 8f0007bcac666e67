//! Pixels: read from a file, turned upright, made smaller, written as JPEG.

use super::{
    container::{Container, ImageKind, MAX_SCANS},
    intake::BadImage,
};
use fast_image_resize::{PixelType, Resizer, images::Image};
use image::{DynamicImage, RgbImage, metadata::Orientation};
use jpeg_encoder::{ColorType, Encoder, EncodingError};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// Quality of what is kept and shown: text stays sharp, a photo of 3 million pixels takes about half a megabyte.
const QUALITY: u8 = 85;

/// Decodes a walked file, as it lies in the file.
pub(super) fn decode(bytes: &[u8], container: &Container<'_>) -> Result<RgbImage, BadImage> {
    match container.kind {
        ImageKind::Jpeg => match container.data_end {
            Some(end) => decode_whole(&bytes[..end]),
            None => decode_jpeg(bytes),
        },
        ImageKind::Png => decode_png(bytes),
    }
}

/// Decodes a JPEG of one scan that is given without its end mark. Behind such a mark the decoder takes zeros for the rest of
/// a picture that was cut short, and shows it half grey; without one it says that data is missing.
fn decode_whole(bytes: &[u8]) -> Result<RgbImage, BadImage> {
    if let Ok(picture) = decode_jpeg(bytes) {
        return Ok(picture);
    }
    // It looks a few bytes ahead, and says so of next to empty pictures as well. Those it never reads beyond: what stands
    // there makes no other picture.
    let followed_by = |more: &[u8]| decode_jpeg(&[bytes, more, &[0xff, 0xd9]].concat());
    let picture = followed_by(&[])?;
    if followed_by(&[0x55; 16])? == picture { Ok(picture) } else { Err(BadImage::Broken) }
}

/// Decodes a JPEG.
pub(super) fn decode_jpeg(bytes: &[u8]) -> Result<RgbImage, BadImage> {
    // Strict: what the decoder sees to be damaged is refused, not shown in part.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| BadImage::Broken)?;
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let color = if grey { ColorSpace::Luma } else { ColorSpace::RGB };
    decoder.set_options(options.jpeg_set_out_colorspace(color));
    let pixels = decoder.decode().map_err(|_| BadImage::Broken)?;
    let (width, height) = decoder.dimensions().ok_or(BadImage::Broken)?;
    let samples = if grey { 1 } else { 3 };
    picture(width, height, samples, pixels)
}

fn decode_png(bytes: &[u8]) -> Result<RgbImage, BadImage> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|_| BadImage::Broken)?;
    let size = reader.output_buffer_size().ok_or(BadImage::TooManyPixels)?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(|_| BadImage::Broken)?;
    reader.finish().map_err(|_| BadImage::Broken)?;
    pixels.truncate(frame.buffer_size());
    let (width, height) = (frame.width as usize, frame.height as usize);
    picture(width, height, frame.color_type.samples(), pixels)
}

/// Three samples a pixel from one (grey) to four (with alpha, laid on white).
fn picture(width: usize, height: usize, samples: usize, pixels: Vec<u8>) -> Result<RgbImage, BadImage> {
    let pixels = match samples {
        3 => pixels,
        1 => pixels.iter().flat_map(|grey| [*grey; 3]).collect(),
        2 => pixels.chunks_exact(2).flat_map(|pixel| [on_white(pixel[0], pixel[1]); 3]).collect(),
        4 => {
            pixels.chunks_exact(4).flat_map(|pixel| [0, 1, 2].map(|sample| on_white(pixel[sample], pixel[3]))).collect()
        }
        _ => return Err(BadImage::Broken),
    };
    let side = |length: usize| u32::try_from(length).map_err(|_| BadImage::Broken);
    RgbImage::from_raw(side(width)?, side(height)?, pixels).ok_or(BadImage::Broken)
}

fn on_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u16::from(sample), u16::from(alpha));
    u8::try_from((sample * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

/// At most `side` pixels on the longer side; smaller pictures stay as they are.
pub(super) fn shrink(picture: RgbImage, side: u32) -> Result<RgbImage, BadImage> {
    let (width, height) = picture.dimensions();
    let long = width.max(height);
    if long <= side {
        return Ok(picture);
    }
    let scaled = |length: u32| {
        let scaled = u64::from(length) * u64::from(side) / u64::from(long);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    resize(picture, scaled(width), scaled(height))
}

/// Exactly this size.
pub(super) fn resize(picture: RgbImage, width: u32, height: u32) -> Result<RgbImage, BadImage> {
    let (from_width, from_height) = picture.dimensions();
    let pixels = picture.into_raw();
    let from = Image::from_vec_u8(from_width, from_height, pixels, PixelType::U8x3);
    let from = from.map_err(|_| BadImage::Broken)?;
    let mut to = Image::new(width, height, PixelType::U8x3);
    let resized = Resizer::new().resize(&from, &mut to, None);
    resized.map_err(|_| BadImage::Broken)?;
    RgbImage::from_raw(width, height, to.into_vec()).ok_or(BadImage::Broken)
}

/// Turned as the camera was held, which EXIF says.
pub(super) fn upright(picture: RgbImage, exif: Option<&[u8]>) -> RgbImage {
    let Some(orientation) = exif.and_then(Orientation::from_exif_chunk) else {
        return picture;
    };
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

/// A JPEG that holds nothing but the picture.
pub(super) fn encode(picture: &RgbImage) -> Result<Vec<u8>, EncodingError> {
    // Sides are at most 2048 px, so they always fit.
    let side = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    let mut jpeg = Vec::with_capacity(picture.len() / 6);
    let (width, height) = picture.dimensions();
    let encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.encode(picture.as_raw(), side(width), side(height), ColorType::Rgb)?;
    Ok(jpeg)
}
