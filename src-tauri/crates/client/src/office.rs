//! What a supervisor watches: the board, devices and their repairs, the morning's figures, cash.

use crate::{CallError, Day, ExportFormat, Hub, segment::segment};
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use lanedesk_domain::{
    ids::{CaseId, DeviceId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::{
    board::{Board, HelpNote},
    cash::{Cash, CashTotal, TakeCash},
    list::Page,
    maintenance::{CloseMaintenance, DeviceHealth, Maintenance, MaintenanceState, OpenMaintenance},
    morning::{CaseStatistics, CasesBy, Morning},
};
use reqwest::Method;
use serde::{Deserialize, Serialize};

/// A time and what of it; a part left out filters nothing. For cash, and for counts of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct WorkFilter {
    /// Of this lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// By this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// From this moment on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// The page after the one that gave this `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which repairs are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct MaintenanceFilter {
    /// Open or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<MaintenanceState>,
    /// Of this lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// Of this device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The page after the one that gave this `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

#[derive(Serialize)]
struct OfLot<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<&'a LotId>,
}

#[derive(Serialize)]
struct Counted<'a> {
    #[serde(flatten)]
    filter: &'a WorkFilter,
    by: CasesBy,
}

#[derive(Serialize)]
struct Written {
    format: ExportFormat,
}

impl Hub {
    /// What is being handled now, and what waits.
    pub async fn board(&self) -> Result<Board, CallError> {
        self.get("/api/board").await
    }

    /// 「需要帮助」
    pub async fn ask_help(&self, case: &CaseId, note: String) -> Result<(), CallError> {
        let path = format!("/api/cases/{case}/help");
        self.tell(Method::POST, &path, Some(&HelpNote { note })).await
    }

    /// A supervisor's answer to a holder who asked for help.
    pub async fn answer_help(&self, case: &CaseId, note: String) -> Result<(), CallError> {
        let path = format!("/api/cases/{case}/help/answer");
        self.tell(Method::POST, &path, Some(&HelpNote { note })).await
    }

    /// Help is no longer needed.
    pub async fn drop_help(&self, case: &CaseId) -> Result<(), CallError> {
        let path = format!("/api/cases/{case}/help");
        self.tell(Method::DELETE, &path, None::<&()>).await
    }

    /// How devices are; those that cannot be reached first.
    pub async fn devices(&self, lot: Option<&LotId>) -> Result<Page<DeviceHealth>, CallError> {
        self.get_with("/api/devices", &OfLot { lot }).await
    }

    /// Something to repair.
    pub async fn open_maintenance(&self, device: &DeviceId, note: String) -> Result<Maintenance, CallError> {
        let path = format!("/api/devices/{}/maintenance", segment(device.as_str()));
        self.post(&path, &OpenMaintenance { note }).await
    }

    /// What is, or was, to be repaired.
    pub async fn maintenance(&self, filter: &MaintenanceFilter) -> Result<Page<Maintenance>, CallError> {
        self.get_with("/api/maintenance", filter).await
    }

    /// It is repaired.
    pub async fn close_maintenance(&self, id: &str, repair: String) -> Result<Maintenance, CallError> {
        let path = format!("/api/maintenance/{}/close", segment(id));
        self.post(&path, &CloseMaintenance { repair }).await
    }

    /// One day's figures.
    pub async fn morning(&self, day: &Day, lot: Option<&LotId>) -> Result<Morning, CallError> {
        self.get_with(&format!("/api/morning/{day}"), &OfLot { lot }).await
    }

    /// One day's figures as a file.
    pub async fn export_morning(
        &self,
        day: &Day,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<Bytes, CallError>> + Send + use<>, CallError> {
        let path = format!("/api/morning/{day}/export");
        let request =
            self.request(self.calls(), Method::GET, &path)?.timeout(self.pace().export).query(&Written { format });
        let response = self.accepted(self.send(request).await?).await?;
        let hub = self.clone();
        Ok(response.bytes_stream().map_err(move |error| hub.unreachable(error)))
    }

    /// Cases counted, with how long people waited and worked.
    pub async fn case_statistics(&self, filter: &WorkFilter, by: CasesBy) -> Result<CaseStatistics, CallError> {
        self.get_with("/api/cases/statistics", &Counted { filter, by }).await
    }

    /// 代收现金 (R39)
    pub async fn take_cash(&self, case: &CaseId, taken: &TakeCash) -> Result<Cash, CallError> {
        self.post(&format!("/api/cases/{case}/cash"), taken).await
    }

    /// Cash taken, newest first.
    pub async fn cash(&self, filter: &WorkFilter) -> Result<Page<Cash>, CallError> {
        self.get_with("/api/cash", filter).await
    }

    /// Cash by person and shift.
    pub async fn cash_totals(&self, filter: &WorkFilter) -> Result<Page<CashTotal>, CallError> {
        self.get_with("/api/cash/totals", filter).await
    }
}
