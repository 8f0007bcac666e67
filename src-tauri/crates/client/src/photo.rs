//! ID photos: sent once, the hub recognises the same bytes again.

use crate::{CallError, Hub};
use bytes::Bytes;
use lanedesk_domain::{
    ids::{CaseId, Fence, PhotoId},
    time::Timestamp,
};
use lanedesk_wire::photo::{HoldPhoto, Photo, PhotoFromLane, PhotoSource};
use reqwest::{
    Method,
    multipart::{Form, Part},
};

/// A photo as it was taken here.
#[derive(Debug, Clone)]
pub struct TakenPhoto {
    /// The case it was taken for.
    pub case: CaseId,
    /// Which camera took it.
    pub source: PhotoSource,
    /// When the shutter went, in hub time.
    pub taken_at: Timestamp,
    /// The picture as the camera gave it.
    pub bytes: Bytes,
}

impl Hub {
    /// Sends a photo. Sent twice, the hub keeps it once and answers the same.
    pub async fn send_photo(&self, photo: TakenPhoto) -> Result<Photo, CallError> {
        let size = u64::try_from(photo.bytes.len()).unwrap_or(u64::MAX);
        // The name says nothing: the hub looks at the bytes.
        let file = Part::stream_with_length(photo.bytes, size).file_name("photo");
        let form = Form::new()
            .text("source", photo.source.word())
            .text("taken_at", photo.taken_at.to_string())
            .part("file", file);
        let path = format!("/api/cases/{}/photos", photo.case);
        let request = self.request(self.calls(), Method::POST, &path)?.timeout(self.pace().photo).multipart(form);
        self.read(self.send(request).await?).await
    }

    /// Has the lane's ID camera take a photo.
    pub async fn photo_from_lane(&self, case: &CaseId, fence: Fence) -> Result<Photo, CallError> {
        let path = format!("/api/cases/{case}/photos/from-lane");
        self.post(&path, &PhotoFromLane { fence }).await
    }

    /// Takes a photo back that proves nothing yet.
    pub async fn drop_photo(&self, case: &CaseId, photo: &PhotoId) -> Result<(), CallError> {
        let path = format!("/api/cases/{case}/photos/{photo}");
        self.tell(Method::DELETE, &path, None::<&()>).await
    }

    /// Keeps a photo beyond its retention, or lets it go again (R36).
    pub async fn hold_photo(&self, photo: &PhotoId, hold: &HoldPhoto) -> Result<(), CallError> {
        let path = format!("/api/photos/{photo}/hold");
        self.tell(Method::POST, &path, Some(hold)).await
    }
}
