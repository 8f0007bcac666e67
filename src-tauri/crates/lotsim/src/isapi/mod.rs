//! One simulated Hikvision camera: its sockets, and what happens to a request before it is looked at.

mod auth;
mod document;
mod events;
mod gate;
mod preview;
mod route;

pub(crate) use auth::Auth;
pub(crate) use events::push;

use crate::{Fault, Lane};
use axum::body::Body;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{sync::Arc, sync::atomic::Ordering, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The device hangs up without a reply.
#[derive(Debug, thiserror::Error)]
#[error("the device hangs up")]
struct HangUp;

/// Serves a lane's device until the site ends.
pub(crate) async fn serve(lane: Lane, auth: Arc<Auth>, listener: TcpListener) {
    while_online(&lane, listener, |lane, stream| connection(lane, Arc::clone(&auth), stream)).await;
}

/// Serves every connection until the site ends; while the lane is offline nothing listens and no connection lives.
pub(crate) async fn while_online<F>(lane: &Lane, listener: TcpListener, serve: impl Fn(Lane, TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let mut listener = Some(listener);
    loop {
        if let Some(listener) = listener.take() {
            let mut connections = JoinSet::new();
            tokio::select! {
                () = accept(lane, &serve, &listener, &mut connections) => {}
                () = until(lane, |lane| lane.has(Fault::Offline)) => {}
            }
        }
        until(lane, |lane| !lane.has(Fault::Offline)).await;
        listener = TcpListener::bind(address).await.ok();
        if listener.is_none() {
            // Connections that are just closing still hold the port.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Waits for as long as it takes.
async fn until(lane: &Lane, holds: impl Fn(&Lane) -> bool) {
    while !lane.wait(&holds).await {}
}

async fn accept<F>(
    lane: &Lane,
    serve: &impl Fn(Lane, TcpStream) -> F,
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
) where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let _ = stream.set_nodelay(true);
                connections.spawn(serve(lane.clone(), stream));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(lane: Lane, auth: Arc<Auth>, stream: TcpStream) {
    let answer = |request: Request<Incoming>| {
        let (lane, auth) = (lane.clone(), Arc::clone(&auth));
        async move { answer(lane, auth, request).await }
    };
    // Ends with an error whenever the device hangs up; that is what was asked for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

async fn answer(lane: Lane, auth: Arc<Auth>, request: Request<Incoming>) -> Result<Response<Body>, HangUp> {
    lane.inner.requests.fetch_add(1, Ordering::Relaxed);
    if lane.has(Fault::Silent) {
        std::future::pending::<()>().await;
    }
    let answered = route::answer(&lane, &auth, request).await;
    if let Some(ms) = lane.slowness() {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let answered = answered?;
    // A challenge is not "mid-reply": a device that could not even ask would be the silent one.
    if lane.has(Fault::Reset) && answered.status() != hyper::StatusCode::UNAUTHORIZED {
        return Ok(broken(answered));
    }
    Ok(answered)
}

/// The reply, of which only the beginning arrives.
fn broken(answered: Response<Body>) -> Response<Body> {
    let (mut head, _) = answered.into_parts();
    head.headers.insert("content-length", 4096.into());
    let beginning = futures::stream::iter([
        Ok(bytes::Bytes::from_static(b"<?xml version")),
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
    ]);
    Response::from_parts(head, Body::from_stream(beginning))
}
