//! From a driver's frame to a JPEG.

use super::CameraError;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::{borrow::Cow, io::Cursor, sync::LazyLock};

/// How a frame's bytes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A JPEG, perhaps without its tables, as cameras send it.
    Mjpeg,
    /// Two pixels in four bytes: Y U Y V.
    Yuyv,
    /// All of Y, then U and V for every four pixels.
    Nv12,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Brightness only.
    Gray,
}

/// A frame as the driver gave it.
#[derive(Debug, Clone)]
pub struct RawFrame {
    /// How its bytes are laid out.
    pub layout: Layout,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The bytes, rows without padding.
    pub bytes: Vec<u8>,
}

/// A photo as evidence: what is small print on a document must stay readable.
const PHOTO_QUALITY: u8 = 92;
const PREVIEW_QUALITY: u8 = 75;
const THUMB_QUALITY: u8 = 80;
/// Larger than any preview asked of a camera.
const PREVIEW: (u32, u32) = (1280, 720);
/// The longer side of a thumbnail.
const THUMB: u32 = 400;
/// More than any camera has; a file that claims more is not decoded here.
const LARGEST: u32 = 12_000;
/// Memory that decoding one picture may take.
const DECODED: u64 = 512 * 1024 * 1024;

impl RawFrame {
    /// The whole frame, for evidence.
    pub fn photo(&self) -> Result<Vec<u8>, CameraError> {
        self.encoded(1, PHOTO_QUALITY)
    }

    /// The frame at most 1280×720, for looking at.
    pub fn preview(&self) -> Result<Vec<u8>, CameraError> {
        let wide = self.width.div_ceil(PREVIEW.0);
        let high = self.height.div_ceil(PREVIEW.1);
        let every = wide.max(high).max(1);
        if every == 1 && self.layout == Layout::Mjpeg {
            return Ok(with_tables(&self.bytes).into_owned());
        }
        self.encoded(every, PREVIEW_QUALITY)
    }

    /// Encodes every `every`-th pixel of every `every`-th row.
    fn encoded(&self, every: u32, quality: u8) -> Result<Vec<u8>, CameraError> {
        if self.layout == Layout::Mjpeg {
            let picture = decoded(&with_tables(&self.bytes)).map_err(|_| damaged())?.into_rgb8();
            let (width, height) = picture.dimensions();
            let rgb = Self { layout: Layout::Rgb, width, height, bytes: picture.into_raw() };
            return rgb.encoded(every, quality);
        }
        let (pixels, kind) = self.pixels(every as usize).ok_or_else(damaged)?;
        let width = u16::try_from(self.width / every).map_err(|_| damaged())?;
        let height = u16::try_from(self.height / every).map_err(|_| damaged())?;
        written(&pixels, width, height, kind, quality)
    }

    /// The chosen pixels in an order the encoder knows; `None` where bytes are missing.
    fn pixels(&self, every: usize) -> Option<(Vec<u8>, ColorType)> {
        let (width, height) = (self.width as usize, self.height as usize);
        let (columns, rows) = (width / every, height / every);
        match self.layout {
            Layout::Mjpeg => None,
            Layout::Rgb => Some((self.picked(3, every)?, ColorType::Rgb)),
            Layout::Bgr => Some((self.picked(3, every)?, ColorType::Bgr)),
            Layout::Gray => Some((self.picked(1, every)?, ColorType::Luma)),
            Layout::Yuyv => {
                let bytes = self.bytes.get(..width * height * 2)?;
                let mut out = Vec::with_capacity(columns * rows * 3);
                for row in bytes.chunks_exact(width * 2).step_by(every).take(rows) {
                    for x in (0..columns).map(|column| column * every) {
                        let pair = row.get(x / 2 * 4..x / 2 * 4 + 4)?;
                        let y = if x % 2 == 0 { pair[0] } else { pair[2] };
                        out.extend([FULL_Y[y as usize], FULL_C[pair[1] as usize], FULL_C[pair[3] as usize]]);
                    }
                }
                Some((out, ColorType::Ycbcr))
            }
            Layout::Nv12 => {
                let light = self.bytes.get(..width * height)?;
                let color = self.bytes.get(width * height..width * height * 3 / 2)?;
                let mut out = Vec::with_capacity(columns * rows * 3);
                for y in (0..rows).map(|row| row * every) {
                    let light = light.get(y * width..(y + 1) * width)?;
                    let color = color.get(y / 2 * width..(y / 2 + 1) * width)?;
                    for x in (0..columns).map(|column| column * every) {
                        let pair = color.get(x / 2 * 2..x / 2 * 2 + 2)?;
                        out.extend([FULL_Y[light[x] as usize], FULL_C[pair[0] as usize], FULL_C[pair[1] as usize]]);
                    }
                }
                Some((out, ColorType::Ycbcr))
            }
        }
    }

    /// Pixels of `size` bytes each.
    fn picked(&self, size: usize, every: usize) -> Option<Vec<u8>> {
        let (width, height) = (self.width as usize, self.height as usize);
        let bytes = self.bytes.get(..width * height * size)?;
        if every == 1 {
            return Some(bytes.to_vec());
        }
        let mut out = Vec::with_capacity(bytes.len() / every / every);
        for row in bytes.chunks_exact(width * size).step_by(every).take(height / every) {
            for pixel in row.chunks_exact(size).step_by(every).take(width / every) {
                out.extend_from_slice(pixel);
            }
        }
        Some(out)
    }
}

/// Cameras send brightness as 16 to 235 and colour as 16 to 240; a JPEG uses 0 to 255 for both.
const FULL_Y: [u8; 256] = stretched(16, 235);
const FULL_C: [u8; 256] = stretched(16, 240);

const fn stretched(from: u8, to: u8) -> [u8; 256] {
    let span = (to - from) as u16;
    let mut table = [0; 256];
    let mut value = from;
    loop {
        let wide = ((value - from) as u16 * 255 + span / 2) / span;
        // Never above 255, so the low byte is all of it.
        table[value as usize] = if value < to { wide.to_le_bytes()[0] } else { 255 };
        if value == u8::MAX {
            return table;
        }
        value += 1;
    }
}

/// A camera's JPEG with its Huffman tables: many leave them out and mean the usual ones, which not everything that shows
/// pictures knows.
fn with_tables(jpeg: &[u8]) -> Cow<'_, [u8]> {
    if !tables(jpeg).is_empty() {
        return Cow::Borrowed(jpeg);
    }
    let (start, rest) = jpeg.split_at(jpeg.len().min(2));
    Cow::Owned([start, USUAL_TABLES.as_slice(), rest].concat())
}

/// The tables every encoder uses that makes none of its own, ours among them: taken from a picture of it.
static USUAL_TABLES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let picture = written(&[0; 8 * 8 * 3], 8, 8, ColorType::Rgb, PREVIEW_QUALITY);
    tables(&picture.unwrap_or_default())
});

/// The segments of a JPEG that define Huffman tables.
fn tables(jpeg: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xff, kind, high, low, ..] = *rest {
        let length = 2 + usize::from(u16::from_be_bytes([high, low]));
        let Some((segment, after)) = rest.split_at_checked(length) else {
            break;
        };
        match kind {
            0xc4 => found.extend_from_slice(segment),
            0xda => break,
            _ => {}
        }
        rest = after;
    }
    found
}

fn written(pixels: &[u8], width: u16, height: u16, kind: ColorType, quality: u8) -> Result<Vec<u8>, CameraError> {
    let mut jpeg = Vec::with_capacity(pixels.len() / 8);
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(pixels, width, height, kind).map_err(|_| damaged())?;
    Ok(jpeg)
}

fn decoded(bytes: &[u8]) -> image::ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST);
    limits.max_image_height = Some(LARGEST);
    limits.max_alloc = Some(DECODED);
    reader.limits(limits);
    reader.decode()
}

/// A small JPEG of a picture file; `None` where it is no picture that can be shown here.
pub fn thumb(file: &[u8]) -> Option<Vec<u8>> {
    let known = matches!(image::guess_format(file), Ok(ImageFormat::Jpeg | ImageFormat::Png));
    let small = known.then(|| decoded(file).ok())??.thumbnail(THUMB, THUMB).into_rgb8();
    let width = u16::try_from(small.width()).ok()?;
    let height = u16::try_from(small.height()).ok()?;
    written(small.as_raw(), width, height, ColorType::Rgb, THUMB_QUALITY).ok()
}

fn damaged() -> CameraError {
    CameraError::Broken("a frame is not what its format says".to_owned())
}

#[cfg(test)]
mod tests;
