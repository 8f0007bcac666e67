//! The robot's side of its link.

use super::{RobotConfig, RobotFault, RobotNow, screen_of};
use crate::scene::kiosk;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Before the next try.
const AGAIN: Duration = Duration::from_millis(300);
/// Between two pings.
const PING: Duration = Duration::from_secs(15);

/// Why a link ended.
struct LinkEnd;

/// Keeps the robot linked for ever.
pub(super) async fn run(
    config: RobotConfig,
    hub: watch::Receiver<String>,
    now: watch::Sender<RobotNow>,
    mut said: mpsc::UnboundedReceiver<Value>,
) {
    loop {
        let away = now.borrow().fault == RobotFault::Offline;
        let address = hub.borrow().clone();
        if !away && let Some(socket) = open(&config, &address).await {
            // What nobody heard is not said again.
            while said.try_recv().is_ok() {}
            now.send_modify(|now| {
                now.linked = true;
                now.links += 1;
            });
            let Err(LinkEnd) = talk(socket, &now, &mut said).await;
            now.send_modify(|now| now.linked = false);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn open(config: &RobotConfig, hub: &str) -> Option<Socket> {
    let address = hub.replacen("http", "ws", 1);
    let url = format!("{address}/api/robots/{}/link", config.number);
    let mut request = url.into_client_request().ok()?;
    let words = format!("lanedesk.robot.v1, {}", config.key);
    let words = HeaderValue::from_str(&words).ok()?;
    request.headers_mut().insert("sec-websocket-protocol", words);
    match connect_async(request).await {
        Ok((socket, _)) => Some(socket),
        Err(error) => {
            tracing::debug!(robot = config.number, %error, "not linked");
            None
        }
    }
}

async fn talk(
    mut socket: Socket,
    now: &watch::Sender<RobotNow>,
    said: &mut mpsc::UnboundedReceiver<Value>,
) -> Result<std::convert::Infallible, LinkEnd> {
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut watch = now.subscribe();
    loop {
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text).unwrap_or(Value::Null);
                    obey(&mut socket, now, &frame).await?;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(LinkEnd),
                Some(Ok(_)) => {}
            },
            Some(frame) = said.recv() => say(&mut socket, &frame).await?,
            _ = ping.tick() => say(&mut socket, &json!({"type": "ping"})).await?,
            () = switched_off(&mut watch) => return Err(LinkEnd),
        }
    }
}

async fn switched_off(watch: &mut watch::Receiver<RobotNow>) {
    // The sender lives as long as the robot, so waiting cannot fail.
    let _ = watch.wait_for(|now| now.fault == RobotFault::Offline).await;
}

async fn say(socket: &mut Socket, frame: &Value) -> Result<(), LinkEnd> {
    let message = Message::Text(frame.to_string().into());
    socket.send(message).await.map_err(|_| LinkEnd)
}

async fn obey(socket: &mut Socket, now: &watch::Sender<RobotNow>, frame: &Value) -> Result<(), LinkEnd> {
    let Some(id) = frame["id"].as_str() else {
        if frame["type"] == "ping" {
            say(socket, &json!({"type": "pong"})).await?;
        }
        return Ok(());
    };
    let what = frame["type"].as_str().unwrap_or_default().to_owned();
    let fault = now.borrow().fault;
    match fault {
        RobotFault::Dies => return Err(LinkEnd),
        RobotFault::Refuses => {
            let no = json!({"ack": id, "ok": false, "error": "屏幕故障"});
            return say(socket, &no).await;
        }
        _ => {}
    }
    now.send_modify(|now| act(now, &what, frame));
    if fault != RobotFault::Silent {
        say(socket, &json!({"ack": id, "ok": true})).await?;
    }
    match what.as_str() {
        "show" | "light" => tell(socket, now).await,
        "capture" => photograph(socket, now, id).await,
        "hang_up" => say(socket, &json!({"type": "hung_up"})).await,
        "restart" => Err(LinkEnd),
        _ => Ok(()),
    }
}

fn act(now: &mut RobotNow, what: &str, frame: &Value) {
    now.commands.push(what.to_owned());
    let light = frame["light"].as_str().unwrap_or("off").to_owned();
    match what {
        "show" => {
            now.show = frame.clone();
            let scene = frame["scene"].as_str().unwrap_or_default();
            scene.clone_into(&mut now.scene);
            now.light = light;
            let words = frame["words"].as_array().into_iter().flatten();
            let said = words.filter_map(|words| words["speech"].as_str());
            now.said.extend(said.filter(|said| !said.is_empty()).map(str::to_owned));
        }
        "speak" => now.said.extend(frame["text"].as_str().map(str::to_owned)),
        "light" => now.light = light,
        "hang_up" => now.call = None,
        _ => {}
    }
}

/// Tells what is on the screen, and what it looks like.
async fn tell(socket: &mut Socket, now: &watch::Sender<RobotNow>) -> Result<(), LinkEnd> {
    let is = now.borrow().clone();
    let at = crate::journal::now();
    let state = json!({"type": "state", "scene": is.scene, "light": is.light, "at": at});
    say(socket, &state).await?;
    let drawn = tokio::task::spawn_blocking(move || kiosk::draw_screen(&screen_of(&is))).await;
    let jpeg = STANDARD.encode(drawn.map_err(|_| LinkEnd)?);
    say(socket, &json!({"type": "screen", "jpeg": jpeg})).await
}

async fn photograph(socket: &mut Socket, now: &watch::Sender<RobotNow>, id: &str) -> Result<(), LinkEnd> {
    let held = now.borrow().document.clone();
    let number = crate::journal::now().0.unsigned_abs();
    let draw = move || kiosk::draw_document(held.as_deref(), number);
    let drawn = tokio::task::spawn_blocking(draw).await.map_err(|_| LinkEnd)?;
    let jpeg = STANDARD.encode(drawn);
    say(socket, &json!({"type": "photo", "for": id, "jpeg": jpeg})).await
}
