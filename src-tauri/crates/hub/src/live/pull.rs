//! Pulling one camera, for as long as somebody watches.

use super::{
    Live, mp4,
    relay::Relay,
    ring::{Piece, StreamHead},
    state::{LiveStatus, pause, why},
    timeline::Timeline,
};
use crate::{clock::Clock, hub::Hub, metrics::ByteGuard, runtime::OpenDevice};
use bytes::Bytes;
use lanedesk_devices::{AccessUnit, LivePicture, VideoParameters};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::live::{LiveFormat, LiveKind, LiveWhy};
use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// A camera is let go this long after its last watcher: whoever only looked at another lane for a moment finds it
/// running.
const LINGER: Duration = Duration::from_secs(2);
/// Without a picture for this long the stream is begun anew.
const SILENCE: Duration = Duration::from_secs(4);
/// Pictures come and none can be shown, because their key picture is missing: after so many milliseconds it is said.
const KEYLESS_MS: i64 = 3_000;
/// And then begun anew, as many cameras begin a stream with one. Some send one only now and then, wherever one begins:
/// each further try waits twice as long, up to four times this.
const KEYLESS_FOR_GOOD_MS: i64 = 12_000;

/// Pulls until nobody watches.
pub(super) async fn run(hub: Hub, live: Live, relay: Arc<Relay>) {
    let counted = hub.clone();
    let _pulls = counted.metrics().live_upstream();
    let pull =
        Pull { hub: &hub, live: &live, relay: &relay, film: Film::default(), kept: counted.metrics().live_kept() };
    let mut pulling = std::pin::pin!(pull.run());
    loop {
        tokio::select! {
            never = &mut pulling => match never {},
            () = relay.deserted(LINGER) => if live.close(&relay) {
                return;
            },
            () = hub.stopping() => return,
        }
    }
}

/// One camera being pulled, over as many streams as it takes.
struct Pull<'a> {
    hub: &'a Hub,
    live: &'a Live,
    relay: &'a Relay,
    film: Film,
    kept: ByteGuard<'a>,
}

/// Why a stream ended.
enum PullEnd {
    Broke {
        why: LiveWhy,
        played: bool,
    },
    /// The camera has other settings now.
    Replaced,
}

impl Pull<'_> {
    async fn run(mut self) -> Infallible {
        let (hub, relay) = (self.hub, self.relay);
        let mut failures = 0;
        loop {
            let Some(opened) = hub.runtime().device(relay.camera()) else {
                relay.tell(LiveStatus::failed(LiveWhy::NoCamera));
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            };
            let end = tokio::select! {
                end = self.play(&opened, failures) => end,
                () = hub.runtime().replaced(&opened) => PullEnd::Replaced,
            };
            let PullEnd::Broke { why, played } = end else {
                failures = 0;
                relay.tell(LiveStatus::STARTING);
                continue;
            };
            failures = if played { 0 } else { failures + 1 };
            tracing::info!(camera = %relay.camera(), ?why, failures, "live picture broke");
            relay.tell(if played { LiveStatus::reconnecting(why) } else { LiveStatus::failed(why) });
            tokio::select! {
                () = tokio::time::sleep(pause(why, failures)) => {}
                () = hub.runtime().replaced(&opened) => {
                    failures = 0;
                    relay.tell(LiveStatus::STARTING);
                }
            }
        }
    }

    /// One stream from its beginning to its end.
    async fn play(&mut self, opened: &OpenDevice, failures: u32) -> PullEnd {
        let mut drought = Drought::after(failures, self.hub.clock());
        let mut played = false;
        let broke = |why, played| PullEnd::Broke { why, played };
        let Some(camera) = opened.device().and_then(|device| device.live_camera()) else {
            return broke(LiveWhy::NotSupported, false);
        };
        let mut pictures = match camera.open_live().await {
            Ok(pictures) => pictures,
            Err(error) => return broke(why(&error), false),
        };
        self.film.cut();
        // What everybody was told to play; none before the first picture, and after it was said that none can be shown.
        let mut plays: Option<Arc<StreamHead>> = None;
        loop {
            let piece = match timeout(SILENCE, pictures.next()).await {
                Err(_) => return broke(LiveWhy::Silent, played),
                Ok(Err(error)) => return broke(why(&error), played),
                Ok(Ok(LivePicture::H264(unit))) => self.film.unit(unit),
                Ok(Ok(LivePicture::Jpeg(jpeg))) => Some(self.film.jpeg(jpeg)),
            };
            let Some(piece) = piece else {
                let lasts = drought.lasts_ms();
                if lasts >= drought.patience_ms {
                    return broke(LiveWhy::NoKeyFrame, played);
                }
                if lasts >= KEYLESS_MS {
                    self.relay.tell(LiveStatus::failed(LiveWhy::NoKeyFrame));
                    plays = None;
                }
                continue;
            };
            drought.ends();
            played = true;
            let begin = Arc::clone(&piece.begin);
            // Before it is told: who hears that it plays finds the picture there.
            if !self.put(piece) {
                return broke(LiveWhy::NoKeyFrame, true);
            }
            let same = |plays: &Arc<StreamHead>| Arc::ptr_eq(plays, &begin);
            if !plays.as_ref().is_some_and(same) {
                self.relay.tell(LiveStatus::playing(begin.format.clone()));
                plays = Some(begin);
            }
        }
    }

    /// Hands a picture to everybody. False: nobody can begin at any picture kept.
    fn put(&mut self, piece: Piece) -> bool {
        if piece.key {
            let share = self.live.share(self.hub.rules().live_memory_mb);
            self.relay.now().ring.keep_at_most(share);
        }
        let can_begin = self.relay.put(Arc::new(piece));
        self.kept.are(self.relay.now().ring.bytes());
        can_begin
    }
}

/// How long pictures have come of which none could be shown.
struct Drought {
    clock: Clock,
    since: Timestamp,
    patience_ms: i64,
}

impl Drought {
    /// From now on; `failures`: tries before this one of which nothing was seen.
    fn after(failures: u32, clock: &Clock) -> Self {
        Self { clock: clock.clone(), since: clock.now(), patience_ms: KEYLESS_FOR_GOOD_MS << failures.min(2) }
    }

    fn ends(&mut self) {
        self.since = self.clock.now();
    }

    fn lasts_ms(&self) -> i64 {
        self.clock.now().since(self.since)
    }
}

/// Makes pieces of pictures. Goes on over several streams of the same camera, so that its times never go back.
#[derive(Default)]
struct Film {
    parameters: Option<Arc<VideoParameters>>,
    begin: Option<Arc<StreamHead>>,
    timeline: Timeline,
    number: u32,
    /// Nothing is missing since the last key picture.
    whole: bool,
}

impl Film {
    /// Another stream begins.
    fn cut(&mut self) {
        self.whole = false;
    }

    /// A picture as a fragment; nothing while a decoder could not follow.
    fn unit(&mut self, unit: AccessUnit) -> Option<Piece> {
        let AccessUnit { data, key, gap, shown_at, parameters } = unit;
        self.whole = key || (self.whole && !gap);
        if !self.whole {
            return None;
        }
        let begin = if key { self.begin_with(&parameters?) } else { Arc::clone(self.begin.as_ref()?) };
        self.number = self.number.wrapping_add(1);
        let place = self.timeline.place(shown_at);
        Some(Piece { key, begin, bytes: mp4::fragment(self.number, place, key, &data), at: Instant::now() })
    }

    /// The initialisation segment for these parameters; the same one while they have not changed.
    fn begin_with(&mut self, now: &Arc<VideoParameters>) -> Arc<StreamHead> {
        let same = self.parameters.as_ref().is_some_and(|before| before == now);
        if let (true, Some(begin)) = (same, &self.begin) {
            return Arc::clone(begin);
        }
        let begin = Arc::new(StreamHead {
            format: LiveFormat {
                kind: LiveKind::Mp4,
                mime: format!("video/mp4; codecs=\"{}\"", now.codec),
                width: now.width,
                height: now.height,
            },
            bytes: mp4::initialisation(now),
        });
        self.parameters = Some(Arc::clone(now));
        self.begin = Some(Arc::clone(&begin));
        begin
    }

    /// A picture that is a file of its own.
    fn jpeg(&mut self, jpeg: Bytes) -> Piece {
        let same = |begin: &&Arc<StreamHead>| begin.format.kind == LiveKind::Jpeg;
        let begin = self.begin.as_ref().filter(same).cloned();
        let begin = begin.unwrap_or_else(|| {
            self.parameters = None;
            Arc::new(StreamHead {
                format: LiveFormat { kind: LiveKind::Jpeg, mime: "image/jpeg".to_owned(), width: 0, height: 0 },
                bytes: Bytes::new(),
            })
        });
        self.begin = Some(Arc::clone(&begin));
        Piece { key: true, begin, bytes: jpeg, at: Instant::now() }
    }
}
