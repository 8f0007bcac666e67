//! What code may not contain: empty names, marks of unfinished work, ways around the types.

use std::collections::BTreeMap;

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

/// Participles and pronouns: each says something only beside the path it was found under.
const EMPTY_TYPES: &str = "About Always Around Asked Became Began Begin Begun Behind Both Broken Checked Closed Closing \
    Counted Done Drawn Edited Ended Ending Following Former Found From Gained Given Got Handled Heard Held Here Imported \
    Incoming Inner Kept Keyed Known Last Later Leave Leaving Line Listening Look Looked Manner Named Next Noted \
    Now Offered Opened Out Outgoing Outside Over Owed Paced Paid Partial Past Pending Place Plugged Prepared \
    Pressed Raised Ran Raw Ready Refused Released Resealed Risen Running Say Sealed Seen Sending Sent Serves \
    Settled Showing Shown Signed Sought Speaks Stale Standing Stayed Stored Taken Tasked Telling Through To Told \
    Undone Used Verified Visible Waiting Walked Want Watched Where Which Who Whole Whose Work Worked";
/// Published names: what stands in the bindings and in the hub's OpenAPI stays as callers know it.
const PUBLISHED_TYPES: &[(&str, &str)] =
    &[("lanedesk", "Released"), ("wire", "Held"), ("wire", "Released"), ("wire", "Taken"), ("wire", "Told")];

/// The crate a source of a product's crate belongs to; none for tests.
fn crate_of(path: &str) -> Option<&str> {
    let stem = path.rsplit('/').next()?.trim_end_matches(".rs");
    let tests = path.contains("/tests/") || ["tests", "testing", "fixture"].contains(&stem);
    if tests {
        return None;
    }
    if path.starts_with("src-tauri/src/") {
        return Some("lanedesk");
    }
    let (name, rest) = path.strip_prefix("src-tauri/crates/")?.split_once('/')?;
    rest.starts_with("src/").then_some(name)
}

/// The types a file defines: as rustfmt lays them out, those of a module stand in column 0; a test module ends the file.
fn types(text: &str) -> impl Iterator<Item = &str> {
    let written = text.lines().take_while(|line| !line.starts_with("mod tests {"));
    written.filter(|line| !line.starts_with([' ', '/'])).filter_map(|line| {
        let makers = ["struct ", "enum ", "trait ", "type ", "union "];
        makers.iter().find_map(|maker| defined(line, maker))
    })
}

#[test]
fn types_are_nouns_and_none_is_called_twice_in_a_crate() {
    let mut faults = Vec::new();
    let mut known: BTreeMap<(String, String), String> = BTreeMap::new();
    for source in sources(&[".rs"]) {
        let Some(package) = crate_of(&source.path) else {
            continue;
        };
        for name in types(&source.text) {
            if EMPTY_TYPES.split(' ').any(|word| word == name) && !PUBLISHED_TYPES.contains(&(package, name)) {
                faults.push(format!("{}: {name} says nothing by itself", source.path));
            }
            let before = known.insert((package.to_owned(), name.to_owned()), source.path.clone());
            faults.extend(before.map(|other| format!("{}: {name} stands in {other} too", source.path)));
        }
    }
    assert!(known.len() > 700, "only {} types found: has the layout changed?", known.len());
    none("a type is called after what it is, once in its crate", &faults);
}
