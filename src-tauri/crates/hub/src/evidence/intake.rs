//! What a photo must be to be kept, and what is kept of it: a new JPEG made of its pixels alone.

use super::{beside, container, dhash, raster};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// Most bytes a photo may have: a 12-megapixel one has about 5 million.
pub const MAX_BYTES: usize = 15 * 1024 * 1024;
/// Most pixels a photo may have, looked at before anything is decoded. Decoded they take up to four bytes each.
pub const MAX_PIXELS: u64 = 40_000_000;
/// The longer side of what is kept, in pixels.
pub const MAX_SIDE: u32 = 2048;

/// A photo as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The picture, upright, without metadata.
    pub jpeg: Vec<u8>,
    /// Of `jpeg`, in pixels.
    pub width: u32,
    /// Of `jpeg`, in pixels.
    pub height: u32,
    /// SHA-256 of `jpeg`, hex.
    pub sha256: String,
    /// SHA-256 of what was sent, hex.
    pub original: String,
    /// 64-bit difference hash, 16 hex digits; see [`super::distance`].
    pub near: String,
}

/// Why a photo is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadImage {
    /// No picture at all, whatever its name says.
    #[error("not a picture")]
    NotAPicture,
    /// A picture, but neither JPEG nor PNG.
    #[error("neither JPEG nor PNG")]
    OtherFormat,
    /// More than one frame, or a film behind the still.
    #[error("animated")]
    Animated,
    /// Something else stands behind the picture's end.
    #[error("more behind the picture")]
    MoreBehind,
    /// The end is missing.
    #[error("truncated")]
    Truncated,
    /// Damaged inside.
    #[error("broken")]
    Broken,
    /// More than [`MAX_PIXELS`].
    #[error("too many pixels")]
    TooManyPixels,
    /// More than [`MAX_BYTES`].
    #[error("too many bytes")]
    TooManyBytes,
}

impl BadImage {
    /// The key of the sentence that says what to do.
    pub fn why(self) -> &'static str {
        match self {
            Self::NotAPicture => "photo_not_a_picture",
            Self::OtherFormat => "photo_other_format",
            Self::Animated => "photo_animated",
            Self::MoreBehind => "photo_more_behind",
            Self::Truncated => "photo_truncated",
            Self::Broken => "photo_broken",
            Self::TooManyPixels => "photo_too_many_pixels",
            Self::TooManyBytes => "photo_too_many_bytes",
        }
    }
}

/// Looks a photo over and makes what is kept of it. Takes a processor for a third of a second: see [`take_in`].
pub fn intake(bytes: &[u8]) -> Result<Intake, BadImage> {
    if bytes.len() > MAX_BYTES {
        return Err(BadImage::TooManyBytes);
    }
    let container = container::walk(bytes)?;
    // A hostile file may trip the decoder itself; that is the file's fault and must not take more with it.
    let made = std::panic::catch_unwind(|| {
        let picture = raster::decode(bytes, &container)?;
        let picture = raster::shrink(picture, MAX_SIDE)?;
        let picture = raster::upright(picture, container.exif);
        let jpeg = raster::encode(&picture).map_err(|_| BadImage::Broken)?;
        Ok((picture, jpeg))
    });
    let (picture, jpeg) = made.unwrap_or(Err(BadImage::Broken))?;
    Ok(Intake {
        width: picture.width(),
        height: picture.height(),
        sha256: hex::encode(Sha256::digest(&jpeg)),
        original: hex::encode(Sha256::digest(bytes)),
        near: dhash::hash(&picture),
        jpeg,
    })
}

/// [`intake`] off the threads that serve requests, a few at a time.
pub async fn take_in(bytes: Bytes) -> Result<Intake, BadImage> {
    let made = beside(move || intake(&bytes)).await;
    made.unwrap_or(Err(BadImage::Broken))
}

#[cfg(test)]
mod tests;
