//! Redis as a peer: `SET NX PX` and compare-and-delete, every write on the disk before its answer.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use xtask::port;
use xtask::running::RunningProgram;

use super::load::Holder;

/// Deletes the key only where it still holds our token.
const RELEASE: &str = "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end";

/// A single Redis on this machine with `appendfsync always`.
pub struct Redis {
    _server: RunningProgram,
    port: u16,
}

impl Redis {
    /// Starts one with its data in `folder`.
    pub fn start(folder: &Path) -> Result<Self> {
        let port = port::any_free()?;
        let data = folder.join(format!("redis-{port}"));
        std::fs::create_dir_all(&data)?;
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
            .arg(&data);
        let mut server = RunningProgram::start("redis", &mut command, &folder.join("redis.log"))?;
        server.wait_until("ready", Duration::from_secs(30), || port::accepts(port))?;
        Ok(Self { _server: server, port })
    }

    /// So many clients, each with a connection and a key of its own.
    pub async fn holders(&self, clients: usize) -> Result<Vec<RedisHolder>> {
        let mut holders = Vec::new();
        for index in 0..clients {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.set_nodelay(true)?;
            let key = format!("lane:{index}");
            holders.push(RedisHolder { stream: BufReader::new(stream), key, turn: 0 });
        }
        Ok(holders)
    }
}

/// One client of Redis.
pub struct RedisHolder {
    stream: BufReader<TcpStream>,
    key: String,
    turn: u64,
}

impl Holder for RedisHolder {
    async fn cycle(&mut self) -> Result<()> {
        self.turn += 1;
        let (key, owner) = (self.key.clone(), self.turn.to_string());
        let answer = self.call(&["SET", &key, &owner, "NX", "PX", "600000"]).await?;
        ensure!(answer == "+OK", "the key of this client alone is taken: {answer}");
        let freed = self.call(&["EVAL", RELEASE, "1", &key, &owner]).await?;
        ensure!(freed == ":1", "the key was not ours: {freed}");
        Ok(())
    }
}

impl RedisHolder {
    /// One command; answers its first line (a text's own bytes are read and dropped).
    async fn call(&mut self, words: &[&str]) -> Result<String> {
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            write!(request, "${}\r\n{word}\r\n", word.len())?;
        }
        self.stream.write_all(request.as_bytes()).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let line = line.trim_end().to_owned();
        if let Some(length) = line.strip_prefix('$').and_then(|length| length.parse::<usize>().ok()) {
            let mut text = vec![0; length + 2];
            self.stream.read_exact(&mut text).await?;
        }
        Ok(line)
    }
}
