//! Invariant 1: only the desk knows Tauri, only hub and lotsim serve, only the hub opens database pools, the domain is pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{metadata, none, sources};

/// Our packages and what each names as a dependency, what only its tests need left out.
fn direct() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata(&["--no-deps"]);
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let needs = package["dependencies"].as_array().expect("dependencies");
            let linked = needs.iter().filter(|need| need["kind"] != "dev");
            (text(&package["name"]), linked.map(|need| text(&need["name"])).collect())
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Faults where a package outside `allowed` names a dependency that `forbidden` recognises.
fn outside(allowed: &[&str], forbidden: impl Fn(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for (package, needs) in direct() {
        if allowed.contains(&package.as_str()) {
            continue;
        }
        faults.extend(needs.iter().filter(|need| forbidden(need)).map(|need| format!("{package} depends on {need}")));
    }
    faults
}

#[test]
fn only_the_desk_knows_tauri() {
    let tauri = |name: &str| name == "tauri" || name.starts_with("tauri-") || name == "wry" || name == "tao";
    none("only src-tauri depends on tauri", &outside(&["lanedesk"], tauri));
}

#[test]
fn only_hub_and_lotsim_serve() {
    let serves = |name: &str| ["axum", "warp", "actix-web", "poem", "tonic"].contains(&name);
    none("only hub and lotsim serve with axum", &outside(&["lanedesk-hub", "lotsim"], serves));
}

#[test]
fn only_the_hub_opens_database_pools() {
    // The desk reads through tauri-plugin-sql's pool; the benchmark measures SQLite's own search on one connection.
    let knows = |name: &str| name == "sqlx" || name == "rusqlite" || name == "tokio-postgres";
    none("only the hub knows a database", &outside(&["lanedesk-hub", "lanedesk", "lanedesk-tests"], knows));
    let opens = ["PoolOptions::", "Pool::connect", "SqlitePool::connect", "PgPool::connect"];
    let faults: Vec<String> = sources(&[".rs"])
        .iter()
        .filter(|source| !source.under("src-tauri/crates/hub/") && !source.path.ends_with("house/graph.rs"))
        .filter(|source| opens.iter().any(|open| source.text.contains(open)))
        .map(|source| source.path.clone())
        .collect();
    none("only the hub opens database pools", &faults);
}

#[test]
fn the_domain_knows_neither_tokio_nor_sqlx() {
    let reached = reached_by("lanedesk-domain");
    assert!(reached.contains("serde"), "the walk through the graph works");
    let outside_world = ["tokio", "sqlx", "axum", "reqwest", "tauri", "hyper", "mio", "async-std", "futures"];
    let faults: Vec<String> = outside_world
        .iter()
        .filter(|name| reached.contains(**name))
        .map(|name| format!("lanedesk-domain reaches {name}"))
        .collect();
    none("domain is rules without I/O", &faults);
}

#[test]
fn the_domain_reads_no_clock_and_waits_for_nothing() {
    let words = [
        "SystemTime::now",
        "Instant::now",
        "OffsetDateTime::now",
        "now_utc",
        "async fn",
        ".await",
        "std::fs",
        "std::net",
    ];
    let mut faults = Vec::new();
    for source in sources(&[".rs"]).iter().filter(|source| source.under("src-tauri/crates/domain/")) {
        faults.extend(
            words.iter().filter(|word| source.text.contains(**word)).map(|word| format!("{}: {word}", source.path)),
        );
    }
    none("domain is rules without I/O; time is a parameter", &faults);
}

/// Everything a package of ours links in, dependencies of tests and of builds left out.
fn reached_by(package: &str) -> BTreeSet<String> {
    let metadata = metadata(&[]);
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
        .collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let mut waiting: Vec<&str> = names.iter().filter(|(_, name)| **name == package).map(|(id, _)| *id).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        for need in nodes[id]["deps"].as_array().expect("deps") {
            let linked = need["dep_kinds"].as_array().expect("kinds").iter().any(|kind| kind["kind"].is_null());
            let next = need["pkg"].as_str().expect("id");
            if linked && seen.insert(next) {
                waiting.push(next);
            }
        }
    }
    seen.iter().filter_map(|id| names.get(id)).map(|name| (*name).to_owned()).collect()
}
