//! How much processor time a program took.

use std::time::Duration;

use anyhow::{Context as _, Result};

/// User's and system's time of one process: fields 14 and 15 of /proc/…/stat, counted behind the name.
pub fn processor_time(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(')').context("a process's line")?.1;
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks = times.map(|field| field.parse::<u64>().context("ticks"));
    // Linux counts in hundredths of a second, whatever the machine.
    Ok(Duration::from_millis(ticks.sum::<Result<u64>>()? * 10))
}
