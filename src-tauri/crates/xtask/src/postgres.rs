//! A PostgreSQL cluster of our own for the tests: started, used, thrown away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::port;
use crate::running::RunningProgram;

/// A private cluster; it and its data go away with this value.
pub struct Postgres {
    // Dropped before the folder below is removed.
    server: Option<RunningProgram>,
    dir: PathBuf,
    port: u16,
    durability: Durability,
    url: String,
}

/// Whether commits reach the disk before they are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production; for measuring.
    Durable,
    /// Quick; for tests, whose data nobody wants back.
    Quick,
}

impl Postgres {
    /// Makes a cluster and starts it on a free local port. PostgreSQL refuses root, so root uses the `postgres` user.
    pub fn start(durability: Durability) -> Result<Self> {
        let programs = programs()?;
        let port = port::any_free()?;
        // Not in the target folder: the postgres user may not be able to reach it.
        let dir = std::env::temp_dir().join(format!("lanedesk-pg-{}-{port}", std::process::id()));
        fs::create_dir_all(&dir)?;
        let mut cluster = Self {
            server: None,
            dir: dir.clone(),
            port,
            durability,
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        };
        if as_root() {
            done(Command::new("chown").arg("postgres").arg(&dir))?;
        }
        let data = dir.join("data");
        done(
            as_owner(&programs.join("initdb"))
                .current_dir(&dir)
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
                .arg(&data),
        )?;
        cluster.run()?;
        Ok(cluster)
    }

    /// Stops the server at once, in the midst of whatever it does; the data stays.
    pub fn stop(&mut self) {
        let id = self.server.as_ref().and_then(|server| i32::try_from(server.id()).ok());
        if let Some(id) = id {
            // PostgreSQL's immediate shutdown: no client is waited for. Fails only where it is gone already.
            let _ = kill(Pid::from_raw(id), Signal::SIGQUIT);
        }
        self.server = None;
    }

    /// Starts the server, again after [`Postgres::stop`], on the port it had.
    pub fn run(&mut self) -> Result<()> {
        let programs = programs()?;
        let port_text = self.port.to_string();
        let mut command = as_owner(&programs.join("postgres"));
        command.current_dir(&self.dir).arg("-D").arg(self.dir.join("data")).arg("-k").arg(&self.dir);
        command.args(["-h", "127.0.0.1", "-p", &port_text, "-c", "max_connections=300"]);
        if self.durability == Durability::Quick {
            command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
        let mut server = RunningProgram::start("PostgreSQL", &mut command, &self.dir.join("log"))?;
        let asked = programs.join("pg_isready");
        server.wait_until("ready", Duration::from_secs(60), || {
            Command::new(&asked)
                .args(["-q", "-h", "127.0.0.1", "-p", &port_text])
                .status()
                .is_ok_and(|status| status.success())
        })?;
        self.server = Some(server);
        Ok(())
    }

    /// Where it answers, with the right to make databases.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of the cluster's own files.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.server = None;
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// The newest installed PostgreSQL's programs, where Debian puts them.
fn programs() -> Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .context("PostgreSQL is not installed")?
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    versions.sort();
    let (_, newest) = versions.pop().context("PostgreSQL's server is not installed")?;
    Ok(newest)
}

fn as_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// A call in the name of whoever owns the cluster.
fn as_owner(program: &Path) -> Command {
    if !as_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command
}

fn done(command: &mut Command) -> Result<()> {
    let name = command.get_program().display().to_string();
    let answer = command.output().with_context(|| format!("cannot start {name}"))?;
    if !answer.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&answer.stderr));
    }
    Ok(())
}
