//! The outside checkers of the hub's published contract, in a Python environment of their own below the target folder.

use crate::house;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// From Python's index, to the release: another one checks other things.
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "openapi-spec-validator==0.9.0"];

/// Streams are no HTTP answers, and the checker knows nothing of them.
const STREAMS: &str = "/api/stream$|/environment$|/link$";

/// The checkers, ready to run.
pub struct Checker {
    bin: PathBuf,
}

impl Checker {
    /// Installs them where they are not there yet. Tests that run at once wait for the first.
    pub fn ready() -> Result<Self> {
        let scratch = house::scratch()?;
        let lock = File::create(scratch.join("checker.lock"))?;
        lock.lock()?;
        let home = scratch.join("checker");
        let (stamp, wanted) = (home.join("installed"), PACKAGES.join(" "));
        if fs::read_to_string(&stamp).unwrap_or_default() != wanted {
            install(&home)?;
            fs::write(&stamp, wanted)?;
        }
        Ok(Self { bin: home.join("bin") })
    }

    /// Whether a document is OpenAPI at all; where not, what is wrong with it.
    pub fn validate(&self, document: &Path) -> Result<()> {
        let mut command = Command::new(self.bin.join("openapi-spec-validator"));
        told(command.arg(document), "openapi-spec-validator")
    }

    /// Asks a running hub everything its contract names, and much it does not, as one person; where an answer is not
    /// what the contract says, all that is found.
    pub fn ask(&self, hub: &str, username: &str, password: &str, size: &Size) -> Result<()> {
        let here = house::target().join("xtask").join("checker");
        let hooks = here.join(format!("session_{username}.py"));
        fs::write(&hooks, include_str!("checker/session.py"))?;
        let settings = here.join("settings.toml");
        fs::write(&settings, include_str!("checker/settings.toml"))?;
        let mut command = Command::new(self.bin.join("schemathesis"));
        command
            .arg("--config-file")
            .arg(&settings)
            .args(["run", &format!("{hub}/api/openapi.json")])
            .args(["--checks", "all", "--continue-on-failure"])
            .args(["--exclude-path-regex", STREAMS])
            .args(["--phases", size.phases])
            .args(["--max-examples", &size.examples.to_string()])
            .args(["--seed", &size.seed.to_string()])
            .args(["--request-timeout", "30"])
            // Python before 3.11.5 reads no source in two threads at once.
            .args(["--workers", "1"])
            .arg("--no-color")
            .current_dir(&here)
            .env("PYTHONPATH", &here)
            .env("SCHEMATHESIS_HOOKS", format!("session_{username}"))
            .env("LANEDESK_HUB", hub)
            .env("LANEDESK_USERNAME", username)
            .env("LANEDESK_PASSWORD", password)
            .env("NO_PROXY", "127.0.0.1");
        told(&mut command, "schemathesis")
    }
}

/// How much is asked.
pub struct Size {
    /// Made-up requests of each kind for an operation.
    pub examples: u32,
    /// What is done, in the checker's words.
    pub phases: &'static str,
    /// Repeats a run.
    pub seed: u32,
}

impl Size {
    /// What a machine without a person has the time for.
    pub const SHORT: Self = Self { examples: 4, phases: "examples,coverage,fuzzing", seed: 1 };
    /// An evening's.
    pub const LONG: Self = Self { examples: 100, phases: "examples,coverage,fuzzing,stateful", seed: 1 };
}

fn install(home: &Path) -> Result<()> {
    let mut make = Command::new("python3");
    told(make.args(["-m", "venv", "--clear"]).arg(home), "python3 -m venv (Debian: python3-venv)")?;
    let mut pip = Command::new(home.join("bin/pip"));
    let quiet = ["install", "--quiet", "--disable-pip-version-check"];
    told(pip.args(quiet).args(PACKAGES), "pip install")
}

/// Runs a program to its end; what it said where it failed.
fn told(command: &mut Command, name: &str) -> Result<()> {
    let Output { status, stdout, stderr } = command.output().with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        let [out, err] = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        bail!("{name} failed ({status})\n{out}\n{err}");
    }
    Ok(())
}
