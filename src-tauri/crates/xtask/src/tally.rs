//! What the test runners say they counted, read from their closing lines.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

/// Tests passed and failed, over all runners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Runs a test runner, passes on what it prints, and adds what it counted.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<()> {
        let name = command.get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let out = child.stdout.take().context("no output")?;
        let err = child.stderr.take().context("no errors")?;
        let heard = thread::scope(|scope| {
            let other = scope.spawn(|| listen(err));
            let mut heard = listen(out);
            // A panic there would be ours; it loses counts, never a verdict, which is the exit code's.
            heard.add(other.join().unwrap_or_default());
            heard
        });
        self.add(heard);
        let status = child.wait()?;
        if !status.success() {
            bail!("{name} ended with {status}");
        }
        Ok(())
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Passes lines on and counts the closing ones.
fn listen(from: impl Read) -> Tally {
    let mut tally = Tally::default();
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{line}");
        tally.add(closing(&plain(&line)));
    }
    tally
}

/// The counts of a closing line; nothing for any other line.
fn closing(line: &str) -> Tally {
    // nextest: `     Summary [ 0.2s] 12 tests run: 11 passed (1 slow), 1 failed, 0 skipped`
    // vitest: `      Tests  1 failed | 12 passed (13)`
    // cargo test: `test result: ok. 3 passed; 0 failed; 0 ignored; …`; indented it is nextest quoting one failed test.
    let trimmed = line.trim_start();
    let counts = trimmed.starts_with("Summary [") || trimmed.starts_with("Tests  ") || line.starts_with("test result:");
    if !counts {
        return Tally::default();
    }
    Tally { passed: before(line, "passed"), failed: before(line, "failed") + before(line, "timed out") }
}

/// The number that stands before `word`, or 0.
fn before(line: &str, word: &str) -> u64 {
    let Some((head, _)) = line.split_once(&format!(" {word}")) else {
        return 0;
    };
    head.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The line without its colours.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(sign) = rest.next() {
        if sign == '\u{1b}' {
            // An escape ends with its first letter.
            rest.find(char::is_ascii_alphabetic);
        } else {
            text.push(sign);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Tally, closing, plain};

    #[test]
    fn every_runner_is_understood() {
        let seen = |passed, failed| Tally { passed, failed };
        let nextest = "     Summary [   0.213s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped";
        assert_eq!(closing(nextest), seen(10, 2));
        assert_eq!(closing("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured"), seen(3, 2));
        assert_eq!(closing("      Tests  1 failed | 12 passed (13)"), seen(12, 1));
        assert_eq!(closing(" Test Files  2 passed (2)"), seen(0, 0));
        assert_eq!(closing("12 passed"), seen(0, 0));
        let quoted = "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured";
        assert_eq!(closing(quoted), seen(0, 0), "the summary counts it too");
    }

    #[test]
    fn colours_are_taken_off() {
        assert_eq!(plain("\u{1b}[32;1m 3 passed\u{1b}[0m"), " 3 passed");
    }
}
