//! Cargo calls. All of them build with one set of features, so that nothing is built twice.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask::house;

use crate::step::say;

/// Puts the pages inside the desk instead of asking a development server for them.
pub(crate) const FEATURES: &[&str] = &["--features", "lanedesk/custom-protocol"];

/// The test runner that is built where there is none: it keeps every test in a process of its own and windows apart.
const NEXTEST: &str = "0.9.151";

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
    // Behind the person's own tools, so that theirs go first.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tools = std::env::split_paths(&path).chain([tools().join("bin")]);
    if let Ok(path) = std::env::join_paths(tools) {
        command.env("PATH", path);
    }
    command
}

/// A call of the compiler that belongs to our cargo.
pub(crate) fn rustc(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").map(PathBuf::from);
    let beside = cargo.map(|cargo| cargo.with_file_name("rustc")).filter(|rustc| rustc.is_file());
    let mut command = Command::new(beside.unwrap_or_else(|| "rustc".into()));
    command.args(arguments);
    command
}

/// Where cargo puts the tools that only this checkout needs.
fn tools() -> PathBuf {
    house::target().join("xtask/tools")
}

/// Builds the test runner where the person has none; once, some minutes.
pub(crate) fn demand_nextest() -> Result<()> {
    if has("nextest") {
        return Ok(());
    }
    say("building the test runner cargo-nextest");
    let mut install = command(&["install", "cargo-nextest", "--locked", "--debug", "--quiet"]);
    install.args(["--version", NEXTEST]).arg("--root").arg(tools());
    run(&mut install)
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
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("{name} ended with {status}");
    }
    Ok(())
}

/// Whether `cargo <tool>` is installed.
pub(crate) fn has(tool: &str) -> bool {
    command(&[tool, "--version"]).output().is_ok_and(|answer| answer.status.success())
}

/// Builds the three programs a demo needs.
pub(crate) fn build_programs(release: bool) -> Result<()> {
    let mut arguments = vec!["build", "--bins", "-p", "lanedesk-hub", "-p", "lotsim", "-p", "lanedesk"];
    arguments.extend(FEATURES);
    if release {
        // What is measured has a drawn camera: there is no real one on a machine that measures.
        arguments.extend(["--release", "--features", "lanedesk/drawn-camera"]);
    }
    cargo(&arguments)
}
