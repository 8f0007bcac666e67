//! Asking for openings.

use crate::{CallError, Hub};
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use lanedesk_domain::{
    ids::{LaneId, LotId, OpeningId, PersonId},
    lane::Direction,
    opening::{OpeningKind, Passage, Source},
    order::OrderResult,
    time::Timestamp,
};
use lanedesk_wire::{
    case::TimelineEntry,
    list::Page,
    opening::{ClosePhotos, Opening},
    photo::Evidence,
    statistics::{By, Statistics},
};
use reqwest::Method;
use serde::{Deserialize, Serialize};

/// Which openings are wanted; a part left out filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct OpeningFilter {
    /// Of this lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// Of this lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// Of this plate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Of this reason's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// In or out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// By this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// By lookup or by call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// By the rules or against them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OpeningKind>,
    /// With this result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<OrderResult>,
    /// Whether the vehicle was seen to pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage: Option<Passage>,
    /// Only those that owe photos (补录).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owing: Option<bool>,
    /// With money due and no matching payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpaid: Option<bool>,
    /// Whose device failed, or never said what it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unresolved: Option<bool>,
    /// In this hour of the day, 0 to 23, by the hub's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
    /// From this moment on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// At most so many, 500 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The page after the one that gave this `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// How openings are written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Text with commas.
    Csv,
    /// A workbook.
    Xlsx,
}

/// A filter and one thing more, as one query.
#[derive(Serialize)]
struct Asked<'a, T> {
    #[serde(flatten)]
    filter: &'a OpeningFilter,
    #[serde(flatten)]
    more: T,
}

#[derive(Serialize)]
struct Counted {
    by: By,
}

#[derive(Serialize)]
struct Written {
    format: ExportFormat,
}

impl Hub {
    /// Openings within one's scope, newest first (R33).
    pub async fn openings(&self, filter: &OpeningFilter) -> Result<Page<Opening>, CallError> {
        self.get_with("/api/openings", filter).await
    }

    /// One opening.
    pub async fn opening(&self, id: &OpeningId) -> Result<Opening, CallError> {
        self.get(&format!("/api/openings/{id}")).await
    }

    /// The photos of an opening, as they stand now.
    pub async fn opening_photos(&self, id: &OpeningId) -> Result<Page<Evidence>, CallError> {
        self.get(&format!("/api/openings/{id}/photos")).await
    }

    /// Waits no longer for overdue photos of a release, with a reason (R24).
    pub async fn close_photos(&self, id: &OpeningId, reason: String) -> Result<Opening, CallError> {
        let path = format!("/api/openings/{id}/photos/close");
        self.post(&path, &ClosePhotos { reason }).await
    }

    /// Everything that happened in an opening's case (R35).
    pub async fn opening_timeline(&self, id: &OpeningId) -> Result<Page<TimelineEntry>, CallError> {
        self.get(&format!("/api/openings/{id}/timeline")).await
    }

    /// Counts over the openings of a filter.
    pub async fn opening_statistics(&self, filter: &OpeningFilter, by: By) -> Result<Statistics, CallError> {
        let more = Counted { by };
        self.get_with("/api/openings/statistics", &Asked { filter, more }).await
    }

    /// The openings of a filter as a file, piece by piece, so that a million rows never stand in memory at once.
    pub async fn export_openings(
        &self,
        filter: &OpeningFilter,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<>, CallError> {
        let more = Written { format };
        let request = self
            .request(self.calls(), Method::GET, "/api/openings/export")?
            // As long as it takes: what stands still is noticed by whoever reads it.
            .timeout(self.pace().export)
            .query(&Asked { filter, more });
        let response = self.accepted(self.send(request).await?).await?;
        let hub = self.clone();
        Ok(response.bytes_stream().map_err(move |error| hub.unreachable(error)))
    }
}
