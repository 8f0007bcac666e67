//! How the tree is laid out: the top level, one subject a file, files that fit a sitting.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::{none, read, root, sources};

/// Lines a file may have.
const LONG: usize = 700;
/// Files that are longer all the same, each with its present length: may only shrink.
const LONG_FILES: &str = "tests/src/house/long_files.txt";

#[test]
fn the_top_level_is_what_the_architecture_draws() {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let top: BTreeSet<&str> = text.lines().filter_map(|path| path.split('/').next()).collect();
    let drawn = ["Cargo.toml", "Cargo.lock", "README.md", "icons", "migrations", "src-tauri", "ui", "tests"];
    let faults: Vec<String> = top
        .into_iter()
        .filter(|name| !name.starts_with('.') && !name.starts_with('"') && !drawn.contains(name))
        .map(ToOwned::to_owned)
        .collect();
    none("the top level is exactly what ARCHITECTURE.md draws", &faults);
}

#[test]
fn files_fit_a_sitting() {
    let list = read(LONG_FILES);
    let known: BTreeMap<&str, usize> = list
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .filter_map(|line| line.split_once(' '))
        .map(|(lines, path)| (path, lines.parse().expect("a number of lines")))
        .collect();
    let mut faults = Vec::new();
    let mut still_long = BTreeSet::new();
    for source in sources(&[".rs", ".ts", ".svelte", ".sql", ".js"]) {
        let lines = source.text.lines().count();
        let allowed = known.get(source.path.as_str()).copied().unwrap_or(LONG);
        if lines > allowed {
            faults.push(format!("{} has {lines} lines, at most {allowed}", source.path));
        }
        if lines > LONG {
            still_long.insert(source.path);
        }
    }
    let settled = known.keys().filter(|path| !still_long.contains(**path));
    faults.extend(settled.map(|path| format!("{path} is short now: take it off {LONG_FILES}")));
    none("split what is two things", &faults);
}
