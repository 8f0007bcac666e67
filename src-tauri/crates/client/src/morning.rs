//! One day's figures as a file.

use crate::{CallError, Day, ExportFormat, Hub};
use bytes::Bytes;
use futures::Stream;
use reqwest::Method;

impl Hub {
    /// One day's figures as a file.
    pub async fn export_morning(
        &self,
        day: &Day,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<>, CallError> {
        let request = self.request(Method::GET, &format!("/api/morning/{day}/export"))?;
        self.pieces(request.query(&[("format", format)])).await
    }
}
