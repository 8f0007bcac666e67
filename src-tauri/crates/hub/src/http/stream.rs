//! `/api/stream`: what the hub tells desks by itself.

use super::Params;
use crate::{
    auth::{Visitor, still_welcome},
    error::{Error, Result},
    hub::Hub,
    ops,
    push::{ReadyEvent, StreamOpening, WatchList, frame},
    store::OutboxPosition,
};
use axum::{
    extract::{
        FromRequestParts, State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::request::Parts,
    response::Response,
};
use lanedesk_domain::{ids::LaneId, person::Permission, time::Timestamp};
use lanedesk_wire::stream::{FromDesk, MOST_WATCHED, Told};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};
use utoipa_axum::{router::OpenApiRouter, routes};

const HEARTBEAT: Duration = Duration::from_secs(15);
/// A desk of which nothing comes for this long, not even the answer to a ping, is cut off: its network is gone, and its
/// seat is to be known as lost (R2).
const SILENT: Duration = Duration::from_secs(40);
/// How long after a call changed the queue is told: many that change at once are told once.
const QUEUE_AFTER: Duration = Duration::from_millis(50);
/// A desk that takes nothing for this long is cut; it comes back and goes on where it was.
const SLOWEST_SEND: Duration = Duration::from_secs(10);

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(stream))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StreamQuery {
    /// The `seq` of the last frame that arrived on a former stream.
    after: Option<String>,
}

/// Bytes read from a WebSocket at once. Each idle one keeps that much, there are thousands of them, and desks say little.
const READ_AT_ONCE: usize = 4 * 1024;
/// The longest message a desk may send, bytes.
const LONGEST: usize = 64 * 1024;

/// An upgrade, or the reason why there is none; told only after the session was looked at.
pub(super) struct Upgrade(pub(super) Result<WebSocketUpgrade>);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        let sparing = upgrade
            .map(|upgrade| upgrade.read_buffer_size(READ_AT_ONCE).max_message_size(LONGEST).max_frame_size(LONGEST));
        Ok(Self(sparing.map_err(|_| Error::BadRequest("a WebSocket upgrade is needed".to_owned()))))
    }
}

/// A WebSocket; one JSON `Frame` a text message. A desk may send `FromDesk`.
#[utoipa::path(get, path = "/api/stream", tag = "stream", params(StreamQuery), responses(
    (status = 101, description = "frames follow", body = lanedesk_wire::stream::Frame)))]
async fn stream(
    State(hub): State<Hub>,
    visitor: Visitor,
    asked: Params<StreamQuery>,
    upgrade: Upgrade,
) -> Result<Response> {
    let (after, upgrade) = (asked.get()?.after, upgrade.0?);
    // Listening starts before the answer: whatever a client does after it, the stream tells.
    // A place that does not parse came from another hub's table, so it is treated as too old.
    let after = after.map(|text| text.parse().unwrap_or(OutboxPosition { xid: i64::MAX, n: 0 }));
    let watch = WatchList::new(&hub, visitor.actor.id.clone());
    let listening = hub.push().listen(&hub, after).await?;
    Ok(upgrade.on_upgrade(move |socket| serve(hub, visitor, (listening, watch), socket)))
}

struct StreamConnection {
    hub: Hub,
    visitor: Visitor,
    socket: WebSocket,
    /// Everything up to here was sent, or was not for this person.
    at: OutboxPosition,
    /// The lanes whose pages are told.
    watch: WatchList,
    /// Lanes whose pages changed while the desk was away: told as soon as they are watched again.
    changed: HashSet<LaneId>,
    /// When the queue is told next; none: it has not changed.
    queue_at: Option<Instant>,
    /// The queue as it was told last: calls elsewhere do not change it.
    queue: Option<(u32, Option<Timestamp>)>,
    /// When anything came from the desk.
    heard: Instant,
}

/// Why a stream ends.
enum StreamEnd {
    Gone,
    SessionOver,
    Slow,
}

async fn serve(hub: Hub, visitor: Visitor, (mut listening, watch): (StreamOpening, WatchList), socket: WebSocket) {
    let counted = hub.clone();
    let _listens = counted.metrics().stream();
    let _here = ops::seat::DeskPresence::enter(&hub, &visitor.actor);
    let at = listening.from;
    let mut line = StreamConnection {
        hub,
        visitor,
        socket,
        at,
        watch,
        changed: std::mem::take(&mut listening.changed),
        queue_at: None,
        queue: None,
        heard: Instant::now(),
    };
    let end = line.run(listening).await;
    if matches!(end, StreamEnd::Slow) {
        counted.metrics().stream_was_slow();
    }
    // The desk may be gone already.
    let _ = timeout(SLOWEST_SEND, line.socket.send(Message::Close(None))).await;
}

/// Waits until then; for ever where there is nothing to wait for.
async fn due(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl StreamConnection {
    async fn run(&mut self, listening: StreamOpening) -> StreamEnd {
        match self.talk(listening).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn talk(&mut self, listening: StreamOpening) -> Result<std::convert::Infallible, StreamEnd> {
        let mut endings = self.hub.sessions().endings();
        let StreamOpening { resync, missed, mut events, .. } = listening;
        self.say(Told::Hello { now: self.hub.clock().now() }).await?;
        if resync {
            self.say(Told::Resync).await?;
        }
        for event in missed {
            self.pass_on(&event).await?;
        }
        for lane in self.hub.push().watchers().held_by(&self.visitor.actor.id) {
            if self.changed.remove(&lane) {
                self.tell_page(&lane).await?;
            }
        }
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (clock, over) = (self.hub.clock().clone(), self.visitor.expires_at);
        let over = std::pin::pin!(clock.sleep_until(over));
        let mut over = over;
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => self.pass_on(&event).await?,
                    Err(RecvError::Lagged(_)) => return Err(StreamEnd::Slow),
                    Err(RecvError::Closed) => return Err(StreamEnd::Gone),
                },
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(StreamEnd::Gone),
                    Some(Ok(message)) => self.hear(&message).await?,
                },
                ended = endings.recv() => if ended.map_or(true, |token| token == self.visitor.token) {
                    self.still_welcome().await?;
                },
                () = due(self.queue_at) => self.tell_queue().await?,
                () = &mut over => return Err(StreamEnd::SessionOver),
                () = self.hub.stopping() => return Err(StreamEnd::Gone),
                _ = heartbeat.tick() => {
                    // Also finds sessions that another hub has ended, and rights that have changed.
                    self.still_welcome().await?;
                    self.ping().await?;
                    let handed_out = self.hub.push().at();
                    if events.is_empty() {
                        // What was for nobody here is behind this desk too, and need not be looked through again when
                        // it resumes.
                        self.at = self.at.max(handed_out);
                    }
                    self.say(Told::Heartbeat { now: self.hub.clock().now() }).await?;
                }
            }
        }
    }

    async fn still_welcome(&mut self) -> Result<(), StreamEnd> {
        match still_welcome(&self.hub, self.visitor.token.clone()).await {
            Ok(visitor) => {
                self.visitor = visitor;
                Ok(())
            }
            Err(Error::NoSession) => Err(StreamEnd::SessionOver),
            // A database that is away for a moment ends nobody's stream.
            Err(_) => Ok(()),
        }
    }

    async fn pass_on(&mut self, event: &Arc<ReadyEvent>) -> Result<(), StreamEnd> {
        if event.place <= self.at {
            return Ok(());
        }
        self.at = event.place;
        if event.text.is_none() {
            // The site changed, and with it perhaps what this person may see.
            return self.still_welcome().await;
        }
        if let Some(text) = event.text_for(&self.visitor.actor, &self.watch) {
            self.send(text.clone()).await?;
        }
        if event.call && self.visitor.actor.role.may(Permission::SeeQueue) {
            self.queue_at.get_or_insert_with(|| Instant::now() + QUEUE_AFTER);
        }
        Ok(())
    }

    /// A desk says which lanes it shows; what a newer one says besides means nothing here.
    async fn hear(&mut self, message: &Message) -> Result<(), StreamEnd> {
        self.heard = Instant::now();
        let Message::Text(text) = message else {
            return Ok(());
        };
        let Ok(FromDesk::Watch { lanes }) = serde_json::from_str(text) else {
            return Ok(());
        };
        let (site, scope) = (self.hub.directory(), self.visitor.actor.scope.clone());
        let sees = |lane: &LaneId| site.lane(lane).is_some_and(|(_, lot)| scope.contains(&lot.id));
        let lanes = lanes.into_iter().take(MOST_WATCHED).filter(sees).collect();
        for lane in self.watch.replace(lanes, &mut self.changed) {
            self.tell_page(&lane).await?;
        }
        Ok(())
    }

    /// A lane's page as it is now.
    async fn tell_page(&mut self, lane: &LaneId) -> Result<(), StreamEnd> {
        match ops::view::watched(&self.hub, lane).await {
            Ok(watched) => self.say(watched.whole(&self.visitor.actor.id)).await,
            Err(error) => {
                tracing::warn!(%lane, %error, "a page could not be put together");
                Ok(())
            }
        }
    }

    /// Asks the desk for a sign of life; every WebSocket answers by itself.
    async fn ping(&mut self) -> Result<(), StreamEnd> {
        if self.heard.elapsed() > SILENT {
            return Err(StreamEnd::Gone);
        }
        self.put(Message::Ping(bytes::Bytes::new())).await
    }

    /// How many calls wait in this person's lots.
    async fn tell_queue(&mut self) -> Result<(), StreamEnd> {
        self.queue_at = None;
        let queue = self.hub.push().queue();
        let (waiting, oldest_since) = ops::call::count(&queue, &self.visitor.actor);
        if self.queue.replace((waiting, oldest_since)) == Some((waiting, oldest_since)) {
            return Ok(());
        }
        self.say(Told::Queue { waiting, oldest_since }).await
    }

    async fn say(&mut self, told: Told) -> Result<(), StreamEnd> {
        match frame(self.at, told) {
            Some(text) => self.send(text).await,
            None => Ok(()),
        }
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), StreamEnd> {
        self.put(Message::Text(text)).await
    }

    async fn put(&mut self, message: Message) -> Result<(), StreamEnd> {
        match timeout(SLOWEST_SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(StreamEnd::Gone),
            Err(_) => Err(StreamEnd::Slow),
        }
    }
}
