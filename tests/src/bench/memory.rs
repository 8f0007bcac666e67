//! How much memory a program takes, with all the processes it started.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};

/// Proportional set size of a process and all that descend from it, kB: what is shared counts for each its part.
pub fn proportional(root: u32) -> Result<u64> {
    Ok(by_program(root)?.values().sum())
}

/// The same by the programs' names.
pub fn by_program(root: u32) -> Result<BTreeMap<String, u64>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for process in fs::read_dir("/proc")?.flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if let Some(parent) = parent(id) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut waiting = vec![root];
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(id) = waiting.pop() {
        // One that has just ended counts nothing.
        let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        *sums.entry(name.trim().to_owned()).or_default() += rollup(id).unwrap_or(0);
        waiting.extend(children.get(&id).into_iter().flatten());
    }
    Ok(sums)
}

/// Each program with its megabytes, for a table.
pub fn each(programs: &BTreeMap<String, u64>) -> String {
    let each = programs.iter().map(|(name, kilobytes)| format!("{name} {}", kilobytes / 1024));
    each.collect::<Vec<_>>().join(", ")
}

/// Field 4 of /proc/…/stat, counted behind the name, which may hold blanks.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

fn rollup(id: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss line")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
