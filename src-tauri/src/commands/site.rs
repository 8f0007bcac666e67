//! The site as administrators change it (R34).

use super::opening::ExportDone;
use crate::desk::SiteFile;
use lanedesk_client::SiteFormat;
use lanedesk_domain::ids::DeviceId;
use lanedesk_wire::site::{Cells, DeviceTest, ImportResult, SiteTable};

commands! { desk:
    /// Tries a device without moving anything 「测试」: as it stands in the form, or where none is given as it is saved.
    test_device(id: DeviceId, row: Option<Cells>) -> DeviceTest
        = desk.ask(|hub| async move { hub.test_device(&id, row).await }).await;
    /// Takes a file in whole or not at all, or with `x-preview: true` looks at what it would change; how far it is, is told
    /// by event. Called with the file's bytes as the raw body; its name stands in the header `x-name`, a sheet's table in
    /// `x-table`.
    import_site(file: SiteFile) -> ImportResult = desk.import_site(file).await;
    /// Writes the site, or one of its tables, into a file of the person's download folder. Nothing where it was cancelled.
    export_site(format: SiteFormat, table: Option<SiteTable>) -> Option<ExportDone>
        = desk.export_site(format, table).await;
}
