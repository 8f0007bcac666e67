//! The hub's event stream: kept up, resumed where it broke, and never the cause of an order.

use crate::{Hub, Pace};
use futures::{SinkExt, StreamExt};
use lanedesk_domain::ids::LaneId;
use lanedesk_wire::stream::{Frame, FromDesk, Told};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderValue, StatusCode, header},
    },
};

/// What the stream tells its listener, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The stream is up. Frames missed meanwhile follow, or a `resync` that says everything must be read again.
    Online,
    /// It broke, or is being set up, and is tried at once.
    Connecting,
    /// A try to connect failed; it goes on trying, ever more slowly.
    Offline,
    /// A frame.
    Frame(Box<Frame>),
    /// The hub no longer knows the session; the stream has ended.
    SessionEnded,
}

/// A stream being followed; dropping it ends it.
#[derive(Debug)]
pub struct Stream {
    task: JoinHandle<()>,
    lanes: watch::Sender<Vec<LaneId>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stream {
    /// Follows the hub's stream from now on. News that the listener does not take hold the stream up, so that none is
    /// lost; it ends when the listener is gone.
    pub fn follow(hub: Hub) -> (Self, mpsc::Receiver<News>) {
        let (tell, heard) = mpsc::channel(256);
        let (lanes, watched) = watch::channel(Vec::new());
        let following = Following { hub, tell, watched, after: None, online: false };
        let task = tokio::spawn(following.run());
        (Self { task, lanes }, heard)
    }

    /// The lanes whose pages are shown, besides the one held: the hub is told now, and again on every new connection.
    pub fn watch(&self, lanes: Vec<LaneId>) {
        self.lanes.send_if_modified(|before| {
            let other = *before != lanes;
            *before = lanes;
            other
        });
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a connection is over.
enum Over {
    /// The connection was refused, broke or fell silent.
    Broken,
    /// The hub does not know the session.
    NoSession,
    /// Nobody listens any more.
    Unheard,
}

struct Following {
    hub: Hub,
    tell: mpsc::Sender<News>,
    watched: watch::Receiver<Vec<LaneId>>,
    /// The last place heard; the next connection goes on after it.
    after: Option<String>,
    /// Whether this connection has said hello.
    online: bool,
}

impl Following {
    async fn run(mut self) {
        let mut failures = 0;
        let mut state = News::Connecting;
        loop {
            if self.tell.send(state).await.is_err() {
                return;
            }
            let over = match self.connect().await {
                Ok(socket) => self.listen(socket).await,
                Err(over) => over,
            };
            match over {
                Over::Broken => {}
                // Refused with the token before: the next try takes the one there is now.
                Over::NoSession if self.hub.renewed_lately().await => {}
                Over::NoSession => {
                    // Nobody left to hear it: then there is nobody to tell.
                    let _ = self.tell.send(News::SessionEnded).await;
                    return;
                }
                Over::Unheard => return,
            }
            // A line that stood until now is told as reconnecting; only a try that fails makes it offline.
            let stood = std::mem::take(&mut self.online);
            failures = if stood { 0 } else { failures + 1 };
            state = if stood { News::Connecting } else { News::Offline };
            tokio::time::sleep(pause(self.hub.pace(), failures)).await;
        }
    }

    async fn connect(&self) -> Result<Socket, Over> {
        let request = self.handshake().ok_or(Over::NoSession)?;
        let connector = self.hub.trust().connector();
        let connecting = tokio_tungstenite::connect_async_tls_with_config(request, None, false, connector);
        match tokio::time::timeout(self.hub.pace().connect, connecting).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(answer))) if answer.status() == StatusCode::UNAUTHORIZED => {
                Err(Over::NoSession)
            }
            Ok(Err(error)) => {
                tracing::info!(%error, "event stream refused");
                Err(Over::Broken)
            }
            Err(_) => Err(Over::Broken),
        }
    }

    /// The request that opens the stream; `None` where there is no session.
    fn handshake(&self) -> Option<tungstenite::handshake::client::Request> {
        let token = self.hub.token()?;
        let path = match &self.after {
            Some(seq) => format!("/api/stream?after={}", encoded(seq)),
            None => "/api/stream".to_owned(),
        };
        let mut request = self.hub.address().socket(&path).into_client_request().ok()?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.secret())).ok()?;
        bearer.set_sensitive(true);
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, bearer);
        let language = HeaderValue::from_static(self.hub.language().tag());
        headers.insert(header::ACCEPT_LANGUAGE, language);
        Some(request)
    }

    async fn listen(&mut self, mut socket: Socket) -> Over {
        let silence = self.hub.pace().silence;
        // A connection begins with what is watched, where that is anything.
        if !self.watched.borrow().is_empty() {
            self.watched.mark_changed();
        }
        loop {
            let heard = tokio::select! {
                heard = tokio::time::timeout(silence, socket.next()) => heard,
                Ok(()) = self.watched.changed() => {
                    if self.say(&mut socket).await.is_err() {
                        return Over::Broken;
                    }
                    continue;
                }
            };
            let text = match heard {
                Ok(Some(Ok(Message::Text(text)))) => text,
                // Pings are answered by the library; other kinds say nothing here.
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_)))) => continue,
                Ok(Some(Ok(_) | Err(_)) | None) | Err(_) => return Over::Broken,
            };
            // A frame of a newer hub that this desk does not know: skipped, the next known one carries the place.
            let Ok(frame) = serde_json::from_str::<Frame>(&text) else {
                tracing::info!("a frame of an unknown kind was skipped");
                continue;
            };
            if self.hear(frame).await.is_err() {
                return Over::Unheard;
            }
        }
    }

    /// Tells the hub which lanes are watched.
    async fn say(&mut self, socket: &mut Socket) -> Result<(), tungstenite::Error> {
        let lanes = self.watched.borrow_and_update().clone();
        // A list of words always has a text.
        let text = serde_json::to_string(&FromDesk::Watch { lanes }).unwrap_or_default();
        let sending = socket.send(Message::text(text));
        let sent = tokio::time::timeout(self.hub.pace().connect, sending).await;
        sent.unwrap_or(Err(tungstenite::Error::ConnectionClosed))
    }

    async fn hear(&mut self, frame: Frame) -> Result<(), mpsc::error::SendError<News>> {
        let heard_at = Instant::now();
        match &frame.told {
            Told::Hello { now } => {
                self.hub.clock().set(*now, heard_at);
                self.online = true;
                self.tell.send(News::Online).await?;
            }
            Told::Heartbeat { now } => self.hub.clock().advance(*now, heard_at),
            _ => {}
        }
        self.after = Some(frame.seq.clone());
        self.tell.send(News::Frame(Box::new(frame))).await
    }
}

/// How long to wait before connecting again. Half of it is chance, so that a hundred desks do not come back at once.
fn pause(pace: Pace, failures: u32) -> Duration {
    let doubled = pace.first_pause.saturating_mul(2_u32.saturating_pow(failures.min(16)));
    let whole = doubled.min(pace.longest_pause);
    whole / 2 + whole.mul_f64(rand::random::<f64>() / 2.0)
}

/// A place as it may stand in a query; places are opaque, so everything unusual is written as `%XX`.
fn encoded(seq: &str) -> String {
    let mut text = String::with_capacity(seq.len());
    for byte in seq.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{encoded, pause};
    use crate::Pace;

    #[test]
    fn pauses_grow_to_a_limit_and_are_never_nothing() {
        let pace = Pace::default();
        for failures in 0..40 {
            let whole = (pace.first_pause * 2_u32.pow(failures.min(10))).min(pace.longest_pause);
            let paused = pause(pace, failures);
            assert!(paused >= whole / 2 && paused <= whole, "after {failures}");
        }
    }

    #[test]
    fn a_place_survives_the_query() {
        assert_eq!(encoded("12-a_b.c~"), "12-a_b.c~");
        assert_eq!(encoded("a+b/c=&"), "a%2Bb%2Fc%3D%26");
    }
}
