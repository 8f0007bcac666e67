//! Programs that run beside us. Each leads a process group of its own, so that its end takes its children along.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::interrupt;

/// How long a program may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A program that runs beside us and ends with this value.
pub struct RunningProgram {
    name: String,
    child: Child,
    log: PathBuf,
}

impl RunningProgram {
    /// Starts `command` in a process group of its own; what it prints goes to `log`.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let out = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let err = out.try_clone()?;
        command.stdout(out).stderr(err);
        Self::start_as_is(name, command, log)
    }

    /// As [`RunningProgram::start`], with the command's own output left as the caller set it.
    pub fn start_as_is(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name} ({})", command.get_program().display()))?;
        Ok(Self { name: name.to_owned(), child, log: log.to_path_buf() })
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The pipe it writes to, where the caller asked for one.
    pub fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until `ready` says yes. Fails when the program ends first, when it takes longer than `limit`, or on Ctrl-C.
    pub fn wait_until(&mut self, what: &str, limit: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let begun = Instant::now();
        while !ready() {
            if let Some(status) = self.ended()? {
                bail!("{} ended ({status}) before {what}\n{}", self.name, self.last_lines());
            }
            if interrupt::asked() {
                bail!("stopped by the person");
            }
            if begun.elapsed() > limit {
                bail!("{}: not {what} within {} s\n{}", self.name, limit.as_secs(), self.last_lines());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The end of its log, for the message when it fails.
    pub fn last_lines(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(20);
        let shown = lines.get(from..).unwrap_or_default().join("\n");
        format!("--- {} ---\n{shown}", self.log.display())
    }

    /// Ends it and everything it started as a power cut would.
    pub fn kill(mut self) -> Result<()> {
        let group = Pid::from_raw(i32::try_from(self.child.id())?);
        killpg(group, Signal::SIGKILL).with_context(|| format!("{} could not be killed", self.name))?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends it and everything it started: asks first, insists after five seconds.
    fn stop(&mut self) {
        let Ok(id) = i32::try_from(self.child.id()) else {
            return;
        };
        let group = Pid::from_raw(id);
        if matches!(self.child.try_wait(), Ok(None)) {
            // Fails only where the group is gone already.
            let _ = killpg(group, Signal::SIGTERM);
            let begun = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed() < GRACE {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // Whatever is left of the group, its leader's children included.
        let _ = killpg(group, Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::RunningProgram;

    fn alive(pid: &str) -> bool {
        // A killed child of a killed parent is a zombie until init takes it: state Z is as dead as absent.
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[test]
    fn the_end_takes_children_along() {
        let dir = tempfile::tempdir().unwrap();
        let told = dir.path().join("child");
        let script = format!("sleep 600 & echo $! > {}; wait", told.display());
        let mut program =
            RunningProgram::start("sh", Command::new("sh").arg("-c").arg(script), &dir.path().join("log")).unwrap();
        let child = || std::fs::read_to_string(&told).unwrap_or_default();
        program.wait_until("seen", Duration::from_secs(10), || child().ends_with('\n')).unwrap();
        let pid = child().trim().to_owned();
        assert!(alive(&pid));
        drop(program);
        // The signal was sent; it arrives in its own time.
        let patience = Instant::now() + Duration::from_secs(10);
        while alive(&pid) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(!alive(&pid));
    }

    #[test]
    fn a_program_that_dies_early_is_told_with_its_last_words() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let dies = start_and_wait("echo no database; exit 3", log.path());
        let words = format!("{:#}", dies.unwrap_err());
        assert!(words.contains("exit status: 3") && words.contains("no database"), "{words}");
    }

    fn start_and_wait(script: &str, log: &Path) -> anyhow::Result<()> {
        let mut program = RunningProgram::start("sh", Command::new("sh").arg("-c").arg(script), log)?;
        program.wait_until("ready", Duration::from_secs(10), || false)
    }
}
