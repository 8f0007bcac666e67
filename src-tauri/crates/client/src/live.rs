//! A lane's live picture: what the hub sends, handed on as it comes, and asked for again when the line breaks.

use crate::{
    Hub,
    socket::{self, Socket, pause},
};
use bytes::Bytes;
use futures::StreamExt;
use lanedesk_domain::ids::{DeviceId, LaneId};
use lanedesk_wire::live::{LiveState, LiveTold, LiveWhy};
use std::time::Duration;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_tungstenite::tungstenite::{Message, http::StatusCode};

/// Messages that may wait for a slow listener. Few: what waits here can no longer be left out, and the picture would
/// fall behind by it; the hub leaves out what it cannot send.
const WAITING: usize = 4;
/// A picture that plays or is tried for says something within this; a line silent for longer is dead.
const SILENCE: Duration = Duration::from_secs(45);

/// What a live picture tells, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveNews {
    /// How it stands, or that pictures were left out.
    Told(LiveTold),
    /// An initialisation segment, a fragment or a JPEG; the last `playing` state says which kind.
    Bytes(Bytes),
    /// The hub no longer knows the session, or the lane is not there for this person; the picture has ended.
    Ended,
}

/// A live picture being followed; dropping it ends it.
#[derive(Debug)]
pub struct LivePicture {
    task: JoinHandle<()>,
}

impl Drop for LivePicture {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LivePicture {
    /// Follows the environment camera of a lane; the lane's first unless one is named. A listener that takes nothing
    /// holds its own picture up and nobody else's; it ends when the listener is gone.
    pub fn follow(hub: Hub, lane: &LaneId, camera: Option<&DeviceId>) -> (Self, mpsc::Receiver<LiveNews>) {
        let (tell, heard) = mpsc::channel(WAITING);
        let path = match camera {
            Some(camera) => format!("/api/lanes/{lane}/environment?camera={camera}"),
            None => format!("/api/lanes/{lane}/environment"),
        };
        let following = LiveFollower { hub, tell, path };
        let task = tokio::spawn(following.run());
        (Self { task }, heard)
    }
}

/// Why a connection is over.
enum LiveClose {
    /// It was refused, broke or fell silent.
    Broken {
        /// Pictures came over it.
        stood: bool,
        /// The hub had said itself why there is no picture.
        said: bool,
    },
    /// It is of no use to ask again.
    Ended,
    /// Nobody listens any more.
    Unheard,
}

struct LiveFollower {
    hub: Hub,
    tell: mpsc::Sender<LiveNews>,
    path: String,
}

impl LiveFollower {
    async fn run(self) {
        let mut failures = 0;
        loop {
            let over = match self.connect().await {
                Ok(socket) => self.listen(socket).await,
                Err(over) => over,
            };
            let (stood, said) = match over {
                LiveClose::Unheard => return,
                LiveClose::Ended => {
                    // Nobody left to hear it: then there is nobody to tell.
                    let _ = self.tell.send(LiveNews::Ended).await;
                    return;
                }
                LiveClose::Broken { stood, said } => (stood, said),
            };
            failures = if stood { 0 } else { failures + 1 };
            let state = if stood { LiveState::Reconnecting } else { LiveState::Failed };
            if !said && self.tell.send(self.lost(state)).await.is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(pause(self.hub.pace(), failures)) => {}
                () = self.tell.closed() => return,
            }
        }
    }

    /// The line to the hub is down: said here, because the hub cannot.
    fn lost(&self, state: LiveState) -> LiveNews {
        let detail = self
            .hub
            .language()
            .pick("与服务器的连接已断开，正在重试。", "The connection to the hub is down. Trying again.");
        LiveNews::Told(LiveTold::State {
            state,
            why: Some(LiveWhy::Unreachable),
            detail: Some(detail.to_owned()),
            format: None,
        })
    }

    async fn connect(&self) -> Result<Socket, LiveClose> {
        socket::open(&self.hub, &self.path).await.map_err(|status| match status {
            Some(status) if is_final(status) => LiveClose::Ended,
            _ => LiveClose::Broken { stood: false, said: false },
        })
    }

    async fn listen(&self, mut socket: Socket) -> LiveClose {
        let (mut stood, mut said) = (false, false);
        loop {
            let next = tokio::select! {
                next = tokio::time::timeout(SILENCE, socket.next()) => next,
                () = self.tell.closed() => return LiveClose::Unheard,
            };
            let news = match next {
                Ok(Some(Ok(Message::Binary(bytes)))) => LiveNews::Bytes(bytes),
                Ok(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text) {
                    Ok(told) => LiveNews::Told(told),
                    // A message of a newer hub that this desk does not know.
                    Err(_) => continue,
                },
                // Pings are answered by the library.
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                Ok(Some(Ok(_) | Err(_)) | None) | Err(_) => return LiveClose::Broken { stood, said },
            };
            match &news {
                LiveNews::Bytes(_) => stood = true,
                LiveNews::Told(LiveTold::State { state, .. }) => said = *state == LiveState::Failed,
                LiveNews::Told(LiveTold::Skipped) | LiveNews::Ended => {}
            }
            if self.tell.send(news).await.is_err() {
                return LiveClose::Unheard;
            }
        }
    }
}

/// Answers that asking again does not change.
fn is_final(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
}
