//! Openings as a file.

use crate::{CallError, Hub};
use bytes::Bytes;
use futures::Stream;
use lanedesk_wire::filter::OpeningFilter;
use reqwest::Method;
use serde::{Deserialize, Serialize};

/// How openings are written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Text with commas.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Hub {
    /// The openings of a filter as a file.
    pub async fn export_openings(
        &self,
        filter: &OpeningFilter,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<>, CallError> {
        let request = self.request(Method::GET, "/api/openings/export")?;
        self.pieces(request.query(filter).query(&[("format", format)])).await
    }
}
