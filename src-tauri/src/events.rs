//! What the page is told without asking.

use crate::{
    commands::{evidence::EvidencePhoto, session::Connection},
    notify::{self, Notice},
};
use lanedesk_client::Language;
use lanedesk_domain::{
    ids::{CaseId, LaneId},
    time::Timestamp,
};
use lanedesk_wire::{problem::Problem, site::ImportProgress, stream::Frame};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Runtime};
use tauri_specta::Event;

/// A frame of the hub's stream, as it came.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct HubTold {
    /// The frame.
    pub frame: Frame,
}

/// The line to the hub came up or went down.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ConnectionChanged {
    /// How it stands now.
    pub connection: Connection,
    /// Since when, by this device's clock.
    pub since: Timestamp,
}

/// The hub no longer knows this session: the person has to log in again.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct SessionEnded {}

/// A lane one asked to be reminded of is free (「释放后提醒我」).
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct LaneFree {
    /// The lane.
    pub lane: LaneId,
    /// Its lot and name, as people say it.
    pub name: String,
}

/// A photo of a case was taken, sent or refused.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct EvidenceChanged {
    /// The case.
    pub case: CaseId,
    /// The photo as it stands now.
    pub photo: EvidencePhoto,
}

/// The preview has ended by itself: the camera failed, or the window was not seen for a while.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct PreviewEnded {
    /// What went wrong; absent where the window was not seen: it may begin anew once it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// How far an export has come.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ExportProgress {
    /// Openings written so far, where they can be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    /// Bytes written so far.
    #[specta(type = u32)]
    pub bytes: u64,
}

/// How far an import has come; its end is the command's answer.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ImportTold {
    /// Where it stands.
    pub progress: ImportProgress,
}

/// Whoever the desk tells things: the page in its window, or a test that writes them down.
pub trait Page: Send + Sync + 'static {
    /// Passes a frame of the hub on.
    fn hub_told(&self, frame: Frame);
    /// Tells how the line stands.
    fn connection_changed(&self, changed: ConnectionChanged);
    /// Tells that one has to log in again.
    fn session_ended(&self);
    /// Tells that a lane waited for is free.
    fn lane_free(&self, lane: LaneId, name: String);
    /// Tells how a photo stands.
    fn evidence_changed(&self, changed: EvidenceChanged);
    /// Tells that the preview has ended.
    fn preview_ended(&self, ended: PreviewEnded);
    /// Tells how far an export has come.
    fn export_progress(&self, progress: ExportProgress);
    /// Tells how far an import has come.
    fn import_told(&self, progress: ImportProgress);
    /// Notifies beside the page.
    fn notify(&self, notice: &Notice<'_>, language: Language);
}

impl<R: Runtime> Page for AppHandle<R> {
    fn hub_told(&self, frame: Frame) {
        sent(HubTold { frame }.emit(self));
    }
    fn connection_changed(&self, changed: ConnectionChanged) {
        sent(changed.emit(self));
    }
    fn session_ended(&self) {
        sent(SessionEnded {}.emit(self));
    }
    fn lane_free(&self, lane: LaneId, name: String) {
        sent(LaneFree { lane, name }.emit(self));
    }
    fn evidence_changed(&self, changed: EvidenceChanged) {
        sent(changed.emit(self));
    }
    fn preview_ended(&self, ended: PreviewEnded) {
        sent(ended.emit(self));
    }
    fn export_progress(&self, progress: ExportProgress) {
        sent(progress.emit(self));
    }
    fn import_told(&self, progress: ImportProgress) {
        sent(ImportTold { progress }.emit(self));
    }
    fn notify(&self, notice: &Notice<'_>, language: Language) {
        notify::show(self, notice, language);
    }
}

/// An event that cannot be sent has no window to go to; the page asks for everything when it comes back.
fn sent(told: tauri::Result<()>) {
    if let Err(error) = told {
        tracing::warn!(%error, "the page was not told");
    }
}
