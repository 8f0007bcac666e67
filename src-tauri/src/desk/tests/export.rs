//! R33: an export is a whole file or none.

use super::fake::{FakeHub, Recording, desk_with, eventually, quick};
use crate::{
    camera::SystemCamera,
    desk::{Desk, Parts},
    keyring::Keyring,
    seal::Seal,
    store::Store,
};
use lanedesk_client::ExportFormat;
use lanedesk_wire::filter::OpeningFilter;
use std::path::Path;

async fn desk(hub: &FakeHub, downloads: &Path) -> (Desk, Recording) {
    let page = Recording::default();
    let parts = Parts {
        store: Store::closed(),
        keyring: Keyring::default(),
        seal: Seal::new(Keyring::default(), None),
        camera: Box::new(SystemCamera),
        page: Box::new(page.clone()),
        downloads: downloads.to_owned(),
        preset_hub: None,
        trust: lanedesk_client::Trust::default(),
        pace: quick(),
    };
    (desk_with(hub, parts, &page).await, page)
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn an_export_is_written_beside_the_one_before() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let (desk, page) = desk(&hub, folder.path()).await;
    hub.set(|told| told.photos.export = vec![Some("id,plate\r\n1,a\r\n"), Some("2,\"b\n\"\r\n")]);
    for nth in 1..=2 {
        let export = desk.export_openings(OpeningFilter::default(), ExportFormat::Csv);
        let done = export.await.unwrap().unwrap();
        assert_eq!(done.rows, Some(2));
        assert_eq!(std::fs::read_to_string(&done.path).unwrap(), "id,plate\r\n1,a\r\n2,\"b\n\"\r\n");
        let path = Path::new(&done.path);
        assert_eq!(path.extension().unwrap(), "csv");
        assert!(done.path.contains("开闸列表-"));
        assert_eq!(files(folder.path()), nth);
    }
    assert_eq!(page.heard(|heard| heard.exported.last().unwrap().rows), Some(2));
}

#[tokio::test]
async fn a_cancelled_export_leaves_nothing() {
    let (hub, folder) = (FakeHub::serve().await, tempfile::tempdir().unwrap());
    let (desk, _page) = desk(&hub, folder.path()).await;
    hub.set(|told| told.photos.export = vec![Some("id,plate\r\n"), None]);
    let writing = desk.clone();
    let export =
        tokio::spawn(async move { writing.export_openings(OpeningFilter::default(), ExportFormat::Csv).await });
    eventually("it is being written", || files(folder.path()) == 2).await;
    desk.cancel_export();
    assert_eq!(export.await.unwrap().unwrap(), None);
    assert_eq!(files(folder.path()), 0);
}
