//! The web pages: their packages and their build, each skipped when nothing changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use xtask::house;

/// Folders under `ui/` that are made, not written.
const MADE: &[&str] = &["node_modules", "dist", "paraglide"];

/// Puts the packages of `package-lock.json` in place.
pub(crate) fn packages() -> Result<()> {
    let ui = house::ui();
    let lock = fs::read(ui.join("package-lock.json")).context("ui/package-lock.json")?;
    let stamp = ui.join("node_modules/.lanedesk-lock");
    if fs::read(&stamp).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    step::say("installing the web pages' packages (npm ci)");
    npm(&["ci", "--no-audit", "--no-fund"])?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// Builds `ui/dist`, unless it stands for exactly these sources.
pub(crate) fn build() -> Result<()> {
    let ui = house::ui();
    let stamp = house::scratch()?.join("ui-built");
    let sources = fingerprint(&ui)?;
    let built = fs::read_to_string(&stamp).unwrap_or_default();
    if built == sources && ui.join("dist/index.html").is_file() {
        return Ok(());
    }
    step::say("building the web pages");
    npm(&["run", "--silent", "build"])?;
    fs::write(stamp, sources)?;
    Ok(())
}

/// One npm call in `ui/`.
pub(crate) fn npm(arguments: &[&str]) -> Result<()> {
    let status = npm_command(arguments).status().context("cannot start npm: Node.js 20 or newer must be installed")?;
    if !status.success() {
        bail!("`npm {}` failed ({status})", arguments.join(" "));
    }
    Ok(())
}

/// An npm call in `ui/`, not yet started.
pub(crate) fn npm_command(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(house::ui());
    command
}

/// One number over every source file's path and content.
fn fingerprint(ui: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(ui, &mut files)?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        hasher.write(file.as_os_str().as_encoded_bytes());
        hasher.write(&fs::read(file)?);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Every written file under `dir`.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !MADE.iter().any(|made| name == *made) {
                collect(&entry.path(), files)?;
            }
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
