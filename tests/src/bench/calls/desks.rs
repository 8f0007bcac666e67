//! Many desks that listen at one hub, and when each of them hears what is waited for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_tungstenite::{connect_async, tungstenite};
use tungstenite::client::IntoClientRequest as _;

use super::super::hub::{Hub, HubHolder};

/// Streams opened at the same time.
const AT_ONCE: usize = 64;
/// Nothing that is waited for takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is waited for: words that a frame must hold, and the turn.
type Wanted = Arc<(u64, Vec<String>)>;

/// Desks with an open stream each; they end with the value.
pub(super) struct Desks {
    tasks: Vec<JoinHandle<()>>,
    wanted: watch::Sender<Wanted>,
    heard: mpsc::UnboundedReceiver<(usize, u64, Instant)>,
    turn: u64,
}

impl Desks {
    /// So many desks, shared out among these people.
    pub(super) async fn open(hub: &Hub, people: &[HubHolder], count: usize) -> Result<Self> {
        let wanted = watch::Sender::new(Wanted::default());
        let (tell, heard) = mpsc::unbounded_channel();
        let opened = (0..count).map(|index| {
            let token = people[index % people.len()].token().to_owned();
            let (wanted, tell) = (wanted.subscribe(), tell.clone());
            async move {
                let address = hub.address().replacen("http", "ws", 1);
                let mut request = format!("{address}/api/stream").into_client_request()?;
                let session = format!("Bearer {token}").parse()?;
                request.headers_mut().insert("authorization", session);
                let (socket, _) = connect_async(request).await.context("a stream")?;
                anyhow::Ok(tokio::spawn(listen(index, socket, wanted, tell)))
            }
        });
        let tasks = futures::stream::iter(opened).buffered(AT_ONCE);
        Ok(Self { tasks: tasks.try_collect().await?, wanted, heard, turn: 0 })
    }

    fn want(&mut self, words: &[&str]) -> u64 {
        self.turn += 1;
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.wanted.send_replace(Arc::new((self.turn, words)));
        self.turn
    }

    /// When this desk hears a frame with these words, from now on.
    pub(super) fn one_hears(&mut self, desk: usize, words: &[&str]) -> impl Future<Output = Result<Instant>> {
        let turn = self.want(words);
        async move {
            loop {
                let (who, when, at) = self.next().await?;
                if who == desk && when == turn {
                    return Ok(at);
                }
            }
        }
    }

    /// When each desk hears one.
    pub(super) fn all_hear(&mut self, words: &[&str]) -> impl Future<Output = Result<Vec<Instant>>> {
        let turn = self.want(words);
        async move {
            let mut times = Vec::with_capacity(self.tasks.len());
            while times.len() < self.tasks.len() {
                let (_, when, at) = self.next().await?;
                if when == turn {
                    times.push(at);
                }
            }
            Ok(times)
        }
    }

    async fn next(&mut self) -> Result<(usize, u64, Instant)> {
        let heard = tokio::time::timeout(PATIENCE, self.heard.recv()).await;
        heard.context("a desk never heard it")?.context("no desk is left")
    }
}

impl Drop for Desks {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Reads until the end; says when it has heard what is waited for, once a turn.
async fn listen<S>(
    index: usize,
    mut socket: tokio_tungstenite::WebSocketStream<S>,
    wanted: watch::Receiver<Wanted>,
    tell: mpsc::UnboundedSender<(usize, u64, Instant)>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut done = 0;
    while let Some(Ok(message)) = socket.next().await {
        let tungstenite::Message::Text(text) = message else {
            continue;
        };
        let now = Instant::now();
        let wanted = wanted.borrow().clone();
        let (turn, words) = (wanted.0, &wanted.1);
        if turn > done && !words.is_empty() && words.iter().all(|word| text.contains(word.as_str())) {
            done = turn;
            // Nobody waits any more where the measuring is over.
            let _ = tell.send((index, turn, now));
        }
    }
}
