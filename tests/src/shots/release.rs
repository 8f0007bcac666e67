//! Pictures of an abnormal release: its sheet, the supervisor's question, the openings page.

use super::{Album, Demo, PASSWORD};
use crate::window::{At, Window, key};
use anyhow::Result;
use std::time::Duration;

/// A reason of the demo site that asks for no leave.
const REASON: At<'_> = At::Css("[data-testid=release-reason-no_entry_record]");
/// One that does.
const LEAVE: &str =
    "[[reason]]\ncode = \"police\"\ntext = \"公务车辆\"\ndirection = \"any\"\nphotos_min = 0\napproval = true\n";
const SHEET: At<'_> = At::Css("[data-testid=release-reasons]");

pub(super) async fn log_in(desk: &Window, username: &str) -> Result<()> {
    desk.fill(At::Css("[data-testid=login-username]"), username).await?;
    desk.fill(At::Css("[data-testid=login-password]"), PASSWORD).await?;
    desk.click(At::Css("[data-testid=login-submit]")).await?;
    desk.see(At::Css("[data-testid=search-input]")).await.map(drop)
}

/// A guard before a vehicle nobody saw come in: the empty sheet, the sheet with what is missing, the filled one.
pub(super) async fn at_the_exit(demo: &Demo, desk: &Window, album: &mut Album) -> Result<()> {
    log_in(desk, "guard").await?;
    demo.lot(&["fault", "--lane", "E02", "clear"])?;
    demo.import(LEAVE)?;
    demo.lot(&["vehicle", "--lane", "E02", "--plate", "京QX7731"])?;
    desk.press(&[key::CONTROL, "k"]).await?;
    desk.fill(At::Css("[data-testid=search-input]"), "dmck").await?;
    desk.see(At::Css("[data-testid=search-hit-E02]")).await?;
    desk.press(&[key::ENTER]).await?;
    desk.see(At::Css("[data-testid=verdict][data-assessment=no_entry_record]")).await?;
    // Where the order before was never answered, nothing is opened before somebody has looked at the arm.
    let look = At::Css("[data-testid=look-barrier]");
    if desk.has(look).await? {
        desk.click(look).await?;
    }
    desk.click(At::Css("[data-testid=release-open]")).await?;
    desk.see(SHEET).await?;
    desk.click(At::Css("[data-testid=release-submit]")).await?;
    album.picture(desk, "release-missing").await?;
    desk.click(REASON).await?;
    for place in ["1", "2"] {
        desk.click(At::Css("[data-testid=photo-lane]")).await?;
        let sent = format!("[data-testid=photo-{place}][data-state=sent]");
        desk.see(At::Css(&sent)).await?;
        // The simulated camera burns whole seconds in: within one of them its pictures are the same photo.
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    desk.fill(At::Css("[data-testid=release-remark]"), "车主出示行驶证，称凌晨进场").await?;
    album.picture(desk, "release").await?;
    desk.click(At::Css("[data-testid=release-submit]")).await?;
    desk.see(At::Css("[data-testid=release-confirm][data-armed=true]")).await?;
    album.picture(desk, "release-confirm").await?;
    desk.click(At::Css("[data-testid=release-confirm]")).await?;
    desk.see(At::Css("[data-testid=order-result]")).await.map(drop)
}

/// A question for leave on the supervisor's page, and the openings with their detail.
pub(super) async fn reviewed(guard: &Window, chief: &Window, album: &mut Album) -> Result<()> {
    log_in(chief, "chief").await?;
    guard.resize(1366, 768).await?;
    guard.press(&[key::CONTROL, key::F9]).await?;
    guard.see(SHEET).await?;
    guard.click(At::Css("[data-testid=release-reason-police]")).await?;
    guard.fill(At::Css("[data-testid=release-remark]"), "执行公务，已核对证件").await?;
    guard.click(At::Css("[data-testid=release-submit]")).await?;
    guard.see(At::Css("[data-testid=release-confirm][data-armed=true]")).await?;
    guard.click(At::Css("[data-testid=release-confirm]")).await?;
    guard.see(At::Css("[data-testid=release-leave]")).await?;
    album.picture(guard, "release-waiting").await?;
    chief.click(At::Css("[data-testid=approval-look]")).await?;
    chief.see(At::Css("[data-testid^=approval-][data-state=waiting]")).await?;
    album.picture(chief, "approvals").await?;
    chief.resize(1366, 768).await?;
    chief.click(At::Css("[data-testid=nav-openings]")).await?;
    let row = At::Css("[data-testid^=openings-row-][data-kind=abnormal]");
    chief.see(row).await?;
    album.picture(chief, "openings").await?;
    chief.resize(1366, 768).await?;
    chief.click(row).await?;
    chief.see(At::Css("[data-testid=opening-detail]")).await?;
    album.picture(chief, "opening").await
}
