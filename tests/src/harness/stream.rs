//! What the hub tells by itself, heard.

use super::{PATIENCE, Person};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// One person's stream.
pub(crate) struct Stream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every frame heard so far.
    pub(crate) heard: Vec<Value>,
}

impl Stream {
    /// Opens it, from a place on or from now on, and hears the first frame.
    pub(crate) async fn open(person: &Person, after: Option<&str>) -> Self {
        let after = after.map(|place| format!("?after={place}")).unwrap_or_default();
        let address = person.address().replacen("http", "ws", 1);
        let mut request = format!("{address}/api/stream{after}").into_client_request().unwrap();
        if let Some(token) = person.token() {
            let session = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", session);
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut stream = Self { socket, heard: Vec::new() };
        let first = stream.next().await.expect("a first frame");
        assert_eq!(first["type"], "hello", "{first}");
        stream
    }

    /// The next frame; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("a frame in time")?;
            match message {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    self.heard.push(frame.clone());
                    return Some(frame);
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Hears on until a frame is as wanted; one heard before counts as well.
    pub(crate) async fn hears(&mut self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        if let Some(frame) = self.heard.iter().find(|frame| holds(frame)) {
            return frame.clone();
        }
        self.hears_next(what, holds).await
    }

    /// Hears on until a frame not heard before is as wanted.
    pub(crate) async fn hears_next(&mut self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let listening = async {
            loop {
                match self.next().await {
                    Some(frame) if holds(&frame) => return frame,
                    Some(_) => {}
                    None => panic!("the stream ended before {what}"),
                }
            }
        };
        timeout(PATIENCE, listening).await.unwrap_or_else(|_| panic!("never heard {what}"))
    }

    /// Watches these lanes, and no others.
    pub(crate) async fn watch(&mut self, lanes: &[&str]) {
        let text = json!({"type": "watch", "lanes": lanes}).to_string();
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The place of the last frame.
    pub(crate) fn place(&self) -> String {
        let last = self.heard.last().expect("a frame was heard");
        last["seq"].as_str().unwrap().to_owned()
    }

    /// Ends it.
    pub(crate) async fn close(mut self) {
        // The hub may have ended it first.
        let _ = self.socket.send(Message::Close(None)).await;
    }
}
