//! Cargo calls. All of them build with one set of features, so that nothing is built twice.

use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask::house;

/// Puts the pages inside the desk instead of asking a development server for them.
pub(crate) const FEATURES: &[&str] = &["--features", "lanedesk/custom-protocol"];

/// A cargo call in the repository, not yet started.
pub(crate) fn command(arguments: &[&str]) -> Command {
    // The cargo that started us, so that one toolchain does it all.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(house::root());
    // What cargo tells about xtask itself must not reach the inner cargo: some build scripts (ring's) look at it, and
    // every change between `cargo build` by hand and from here would build half the tree again.
    let told = std::env::vars_os().map(|(name, _)| name);
    for name in told.filter(|name| about_xtask(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

/// Whether cargo set this variable to describe the package it runs.
fn about_xtask(name: &str) -> bool {
    let described = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
    described.iter().any(|start| name.starts_with(start))
        || name == "CARGO_CRATE_NAME"
        || name == "CARGO_PRIMARY_PACKAGE"
}

/// One cargo call.
pub(crate) fn cargo(arguments: &[&str]) -> Result<()> {
    run(&mut command(arguments))
}

/// Runs a command and fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().display().to_string();
    let status = command
        .status()
        .with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("{name} ended with {status}");
    }
    Ok(())
}

/// Whether `cargo <tool>` is installed.
pub(crate) fn has(tool: &str) -> bool {
    command(&[tool, "--version"])
        .output()
        .is_ok_and(|answer| answer.status.success())
}

/// Builds the three programs a demo needs.
pub(crate) fn build_programs(release: bool) -> Result<()> {
    let mut arguments = vec![
        "build",
        "--bins",
        "-p",
        "lanedesk-hub",
        "-p",
        "lotsim",
        "-p",
        "lanedesk",
    ];
    arguments.extend(FEATURES);
    if release {
        // What is measured has a drawn camera: there is no real one on a machine that measures.
        arguments.extend(["--release", "--features", "lanedesk/drawn-camera"]);
    }
    cargo(&arguments)
}
