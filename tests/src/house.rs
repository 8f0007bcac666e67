//! The house rules of ARCHITECTURE.md, held by tests: who may depend on what, how code is laid out, what it is called,
//! what may be linked in.

mod graph;
mod handlers;
mod layout;
mod migrations;
mod programs;
mod supply;
mod words;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file that people wrote, as git knows it.
struct Source {
    /// Relative to the top, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }
}

/// The top of the repository.
fn root() -> PathBuf {
    xtask::house::root()
}

/// Every written file with one of these endings: committed or not yet, generated ones left out.
fn sources(endings: &[&str]) -> Vec<Source> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(listed.status.success(), "git ls-files failed");
    let generated = ["ui/src/lib/bindings.ts", "src-tauri/gen/"];
    let sources: Vec<Source> = String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter(|path| !generated.iter().any(|made| path.starts_with(made)))
        .filter_map(|path| {
            // A file deleted in the work tree is still listed.
            let text = std::fs::read_to_string(root().join(path)).ok()?;
            Some(Source { path: path.to_owned(), text })
        })
        .collect();
    assert!(!sources.is_empty(), "no file ends with {endings:?}");
    sources
}

/// Fails with every fault on a line of its own.
fn none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}\n{}", faults.join("\n"));
}

/// `cargo metadata` of the workspace as it is built on this machine: what other platforms alone need is not on the disk.
fn metadata(arguments: &[&str]) -> serde_json::Value {
    let about = String::from_utf8_lossy(&cargo(&["-vV"]).stdout).into_owned();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    let fixed = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let answer = cargo(&[&fixed, arguments].concat());
    assert!(answer.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&answer.stderr));
    serde_json::from_slice(&answer.stdout).expect("cargo metadata is JSON")
}

fn cargo(arguments: &[&str]) -> Output {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo runs")
}

/// A file's text; the test fails where there is none.
fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}
