//! What code may not contain: empty names, marks of unfinished work, ways around the types.

use super::{Source, none, sources};

/// Every line of these files that one of `marks` stands in, this file left out: it names them.
fn lines_with(endings: &[&str], marks: &[&str]) -> Vec<String> {
    let found = |source: &Source| -> Vec<String> {
        source
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| marks.iter().any(|mark| line.contains(mark)))
            .map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim()))
            .collect()
    };
    sources(endings).iter().filter(|source| !source.path.ends_with("house/words.rs")).flat_map(found).collect()
}

#[test]
fn nothing_is_called_manager_service_helper_or_util() {
    let empty = ["Manager", "Service", "Helper", "Util", "Utils"];
    let makers = ["struct ", "enum ", "trait ", "type ", "class ", "interface "];
    let mut faults = Vec::new();
    for source in sources(&[".rs", ".ts", ".svelte"]) {
        let file = source.path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let stem = file.split('.').next().unwrap_or_default();
        let last = stem.rsplit(['_', '-']).next().unwrap_or_default();
        if ["manager", "service", "services", "helper", "helpers", "util", "utils"].contains(&last) {
            faults.push(format!("file {}", source.path));
        }
        for line in source.text.lines() {
            let Some(name) = makers.iter().find_map(|maker| defined(line, maker)) else {
                continue;
            };
            if empty.iter().any(|word| name.ends_with(word)) {
                faults.push(format!("{}: {name}", source.path));
            }
        }
    }
    none("Manager, Service, Helper and Util say nothing", &faults);
}

/// The name that `line` defines with `maker`, for example `struct `.
fn defined<'a>(line: &'a str, maker: &str) -> Option<&'a str> {
    let line = line.trim_start();
    let head = line.split_once(maker)?.0;
    let only_visibility = head
        .split_whitespace()
        .all(|word| ["pub", "export", "abstract", "unsafe", "default"].contains(&word) || word.starts_with("pub("));
    let rest = line.split_once(maker)?.1;
    let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
    only_visibility.then(|| rest.get(..end)).flatten()
}

#[test]
fn errors_are_typed() {
    let mut faults = lines_with(&[".rs"], &[", String>"]);
    // A map of strings inside a result is no error type; the rest of its line is still looked at.
    faults.retain(|line| line.contains("Result<") && line.replace("Map<String, String>", "Map").contains(", String>"));
    none("never Result<_, String>", &faults);
}

#[test]
fn no_work_is_left_for_later() {
    let marks = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "#[ignore", "dbg!(", "allow(dead_code"];
    none("unfinished work", &lines_with(&[".rs"], &marks));
    let marks = ["TODO", "FIXME", ".skip(", ".only(", ".todo(", "@ts-ignore", "@ts-nocheck", "as any", "console.log"];
    none("unfinished work", &lines_with(&[".ts", ".svelte"], &marks));
}

#[test]
fn nothing_is_unsafe() {
    let mut faults = lines_with(&[".rs"], &["unsafe {", "unsafe fn", "unsafe impl", "allow(unsafe_code"]);
    faults.retain(|line| !line.contains("//"));
    none("no unsafe", &faults);
}

#[test]
fn sqlx_any_is_not_used() {
    none("two pools behind one enum", &lines_with(&[".rs"], &["sqlx::Any", "AnyPool", "AnyConnection"]));
}

#[test]
fn only_the_backend_folder_talks_to_tauri() {
    let faults: Vec<String> = lines_with(&[".ts", ".svelte"], &["@tauri-apps/"])
        .into_iter()
        .filter(|line| line.starts_with("ui/src/") && !line.starts_with("ui/src/lib/backend/"))
        .collect();
    none("ui/src/lib/backend is the only door to Tauri", &faults);
}

#[test]
fn pages_load_nothing_from_elsewhere() {
    let mut faults =
        lines_with(&[".html", ".svelte", ".css"], &["src=\"http", "href=\"http", "url(http", "@import url"]);
    faults.retain(|line| line.starts_with("ui/"));
    none("CSP allows no remote origin", &faults);
}
