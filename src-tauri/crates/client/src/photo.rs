//! ID photos: sent once, the hub recognises the same bytes again.

use crate::{CallError, Hub};
use bytes::Bytes;
use lanedesk_domain::{ids::CaseId, time::Timestamp};
use lanedesk_wire::photo::{Photo, PhotoSource};
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
        let request = self.request(Method::POST, &path)?.timeout(self.pace().photo).multipart(form);
        self.answer(request).await
    }
}
