//! What a file is and where its picture ends, read from its own marks without decoding anything.
//!
//! A decoder is kind: it shows half a picture, one frame of many, and never looks behind the end. Evidence is not kept
//! that way, so the file is walked from its first mark to its last before any pixel is made of it.

use super::intake::{BadImage, MAX_PIXELS};

/// The two kinds taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImageKind {
    Jpeg,
    Png,
}

/// A file that is whole, holds one still picture, and nothing else.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Container<'a> {
    pub(super) kind: ImageKind,
    /// EXIF as it stands in the file, from its TIFF head on.
    pub(super) exif: Option<&'a [u8]>,
    /// Of a JPEG whose picture is one scan: where the scan's data ends and the end mark begins.
    pub(super) data_end: Option<usize>,
}

/// More scans than any camera writes: each costs a pass over the whole picture.
pub(super) const MAX_SCANS: usize = 64;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// Walks the file.
pub(super) fn walk(bytes: &[u8]) -> Result<Container<'_>, BadImage> {
    if bytes.starts_with(JPEG) {
        let walked = jpeg(bytes)?;
        behind_jpeg(bytes.get(walked.end..).unwrap_or_default())?;
        Ok(Container { kind: ImageKind::Jpeg, exif: walked.exif, data_end: walked.data_end })
    } else if bytes.starts_with(PNG) {
        png(bytes)
    } else if is_other_picture(bytes) {
        Err(BadImage::OtherFormat)
    } else {
        Err(BadImage::NotAPicture)
    }
}

/// Kinds people do have, so that they are told what to change and not that they sent no picture.
fn is_other_picture(bytes: &[u8]) -> bool {
    let starts: [&[u8]; 7] = [b"GIF8", b"BM", b"II*\0", b"MM\0*", b"%PDF", b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  "];
    let at = |place: usize, mark: &[u8]| bytes.get(place..place + 4) == Some(mark);
    starts.iter().any(|start| bytes.starts_with(start))
        || (at(0, b"RIFF") && at(8, b"WEBP"))
        // HEIC and AVIF, as newer phones write them.
        || at(4, b"ftyp")
}

fn within_pixels(width: u64, height: u64) -> Result<(), BadImage> {
    match width * height {
        0 => Err(BadImage::Broken),
        pixels if pixels > MAX_PIXELS => Err(BadImage::TooManyPixels),
        _ => Ok(()),
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u64> {
    let two = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u64::from(u16::from_be_bytes(two)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u64> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u64::from(u32::from_be_bytes(four)))
}

/// A JPEG that was walked to its end mark.
struct JpegWalk<'a> {
    exif: Option<&'a [u8]>,
    /// Behind the end mark.
    end: usize,
    data_end: Option<usize>,
}

/// Walks a JPEG's segments.
fn jpeg(bytes: &[u8]) -> Result<JpegWalk<'_>, BadImage> {
    let (mut at, mut exif, mut frame, mut scans) = (2, None, false, 0);
    let mut progressive = false;
    loop {
        let (from, (mark, after)) = (at, jpeg_mark(bytes, at)?);
        at = after;
        // Marks that stand alone.
        match mark {
            0x01 | 0xd0..=0xd7 => continue,
            0xd9 if frame && scans > 0 => {
                let data_end = (scans == 1 && !progressive).then_some(from);
                let end = at;
                return Ok(JpegWalk { exif, end, data_end });
            }
            0xd8 | 0xd9 => return Err(BadImage::Broken),
            _ => {}
        }
        let length = be16(bytes, at).ok_or(BadImage::Truncated)?;
        let end = at + usize::try_from(length).map_err(|_| BadImage::Broken)?;
        if length < 2 {
            return Err(BadImage::Broken);
        }
        let segment = bytes.get(at + 2..end).ok_or(BadImage::Truncated)?;
        at = end;
        match mark {
            // Baseline, extended and progressive, Huffman-coded.
            0xc0..=0xc2 => {
                let height = be16(segment, 1).ok_or(BadImage::Broken)?;
                let width = be16(segment, 3).ok_or(BadImage::Broken)?;
                within_pixels(width, height)?;
                frame = true;
                progressive = mark == 0xc2;
            }
            // Lossless, differential and arithmetic ones: no camera writes them.
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Err(BadImage::Broken),
            0xe1 => exif = exif.or_else(|| segment.strip_prefix(b"Exif\0\0")),
            0xda => {
                scans += 1;
                if scans > MAX_SCANS {
                    return Err(BadImage::Broken);
                }
                at = behind_scan(bytes, at)?;
            }
            _ => {}
        }
    }
}

/// The mark at a place, and the place behind it. Any number of 0xFF may lead it.
fn jpeg_mark(bytes: &[u8], at: usize) -> Result<(u8, usize), BadImage> {
    let rest = bytes.get(at..).unwrap_or_default();
    let lead = rest.iter().take_while(|byte| **byte == 0xff).count();
    match rest.get(lead) {
        None => Err(BadImage::Truncated),
        Some(_) if lead == 0 => Err(BadImage::Broken),
        Some(mark) => Ok((*mark, at + lead + 1)),
    }
}

/// Where the mark behind a scan's data stands. Data holds 0xFF only before a zero or a restart mark.
fn behind_scan(bytes: &[u8], from: usize) -> Result<usize, BadImage> {
    let rest = bytes.get(from..).unwrap_or_default();
    let marks = rest.windows(2).position(|two| two[0] == 0xff && !matches!(two[1], 0x00 | 0xd0..=0xd7 | 0xff));
    marks.map(|place| from + place).ok_or(BadImage::Truncated)
}

/// What may stand behind the end of a JPEG: padding, the further pictures phones add (brightness maps, previews) and
/// Samsung's trailer. All of it is left behind when the picture is written anew; anything else is another file in hiding.
fn behind_jpeg(mut rest: &[u8]) -> Result<(), BadImage> {
    loop {
        let padding = rest.iter().take_while(|byte| matches!(byte, 0 | 0xff)).count();
        if padding == rest.len() {
            return Ok(());
        }
        // The 0xFF that begins a picture is no padding.
        let at = rest.windows(3).position(|three| three == JPEG);
        match at {
            Some(at) if at <= padding => {
                let next = rest.get(at..).unwrap_or_default();
                let walked = jpeg(next).map_err(|_| BadImage::MoreBehind)?;
                rest = next.get(walked.end..).unwrap_or_default();
            }
            _ if rest.get(4..8) == Some(b"ftyp") => return Err(BadImage::Animated),
            _ if is_samsung_trailer(rest) => return Ok(()),
            _ => return Err(BadImage::MoreBehind),
        }
    }
}

/// A directory `SEFH` whose length stands before the closing `SEFT`.
fn is_samsung_trailer(rest: &[u8]) -> bool {
    let directory = || {
        let body = rest.strip_suffix(b"SEFT")?;
        let (body, length) = body.split_last_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        body.get(body.len().checked_sub(length)?..)
    };
    directory().is_some_and(|directory| directory.starts_with(b"SEFH"))
}

/// Walks a PNG's chunks.
fn png(bytes: &[u8]) -> Result<Container<'_>, BadImage> {
    let (mut at, mut exif, mut data) = (PNG.len(), None, false);
    loop {
        let length = be32(bytes, at).ok_or(BadImage::Truncated)?;
        let length = usize::try_from(length).map_err(|_| BadImage::Broken)?;
        let name = bytes.get(at + 4..at + 8).ok_or(BadImage::Truncated)?;
        let first = at == PNG.len();
        if first != (name == b"IHDR") {
            return Err(BadImage::Broken);
        }
        if first {
            let width = be32(bytes, at + 8).ok_or(BadImage::Truncated)?;
            let height = be32(bytes, at + 12).ok_or(BadImage::Truncated)?;
            within_pixels(width, height)?;
        }
        let content = bytes.get(at + 8..at + 8 + length);
        let content = content.ok_or(BadImage::Truncated)?;
        // Behind the content stands its check sum; the decoder looks at it.
        at += 12 + length;
        match name {
            b"acTL" | b"fcTL" | b"fdAT" => return Err(BadImage::Animated),
            b"IDAT" => data = true,
            b"eXIf" => exif = Some(content),
            b"IEND" if !data => return Err(BadImage::Broken),
            b"IEND" if bytes.len() < at => return Err(BadImage::Truncated),
            b"IEND" if bytes.len() > at => return Err(BadImage::MoreBehind),
            b"IEND" => {
                return Ok(Container { kind: ImageKind::Png, exif, data_end: None });
            }
            _ => {}
        }
    }
}
