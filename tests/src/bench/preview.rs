//! The camera's preview in the real window: frames painted a second at 720p, and the window's memory over minutes.
//!
//! The camera is drawn (feature `drawn-camera`), because this machine has none: everything behind the driver is as with a
//! real one.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::Options;
use super::memory::{by_program, each};
use super::table::Table;
use crate::demo::{Demo, PASSWORD};
use crate::window::{At, Window, key};

/// Frames a second that the issue asks for.
const GOAL: f64 = 15.0;
/// What "flat" means, kB: a leak of one frame in a hundred would take more than ten times this in ten minutes.
const FLAT_KB: i64 = 16 * 1024;
/// Looks at either end that are averaged: garbage waits to be collected, so one look alone is some ten megabytes off.
const AT_AN_END: usize = 4;
/// One look at frames and memory.
const LOOK: Duration = Duration::from_secs(30);
/// The web view fills its caches first; this long nothing is counted.
const WARM: Duration = Duration::from_secs(60);
/// Counts what is painted on the preview's canvas, from inside the page.
const COUNT: &str = "const draw = CanvasRenderingContext2D.prototype.drawImage;
    window.painted = 0;
    CanvasRenderingContext2D.prototype.drawImage = function (...of) { window.painted += 1; return draw.apply(this, of); };";
/// Offered in the lease's last minute.
const RENEW: At = At::Css("[data-testid=release-renew]");
const PAINTED: &str = "const canvas = document.querySelector('[data-testid=photo-preview]');
    return [window.painted, canvas.width, canvas.height]";

/// Shows the preview for the asked minutes.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let demo = Demo::start(&options.programs, folder.path())?;
    let desk = demo.desk_with("preview", &[("LANEDESK_DRAWN_CAMERA", "1")]).await?;
    show(&desk).await?;
    desk.script(COUNT, json!([])).await?;
    tokio::time::sleep(WARM).await;
    let looks = options.minutes * 60 / LOOK.as_secs();
    let (mut slowest, mut taken) = (f64::INFINITY, Vec::new());
    println!("| minute | frames a second | program: proportional memory, MB | all |\n| --- | --- | --- | --- |");
    for look in 1..=looks.max(1) {
        // The lease is kept, and with it the release that is being filled in.
        if desk.has(RENEW).await? {
            desk.click(RENEW).await?;
        }
        let (before, begun) = (painted(&desk).await?, Instant::now());
        tokio::time::sleep(LOOK).await;
        let rate = (painted(&desk).await? - before) / begun.elapsed().as_secs_f64();
        let programs = by_program(desk.process())?;
        let all = programs.values().sum::<u64>();
        taken.push(i64::try_from(all)?);
        slowest = slowest.min(rate);
        let minute = look * LOOK.as_secs() / 60;
        println!("| {minute} | {rate:.1} | {} | {} |", each(&programs), all / 1024);
    }
    let ends = taken.len().min(AT_AN_END);
    let first = mean(&taken[..ends]);
    let grown = mean(&taken[taken.len() - ends..]) - first;
    table.add(
        "camera preview at 720p: frames a second, slowest half minute",
        &format!("{slowest:.1}"),
        "",
        None,
        "≥ 15",
        Some(slowest >= GOAL),
    );
    table.add(
        &format!("camera preview: growth of the window's memory over {} minutes", options.minutes),
        &format!("{} kB of {} MB", grown, first / 1024),
        "",
        None,
        "flat: ≤ 16 MB",
        Some(grown <= FLAT_KB),
    );
    Ok(())
}

/// Works up to the preview as a guard does.
async fn show(desk: &Window) -> Result<()> {
    desk.resize(1366, 768).await?;
    desk.fill(At::Css("[data-testid=login-username]"), "guard").await?;
    desk.fill(At::Css("[data-testid=login-password]"), PASSWORD).await?;
    desk.press(&[key::ENTER]).await?;
    let search = At::Css("[data-testid=search-input]");
    desk.see(search).await?;
    desk.fill(search, "dmck").await?;
    desk.see(At::Css("[data-testid=search-hit-E02]")).await?;
    desk.press(&[key::ENTER]).await?;
    desk.see(At::Css("[data-testid=lease-remaining]")).await?;
    desk.click(At::Css("[data-testid=release-open]")).await?;
    desk.see(At::Css("[data-testid=photo-camera][data-live=on]")).await.map(drop)
}

/// Frames painted so far; the picture must be 720p.
async fn painted(desk: &Window) -> Result<f64> {
    let told = desk.script(PAINTED, json!([])).await?;
    ensure!(told[1] == json!(1280) && told[2] == json!(720), "the preview is {}×{}", told[1], told[2]);
    Ok(told.get(0).and_then(Value::as_f64).unwrap_or_default())
}

fn mean(of: &[i64]) -> i64 {
    of.iter().sum::<i64>() / i64::try_from(of.len()).unwrap_or(1).max(1)
}
