//! The record of every manual opening (开闸列表).

use lanedesk_client::ExportFormat;
use lanedesk_domain::ids::OpeningId;
use lanedesk_wire::{filter::OpeningFilter, opening::Opening};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ExportDone {
    /// The file.
    pub path: String,
    /// Openings in it; absent where the hub did not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
}

commands! { desk:
    /// From now on photos may be taken for this opening, which owes them (补录, R24). Answers the opening as it stands.
    bring_photos(id: OpeningId) -> Opening = desk.bring_photos(id).await;
    /// Writes the openings of a filter into a file of the person's download folder; its progress is told by event.
    /// Nothing where it was cancelled.
    export_openings(filter: OpeningFilter, format: ExportFormat) -> Option<ExportDone>
        = desk.export_openings(filter, format).await;
    /// Stops the export that is being written; nothing of it stays.
    cancel_export() -> () = {
        desk.cancel_export();
        Ok(())
    };
}
