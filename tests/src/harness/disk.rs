//! A disk that can be full.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A small file system in memory. It goes away with this value; mounting it takes root, as CI is.
pub(crate) struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// One of so many MiB.
    pub(crate) fn new(mib: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={mib}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "lanedesk-test"]).arg(folder.path());
        assert!(mount.status().unwrap().success(), "a small disk needs root to be mounted");
        Self { folder }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no byte of it free.
    pub(crate) fn fill(&self) {
        let mut ballast = std::fs::File::create(self.ballast()).unwrap();
        let page = [0_u8; 4096];
        while std::io::Write::write_all(&mut ballast, &page).is_ok() {}
    }

    /// Frees what [`SmallDisk::fill`] took.
    pub(crate) fn empty(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the hub may still have its files open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
