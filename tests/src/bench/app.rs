//! The app: from start to the painted login, and the memory of all its processes beside Chromium with the same page.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use xtask::display::Display;
use xtask::running::RunningProgram;
use xtask::{house, port};

use super::Options;
use super::hub::{self, Hub};
use super::load::spread;
use super::memory::proportional;
use super::table::{Table, millis};

/// Starts that are timed; the first of all, which fills the disk cache, is not among them.
const STARTS: usize = 9;
/// A page with letters in it shows far more colours than an empty window.
const PAINTED: usize = 60;
/// A page keeps fetching fonts and scripts after its first paint; memory is read once it has come to rest.
const REST: Duration = Duration::from_secs(3);

/// Measures start, then memory of both.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let site = hub::write_site(folder, 1)?;
    let database = format!("sqlite:{}", folder.join("app.sqlite").display());
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let desk = options.program("lanedesk")?;
    let mut starts = Vec::new();
    for turn in 0..=STARTS {
        let (_, took) = start(&desk, &hub, folder)?;
        if turn > 0 {
            starts.push(took);
        }
    }
    let start_times = spread(starts);
    table.bound(
        "app: start to login painted, p50 of release starts",
        start_times.p50,
        Duration::from_millis(800),
        &format!("slowest {}", millis(start_times.p99)),
    );
    let (shown, _) = start(&desk, &hub, folder)?;
    tokio::time::sleep(REST).await;
    let ours = proportional(shown.app.id())?;
    drop(shown);
    let peer = chromium(folder).await?;
    // Kilobytes stay far below 2^52, where f64 is exact.
    #[expect(clippy::cast_precision_loss, reason = "a number of kilobytes")]
    let ratio = peer as f64 / ours as f64;
    table.add(
        "app: proportional memory of all processes at login",
        &format!("{} MB", ours / 1024),
        &format!("Chromium --app {} MB", peer / 1024),
        Some(ratio),
        "",
        None,
    );
    Ok(())
}

/// A window on a screen of its own.
struct Shown {
    // Fields end in this order: the program first, then its screen.
    app: RunningProgram,
    _screen: Display,
}

/// Starts the app on an empty screen and waits until letters are seen on it.
fn start(desk: &Path, hub: &Hub, folder: &Path) -> Result<(Shown, Duration)> {
    let screen = Display::start(folder, 1366, 768)?;
    let mut command = Command::new(desk);
    command
        .env("DISPLAY", screen.name())
        .env("LANEDESK_HUB", hub.address())
        .env("LANEDESK_DATA_DIR", folder.join("desk"));
    let begun = Instant::now();
    let mut app = RunningProgram::start("the desk", &mut command, &folder.join("desk.log"))?;
    let painted = || screen.frame().is_ok_and(|frame| frame.colours() > PAINTED);
    app.wait_until("painted", Duration::from_secs(30), painted)?;
    let took = begun.elapsed();
    screen.frame()?.save(&house::scratch()?.join("bench-login.png"))?;
    Ok((Shown { app, _screen: screen }, took))
}

/// The memory of Chromium showing the same pages as an app, kB.
async fn chromium(folder: &Path) -> Result<u64> {
    let port = port::any_free()?;
    let mut serve = Command::new("npx");
    serve.current_dir(house::ui()).args([
        "vite",
        "preview",
        "--host",
        "127.0.0.1",
        "--strictPort",
        "--port",
        &port.to_string(),
    ]);
    let mut pages = RunningProgram::start("vite preview", &mut serve, &folder.join("preview.log"))?;
    pages.wait_until("ready", Duration::from_secs(30), || port::accepts(port))?;
    let screen = Display::start(folder, 1366, 768)?;
    let mut command = Command::new("chromium");
    command
        .env("DISPLAY", screen.name())
        .arg(format!("--app=http://127.0.0.1:{port}/"))
        .arg(format!("--user-data-dir={}", folder.join("chromium").display()))
        // Root has no sandbox; nothing is asked of the network.
        .args(["--no-sandbox", "--no-first-run", "--window-size=1366,768", "--window-position=0,0"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]);
    let mut app = RunningProgram::start("Chromium", &mut command, &folder.join("chromium.log"))?;
    let painted = || screen.frame().is_ok_and(|frame| frame.colours() > PAINTED);
    app.wait_until("painted", Duration::from_secs(60), painted)?;
    tokio::time::sleep(REST).await;
    screen.frame()?.save(&house::scratch()?.join("bench-chromium.png"))?;
    proportional(app.id())
}
