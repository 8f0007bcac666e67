//! What a supervisor looks at each morning.

use super::opening::ExportDone;
use lanedesk_client::ExportFormat;
use lanedesk_domain::ids::LotId;
use lanedesk_wire::morning::Morning;

commands! { desk:
    /// One day (local, `2026-11-22`) beside the 28 before it.
    morning(day: String, lot: Option<LotId>) -> Morning = {
        let day = desk.day(&day)?;
        desk.ask(|hub| async move { hub.morning(day, lot).await }).await
    };
    /// Writes one day's figures into a file of the person's download folder. Nothing where it was cancelled.
    export_morning(day: String, format: ExportFormat) -> Option<ExportDone> = {
        let day = desk.day(&day)?;
        desk.export_morning(day, format).await
    };
}
