//! Single pictures.

use crate::DeviceError;
use async_trait::async_trait;
use bytes::Bytes;

/// One picture as the device made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Still {
    /// The JPEG file.
    pub jpeg: Bytes,
}

/// Takes a picture now.
#[async_trait]
pub trait StillCamera: Send + Sync {
    /// A JPEG of what the camera sees.
    async fn still(&self) -> Result<Still, DeviceError>;
}
