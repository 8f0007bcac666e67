//! Cameras that show what happens as it happens.

use crate::DeviceError;
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why a live picture does not come, or comes no longer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// The camera cannot be reached, or says no.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// It shows something that no screen of ours plays.
    #[error("the camera sends {0}, which cannot be played")]
    Codec(String),
    /// It has no moving picture.
    #[error("the camera has no moving picture")]
    NoVideo,
    /// One picture is larger than any camera's.
    #[error("the camera sends a picture that does not end")]
    TooLarge,
    /// What it sends is no stream of pictures.
    #[error("what the camera sends cannot be read")]
    Unreadable,
}

/// How a stream's pictures travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveTransport {
    /// In the one connection over which they are asked for: passes wherever the camera's address is reached, and nothing
    /// is lost.
    #[default]
    Tcp,
    /// In datagrams, for cameras that know nothing else: they pass no address translation, and after a lost one the
    /// picture stands until the next key frame.
    Udp,
}

/// What a decoder has to know before the first picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoParameters {
    /// As a web page names the codec, for example `avc1.42001E`.
    pub codec: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The decoder's configuration record, as it stands in an MP4 file.
    pub record: Bytes,
}

/// One coded picture of H.264.
#[derive(Debug, Clone)]
pub struct AccessUnit {
    /// Its NAL units, each behind its length in four bytes.
    pub data: Bytes,
    /// Whether a decoder can begin here.
    pub key: bool,
    /// Something before it was lost: what follows may refer to it until the next key picture.
    pub gap: bool,
    /// When it is shown, in ticks of 1/90000 s from anywhere. Pictures may come in another order.
    pub shown_at: i64,
    /// What a decoder has to know; the same allocation while it has not changed. None: not told yet.
    pub parameters: Option<Arc<VideoParameters>>,
}

/// One picture.
#[derive(Debug, Clone)]
pub enum LivePicture {
    /// Of a stream of H.264.
    H264(AccessUnit),
    /// A whole JPEG file.
    Jpeg(Bytes),
}

/// An open stream of pictures. Dropping it ends it at the camera.
#[async_trait]
pub trait LivePictures: Send {
    /// The next picture. May be dropped while it waits without losing one. It waits for ever where nothing comes.
    async fn next(&mut self) -> Result<LivePicture, LiveError>;
}

/// Shows what happens as it happens.
#[async_trait]
pub trait LiveCamera: Send + Sync {
    /// Begins a stream. A device known to refuse our account is not asked again before its pause is over.
    async fn open_live(&self) -> Result<Box<dyn LivePictures>, LiveError>;
}
