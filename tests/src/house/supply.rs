//! What may be linked in: the licences, sources and bans of `.cargo/deny.toml`, checked without any tool or network.
//! `cargo deny` reads the same file and adds the advisories.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{metadata, none, read};

struct Package {
    name: String,
    version: String,
    license: String,
    source: Option<String>,
}

fn packages() -> Vec<Package> {
    let metadata = metadata(&[]);
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| Package {
            name: text(&package["name"]).unwrap_or_default(),
            version: text(&package["version"]).unwrap_or_default(),
            license: text(&package["license"]).unwrap_or_default(),
            source: text(&package["source"]),
        })
        .collect()
}

fn rules() -> toml::Table {
    read(".cargo/deny.toml").parse().expect("deny.toml is TOML")
}

/// The texts of a list such as `licenses.allow`.
fn list(rules: &toml::Table, table: &str, key: &str) -> Vec<String> {
    rules[table][key]
        .as_array()
        .unwrap_or_else(|| panic!("{table}.{key} is a list"))
        .iter()
        .filter_map(|entry| entry.as_str().or_else(|| entry.get("crate")?.as_str()))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn every_licence_is_one_we_accept() {
    let rules = rules();
    let allowed: BTreeSet<String> = list(&rules, "licenses", "allow").into_iter().collect();
    let faults: Vec<String> = packages()
        .iter()
        .filter(|package| !accepts(&package.license, &allowed))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();
    none("a licence outside .cargo/deny.toml", &faults);
}

#[test]
fn everything_comes_from_the_registry() {
    let allowed = list(&rules(), "sources", "allow-registry");
    let faults: Vec<String> = packages()
        .iter()
        .filter_map(|package| Some((package, package.source.as_ref()?)))
        .filter(|(_, source)| {
            let place = source.trim_start_matches("registry+");
            !allowed.iter().any(|registry| registry == place)
        })
        .map(|(package, source)| format!("{} from {source}", package.name))
        .collect();
    none("a source outside .cargo/deny.toml", &faults);
}

#[test]
fn nothing_banned_is_linked() {
    let banned = list(&rules(), "bans", "deny");
    let faults: Vec<String> = packages()
        .iter()
        .filter(|package| banned.contains(&package.name))
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    none("banned in .cargo/deny.toml", &faults);
}

#[test]
fn one_of_each_native_library() {
    let packages = packages();
    let natives = ["libsqlite3-sys", "ring", "tauri", "sqlx", "axum", "tokio"];
    let faults: Vec<String> = natives
        .iter()
        .filter(|native| packages.iter().filter(|package| package.name == **native).count() > 1)
        .map(|native| (*native).to_owned())
        .collect();
    none("two versions of what must be one", &faults);
}

/// Whether an SPDX expression can be met with the allowed licences. `AND` binds closer than `OR`; `/` is an old `OR`.
fn accepts(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let met = either(&mut rest, allowed);
    met && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = both(rest, allowed);
    while let ["OR", tail @ ..] = *rest {
        *rest = tail;
        met |= both(rest, allowed);
    }
    met
}

fn both(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = single(rest, allowed);
    while let ["AND", tail @ ..] = *rest {
        *rest = tail;
        met &= single(rest, allowed);
    }
    met
}

fn single(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    match *rest {
        ["(", tail @ ..] => {
            *rest = tail;
            let met = either(rest, allowed);
            // A missing bracket leaves words over, which is refused above.
            if let [")", tail @ ..] = *rest {
                *rest = tail;
            }
            met
        }
        [licence, "WITH", exception, tail @ ..] => {
            *rest = tail;
            allowed.contains(&format!("{licence} WITH {exception}")) || allowed.contains(*licence)
        }
        [licence, tail @ ..] => {
            *rest = tail;
            allowed.contains(*licence)
        }
        [] => false,
    }
}

#[test]
fn licence_expressions_are_understood() {
    let allowed: BTreeSet<String> = ["MIT", "Apache-2.0"].map(ToOwned::to_owned).into();
    assert!(accepts("MIT OR GPL-3.0", &allowed));
    assert!(accepts("GPL-3.0/MIT", &allowed));
    assert!(accepts("(MIT OR GPL-3.0) AND Apache-2.0", &allowed));
    assert!(accepts("Apache-2.0 WITH LLVM-exception", &allowed));
    assert!(!accepts("MIT AND GPL-3.0", &allowed));
    assert!(!accepts("GPL-3.0", &allowed));
    assert!(!accepts("", &allowed));
}
