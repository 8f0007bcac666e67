//! `cargo xtask test`: everything that CI checks, cheap things first, every fault in one run.

use anyhow::Result;
use xtask::display::Display;
use xtask::house;
use xtask::packages;
use xtask::postgres::{Durability, Postgres};

use crate::advisories;
use crate::cargo::{self, FEATURES, cargo};
use crate::node::{self, npm};
use crate::step::Steps;
use crate::system;
use crate::tally::Tally;

/// Runs every check. `ci` sets what a machine without a person needs.
pub(crate) fn check(ci: bool) -> Result<()> {
    let mut steps = Steps::default();
    steps.demand("system packages", |_| system::install(&[packages::BUILD, packages::SHOW, packages::TEST]))?;
    steps.demand("npm packages", |_| node::packages())?;
    steps.check("advisories", |_| advisories::look(None));
    pages(&mut steps)?;
    rust(&mut steps);
    let build = with_features(&["build", "--workspace", "--bins", "--tests"]);
    steps.demand("build", |_| cargo(&build))?;
    steps.check("documentation tests", |tally| {
        tally.run(&mut cargo::command(&with_features(&["test", "--workspace", "--doc"])))
    });
    steps.check("tests", |tally| tests(tally, ci));
    steps.close()
}

/// The web pages: format, lints, tests, types and build.
fn pages(steps: &mut Steps) -> Result<()> {
    steps.check("prettier", |_| npm(&["run", "--silent", "format:check"]));
    steps.check("eslint", |_| npm(&["run", "--silent", "lint"]));
    steps.check("vitest", |tally| tally.run(&mut node::npm_command(&["run", "--silent", "test"])));
    // The desk holds the pages, so nothing of it compiles without them.
    steps.demand("svelte-check and vite build", |_| node::build())
}

/// The Rust side, as far as it goes without running anything.
fn rust(steps: &mut Steps) {
    steps.check("rustfmt", |_| cargo(&["fmt", "--all", "--check"]));
    let mut clippy = with_features(&["clippy", "--workspace", "--all-targets"]);
    clippy.extend(["--", "-D", "warnings"]);
    steps.check("clippy", |_| cargo(&clippy));
    let doc = with_features(&["doc", "--workspace", "--no-deps"]);
    steps.check("rustdoc", |_| cargo::run(cargo::command(&doc).env("RUSTDOCFLAGS", "-D warnings")));
    // The house tests hold the same rules; the tool itself adds the advisories where the network reaches them.
    if cargo::has("deny") {
        steps.check("cargo-deny", |_| {
            cargo(&["deny", "--offline", "check", "--config", ".cargo/deny.toml", "bans", "licenses", "sources"])
        });
    }
}

/// Every Rust test, with a screen and a second database of its own.
fn tests(tally: &mut Tally, ci: bool) -> Result<()> {
    let screen = Display::start(&house::scratch()?, 1600, 1300)?;
    let database = Postgres::start(Durability::Quick)?;
    cargo::demand_nextest()?;
    let profile = if ci { "ci" } else { "default" };
    let mut command = cargo::command(&with_features(&["nextest", "run", "--workspace", "--profile", profile]));
    command
        .env("DISPLAY", screen.name())
        .env("LANEDESK_TEST_POSTGRES", database.url())
        .env("LANEDESK_PROGRAMS", house::program("", false));
    tally.run(&mut command)
}

fn with_features<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, FEATURES].concat()
}
