//! Redis's publish and subscribe: the plainest thing that tells many what one said. It keeps nothing, knows nobody, and says
//! the same to all.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use xtask::port;
use xtask::running::RunningProgram;

use super::super::load::{Spread, spread};
use super::super::memory;

/// As long as a frame of a claim.
const SAID: usize = 260;

/// A Redis without persistence.
pub(super) struct Redis {
    server: RunningProgram,
    port: u16,
}

impl Redis {
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let port = port::any_free()?;
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
        command.args(["--save", "", "--appendonly", "no", "--maxclients", "15000"]);
        let log = folder.join("redis-pubsub.log");
        let mut server = RunningProgram::start("redis", &mut command, &log)?;
        server.wait_until("ready", Duration::from_secs(30), || port::accepts(port))?;
        Ok(Self { server, port })
    }

    async fn subscribe(&self) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        stream.write_all(b"SUBSCRIBE lane\r\n").await?;
        let mut answer = [0; 256];
        let read = stream.read(&mut answer).await?;
        anyhow::ensure!(read > 0, "Redis hung up");
        Ok(stream)
    }

    /// From publishing to the arrival at each of so many subscribers, again and again.
    pub(super) async fn fan_out(&self, subscribers: usize, times: usize) -> Result<Spread> {
        let (tell, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let mut tasks = Vec::new();
        for _ in 0..subscribers {
            let mut stream = self.subscribe().await?;
            let tell = tell.clone();
            tasks.push(tokio::spawn(async move {
                let mut said = vec![0; 4_096];
                while let Ok(read) = stream.read(&mut said).await {
                    if read == 0 || tell.send(Instant::now()).is_err() {
                        return;
                    }
                }
            }));
        }
        let mut publisher = TcpStream::connect(("127.0.0.1", self.port)).await?;
        publisher.set_nodelay(true)?;
        let words = format!("PUBLISH lane {}\r\n", "x".repeat(SAID));
        let mut taken = Vec::new();
        for _ in 0..times {
            let begun = Instant::now();
            publisher.write_all(words.as_bytes()).await?;
            for _ in 0..subscribers {
                let at = tokio::time::timeout(Duration::from_secs(20), heard.recv()).await;
                let at = at.context("a subscriber never heard it")?.context("nobody listens")?;
                taken.push(at.duration_since(begun));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for task in tasks {
            task.abort();
        }
        Ok(spread(taken))
    }

    /// Bytes that a subscriber who only listens costs.
    pub(super) async fn idle(&self, count: usize) -> Result<u64> {
        let before = memory::proportional(self.server.id())?;
        let mut open = Vec::with_capacity(count);
        for _ in 0..count {
            open.push(self.subscribe().await?);
        }
        let after = memory::proportional(self.server.id())?;
        Ok(after.saturating_sub(before) * 1_024 / count as u64)
    }
}
