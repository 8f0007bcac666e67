//! The hub's own accept loop (invariant 15): every connection, handshake, head and body has its time, strangers have their
//! share, and nothing one of them does keeps another waiting.
//!
//! Who is a stranger is for the door to say: it calls `SlotShare::prove` once a session, key or signature was right.

mod body;
mod line;
mod pulse;
mod slot;

use crate::{
    hub::Hub,
    metrics::ConnectionLimit,
    tls::{HttpVersion, Tls},
};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use body::{AnswerBody, RequestBody};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use line::ClientConnection;
use pulse::{Exchange, Pulse};
use slot::{ConnectionSlot, Slots};
use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// The longest head, bytes, and as much is read at once.
const HEAD_BYTES: usize = 32 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// What may lie unread of one HTTP/2 request, and of all of a connection, bytes.
const WINDOW: u32 = 256 * 1024;
const WINDOWS: u32 = 1024 * 1024;
/// An HTTP/2 connection is asked for a sign of life so often.
const PING: Duration = Duration::from_secs(20);
/// What a connection gets to say goodbye in.
const GOODBYE: Duration = Duration::from_secs(1);
/// The system has no connection to give: a moment until some have ended.
const BREATH: Duration = Duration::from_millis(100);

/// What connections may take. Times are the network's, not the hub's clock's.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For a TLS handshake.
    pub handshake: Duration,
    /// For a head, from its first byte; for the first one, from the beginning.
    pub head: Duration,
    /// For a stranger's body as a whole.
    pub strangers_body: Duration,
    /// Between two pieces of a body.
    pub body_pause: Duration,
    /// The slowest a body may come after that, in bytes a second.
    pub body_bytes_a_second: u64,
    /// For a body as a whole.
    pub body: Duration,
    /// For the other end to take something of an answer.
    pub stall: Duration,
    /// Between two requests of somebody who is known; strangers have [`Limits::head`] for the next one.
    pub idle: Duration,
    /// Connections in all.
    pub lines: usize,
    /// Of strangers.
    pub strangers: usize,
    /// Of strangers from one address.
    pub strangers_of_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            strangers_body: Duration::from_secs(10),
            body_pause: Duration::from_secs(15),
            body_bytes_a_second: 4 * 1024,
            body: Duration::from_secs(600),
            stall: Duration::from_secs(60),
            idle: Duration::from_secs(75),
            lines: 20_000,
            strangers: 4_096,
            strangers_of_address: 256,
        }
    }
}

/// Descriptors left for everything that is no connection of ours: database, files, cameras, robots' own.
#[cfg(unix)]
const OTHER_FILES: u64 = 512;

impl Limits {
    /// No more connections than the system lets a process hold, after asking it for as many as it gives.
    #[must_use]
    pub fn within_the_system(mut self) -> Self {
        #[cfg(unix)]
        {
            use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
            let now = getrlimit(Resource::Nofile);
            let wanted = u64::try_from(self.lines).unwrap_or(u64::MAX) + OTHER_FILES;
            let most = now.maximum.map_or(wanted, |most| most.min(wanted));
            let mut given = now.current.unwrap_or(u64::MAX);
            let more = Rlimit { current: Some(most), maximum: now.maximum };
            if given < most && setrlimit(Resource::Nofile, more).is_ok() {
                given = most;
            }
            let room = given.saturating_sub(OTHER_FILES).max(given / 2);
            self.lines = self.lines.min(usize::try_from(room).unwrap_or(usize::MAX));
            self.strangers = self.strangers.min(self.lines / 2);
            self.strangers_of_address = self.strangers_of_address.min(self.strangers / 2);
        }
        self
    }
}

/// What every connection is served with.
#[derive(Clone)]
struct Door {
    hub: Hub,
    router: Router,
    limits: Limits,
    slots: Arc<Slots>,
    tls: Option<Arc<Tls>>,
}

/// Takes connections until the hub stops, then waits for those with a request under way.
pub(crate) async fn serve(hub: Hub, listener: TcpListener, tls: Option<Arc<Tls>>, router: Router, limits: Limits) {
    let slots = Slots::new(hub.clone(), limits.clone());
    let door = Door { hub: hub.clone(), router, limits, slots, tls };
    let lines = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = hub.stopping() => break,
        };
        match accepted {
            Ok((stream, peer)) => door.take(&lines, stream, peer),
            // One that was gone before it was taken costs nobody else anything.
            Err(error) if is_of_the_line(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    lines.close();
    lines.wait().await;
}

fn is_of_the_line(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

impl Door {
    /// Gives a connection its place and its task.
    fn take(&self, lines: &TaskTracker, mut stream: TcpStream, peer: SocketAddr) {
        let pulse = Pulse::new();
        let proxy = self.hub.proxies().trusts(peer.ip());
        let Some(slot) = self.slots.line(peer.ip(), &pulse, proxy) else {
            self.hub.metrics().ended(ConnectionLimit::Crowded);
            return;
        };
        prepare(&mut stream);
        let line = TrackedConnection { door: self.clone(), peer, proxy, pulse, slot, unread: Arc::default() };
        lines.spawn(line.run(stream));
    }
}

/// Every line, before anything is said.
fn prepare(line: &mut TcpStream) {
    // Answers are small; waiting to fill a packet would only make people wait.
    let _ = line.set_nodelay(true);
    keep_little_unsent(line);
}

/// What lies in the system's buffers can no longer be left out, so a live picture would fall behind by it: the system
/// takes little that it cannot send yet.
#[cfg(target_os = "linux")]
fn keep_little_unsent(line: &TcpStream) {
    const UNSENT: u32 = 128 * 1024;
    let _ = socket2::SockRef::from(line).set_tcp_notsent_lowat(UNSENT);
}

/// Other systems keep less by themselves.
#[cfg(not(target_os = "linux"))]
fn keep_little_unsent(_: &TcpStream) {}

#[derive(Clone)]
struct TrackedConnection {
    door: Door,
    peer: SocketAddr,
    proxy: bool,
    pulse: Arc<Pulse>,
    slot: Arc<ConnectionSlot>,
    unread: Arc<AtomicBool>,
}

/// A connection in either version of HTTP, as far as it is watched.
trait Conversation: Future {
    /// Takes no more requests.
    fn finish(self: Pin<&mut Self>);
}

impl TrackedConnection {
    async fn run(self, stream: TcpStream) {
        let Some(tls) = self.door.tls.clone() else {
            return self.http1(stream).await;
        };
        let shaken = tokio::select! {
            shaken = timeout(self.door.limits.handshake, tls.accept(stream)) => shaken,
            () = self.pulse.evicted() => return self.slot.count(ConnectionLimit::Evicted),
            () = self.door.hub.stopping() => return,
        };
        match shaken {
            Ok(Ok((stream, HttpVersion::Http1))) => self.http1(stream).await,
            Ok(Ok((stream, HttpVersion::Http2))) => self.http2(stream).await,
            // Scanners, plain HTTP and wrong clocks end here; it is theirs to look into.
            Ok(Err(_)) => {}
            Err(_) => self.slot.count(ConnectionLimit::Handshake),
        }
    }

    fn line<S>(&self, stream: S, frames: bool) -> TokioIo<ClientConnection<S>> {
        let state = (self.pulse.clone(), self.slot.clone());
        let unread = self.unread.clone();
        TokioIo::new(ClientConnection::new(stream, state, frames, unread, &self.door.limits))
    }

    async fn http1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let line = self.line(stream, false);
        let this = self.clone();
        let answers = service_fn(move |request| this.clone().answer(request));
        let conversation = http1::Builder::new()
            .timer(TokioTimer::new())
            // Watched here, from the first byte of a head and not from the end of the answer before.
            .header_read_timeout(None::<Duration>)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(line, answers)
            .with_upgrades();
        self.converse(conversation).await;
    }

    async fn http2<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let line = self.line(stream, true);
        let this = self.clone();
        let answers = service_fn(move |request| this.clone().answer(request));
        let conversation = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOWS)
            .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING)
            .serve_connection(line, answers);
        self.converse(conversation).await;
    }

    /// Serves until the other end has enough, or its time is over, or the hub stops.
    async fn converse(&self, conversation: impl Conversation) {
        let mut conversation = std::pin::pin!(conversation);
        let overdue = tokio::select! {
            _ = conversation.as_mut() => return,
            why = self.pulse.overdue(&self.door.limits, &self.slot) => Some(why),
            () = self.door.hub.stopping() => None,
        };
        conversation.as_mut().finish();
        if let Some(why) = overdue {
            self.slot.count(why);
            let _ = timeout(GOODBYE, conversation).await;
            return;
        }
        // The hub waits for what is under way, and for nobody else.
        tokio::select! {
            _ = conversation => {}
            why = self.pulse.overdue(&self.door.limits, &self.slot) => self.slot.count(why),
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let exchange = Exchange::begin(self.pulse.clone());
        let Self { door, peer, proxy, .. } = self;
        let proxies = door.hub.proxies();
        proxies.notice(peer.ip(), request.headers(), door.hub.clock().now());
        let origin = proxies.origin(peer.ip(), request.headers());
        // A proxy's connection is known; the people it brings are not.
        let slot = if proxy { door.slots.request(origin.0) } else { Some(self.slot) };
        let timed = slot.clone();
        let mut request = request.map(|body| match timed {
            Some(slot) => Body::new(RequestBody::new(body, slot, door.limits.clone(), self.unread)),
            None => Body::empty(),
        });
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(origin);
        request.extensions_mut().insert(SlotShare(slot));
        let Ok(answer) = door.router.oneshot(request).await;
        Ok(answer.map(|body| Body::new(AnswerBody::new(body, exchange))))
    }
}

/// The place of whoever sent a request; none: that address has more than its share under way already.
#[derive(Clone)]
pub(crate) struct SlotShare(Option<Arc<ConnectionSlot>>);

impl SlotShare {
    /// Whether nothing more of that address is taken now.
    pub(crate) fn is_crowded(&self) -> bool {
        self.0.is_none()
    }

    /// Whoever sent it has shown who they are.
    pub(crate) fn prove(&self) {
        if let Some(slot) = &self.0 {
            slot.prove();
        }
    }
}

impl<S, F> Conversation for http1::UpgradeableConnection<TokioIo<ClientConnection<S>>, F>
where
    Self: Future,
    F: hyper::service::HttpService<Incoming, ResBody = Body>,
    F::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<S, F> Conversation for http2::Connection<TokioIo<ClientConnection<S>>, F, TokioExecutor>
where
    Self: Future,
    F: hyper::service::HttpService<Incoming, ResBody = Body>,
    F::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    TokioExecutor: hyper::rt::bounds::Http2ServerConnExec<F::Future, Body>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}
