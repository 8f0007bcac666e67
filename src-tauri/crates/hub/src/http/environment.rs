//! `/api/lanes/{lane}/environment`: the live picture around a lane.

use super::{Id, Language, Params, stream::Upgrade};
use crate::{
    auth::{Visitor, still_welcome},
    error::{Error, Result},
    hub::Hub,
    live::{LiveItem, LiveStatus, Watch},
    ops::{self, environment::CameraSight},
};
use axum::{
    extract::{
        FromRequestParts, State,
        ws::{Message, WebSocket},
    },
    http::request::Parts,
    response::Response,
};
use bytes::Bytes;
use futures::SinkExt as _;
use lanedesk_domain::{
    ids::{DeviceId, LaneId},
    person::Permission,
};
use lanedesk_wire::live::{LiveTold, LiveWhy};
use std::{collections::HashMap, convert::Infallible, sync::LazyLock, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use utoipa_axum::{router::OpenApiRouter, routes};

/// How often session and scope are looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// Who takes nothing for this long is cut.
const SLOWEST_SEND: Duration = Duration::from_secs(10);
/// What is there already goes out with one write, up to so many bytes and one picture more.
const AT_ONCE: usize = 256 * 1024;

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(environment))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct EnvironmentQuery {
    /// The environment camera; the lane's first unless given.
    camera: Option<DeviceId>,
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// A WebSocket; binary messages are pictures, text messages `LiveTold`.
#[utoipa::path(get, path = "/api/lanes/{lane}/environment", tag = "see", params(("lane" = LaneId, Path), EnvironmentQuery),
    responses((status = 101, description = "pictures follow", body = LiveTold),
    (status = 404, body = lanedesk_wire::problem::Problem)))]
async fn environment(
    State(hub): State<Hub>,
    visitor: Visitor,
    language: Language,
    (lane, which, upgrade): (Id<LaneId>, Params<EnvironmentQuery>, Upgrade),
) -> Result<Response> {
    visitor.actor.allow(Permission::View)?;
    let (lane, camera) = (lane.get()?, which.get()?.camera);
    let sight = ops::environment::find(&hub, &visitor.actor, lane, camera)?;
    let watching = LiveConnection::new(hub, visitor, language, sight);
    Ok(upgrade.0?.on_upgrade(move |socket| watching.serve(socket)))
}

struct LiveConnection {
    hub: Hub,
    visitor: Visitor,
    language: Language,
    sight: CameraSight,
}

/// The line is over: the watcher is gone, or may not watch any longer.
struct WatchEnd;

impl LiveConnection {
    fn new(hub: Hub, visitor: Visitor, language: Language, sight: CameraSight) -> Self {
        Self { hub, visitor, language, sight }
    }

    async fn serve(mut self, mut socket: WebSocket) {
        let counted = self.hub.clone();
        let _watches = counted.metrics().live_watcher();
        match self.sight.watch(&self.hub, &self.visitor.actor) {
            Ok(mut watch) => {
                let Err(WatchEnd) = self.talk(&mut watch, &mut socket).await;
            }
            Err(why) => {
                // Gone already: then there is nobody to tell.
                let _ = send(&mut socket, text(&told(&LiveStatus::failed(why), self.language))).await;
            }
        }
        let _ = timeout(SLOWEST_SEND, socket.send(Message::Close(None))).await;
    }

    async fn talk(&mut self, watch: &mut Watch, socket: &mut WebSocket) -> Result<Infallible, WatchEnd> {
        let mut endings = self.hub.sessions().endings();
        let mut again = interval_at(Instant::now() + LOOK_AGAIN, LOOK_AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (hub, clock) = (self.hub.clone(), self.hub.clock().clone());
        let mut over = std::pin::pin!(clock.sleep_until(self.visitor.expires_at));
        loop {
            tokio::select! {
                next = watch.next() => self.pass_on(next, watch, socket).await?,
                message = socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(WatchEnd),
                    Some(Ok(_)) => {}
                },
                ended = endings.recv() => if ended.map_or(true, |token| token == self.visitor.token) {
                    self.still_welcome().await?;
                },
                () = &mut over => return Err(WatchEnd),
                () = hub.stopping() => return Err(WatchEnd),
                _ = again.tick() => {
                    self.still_welcome().await?;
                    // Also while nothing plays: the desk knows that the line stands.
                    send(socket, Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    /// Sends what came, and with it what has come meanwhile.
    async fn pass_on(&self, next: LiveItem, watch: &mut Watch, socket: &mut WebSocket) -> Result<(), WatchEnd> {
        let sending = async {
            let (mut next, mut length) = (Some(next), 0);
            while let Some(now) = next {
                if let LiveItem::Bytes(bytes) = &now {
                    length += bytes.len();
                }
                socket.feed(self.message(now)).await?;
                next = if length < AT_ONCE { watch.ready() } else { None };
            }
            socket.flush().await
        };
        match timeout(SLOWEST_SEND, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(WatchEnd),
        }
    }

    fn message(&self, next: LiveItem) -> Message {
        match next {
            LiveItem::Bytes(bytes) => Message::Binary(bytes),
            LiveItem::Told(state) => text(&told(&state, self.language)),
            LiveItem::Skipped => {
                self.hub.metrics().live_skipped();
                text(&LiveTold::Skipped)
            }
        }
    }

    /// Rights may have changed, and so may the site.
    async fn still_welcome(&mut self) -> Result<(), WatchEnd> {
        match still_welcome(&self.hub, self.visitor.token.clone()).await {
            Ok(visitor) => self.visitor = visitor,
            Err(Error::NoSession) => return Err(WatchEnd),
            // A database that is away for a moment ends nobody's picture.
            Err(_) => return Ok(()),
        }
        if self.sight.stays(&self.hub, &self.visitor.actor) { Ok(()) } else { Err(WatchEnd) }
    }
}

fn text(told: &LiveTold) -> Message {
    // Words and numbers, which always serialise.
    Message::Text(serde_json::to_string(told).unwrap_or_default().into())
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), WatchEnd> {
    match timeout(SLOWEST_SEND, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(WatchEnd),
    }
}

/// The state in the watcher's language.
fn told(now: &LiveStatus, language: Language) -> LiveTold {
    LiveTold::State {
        state: now.state,
        why: now.why,
        detail: now.why.and_then(|why| sentence(why, language)),
        format: now.format.clone(),
    }
}

#[derive(serde::Deserialize)]
struct EnvironmentSentence {
    zh: String,
    en: String,
}

static SENTENCES: LazyLock<HashMap<String, EnvironmentSentence>> = LazyLock::new(|| {
    // Part of the program; a test reads every word of it.
    toml::from_str(include_str!("environment.toml")).unwrap_or_else(|error| panic!("environment.toml: {error}"))
});

fn sentence(why: LiveWhy, language: Language) -> Option<String> {
    let both = SENTENCES.get(&why.word())?;
    Some(match language {
        Language::Zh => both.zh.clone(),
        Language::En => both.en.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_sentence_in_both_languages() {
        let whys = [
            LiveWhy::NoCamera,
            LiveWhy::NotSupported,
            LiveWhy::WrongPassword,
            LiveWhy::LockedOut,
            LiveWhy::Unreachable,
            LiveWhy::Silent,
            LiveWhy::Codec,
            LiveWhy::NoKeyFrame,
            LiveWhy::Unreadable,
            LiveWhy::TooLarge,
            LiveWhy::TooMany,
        ];
        for why in whys {
            for language in [Language::Zh, Language::En] {
                assert!(sentence(why, language).is_some_and(|text| !text.is_empty()), "{why:?}");
            }
        }
        assert_eq!(SENTENCES.len(), whys.len(), "none for a reason that is gone");
    }
}
