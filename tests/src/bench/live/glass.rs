//! The live picture in the real window: from the camera to the glass, from the switch to the first picture, and what an
//! hour of watching does to memory. The delay is read from the clock burnt into the picture, off the screen itself.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use lanedesk_domain::time::Timestamp;
use xtask::display::Display;

use super::super::{
    Options,
    hub::PASSWORD,
    load::spread,
    memory::{by_program, each},
    table::Table,
};
use super::{LET_GO, SWITCHES, Scene};
use crate::glass::{Spot, attribute};
use crate::window::{At, Window, key};

/// Between two looks at memory.
const MINUTE: Duration = Duration::from_secs(60);
const SEARCH: At<'_> = At::Css("[data-testid=search-input]");
const SCREEN: At<'_> = At::Css("[data-testid=live-screen]");
const SHOWN: At<'_> = At::Css("[data-testid=live-screen][data-shown=true]");
/// Between two looks at the screen.
const LOOK: Duration = Duration::from_millis(33);
/// Longest wait for a picture after the switch.
const PATIENCE: Duration = Duration::from_secs(20);
/// Growth that counts as flat: what a web view's own housekeeping moves about.
const FLAT_KB: i64 = 30 * 1024;

/// A desk in a window that watches a lane.
struct Seat {
    // Fields end in this order: the program first, then its screen.
    window: Window,
    screen: Display,
}

impl Seat {
    async fn open(options: &Options, scene: &Scene, folder: &Path) -> Result<Self> {
        let data = folder.join("desk");
        std::fs::create_dir_all(&data)?;
        let data = data.to_str().context("a folder with a plain name")?;
        let variables = [
            ("LANEDESK_HUB", scene.hub.address()),
            ("LANEDESK_DATA_DIR", data),
            ("XDG_DATA_HOME", data),
            ("XDG_CACHE_HOME", data),
        ];
        let screen = Display::start(folder, 1400, 900)?;
        let program = options.program("lanedesk")?;
        let log = folder.join("desk.log");
        let window = Window::open(&program, screen.name(), &variables, &log).await?;
        window.resize(1366, 768).await?;
        let seat = Self { window, screen };
        seat.log_in().await?;
        Ok(seat)
    }

    async fn log_in(&self) -> Result<()> {
        let window = &self.window;
        window.fill(At::Css("[data-testid=login-username]"), "p0").await?;
        window.fill(At::Css("[data-testid=login-password]"), PASSWORD).await?;
        window.press(&[key::ENTER]).await?;
        window.see(SEARCH).await.map(drop)
    }

    async fn claim(&self, camera: usize) -> Result<()> {
        let (code, lane) = (format!("L{camera:02}"), format!("L{camera}"));
        self.window.press(&[key::CONTROL, "k"]).await?;
        self.window.fill(SEARCH, &code).await?;
        let hit = format!("[data-testid=search-hit-{lane}][aria-selected=true]");
        self.window.see(At::Css(&hit)).await?;
        self.window.press(&[key::ENTER]).await?;
        let title = format!("[data-testid=lane-title][data-lane={lane}]");
        let begun = Instant::now();
        // Asked for, not seen: the driver takes a title that may be cut off for one that is hidden.
        while !self.window.has(At::Css(&title)).await? {
            ensure!(begun.elapsed() < PATIENCE, "{lane} does not open");
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn switch(&self) -> Result<()> {
        self.window.press(&[key::F7]).await
    }

    /// Ages of what is on the glass until then.
    async fn ages(&self, ends: Instant) -> Result<Vec<Duration>> {
        let spot = Spot::find(&self.window).await?.context("a picture")?;
        let mut ages = Vec::new();
        while Instant::now() < ends {
            if let Some(clock) = spot.clock(&self.screen.frame()?) {
                let age = u64::try_from(clock.age_ms(now())).unwrap_or(0);
                ages.push(Duration::from_millis(age));
            }
            tokio::time::sleep(LOOK).await;
        }
        ensure!(ages.len() > 10, "the clock could be read {} times", ages.len());
        Ok(ages)
    }

    /// From the switch to the first still and to the first moving picture, as the page shows them.
    async fn first(&self) -> Result<(Duration, Duration)> {
        let begun = Instant::now();
        self.switch().await?;
        let (mut still, mut moving) = (None, None);
        while begun.elapsed() < PATIENCE {
            if still.is_none() && self.is("data-still").await? {
                still = Some(begun.elapsed());
            }
            if self.is("data-shown").await? {
                moving = Some(begun.elapsed());
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let Some(moving) = moving else {
            bail!("no moving picture came");
        };
        // The moving picture may come before any still was looked at.
        Ok((still.unwrap_or(moving), moving))
    }

    async fn is(&self, name: &str) -> Result<bool> {
        let told = attribute(&self.window, SCREEN, name).await?;
        Ok(told.as_deref() == Some("true"))
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Glass to glass, and the first picture after the switch.
pub(super) async fn measure(options: &Options, table: &mut Table, scene: &Scene) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let seat = Seat::open(options, scene, folder.path()).await?;
    seat.claim(0).await?;
    seat.switch().await?;
    seat.window.see(SHOWN).await?;
    // What began with a burst has come to rest.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ages = seat.ages(Instant::now() + options.round() * 2).await?;
    let glass = spread(ages);
    table.bound(
        "live picture: camera to glass in the real window, median",
        glass.p50,
        Duration::from_millis(500),
        &format!("p99 {}", super::millis(glass.p99)),
    );
    seat.switch().await?;
    let (mut stills, mut moving) = (Vec::new(), Vec::new());
    for camera in 0..SWITCHES {
        seat.claim(camera + 1).await?;
        tokio::time::sleep(LET_GO / 4).await;
        let (still, shown) = seat.first().await?;
        stills.push(still);
        moving.push(shown);
        seat.switch().await?;
    }
    let (still, shown) = (spread(stills), spread(moving));
    table.bound(
        "live picture: switch to the first still on the page, p95",
        still.p95,
        Duration::from_millis(300),
        &format!("median {}", super::millis(still.p50)),
    );
    table.bound(
        "live picture: switch to the first moving picture on the page, p95",
        shown.p95,
        Duration::from_millis(1_500),
        &format!("median {}", super::millis(shown.p50)),
    );
    Ok(())
}

/// Memory of desk and web processes while one watches, a line a minute.
pub async fn memory(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let scene = Scene::open(options, folder.path()).await?;
    let seat = Seat::open(options, &scene, folder.path()).await?;
    seat.claim(0).await?;
    seat.switch().await?;
    seat.window.see(SHOWN).await?;
    println!("| minute | program: proportional memory, MB | all |\n| --- | --- | --- |");
    let mut sums = Vec::new();
    for minute in 0..=options.minutes {
        if minute > 0 {
            tokio::time::sleep(MINUTE).await;
            // The lease is kept, and with it the picture.
            seat.window.click(At::Css("[data-testid=renew]")).await?;
        }
        ensure!(seat.is("data-shown").await?, "the picture has stopped");
        let programs = by_program(seat.window.process())?;
        let sum: u64 = programs.values().sum();
        println!("| {minute} | {} | {} |", each(&programs), sum / 1024);
        sums.push(i64::try_from(sum)?);
    }
    // What is loaded once is loaded by then.
    let settled = sums.get(sums.len() / 6 + 1).or(sums.first());
    let (settled, last) = (settled.context("a line")?, sums.last().context("a line")?);
    table.add(
        &format!("live picture: growth of all processes to minute {}", options.minutes),
        &format!("{} kB", last - settled),
        &format!("{} MB in all", last / 1024),
        None,
        &format!("≤ {FLAT_KB} kB"),
        Some(last - settled <= FLAT_KB),
    );
    Ok(())
}
