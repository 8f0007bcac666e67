//! The site as administrators change it (R34).

use crate::{CallError, ExportFormat, Hub, segment::segment};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::site::{Cells, DeviceTest, ImportProgress, ImportResult, SiteTable, TryDevice};
use reqwest::{Method, header};
use serde::{Deserialize, Serialize};

/// What a file of the site is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SiteFormat {
    /// The whole site in one file.
    Toml,
    /// One table, text with commas.
    Csv,
    /// One table, a workbook.
    Xlsx,
}

impl From<ExportFormat> for SiteFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Xlsx => Self::Xlsx,
        }
    }
}

impl SiteFormat {
    /// How a file of it is called at its end.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// What is taken in: which file, into which table, and whether it is only looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Import {
    /// What the file is written as.
    pub format: SiteFormat,
    /// The table of a sheet; a site file names its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<SiteTable>,
    /// Nothing is written.
    pub preview: bool,
}

impl Hub {
    /// Tries a device without moving anything: as it is saved, or as it stands in a form.
    pub async fn test_device(&self, device: &DeviceId, row: Option<Cells>) -> Result<DeviceTest, CallError> {
        let path = format!("/api/site/device/{}/test", segment(device.as_str()));
        let request = self
            .request(Method::POST, &path)?
            // A dead device is waited for, part by part.
            .timeout(self.pace().export.min(std::time::Duration::from_secs(60)))
            .json(&TryDevice { row });
        self.answer(request).await
    }

    /// Takes a file in, or looks at what it would change. `heard` is told how far it is.
    pub async fn import_site(
        &self,
        import: Import,
        file: Vec<u8>,
        mut heard: impl FnMut(ImportProgress) + Send,
    ) -> Result<ImportResult, CallError> {
        let request = self
            .request(Method::POST, "/api/site/import")?
            .timeout(self.pace().export)
            .query(&import)
            .header(header::ACCEPT, "application/x-ndjson")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(file);
        let response = self.accepted(self.send(request).await?).await?;
        let status = response.status();
        let mut pieces = response.bytes_stream();
        let mut lines = Lines::default();
        while let Some(piece) = pieces.next().await {
            lines.take(&piece.map_err(|error| self.unreachable(error))?);
            while let Some(line) = lines.next() {
                let told: ImportProgress = serde_json::from_slice(&line).map_err(|_| self.unreadable(status))?;
                if let Some(problem) = told.problem {
                    return Err(CallError::Refused(Box::new(problem)));
                }
                if let Some(result) = told.result {
                    return Ok(result);
                }
                heard(told);
            }
        }
        Err(self.unreadable(status))
    }

    /// The site, or one of its tables, as a file.
    pub async fn export_site(
        &self,
        format: SiteFormat,
        table: Option<SiteTable>,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<>, CallError> {
        let request = self.request(Method::GET, "/api/site/export")?;
        self.pieces(request.query(&[("format", format)]).query(&[("table", table)])).await
    }
}

/// Lines out of pieces that end anywhere.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn take(&mut self, piece: &[u8]) {
        self.0.extend_from_slice(piece);
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let rest = self.0.split_off(end + 1);
        let mut line = std::mem::replace(&mut self.0, rest);
        line.pop();
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn a_line_may_come_in_pieces_and_two_in_one() {
        let mut lines = Lines::default();
        lines.take(b"{\"a\":");
        assert_eq!(lines.next(), None);
        lines.take(b"1}\n{}\n");
        assert_eq!(lines.next().as_deref(), Some(&b"{\"a\":1}"[..]));
        assert_eq!(lines.next().as_deref(), Some(&b"{}"[..]));
        assert_eq!(lines.next(), None);
    }
}
