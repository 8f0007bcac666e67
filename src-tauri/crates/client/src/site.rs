//! The site as administrators change it (R34).

use crate::{CallError, ExportFormat, Hub, segment::segment};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::{
    list::Page,
    robot::Pairing,
    site::{
        AddRow, AnswerPending, Cells, ChangeRow, DeviceTest, ImportProgress, ImportResult, NewSecret, PendingChange,
        PendingWord, RotateSecret, SecretStep, SiteChange, SiteRow, SiteTable, TryDevice,
    },
};
use reqwest::{Method, header};
use serde::{Deserialize, Serialize};

/// Which rows are wanted; a part left out filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct RowFilter {
    /// In their name or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Of this lot, where rows have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The page after the one that gave this `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which changes are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct ChangeFilter {
    /// Of this table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<SiteTable>,
    /// Of this row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What this import did, row by row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<String>,
    /// The page after the one that gave this `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

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

#[derive(Serialize)]
struct Taken {
    format: SiteFormat,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<SiteTable>,
}

#[derive(Serialize)]
struct Versioned<'a> {
    version: &'a str,
}

fn path(table: SiteTable) -> String {
    format!("/api/site/{}", table.word())
}

fn row_path(table: SiteTable, id: &str) -> String {
    format!("{}/{}", path(table), segment(id))
}

impl Hub {
    /// Rows of a table.
    pub async fn site_rows(&self, table: SiteTable, filter: &RowFilter) -> Result<Page<SiteRow>, CallError> {
        self.get_with(&path(table), filter).await
    }

    /// One row as it is now.
    pub async fn site_row(&self, table: SiteTable, id: &str) -> Result<SiteRow, CallError> {
        self.get(&row_path(table, id)).await
    }

    /// Adds a row.
    pub async fn add_site_row(&self, table: SiteTable, row: Cells) -> Result<SiteRow, CallError> {
        self.post(&path(table), &AddRow { row }).await
    }

    /// Changes the row that was of this version.
    pub async fn change_site_row(&self, table: SiteTable, id: &str, change: &ChangeRow) -> Result<SiteRow, CallError> {
        let request = self.request(self.calls(), Method::PUT, &row_path(table, id))?;
        self.read(self.send(request.json(change)).await?).await
    }

    /// Takes the row of this version away.
    pub async fn remove_site_row(&self, table: SiteTable, id: &str, version: &str) -> Result<(), CallError> {
        let request = self.request(self.calls(), Method::DELETE, &row_path(table, id))?.query(&Versioned { version });
        self.accepted(self.send(request).await?).await.map(drop)
    }

    /// Changes of the site, newest first.
    pub async fn site_changes(&self, filter: &ChangeFilter) -> Result<Page<SiteChange>, CallError> {
        self.get_with("/api/site/changes", filter).await
    }

    /// Takes a change back.
    pub async fn undo_site_change(&self, change: &str) -> Result<SiteChange, CallError> {
        let path = format!("/api/site/changes/{}/undo", segment(change));
        self.post(&path, &crate::lane::EMPTY).await
    }

    /// Changes that weaken a rule of control and wait for a second administrator.
    pub async fn pending_changes(&self) -> Result<Page<PendingChange>, CallError> {
        self.get("/api/site/pending").await
    }

    /// Confirms such a change, or refuses it.
    pub async fn answer_pending(&self, pending: &str, answer: PendingWord) -> Result<PendingChange, CallError> {
        let path = format!("/api/site/pending/{}", segment(pending));
        self.post(&path, &AnswerPending { answer }).await
    }

    /// Tries a device without moving anything: as it is saved, or as it stands in a form.
    pub async fn test_device(&self, device: &DeviceId, row: Option<Cells>) -> Result<DeviceTest, CallError> {
        let path = format!("/api/site/device/{}/test", segment(device.as_str()));
        let request = self
            .request(self.calls(), Method::POST, &path)?
            // A dead device is waited for, part by part.
            .timeout(self.pace().export.min(std::time::Duration::from_secs(60)))
            .json(&TryDevice { row });
        self.read(self.send(request).await?).await
    }

    /// Lets a tablet become this robot, by a code.
    pub async fn pair_robot(&self, number: &str) -> Result<Pairing, CallError> {
        let path = format!("/api/robots/{}/pairing", segment(number));
        self.post(&path, &crate::lane::EMPTY).await
    }

    /// One step of changing an integration's secret.
    pub async fn rotate_secret(&self, id: &str, step: SecretStep) -> Result<NewSecret, CallError> {
        let path = format!("/api/site/integration/{}/secret", segment(id));
        self.post(&path, &RotateSecret { step }).await
    }

    /// One step of changing the key of a camera that calls the hub.
    pub async fn rotate_push_key(&self, id: &str, step: SecretStep) -> Result<NewSecret, CallError> {
        let path = format!("/api/site/device/{}/push-key", segment(id));
        self.post(&path, &RotateSecret { step }).await
    }

    /// Takes a file in, or looks at what it would change. `heard` is told how far it is.
    pub async fn import_site(
        &self,
        import: Import,
        file: Vec<u8>,
        mut heard: impl FnMut(ImportProgress) + Send,
    ) -> Result<ImportResult, CallError> {
        let request = self
            .request(self.calls(), Method::POST, "/api/site/import")?
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
        let request = self
            .request(self.calls(), Method::GET, "/api/site/export")?
            .timeout(self.pace().export)
            .query(&Taken { format, table });
        let response = self.accepted(self.send(request).await?).await?;
        let hub = self.clone();
        Ok(response.bytes_stream().map_err(move |error| hub.unreachable(error)))
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
