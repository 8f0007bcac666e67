//! A screen where there is none: Xvfb, with its picture in a file we can read at any moment.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::frame::Frame;
use crate::running::RunningProgram;

/// An invisible screen; it goes away with this value.
pub struct Display {
    _server: RunningProgram,
    name: String,
    dir: PathBuf,
}

impl Display {
    /// Starts one of `width` × `height` pixels on the first free display number; its files go under `dir`.
    pub fn start(dir: &Path, width: u32, height: u32) -> Result<Self> {
        // One folder a server: the number is known only after the start.
        let dir = dir.join(format!("screen-{}-{width}x{height}", std::process::id()));
        fs::create_dir_all(&dir)?;
        let log = dir.join("xvfb.log");
        let mut command = Command::new("Xvfb");
        command
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
            .arg(format!("{width}x{height}x24"))
            .arg("-fbdir")
            .arg(&dir)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log)?);
        let mut server = RunningProgram::start_as_is("Xvfb", &mut command, &log)?;
        let pipe = server.take_stdout().context("Xvfb has no output")?;
        let mut number = String::new();
        BufReader::new(pipe).read_line(&mut number)?;
        if number.trim().is_empty() {
            bail!("Xvfb did not start\n{}", server.last_lines());
        }
        Ok(Self { _server: server, name: format!(":{}", number.trim()), dir })
    }

    /// What goes into `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The screen now.
    pub fn frame(&self) -> Result<Frame> {
        Frame::read(&self.dir.join("Xvfb_screen0"))
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Whether the person sits before a screen that a window can open on.
pub fn has_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
