//! A robot's side of its link, written against `HUB_API.md` alone: raw frames, none of the hub's own types.

use super::PATIENCE;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

/// A linked robot that does nothing by itself.
pub(crate) struct RawRobot {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl RawRobot {
    /// Links as `HUB_API.md` says; else the HTTP status of the refusal.
    pub(crate) async fn try_link(address: &str, number: &str, key: &str) -> Result<Self, u16> {
        let url = address.replacen("http", "ws", 1);
        let mut request = format!("{url}/api/robots/{number}/link").into_client_request().unwrap();
        let words = format!("lanedesk.robot.v1, {key}").parse().unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", words);
        match connect_async(request).await {
            Ok((socket, answer)) => {
                assert_eq!(
                    answer.headers()["sec-websocket-protocol"],
                    "lanedesk.robot.v1",
                    "the key is never sent back"
                );
                Ok(Self { socket })
            }
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A demo robot; its first frame, what it is to show, is read and acknowledged.
    pub(crate) async fn link(address: &str, number: &str) -> Self {
        let key = format!("lanedesk-demo-{number}");
        let mut robot = Self::try_link(address, number, &key).await.expect("a link");
        let first = robot.next().await.expect("what to show");
        assert_eq!(first["type"], "show", "{first}");
        robot.ack(&first).await;
        robot
    }

    /// The next command; none when the hub has ended the link. Pings are answered on the way.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("a frame in time")?;
            match message {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["type"] == "ping" {
                        self.say(&json!({"type": "pong"})).await;
                    } else {
                        return Some(frame);
                    }
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next command of a type; others are acknowledged on the way.
    pub(crate) async fn told(&mut self, what: &str) -> Value {
        loop {
            let frame = self.next().await.expect("the link stands");
            if frame["type"] == what {
                return frame;
            }
            self.ack(&frame).await;
        }
    }

    /// The next screen of a scene.
    pub(crate) async fn shows(&mut self, scene: &str) -> Value {
        loop {
            let frame = self.told("show").await;
            self.ack(&frame).await;
            if frame["scene"] == scene {
                return frame;
            }
        }
    }

    /// Sends a frame.
    pub(crate) async fn say(&mut self, frame: &Value) {
        self.text(&frame.to_string()).await;
    }

    /// Sends any text.
    pub(crate) async fn text(&mut self, text: &str) {
        // The hub may have ended the link.
        let _ = self.socket.send(Message::Text(text.to_owned().into())).await;
    }

    /// Yes.
    pub(crate) async fn ack(&mut self, frame: &Value) {
        if frame["id"].is_string() {
            self.say(&json!({"ack": frame["id"], "ok": true})).await;
        }
    }

    /// Tells its state and a picture of its screen.
    pub(crate) async fn tell(&mut self, scene: &str, light: &str, jpeg: &[u8]) {
        let at = "2026-11-22T08:00:00Z";
        self.say(&json!({"type": "state", "scene": scene, "light": light, "at": at})).await;
        self.say(&json!({"type": "screen", "jpeg": STANDARD.encode(jpeg)})).await;
    }

    /// Breaks the line without a word.
    pub(crate) fn die(self) {
        drop(self.socket);
    }

    /// Hears on until the hub ends the link.
    pub(crate) async fn ended(&mut self) {
        while self.next().await.is_some() {}
    }
}

/// A small JPEG; no two numbers give the same.
pub(crate) fn jpeg(number: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(64, 48, image::Rgb([number, 90, 200]));
    let mut file = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(picture).write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    file.into_inner()
}
