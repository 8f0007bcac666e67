//! `shots` and `bench`: both need programs of ours and others, and then hand over to a program in `tests/`.

use anyhow::Result;
use clap::Args;
use xtask::{house, packages};

use crate::{cargo, node, system};

/// What goes on to the program in `tests/` as it is.
#[derive(Args)]
pub(crate) struct Pass {
    /// Handed on; `-- --help` says what there is.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// How long a history, where, and which.
#[derive(Args)]
pub(crate) struct History {
    /// Requests in all.
    #[arg(long, default_value_t = 1_000_000)]
    acts: usize,
    /// Records and hubs; every set-up when none is named.
    #[arg(long, value_enum)]
    setup: Option<Setup>,
    /// Which history; the same seed sends the same requests.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Setup {
    Sqlite,
    Postgres,
    TwoHubs,
}

/// Pictures of every page.
pub(crate) fn shots(pass: &Pass) -> Result<()> {
    system::install(&[packages::BUILD, packages::SHOW, packages::TEST])?;
    prepare(false)?;
    hand_over("lanedesk-shots", false, pass)
}

/// Speed and size beside the peers. Release builds: the first takes a quarter of an hour on two cores.
pub(crate) fn bench(pass: &Pass) -> Result<()> {
    system::install(&[packages::BUILD, packages::SHOW, packages::TEST, packages::PEERS])?;
    prepare(true)?;
    hand_over("lanedesk-bench", true, pass)
}

/// The long form of what the tests ask the hub through the outside checker.
pub(crate) fn contract() -> Result<()> {
    system::install(&[packages::BUILD, packages::TEST])?;
    let mut command = cargo::command(&["test", "-p", "lanedesk-tests", "--lib", "contract::"]);
    cargo::run(command.env("LANEDESK_CONTRACT_LONG", "1"))
}

/// Long histories of acts at once, on one set-up or on each.
pub(crate) fn history(history: &History) -> Result<()> {
    system::install(&[packages::BUILD, packages::TEST])?;
    let tests = match history.setup {
        Some(Setup::Sqlite) => "history::acts_at_once_on_sqlite",
        Some(Setup::Postgres) => "history::acts_at_once_on_postgres",
        Some(Setup::TwoHubs) => "history::acts_at_once_at_two_hubs",
        None => "history::",
    };
    let mut command = cargo::command(&["test", "-p", "lanedesk-tests", "--lib", tests]);
    command.env("LANEDESK_HISTORY_ACTS", history.acts.to_string());
    if let Some(seed) = history.seed {
        command.env("LANEDESK_HISTORY_SEED", seed.to_string());
    }
    cargo::run(&mut command)
}

fn prepare(release: bool) -> Result<()> {
    node::packages()?;
    node::build()?;
    cargo::build_programs(release)
}

fn hand_over(program: &str, release: bool, pass: &Pass) -> Result<()> {
    let mut arguments = vec!["run", "-p", "lanedesk-tests", "--bin", program];
    if release {
        arguments.push("--release");
    }
    let mut command = cargo::command(&arguments);
    command.arg("--").args(&pass.arguments);
    cargo::run(command.env("LANEDESK_PROGRAMS", house::program("", release)))
}
