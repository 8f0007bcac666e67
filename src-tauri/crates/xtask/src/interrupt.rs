//! Ctrl-C, `kill` and a closed terminal: all mean "end, and take along what you started".

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Starts listening for SIGINT, SIGTERM and SIGHUP.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| ASKED.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C")
}

/// Whether the person asked for the end.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
