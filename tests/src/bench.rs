//! `cargo xtask bench`: speed and size, each beside its peer in the same run, in one table.
//!
//! Not here: what the peers are set to (each in its own module) and what a goal means (issue 2, "Speed and size").

pub mod app;
pub mod calls;
pub mod claims;
pub mod disk;
pub mod etcd;
pub mod hub;
pub mod import;
pub mod latency;
pub mod live;
pub mod load;
pub mod memory;
pub mod names;
pub mod openings;
pub mod order;
pub mod past;
pub mod photo;
pub mod preview;
pub mod processor;
pub mod redis;
pub mod robots;
pub mod search;
pub mod table;
pub mod watch;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};

use table::Table;

/// What to measure, and how long.
#[derive(Parser)]
#[command(name = "cargo xtask bench --")]
pub struct Options {
    /// Only these parts; all of them when none is named.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Part>,
    /// Seconds of each measured round.
    #[arg(long, default_value_t = 6)]
    pub seconds: u64,
    /// Rounds, taken in turn with the peers; the middle one counts.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Clients that claim and close at the same time.
    #[arg(long, default_value_t = 64)]
    pub clients: usize,
    /// Lots of the search site, four lanes each.
    #[arg(long, default_value_t = 30_000)]
    pub lots: usize,
    /// Openings of the record.
    #[arg(long, default_value_t = 1_000_000)]
    pub openings: usize,
    /// Minutes that the long looks at memory take.
    #[arg(long, default_value_t = 10)]
    pub minutes: u64,
    /// The folder of our programs.
    #[arg(long, env = "LANEDESK_PROGRAMS")]
    pub programs: PathBuf,
}

/// One part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Claim and close cycles beside etcd and Redis.
    Claims,
    /// One claim's latency under a gentle load, on both databases.
    Latency,
    /// Search beside SQLite's FTS5 trigram index.
    Search,
    /// An order beside calling the device directly.
    Order,
    /// Pages and export of a million openings beside sqlite3 and psql.
    Openings,
    /// An import of a hundred thousand passes beside `sqlite3 .import` and `psql \copy`.
    Import,
    /// A photo stored beside ffmpeg.
    Photo,
    /// The camera's preview in the window: frames a second and memory over minutes.
    Preview,
    /// Live pictures beside ffmpeg, and in the real window.
    Live,
    /// A long time before a live picture; only where it is named.
    LiveMemory,
    /// Calls, claims seen by many desks and idle desks beside Redis.
    Calls,
    /// Eight thousand lanes with cars, a thousand desks that show one each, and a claim meanwhile.
    Watch,
    /// A command to a robot's screen, and its mirror on a desk.
    Robots,
    /// The app's start and memory beside Chromium.
    App,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        let named = self.only.contains(&part);
        named || (self.only.is_empty() && part != Part::LiveMemory)
    }

    /// The length of one measured round.
    pub fn round(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// A program of ours, as cargo left it.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let program = self.programs.join(name);
        ensure!(program.is_file(), "{} is not built", program.display());
        Ok(program)
    }

    /// Where the databases under test keep their files: one file system for all, so that one fsync costs all the same.
    pub fn folder(&self) -> Result<PathBuf> {
        let folder = xtask::house::scratch().context("the target folder")?.join("bench");
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

/// Measures what `options` asks for and prints the table; true when every goal is met.
pub async fn run(options: &Options) -> Result<bool> {
    let mut table = Table::default();
    let disk = disk::probe(&options.folder()?, 300)?;
    table.note("one fsync on this disk (p50)", disk.p50);
    table.note("one fsync on this disk (p99)", disk.p99);
    if options.wants(Part::Claims) {
        claims::measure(options, &mut table).await.context("claims")?;
    }
    if options.wants(Part::Latency) {
        latency::measure(options, &mut table).await.context("latency")?;
    }
    if options.wants(Part::Search) {
        search::measure(options, &mut table).await.context("search")?;
    }
    if options.wants(Part::Order) {
        order::measure(options, &mut table).await.context("order")?;
    }
    if options.wants(Part::Openings) {
        openings::measure(options, &mut table).await.context("openings")?;
    }
    if options.wants(Part::Import) {
        import::measure(options, &mut table).await.context("import")?;
    }
    if options.wants(Part::Photo) {
        photo::measure(options, &mut table).await.context("photo")?;
    }
    if options.wants(Part::Preview) {
        preview::measure(options, &mut table).await.context("preview")?;
    }
    if options.wants(Part::Live) {
        live::measure(options, &mut table).await.context("live")?;
    }
    if options.wants(Part::LiveMemory) {
        live::memory(options, &mut table).await.context("memory of live pictures")?;
    }
    if options.wants(Part::Calls) {
        calls::measure(options, &mut table).await.context("calls")?;
    }
    if options.wants(Part::Watch) {
        watch::measure(options, &mut table).await.context("watch")?;
    }
    if options.wants(Part::Robots) {
        robots::measure(options, &mut table).await.context("robots")?;
    }
    if options.wants(Part::App) {
        app::measure(options, &mut table).await.context("app")?;
    }
    println!("\n{table}");
    Ok(table.met())
}
