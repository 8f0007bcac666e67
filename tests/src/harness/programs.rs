//! Our programs, as cargo left them.

use super::{Database, PATIENCE};
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::running::RunningProgram;
use xtask::{house, port};

/// The hub's program.
pub(crate) fn hub_program() -> PathBuf {
    program("lanedesk-hub", &["--package", "lanedesk-hub", "--bin", "lanedesk-hub"])
}

/// The desk's program, with its pages inside.
pub(crate) fn desk_program() -> PathBuf {
    let desk = ["--package", "lanedesk", "--bin", "lanedesk", "--features", "lanedesk/custom-protocol"];
    program("lanedesk", &desk)
}

/// A program of ours: built already where `cargo xtask test` says so, else by cargo now, which is quick where nothing
/// has changed.
fn program(name: &str, arguments: &[&str]) -> PathBuf {
    if let Some(folder) = std::env::var_os("LANEDESK_PROGRAMS") {
        return PathBuf::from(folder).join(name);
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut building = Command::new(cargo);
    building.arg("build").args(arguments).current_dir(house::root());
    let ended = building.status().expect("cargo starts");
    assert!(ended.success(), "{name} was not built; `cargo xtask test` makes what it needs first");
    house::program(name, false)
}

/// The hub as a program of its own, which can be killed.
pub(crate) struct HubProcess {
    server: RunningProgram,
    /// Where it answers.
    pub(crate) address: String,
}

impl HubProcess {
    /// Starts it on `database`, importing a site first where one is given.
    pub(crate) fn start(database: &Database, url: &str, site: Option<&Path>) -> Result<Self> {
        Self::start_with(database, url, site, &[])
    }

    /// The same with more variables.
    pub(crate) fn start_with(
        database: &Database,
        url: &str,
        site: Option<&Path>,
        variables: &[(&str, &Path)],
    ) -> Result<Self> {
        let port = port::any_free()?;
        let mut command = Command::new(hub_program());
        command.envs(variables.iter().copied());
        command.arg("serve").args(["--listen", &format!("127.0.0.1:{port}"), "--database", url]);
        command.arg("--objects").arg(database.objects()).arg("--key").arg(database.key());
        if let Some(site) = site {
            command.arg("--site").arg(site);
        }
        let log = database.folder().join(format!("hub-{port}.log"));
        let mut server = RunningProgram::start("the hub", &mut command, &log)?;
        server.wait_until("ready", PATIENCE, || port::answers_ok(port, "/api/health"))?;
        Ok(Self { server, address: format!("http://127.0.0.1:{port}") })
    }

    /// Waits until it has ended by itself.
    pub(crate) fn is_gone(&mut self) -> Result<()> {
        let mut ended = Ok(());
        let gone = self.server.wait_until("gone", PATIENCE, || false).err();
        if self.server.ended()?.is_none() {
            ended = Err(gone.context("the hub still runs")?);
        }
        ended
    }

    /// Ends it as a power cut does: nothing more is written or said.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let killed = Command::new("kill").args(["-KILL", &self.server.id().to_string()]).status()?;
        ensure!(killed.success(), "the hub could not be killed");
        self.server.wait_until("gone", PATIENCE, || false).err().context("the hub still runs")?;
        Ok(())
    }
}

/// What a run of the hub's program came to.
pub(crate) struct Said {
    /// It said yes.
    pub(crate) ok: bool,
    /// What it was asked for.
    pub(crate) out: String,
    /// What it had to say about it, its log included.
    pub(crate) all: String,
}

/// Runs the hub's program to its end.
pub(crate) fn hub_says(database: &Database, arguments: &[&str]) -> Said {
    let mut command = Command::new(hub_program());
    command.args(arguments).args(["--database", database.url()]);
    command.arg("--key").arg(database.key());
    let answer = command.output().expect("the hub's program starts");
    let all = [answer.stdout.as_slice(), &answer.stderr].concat();
    Said {
        ok: answer.status.success(),
        out: String::from_utf8_lossy(&answer.stdout).into_owned(),
        all: String::from_utf8_lossy(&all).into_owned(),
    }
}
