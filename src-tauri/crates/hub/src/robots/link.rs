//! One robot's link: its frames in, its commands out.
//!
//! Acknowledgements are passed on at once; what the robot tells of itself is written down by a task beside, so that a
//! busy database delays no command.

use super::{CommandDispatch, SILENT};
use crate::{hub::Hub, ops};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use lanedesk_domain::ids::RobotId;
use lanedesk_wire::robot_link::{Ack, FromRobot, ToRobot};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};
use tokio_util::sync::CancellationToken;

/// Largest frame a robot may send: a photo of a document and its wrapping.
pub const LARGEST_FRAME: usize = 8 * 1024 * 1024;
/// Largest picture of a screen, bytes.
const LARGEST_SCREEN: usize = 512 * 1024;
/// Longest side of such a picture, pixels.
const LONGEST_SIDE: u32 = 4096;
/// Between two pings.
const PING: Duration = Duration::from_secs(15);
/// A robot that takes nothing for this long is cut.
const SLOWEST_SEND: Duration = Duration::from_secs(5);
/// Pictures of the screen are written down no faster than this.
const NEWS_APART: Duration = Duration::from_millis(250);
/// Frames that say nothing before the link is cut: something else speaks there.
const MOST_GARBAGE: u32 = 20;
/// Commands whose answer is waited for at once; older ones are given up.
const MOST_PENDING: usize = 64;

/// Serves a robot's link until it ends.
pub async fn serve(hub: Hub, robot: RobotId, key: String, socket: WebSocket) {
    let id = uuid::Uuid::now_v7().to_string();
    let incoming = hub.robots().link(&robot, &id, hub.clock().now());
    let (news, over) = (Arc::new(Notify::new()), CancellationToken::new());
    let told = tokio::spawn(tell(hub.clone(), robot.clone(), id.clone(), news.clone(), over.clone()));
    let mut line = RobotConnection {
        hub: hub.clone(),
        robot: robot.clone(),
        id: id.clone(),
        key,
        socket,
        pending: HashMap::new(),
        photos: HashMap::new(),
        heard: Instant::now(),
        garbage: 0,
        news,
    };
    let why = line.talk(incoming.out, incoming.replaced).await;
    line.farewell(why).await;
    over.cancel();
    // Its last words are written before the link is told to have ended.
    let _ = told.await;
    hub.robots().unlink(&robot, &id, why == LinkEnd::Replaced);
    ops::robot::unlinked(&hub, &robot, &id).await;
}

/// Writes down what the robot told, the newest in place of all before it.
async fn tell(hub: Hub, robot: RobotId, link: String, news: Arc<Notify>, over: CancellationToken) {
    ops::robot::linked(&hub, &robot, &link).await;
    let mut kept = None;
    loop {
        tokio::select! {
            () = news.notified() => ops::robot::told(&hub, &robot, &link, &mut kept).await,
            () = over.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(NEWS_APART) => {}
            () = over.cancelled() => return,
        }
    }
}

/// Why a link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinkEnd {
    Gone,
    Silent,
    Replaced,
    KeyChanged,
    Garbage,
    HubStops,
}

struct RobotConnection {
    hub: Hub,
    robot: RobotId,
    id: String,
    key: String,
    socket: WebSocket,
    pending: HashMap<String, oneshot::Sender<Ack>>,
    photos: HashMap<String, oneshot::Sender<Bytes>>,
    heard: Instant,
    garbage: u32,
    news: Arc<Notify>,
}

impl RobotConnection {
    async fn talk(&mut self, mut out: mpsc::Receiver<CommandDispatch>, replaced: CancellationToken) -> LinkEnd {
        let hub = self.hub.clone();
        let mut site = hub.site_changed();
        let mut ping = interval_at(Instant::now() + PING, PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // What it is to show may have changed while it was away.
        if let Err(over) = self.show_what_is_due().await {
            return over;
        }
        loop {
            let went = tokio::select! {
                sending = out.recv() => match sending {
                    Some(sending) => self.send(sending).await,
                    None => Err(LinkEnd::Replaced),
                },
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    Some(Err(_)) | None => Err(LinkEnd::Gone),
                },
                () = replaced.cancelled() => Err(LinkEnd::Replaced),
                changed = site.changed() => match changed {
                    Ok(()) if ops::robot::key_fits(&self.hub, &self.robot, &self.key) => Ok(()),
                    _ => Err(LinkEnd::KeyChanged),
                },
                _ = ping.tick() => self.ping().await,
                () = hub.stopping() => Err(LinkEnd::HubStops),
            };
            if let Err(over) = went {
                return over;
            }
        }
    }

    /// Sends what the robot is to show now. Its answer is not waited for: what it shows it tells by itself.
    async fn show_what_is_due(&mut self) -> Result<(), LinkEnd> {
        match ops::robot::due(&self.hub, &self.robot).await {
            Ok(frame) => self.frame(&frame).await,
            Err(error) => {
                tracing::warn!(robot = %self.robot, %error, "what it is to show is not known");
                Ok(())
            }
        }
    }

    async fn send(&mut self, sending: CommandDispatch) -> Result<(), LinkEnd> {
        let id = sending.frame.id.clone();
        self.pending.retain(|_, waiting| !waiting.is_closed());
        self.photos.retain(|_, waiting| !waiting.is_closed());
        if self.pending.len() >= MOST_PENDING {
            // Dropped, it is told as unanswered.
            return Ok(());
        }
        self.pending.insert(id.clone(), sending.acked);
        if let Some(photo) = sending.photo {
            self.photos.insert(id, photo);
        }
        self.frame(&sending.frame).await
    }

    async fn frame(&mut self, frame: &ToRobot) -> Result<(), LinkEnd> {
        // Words and numbers, which always serialise.
        self.text(serde_json::to_string(frame).unwrap_or_default()).await
    }

    async fn text(&mut self, text: String) -> Result<(), LinkEnd> {
        self.message(Message::Text(text.into())).await
    }

    async fn message(&mut self, message: Message) -> Result<(), LinkEnd> {
        match timeout(SLOWEST_SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(LinkEnd::Gone),
        }
    }

    /// A page hears only the second of the two.
    async fn ping(&mut self) -> Result<(), LinkEnd> {
        if self.heard.elapsed() > SILENT {
            return Err(LinkEnd::Silent);
        }
        self.message(Message::Ping(Bytes::new())).await?;
        self.text(r#"{"type":"ping"}"#.to_owned()).await
    }

    async fn hear(&mut self, message: Message) -> Result<(), LinkEnd> {
        self.heard = Instant::now();
        match message {
            Message::Text(text) => self.words(&text).await,
            Message::Binary(_) => self.nonsense(),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(LinkEnd::Gone),
        }
    }

    async fn words(&mut self, text: &Utf8Bytes) -> Result<(), LinkEnd> {
        if let Ok(ack) = serde_json::from_str::<Ack>(text) {
            if let Some(waiting) = self.pending.remove(&ack.ack) {
                // Whoever waited may have given up.
                let _ = waiting.send(ack);
            }
            return Ok(());
        }
        let Ok(told) = serde_json::from_str::<FromRobot>(text) else {
            return self.nonsense();
        };
        match told {
            FromRobot::State { scene, light, .. } => self.state(scene, light),
            FromRobot::Screen { jpeg } => self.screen(&jpeg).await,
            FromRobot::Photo { task, jpeg } => self.photo(&task, &jpeg),
            FromRobot::Call => {
                ops::robot::pressed_call(&self.hub, &self.robot);
                Ok(())
            }
            FromRobot::HungUp => {
                ops::robot::hung_up(&self.hub, &self.robot);
                Ok(())
            }
            FromRobot::Ping => self.text(r#"{"type":"pong"}"#.to_owned()).await,
            FromRobot::Pong => Ok(()),
        }
    }

    fn nonsense(&mut self) -> Result<(), LinkEnd> {
        self.garbage += 1;
        if self.garbage > MOST_GARBAGE {
            return Err(LinkEnd::Garbage);
        }
        Ok(())
    }

    fn state(&mut self, scene: String, light: Option<lanedesk_wire::robot::RobotLight>) -> Result<(), LinkEnd> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if scene.len() > 40 || !scene.chars().all(plain) {
            return self.nonsense();
        }
        let at = self.hub.clock().now();
        self.hub.robots().tell(&self.robot, &self.id, |now| {
            now.scene = Some(scene);
            now.light = light.or(now.light);
            now.heard_at = Some(at);
        });
        self.news.notify_one();
        Ok(())
    }

    async fn screen(&mut self, base64: &str) -> Result<(), LinkEnd> {
        let at = self.hub.clock().now();
        match picture(base64, LARGEST_SCREEN) {
            Ok(jpeg) => {
                self.hub.robots().keep_screen(&self.robot, &self.id, at, jpeg);
                self.news.notify_one();
                Ok(())
            }
            Err(why) => {
                tracing::info!(robot = %self.robot, why, "a picture of its screen was not taken");
                let refused = serde_json::json!({"type": "refused", "what": "screen", "why": why});
                self.text(refused.to_string()).await
            }
        }
    }

    fn photo(&mut self, task: &str, base64: &str) -> Result<(), LinkEnd> {
        // What it is worth is looked at where it is taken in; here only that it is a picture at all.
        match (self.photos.remove(task), picture(base64, crate::evidence::MAX_BYTES)) {
            (Some(waiting), Ok(jpeg)) => {
                let _ = waiting.send(jpeg);
                Ok(())
            }
            // Nobody asked, or nobody waits any longer.
            (None, _) => Ok(()),
            (Some(_), Err(_)) => self.nonsense(),
        }
    }

    async fn farewell(&mut self, why: LinkEnd) {
        tracing::info!(robot = %self.robot, ?why, "robot's link ended");
        let (code, reason) = match why {
            LinkEnd::Gone => return,
            LinkEnd::Silent => (close_code::AWAY, "silent"),
            LinkEnd::Replaced => (close_code::NORMAL, "replaced"),
            LinkEnd::KeyChanged => (close_code::POLICY, "key changed"),
            LinkEnd::Garbage => (close_code::POLICY, "not understood"),
            LinkEnd::HubStops => (close_code::RESTART, "hub stops"),
        };
        let close = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let _ = timeout(SLOWEST_SEND, self.socket.send(Message::Close(Some(close)))).await;
    }
}

/// A JPEG of a bounded size, looked at by its header only.
fn picture(base64: &str, most: usize) -> Result<Bytes, &'static str> {
    // Four characters carry three bytes.
    if base64.len() / 4 * 3 > most + 3 {
        return Err("too_large");
    }
    let jpeg = STANDARD.decode(base64).map_err(|_| "not_base64")?;
    if jpeg.len() > most {
        return Err("too_large");
    }
    let reader = image::ImageReader::with_format(std::io::Cursor::new(&jpeg), image::ImageFormat::Jpeg);
    let (width, height) = reader.into_dimensions().map_err(|_| "not_a_jpeg")?;
    if most == LARGEST_SCREEN && width.max(height) > LONGEST_SIDE {
        return Err("too_large");
    }
    Ok(Bytes::from(jpeg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_a_jpeg_of_a_bounded_size() {
        let grey = image::DynamicImage::new_luma8(8, 8);
        let mut jpeg = std::io::Cursor::new(Vec::new());
        grey.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
        let good = STANDARD.encode(jpeg.get_ref());
        assert!(picture(&good, LARGEST_SCREEN).is_ok());
        assert_eq!(picture("%%%", LARGEST_SCREEN), Err("not_base64"));
        assert_eq!(picture("AAAA", LARGEST_SCREEN), Err("not_a_jpeg"));
        let enormous = "A".repeat(LARGEST_SCREEN * 2);
        assert_eq!(picture(&enormous, LARGEST_SCREEN), Err("too_large"));
    }
}
