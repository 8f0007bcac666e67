//! The peer: ffmpeg repackaging the same stream to fragmented MP4, a fragment a picture, as quickly as it can.

use std::collections::VecDeque;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use lotsim::film::Stamp;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStdout, Command};

/// Longest wait for a picture; it looks at the stream first.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a stamp looks like, to find where the next one begins.
const NAME: &[u8] = b"lotsim-stamp";
/// A stamp with its name.
const STAMP: usize = 48;

/// One ffmpeg.
pub(super) struct Ffmpeg {
    child: Child,
    out: ChildStdout,
    rest: Vec<u8>,
    stamps: VecDeque<Stamp>,
}

impl Ffmpeg {
    pub(super) fn start(source: &str) -> Result<Self> {
        let mut child = Command::new("ffmpeg")
            .args(["-v", "error", "-fflags", "nobuffer", "-flags", "low_delay"])
            .args(["-probesize", "32768", "-analyzeduration", "0", "-rtsp_transport", "tcp", "-i", source])
            .args(["-c", "copy", "-an", "-f", "mp4", "-flush_packets", "1"])
            .args(["-movflags", "frag_every_frame+empty_moov+default_base_moof", "pipe:1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start ffmpeg")?;
        let out = child.stdout.take().context("a pipe")?;
        Ok(Self { child, out, rest: Vec::new(), stamps: VecDeque::new() })
    }

    /// Its process.
    pub(super) fn process(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// The next picture's stamp.
    pub(super) async fn picture(&mut self) -> Result<Stamp> {
        let mut chunk = vec![0; 256 * 1024];
        loop {
            if let Some(stamp) = self.stamps.pop_front() {
                return Ok(stamp);
            }
            let read = tokio::time::timeout(PATIENCE, self.out.read(&mut chunk));
            let length = read.await.context("ffmpeg sends no picture")??;
            ensure!(length > 0, "ffmpeg ended");
            self.rest.extend_from_slice(&chunk[..length]);
            self.take();
        }
    }

    /// Takes the stamps out of what has come.
    fn take(&mut self) {
        while let Some(at) = self.rest.windows(NAME.len()).position(|name| name == NAME) {
            if self.rest.len() < at + STAMP {
                return;
            }
            self.stamps.extend(Stamp::find(&self.rest[at..at + STAMP]));
            self.rest.drain(..at + STAMP);
        }
        let keep = self.rest.len().min(NAME.len());
        self.rest.drain(..self.rest.len() - keep);
    }
}
