//! What the hub tells a desk, frame by frame.

use crate::lot::Lot;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A desk's stream, with the bytes that came on it.
pub(crate) struct Stream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) frames: Vec<Value>,
    /// Of frames other than `hello` and heartbeats.
    pub(crate) bytes: usize,
}

impl Stream {
    pub(crate) async fn of(lot: &Lot, token: &str, after: &str) -> Self {
        Self::at(lot.hub.addr, token, after).await
    }

    /// The stream of one of a lot's hubs.
    pub(crate) async fn at(hub: SocketAddr, token: &str, after: &str) -> Self {
        let url = format!("ws://{hub}/api/stream{after}");
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        let (socket, _) = connect_async(request).await.unwrap();
        let mut stream = Self { socket, frames: Vec::new(), bytes: 0 };
        stream.until("hello", |frame| frame["type"] == "hello").await;
        stream
    }

    pub(crate) async fn watch(&mut self, lanes: &[&str]) {
        self.say(&json!({"type": "watch", "lanes": lanes}).to_string()).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn close(mut self) {
        self.socket.close(None).await.unwrap();
    }

    /// Hears on until a frame is as wanted.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let next = timeout(Duration::from_secs(30), self.socket.next()).await;
            let next = next.unwrap_or_else(|_| panic!("never heard {what}"));
            let Message::Text(text) = next.unwrap().unwrap() else {
                continue;
            };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == "hello" || frame["type"] == "heartbeat" {
                if wanted(&frame) {
                    return frame;
                }
                continue;
            }
            if wanted(&frame) {
                return frame;
            }
            self.bytes += text.len();
            self.frames.push(frame);
        }
    }

    pub(crate) fn views(&self) -> usize {
        let views = self.frames.iter().filter(|frame| frame["type"] == "view");
        views.count()
    }
}
