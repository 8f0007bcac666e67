//! `cargo xtask advisories`: whether a package we link has a known vulnerability.
//!
//! Rust's list (RustSec) is a folder somebody fetched; npm's is asked of the registry. Where one cannot be looked at this
//! says so and does not fail: not having looked is no fault of the code, and must not read as "nothing found".

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use rustsec::{Database, Lockfile};
use serde_json::Value;
use xtask::house;

use crate::node::npm_command;
use crate::step::say;

/// What `cargo xtask advisories` can be told.
#[derive(Args)]
pub(crate) struct Advisories {
    /// The folder of RustSec's advisory database; else `LANEDESK_ADVISORIES`, else where `cargo audit` and `cargo deny` keep theirs.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) db: Option<PathBuf>,
}

/// A known vulnerability of something in a lock file.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// Package and version.
    package: String,
    /// The advisory's number and title.
    advisory: String,
    /// The versions in which it is mended; none: there is no remedy yet.
    mended: Option<String>,
}

/// Looks both lock files up. Fails where a vulnerability has a remedy, and where a database that was named cannot be read.
pub(crate) fn look(db: Option<&Path>) -> Result<()> {
    let mut findings = rust(db)?;
    findings.extend(npm()?);
    for finding in &findings {
        let remedy = finding
            .mended
            .as_deref()
            .map_or_else(|| "no mended version yet".to_owned(), |versions| format!("mended in {versions}"));
        say(&format!("{}: {} ({remedy})", finding.package, finding.advisory));
    }
    let mended = findings.iter().filter(|finding| finding.mended.is_some());
    match mended.count() {
        0 => Ok(()),
        some => bail!("{some} known vulnerabilities have a remedy: take the mended versions"),
    }
}

/// `Cargo.lock` against a folder of RustSec's.
fn rust(named: Option<&Path>) -> Result<Vec<Finding>> {
    let lock = house::root().join("Cargo.lock");
    let Some(folder) = named.map(Path::to_path_buf).or_else(usual_folder) else {
        say(
            "NOT LOOKED: no copy of RustSec's advisory database here; name one with --db FOLDER. Cargo.lock is unchecked.",
        );
        return Ok(Vec::new());
    };
    let advisories =
        Database::open(&folder).with_context(|| format!("{} is no RustSec advisory database", folder.display()))?;
    if advisories.iter().next().is_none() {
        bail!("{} holds no advisories", folder.display());
    }
    let lockfile = Lockfile::load(&lock).context("Cargo.lock")?;
    let count = lockfile.packages.len();
    say(&format!("{count} crates looked up in {} advisories of {}", advisories.iter().count(), folder.display()));
    Ok(in_lockfile(&advisories, &lockfile))
}

fn in_lockfile(advisories: &Database, lockfile: &Lockfile) -> Vec<Finding> {
    let found = advisories.vulnerabilities(lockfile).into_iter();
    found
        .map(|found| {
            let mended: Vec<String> = found.versions.patched().iter().map(ToString::to_string).collect();
            Finding {
                package: format!("{} {}", found.package.name, found.package.version),
                advisory: format!("{} {}", found.advisory.id, found.advisory.title),
                mended: (!mended.is_empty()).then(|| mended.join(" or ")),
            }
        })
        .collect()
}

/// The database somebody keeps on this machine.
fn usual_folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("LANEDESK_ADVISORIES") {
        return Some(named.into());
    }
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let deny = std::fs::read_dir(cargo.join("advisory-dbs")).into_iter().flatten().flatten();
    [cargo.join("advisory-db")]
        .into_iter()
        .chain(deny.map(|entry| entry.path()))
        .find(|folder| folder.join("crates").is_dir())
}

/// `ui/package-lock.json` against npm's own list.
fn npm() -> Result<Vec<Finding>> {
    let answer = npm_command(&["audit", "--json", "--audit"])
        .output()
        .context("cannot start npm: Node.js 20 or newer must be installed")?;
    let answer: Value = serde_json::from_slice(&answer.stdout).unwrap_or_default();
    let Some(findings) = in_audit(&answer) else {
        let why = answer["message"].as_str().unwrap_or("no answer");
        say(&format!(
            "NOT LOOKED: npm's list of vulnerabilities did not answer ({why}). ui/package-lock.json is unchecked."
        ));
        return Ok(Vec::new());
    };
    say("ui/package-lock.json looked up in npm's list");
    Ok(findings)
}

/// What `npm audit --json` found; nothing where it is no report.
fn in_audit(answer: &Value) -> Option<Vec<Finding>> {
    let packages = answer["vulnerabilities"].as_object()?;
    let findings = packages.iter().map(|(name, about)| {
        let titles = about["via"].as_array().into_iter().flatten();
        let titles: Vec<&str> = titles.filter_map(|via| via["title"].as_str().or(via.as_str())).collect();
        let fix = &about["fixAvailable"];
        let mended = match fix["version"].as_str() {
            Some(version) => Some(format!("{} {version}", fix["name"].as_str().unwrap_or(name))),
            None => fix.as_bool().unwrap_or(false).then(|| "a newer version (npm audit fix)".to_owned()),
        };
        Finding {
            package: format!("{name} {}", about["range"].as_str().unwrap_or_default()),
            advisory: titles.join("; "),
            mended,
        }
    });
    Some(findings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ADVISORY: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2026-9999\"\npackage = \"leaky\"\ndate = \"2026-01-01\"\n\
        [versions]\npatched = PATCHED\n```\n\n# It leaks\n\nAlways.\n";
    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"leaky\"\nversion = \"1.2.0\"\n\
        source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
        checksum = \"0000000000000000000000000000000000000000000000000000000000000000\"\n";

    /// What a database with one advisory says of a lock file that has the package.
    fn found(patched: &str) -> Vec<Finding> {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("crates/leaky");
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("RUSTSEC-2026-9999.md"), ADVISORY.replace("PATCHED", patched)).unwrap();
        in_lockfile(&Database::open(folder.path()).unwrap(), &LOCK.parse().unwrap())
    }

    #[test]
    fn a_vulnerable_crate_is_named_with_its_remedy() {
        let mended = found("[\">= 1.2.1\"]");
        assert_eq!(mended.len(), 1);
        assert_eq!(mended[0].package, "leaky 1.2.0");
        assert!(mended[0].advisory.contains("RUSTSEC-2026-9999"), "{mended:?}");
        assert_eq!(mended[0].mended.as_deref(), Some(">=1.2.1"));
        assert_eq!(found("[]")[0].mended, None, "nothing to take yet");
        assert_eq!(found("[\">= 1.1.0\"]"), [], "we have the mended one");
    }

    #[test]
    fn npm_findings_are_told_from_no_answer() {
        assert_eq!(in_audit(&json!({"message": "405 Method Not Allowed"})), None);
        assert_eq!(in_audit(&json!({"vulnerabilities": {}})), Some(vec![]));
        let report = json!({"vulnerabilities": {"vite": {"range": "<8.3.1", "via": [{"title": "reads any file"}],
            "fixAvailable": {"name": "vite", "version": "8.3.1"}}}});
        let found = in_audit(&report).unwrap();
        assert_eq!(found[0].mended.as_deref(), Some("vite 8.3.1"));
    }
}
