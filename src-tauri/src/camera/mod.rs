//! Photographing with this device: one door, whatever stands behind it.
//!
//! Drivers hang and panic. So every camera is worked on a thread of its own, each question has a deadline, and a thread
//! that does not answer is left behind: the desk itself never waits on a driver.

#[cfg(feature = "drawn-camera")]
mod drawn;
mod jpeg;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod native;
mod thread;

#[cfg(feature = "drawn-camera")]
pub use drawn::DrawnCamera;
pub use jpeg::{Layout, RawFrame, thumb};
#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub use native::NativeCamera;
pub use thread::{CameraThread, Patience};

use async_trait::async_trait;
use std::time::Instant;

/// A camera that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluggedCamera {
    /// Its name and, among cameras of one name, which: the same after it was unplugged and plugged in again.
    pub id: String,
    /// The name its maker gave it.
    pub name: String,
}

/// A photo.
#[derive(Debug, Clone)]
pub struct Shot {
    /// As JPEG.
    pub jpeg: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// When the picture was there.
    pub at: Instant,
}

/// Why a camera did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// No camera is plugged in.
    #[error("no camera is plugged in")]
    None,
    /// The camera was unplugged.
    #[error("the camera is gone")]
    Gone,
    /// Another program has it.
    #[error("the camera is in use")]
    Busy,
    /// The system does not let this program use cameras.
    #[error("the system forbids the camera")]
    Forbidden,
    /// Its driver did not answer in time.
    #[error("the camera's driver does not answer")]
    Silent,
    /// Its driver failed.
    #[error("the camera's driver failed: {0}")]
    Broken(String),
}

/// Where a preview is shown. Called from the camera's thread.
pub trait Screen: Send {
    /// Whether it can take a frame now; one that cannot gets a newer one later.
    fn ready(&mut self) -> ScreenState;
    /// Shows a frame, a JPEG of at most 1280×720.
    fn show(&mut self, jpeg: Vec<u8>);
    /// No more frames will come; `None` where the preview was ended from this side.
    fn ended(&mut self, why: Option<CameraError>);
}

/// What a screen is ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenState {
    /// The next frame.
    Ready,
    /// Nothing yet.
    Later,
    /// Nothing more: nobody looks.
    Gone,
}

/// The one door to this device's cameras.
#[async_trait]
pub trait PhotoCamera: Send + Sync + 'static {
    /// The cameras that are plugged in, in the system's order.
    async fn list(&self) -> Result<Vec<PluggedCamera>, CameraError>;
    /// Shows what a camera sees; a preview that runs ends first.
    async fn preview(&self, id: &str, screen: Box<dyn Screen>) -> Result<(), CameraError>;
    /// Ends the preview and lets the camera go.
    fn stop(&self);
    /// Takes a photo at the camera's full resolution; a preview that runs goes on afterwards.
    async fn capture(&self, id: &str) -> Result<Shot, CameraError>;
}

/// Phones and tablets: the system's own camera takes the photo, through the page's capture input.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemCamera;

#[async_trait]
impl PhotoCamera for SystemCamera {
    async fn list(&self) -> Result<Vec<PluggedCamera>, CameraError> {
        Ok(Vec::new())
    }
    async fn preview(&self, _id: &str, _screen: Box<dyn Screen>) -> Result<(), CameraError> {
        Err(CameraError::None)
    }
    fn stop(&self) {}
    async fn capture(&self, _id: &str) -> Result<Shot, CameraError> {
        Err(CameraError::None)
    }
}
