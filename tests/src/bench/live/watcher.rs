//! Somebody at a desk who watches, without a screen.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures::StreamExt as _;
use lotsim::film::Stamp;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longest wait for a picture.
const PATIENCE: Duration = Duration::from_secs(20);

/// One WebSocket.
pub(super) struct Watcher {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Numbers of the first and the last picture, and how many came.
    seen: Option<(u64, u64, u64)>,
    /// Key frames that came.
    pub(super) keys: usize,
    /// Times it was left behind.
    pub(super) skipped: usize,
}

impl Watcher {
    pub(super) async fn open(hub: &str, token: &str, lane: &str) -> Result<Self> {
        let url = format!("{hub}/api/lanes/{lane}/environment").replacen("http", "ws", 1);
        let mut request = url.into_client_request()?;
        let bearer = format!("Bearer {token}").parse()?;
        request.headers_mut().insert("authorization", bearer);
        let (socket, _) = connect_async(request).await?;
        Ok(Self { socket, seen: None, keys: 0, skipped: 0 })
    }

    /// The next picture's stamp.
    pub(super) async fn picture(&mut self) -> Result<Stamp> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match next.context("no picture")?.context("the hub hung up")?? {
                Message::Binary(bytes) => {
                    if let Some(stamp) = Stamp::find(&bytes) {
                        self.note(stamp, &bytes);
                        return Ok(stamp);
                    }
                }
                Message::Text(text) => {
                    self.skipped += usize::from(text.contains("\"skipped\""));
                }
                Message::Close(_) => bail!("the hub hung up"),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    fn note(&mut self, stamp: Stamp, bytes: &[u8]) {
        let (first, _, count) = self.seen.unwrap_or((stamp.picture, 0, 0));
        self.seen = Some((first, stamp.picture, count + 1));
        // The sample's kind stands at a fixed place: behind the head, the numbers and the offset.
        let kind = bytes.windows(4).position(|four| four == b"trun");
        let key = kind.and_then(|at| bytes.get(at + 24..at + 28));
        self.keys += usize::from(key == Some(&[2, 0, 0, 0]));
    }

    /// Counts anew from the next picture on.
    pub(super) fn forget(&mut self) {
        self.seen = None;
        self.keys = 0;
        self.skipped = 0;
    }

    /// Pictures between the first and the last that did not come.
    pub(super) fn missing(&self) -> usize {
        let missing = self.seen.map_or(0, |(first, last, count)| last + 1 - first - count);
        usize::try_from(missing).unwrap_or(usize::MAX)
    }
}
