//! The hub's event stream: kept up, resumed where it broke, and never the cause of an order.

use crate::{
    Hub,
    segment::segment,
    socket::{self, Socket, pause},
};
use futures::{SinkExt, StreamExt};
use lanedesk_domain::ids::LaneId;
use lanedesk_wire::stream::{Frame, FromDesk, Told};
use std::time::Instant;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::{self, Message, http::StatusCode};

/// What the stream tells its listener, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamNews {
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
    pub fn follow(hub: Hub) -> (Self, mpsc::Receiver<StreamNews>) {
        let (tell, heard) = mpsc::channel(256);
        let (lanes, watched) = watch::channel(Vec::new());
        let following = StreamFollower { hub, tell, watched, after: None, online: false };
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

/// Why a connection is over.
enum StreamClose {
    /// The connection was refused, broke or fell silent.
    Broken,
    /// The hub does not know the session.
    NoSession,
    /// Nobody listens any more.
    Unheard,
}

struct StreamFollower {
    hub: Hub,
    tell: mpsc::Sender<StreamNews>,
    watched: watch::Receiver<Vec<LaneId>>,
    /// The last place heard; the next connection goes on after it.
    after: Option<String>,
    /// Whether this connection has said hello.
    online: bool,
}

impl StreamFollower {
    async fn run(mut self) {
        let mut failures = 0;
        let mut state = StreamNews::Connecting;
        loop {
            if self.tell.send(state).await.is_err() {
                return;
            }
            let over = match self.connect().await {
                Ok(socket) => self.listen(socket).await,
                Err(over) => over,
            };
            match over {
                StreamClose::Broken => {}
                // Refused with the token before: the next try takes the one there is now.
                StreamClose::NoSession if self.hub.renewed_lately().await => {}
                StreamClose::NoSession => {
                    // Nobody left to hear it: then there is nobody to tell.
                    let _ = self.tell.send(StreamNews::SessionEnded).await;
                    return;
                }
                StreamClose::Unheard => return,
            }
            // A line that stood until now is told as reconnecting; only a try that fails makes it offline.
            let stood = std::mem::take(&mut self.online);
            failures = if stood { 0 } else { failures + 1 };
            state = if stood { StreamNews::Connecting } else { StreamNews::Offline };
            tokio::time::sleep(pause(self.hub.pace(), failures)).await;
        }
    }

    /// Places are opaque: in the query everything unusual in them is written as `%XX`.
    async fn connect(&self) -> Result<Socket, StreamClose> {
        let path = match &self.after {
            Some(seq) => format!("/api/stream?after={}", segment(seq)),
            None => "/api/stream".to_owned(),
        };
        socket::open(&self.hub, &path).await.map_err(|status| match status {
            Some(StatusCode::UNAUTHORIZED) => StreamClose::NoSession,
            _ => StreamClose::Broken,
        })
    }

    async fn listen(&mut self, mut socket: Socket) -> StreamClose {
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
                        return StreamClose::Broken;
                    }
                    continue;
                }
            };
            let text = match heard {
                Ok(Some(Ok(Message::Text(text)))) => text,
                // Pings are answered by the library; other kinds say nothing here.
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_)))) => continue,
                Ok(Some(Ok(_) | Err(_)) | None) | Err(_) => return StreamClose::Broken,
            };
            // A frame of a newer hub that this desk does not know: skipped, the next known one carries the place.
            let Ok(frame) = serde_json::from_str::<Frame>(&text) else {
                tracing::info!("a frame of an unknown kind was skipped");
                continue;
            };
            if self.hear(frame).await.is_err() {
                return StreamClose::Unheard;
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

    async fn hear(&mut self, frame: Frame) -> Result<(), mpsc::error::SendError<StreamNews>> {
        let heard_at = Instant::now();
        match &frame.told {
            Told::Hello { now } => {
                self.hub.clock().set(*now, heard_at);
                self.online = true;
                self.tell.send(StreamNews::Online).await?;
            }
            Told::Heartbeat { now } => self.hub.clock().advance(*now, heard_at),
            _ => {}
        }
        self.after = Some(frame.seq.clone());
        self.tell.send(StreamNews::Frame(Box::new(frame))).await
    }
}

#[cfg(test)]
mod tests {
    use crate::segment::segment;

    #[test]
    fn a_place_survives_the_query() {
        assert_eq!(segment("12-a_b.c~"), "12-a_b.c~");
        assert_eq!(segment("a+b/c=&"), "a%2Bb%2Fc%3D%26");
    }
}
