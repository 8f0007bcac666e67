//! Pictures of the back office: board, devices, morning figures, settings, account, the guide.

use super::{Album, Demo, release::log_in};
use crate::window::{At, Window, key};
use anyhow::Result;

/// What a supervisor watches while a guard holds a lane.
pub(super) async fn watched(demo: &Demo, chief: &Window, album: &mut Album) -> Result<()> {
    log_in(chief, "chief").await?;
    let guard = demo.person("guard").await?;
    guard.post("/api/lanes/W01/claim", &serde_json::json!({})).await?;
    chief.resize(1366, 768).await?;
    chief.click(At::Css("[data-testid=nav-board]")).await?;
    chief.see(At::Css("[data-testid=job-W01]")).await?;
    album.picture(chief, "board").await?;
    chief.resize(1366, 768).await?;
    chief.click(At::Css("[data-testid=board-part-devices]")).await?;
    chief.see(At::Css("[data-testid^=device-]")).await?;
    album.picture(chief, "devices").await?;
    chief.resize(1366, 768).await?;
    chief.click(At::Css("[data-testid=nav-morning]")).await?;
    chief.see(At::Css("[data-testid=figures]")).await?;
    album.picture(chief, "morning").await?;
    chief.resize(1366, 768).await?;
    chief.click(At::Css("[data-testid=person-menu]")).await?;
    chief.click(At::Css("[data-testid=account-open]")).await?;
    chief.see(At::Css("[data-testid=account-drawer]")).await?;
    album.picture(chief, "account").await?;
    chief.press(&[key::ESCAPE]).await
}

/// Settings, one lane, and the guide.
pub(super) async fn changed(desk: &Window, album: &mut Album) -> Result<()> {
    log_in(desk, "admin").await?;
    desk.resize(1366, 768).await?;
    desk.click(At::Css("[data-testid=nav-settings]")).await?;
    desk.click(At::Css("[data-testid=settings-lane]")).await?;
    desk.see(At::Css("[data-testid=row-E02]")).await?;
    album.picture(desk, "settings").await?;
    desk.resize(1366, 768).await?;
    desk.click(At::Css("[data-testid=row-E02]")).await?;
    desk.see(At::Css("[data-testid=row-sheet]")).await?;
    album.picture(desk, "settings-lane").await?;
    desk.resize(1366, 768).await?;
    desk.press(&[key::ESCAPE]).await?;
    desk.click(At::Css("[data-testid=person-menu]")).await?;
    desk.click(At::Css("[data-testid=guide-open]")).await?;
    desk.click(At::Css("[data-testid=guide-pass]")).await?;
    desk.see(At::Css("[data-testid=guide-bubble]")).await?;
    album.picture(desk, "guide").await
}
