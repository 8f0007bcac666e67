//! One fsync, measured: the floor under everything durable.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::load::{Spread, spread};

/// A file that is written and synced again and again.
pub struct Probe {
    file: File,
}

impl Probe {
    /// Opens one in `folder`.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("fsync-probe");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
        // Written once beforehand, so that no later write also grows the file.
        file.write_all(&[0; 4096])?;
        file.sync_all()?;
        Ok(Self { file })
    }

    /// Writes 4 KiB and waits until they are on the disk.
    pub fn once(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&[1; 4096])?;
        self.file.sync_data()?;
        Ok(begun.elapsed())
    }
}

/// So many in a row.
pub fn probe(folder: &Path, times: usize) -> Result<Spread> {
    let mut probe = Probe::open(folder)?;
    let taken: Result<Vec<Duration>> = (0..times).map(|_| probe.once()).collect();
    Ok(spread(taken?))
}
