//! `cargo xtask`: run, test, measure and picture Lanedesk with one command each.

mod advisories;
mod bindings;
mod cargo;
mod check;
mod clean_room;
mod node;
mod run;
mod stage;
mod step;
mod system;
mod tally;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Run, test, measure and picture Lanedesk.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start the demo: simulated lot, hub and desk window. Installs what is missing first.
    Run(run::Run),
    /// Everything that CI checks: set-up, format, lints, documentation, UI, every test.
    Test,
    /// The same as `test`, with the settings of a CI machine.
    Ci,
    /// Look every package of both lock files up in lists of known vulnerabilities.
    Advisories(advisories::Advisories),
    /// Run the checks in a fresh Debian that has nothing but Rust, Node.js and git. Needs root.
    CleanRoom(clean_room::CleanRoom),
    /// Write `ui/src/lib/bindings.ts` and the hub's `openapi.json` anew.
    Bindings,
    /// Picture every page of the real app at three sizes, light and dark, into `target/shots`.
    Shots(stage::Pass),
    /// Let the outside checker ask a hub everything, at length, as each role.
    Contract,
    /// Let random people, cameras and systems act at once, and check every answer against the model, at length.
    History(stage::History),
    /// Measure speed and size beside the peers and print one table.
    Bench(stage::Pass),
}

fn main() -> ExitCode {
    match run(Command::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // In words for the person; where in xtask it arose helps nobody.
            eprintln!("error: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    xtask::interrupt::listen()?;
    match task {
        Task::Run(task) => run::run(&task),
        Task::Test => check::check(false),
        Task::Ci => check::check(true),
        Task::Advisories(task) => advisories::look(task.db.as_deref()),
        Task::CleanRoom(task) => clean_room::run(&task),
        Task::Bindings => bindings::write(),
        Task::Shots(pass) => stage::shots(&pass),
        Task::Contract => stage::contract(),
        Task::History(history) => stage::history(&history),
        Task::Bench(pass) => stage::bench(&pass),
    }
}
