//! Steps with a heading, a duration and a verdict.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::tally::Tally;
use xtask::interrupt;

/// One line to the person.
pub(crate) fn say(line: &str) {
    println!("  {line}");
}

/// The steps done so far, and what the test runners counted in them.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<StepRecord>,
    tally: Tally,
}

struct StepRecord {
    name: String,
    took: Duration,
    fault: Option<String>,
}

impl Steps {
    /// Does one step and goes on afterwards even where it fails: the person wants all the faults of one run.
    pub(crate) fn check(&mut self, name: &str, step: impl FnOnce(&mut Tally) -> Result<()>) {
        if interrupt::asked() {
            return;
        }
        println!("\n== {name}");
        let begun = Instant::now();
        let fault = step(&mut self.tally).err().map(|fault| format!("{fault:#}"));
        let took = begun.elapsed();
        match &fault {
            Some(fault) => println!("== FAILED {name} ({:.1} s): {fault}", took.as_secs_f32()),
            None => println!("== done {name} ({:.1} s)", took.as_secs_f32()),
        }
        self.done.push(StepRecord { name: name.to_owned(), took, fault });
    }

    /// As [`Steps::check`], for what later steps stand on: a failure ends the run.
    pub(crate) fn demand(&mut self, name: &str, step: impl FnOnce(&mut Tally) -> Result<()>) -> Result<()> {
        self.check(name, step);
        match self.done.last() {
            Some(StepRecord { fault: Some(_), .. }) => self.close(),
            _ => Ok(()),
        }
    }

    /// Prints the table of steps and, last of all, the runners' sum. Fails when anything did.
    pub(crate) fn close(&self) -> Result<()> {
        println!("\n== steps");
        for step in &self.done {
            let verdict = if step.fault.is_some() { "FAILED" } else { "ok" };
            println!("{:>8.1} s  {verdict:<6} {}", step.took.as_secs_f32(), step.name);
        }
        let failed: Vec<&str> =
            self.done.iter().filter(|step| step.fault.is_some()).map(|step| step.name.as_str()).collect();
        if !failed.is_empty() {
            println!("failed steps: {}", failed.join(", "));
        }
        println!("{} passed, {} failed", self.tally.passed, self.tally.failed);
        if interrupt::asked() {
            bail!("stopped by the person");
        }
        if !failed.is_empty() || self.tally.failed > 0 {
            std::process::exit(1);
        }
        Ok(())
    }
}
