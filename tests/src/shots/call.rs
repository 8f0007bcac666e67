//! Pictures of calls and robots: who waits, the queue, an arriving call, the robot told and mirrored, the code to hold up.

use super::{Album, Demo, release::log_in};
use crate::window::{At, Window, key};
use anyhow::Result;

const WAITING: At<'_> = At::Css("[data-testid=idle-waiting]");
const DRAWER: At<'_> = At::Css("[data-testid=queue-drawer]");

/// An agent at seat 8001 from the queue to the end of a call at S02, where a vehicle owes and a robot stands.
pub(super) async fn taken(demo: &Demo, desk: &Window, album: &mut Album) -> Result<()> {
    // Their call goes on after it: the agent of the next pictures is another one.
    log_in(desk, "agent2").await?;
    desk.click(At::Css("[data-testid=seat-control]")).await?;
    desk.fill(At::Css("[data-testid=seat-number]"), "8001").await?;
    desk.press(&[key::ENTER]).await?;
    desk.see(At::Css("[data-testid=seat-state][data-state=free]")).await?;
    for lane in ["E01", "N01"] {
        demo.rings(&[("lane", lane), ("caller", "13800138000")]).await?;
    }
    desk.see(WAITING).await?;
    album.picture(desk, "calls-idle").await?;
    desk.click(At::Css("[data-testid=queue-chip]")).await?;
    desk.see(DRAWER).await?;
    album.picture(desk, "queue").await?;
    desk.press(&[key::ESCAPE]).await?;
    demo.lot(&["vehicle", "--lane", "S02", "--plate", "粤B66R58"])?;
    demo.rings(&[("robot_number", "R-201"), ("seat", "8001"), ("caller", "075588600201")]).await?;
    desk.see(At::Css("[data-testid=call-clock]")).await?;
    album.picture(desk, "call-arrived").await?;
    robot(desk, album).await
}

/// The code on the robot and its screen here, what it can be told, and the code on this screen.
async fn robot(desk: &Window, album: &mut Album) -> Result<()> {
    desk.resize(1366, 768).await?;
    desk.press(&[key::F6]).await?;
    desk.see(At::Css("[data-testid=robot-result][data-result=told]")).await?;
    desk.see(At::Css("[data-testid=robot-screen] img")).await?;
    album.picture(desk, "robot-code").await?;
    desk.resize(1366, 768).await?;
    desk.click(At::Css("[data-testid=robot-talk]")).await?;
    desk.see(At::Css("[data-testid=robot-sheet]")).await?;
    album.picture(desk, "robot").await?;
    desk.resize(1366, 768).await?;
    desk.press(&[key::ESCAPE]).await?;
    desk.click(At::Css("[data-testid=hold-up-qr]")).await?;
    desk.see(At::Css("[data-testid=qr-code]")).await?;
    album.picture(desk, "qr").await?;
    desk.press(&[key::ESCAPE]).await?;
    desk.resize(1366, 768).await?;
    desk.press(&[key::ALT, "q"]).await?;
    desk.see(At::Css("[data-testid=close-sheet]")).await?;
    album.picture(desk, "close-in-call").await?;
    desk.click(At::Css("[data-testid=close-confirm]")).await
}
