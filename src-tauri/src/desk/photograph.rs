//! Photographing with this device's own camera.

use super::Desk;
use crate::{
    camera::{CameraError, Screen, ScreenState},
    commands::{
        Reply,
        evidence::{Camera, EvidencePhoto},
    },
    events::PreviewEnded,
};
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::{
    photo::PhotoSource,
    problem::{Code, Problem},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What the chosen camera is remembered under.
const CHOSEN: &str = "camera";
/// Frames on their way to the page; with more, a slow page would show the past and pile them up in memory.
const ON_THEIR_WAY: u32 = 2;
/// A page that has said nothing for so long is gone: reloaded, hidden or stuck.
const LISTENING: Duration = Duration::from_secs(5);
/// How often the window is asked whether it is seen.
const SEEN: Duration = Duration::from_secs(1);

/// The page's side of a preview.
pub trait View: Send + 'static {
    /// Sends a frame; false where there is nobody to send it to.
    fn send(&mut self, jpeg: Vec<u8>) -> bool;
    /// Whether the window is seen by anybody.
    fn seen(&mut self) -> bool;
}

/// How far the page has come with the frames sent.
#[derive(Debug)]
pub(super) struct FrameProgress {
    on_their_way: u32,
    heard_at: Instant,
}

pub(super) type SharedProgress = Arc<Mutex<FrameProgress>>;

impl Desk {
    /// This device's cameras in their order.
    pub async fn cameras(&self) -> Reply<Vec<Camera>> {
        let found = self.camera().list().await;
        let found = found.map_err(|error| self.camera_problem(&error))?;
        let wanted = self.store().remembered::<String>(CHOSEN).await;
        let chosen = found.iter().position(|camera| Some(&camera.id) == wanted.as_ref());
        let chosen = chosen.unwrap_or(0);
        let listed = found.into_iter().enumerate().map(|(at, camera)| Camera {
            id: camera.id,
            name: camera.name,
            chosen: at == chosen,
        });
        Ok(listed.collect())
    }

    /// Uses this camera from the next preview or photo on, also after a restart.
    pub async fn choose_camera(&self, id: String) -> Reply<()> {
        self.stored(self.store().remember(CHOSEN, &id).await)
    }

    async fn chosen_camera(&self) -> Reply<String> {
        let chosen = self.cameras().await?.into_iter().find(|camera| camera.chosen);
        let chosen = chosen.ok_or_else(|| self.camera_problem(&CameraError::None))?;
        Ok(chosen.id)
    }

    /// Shows what the chosen camera sees until the page stops it, is gone, or the case ends.
    pub async fn start_preview(&self, view: impl View) -> Reply<()> {
        let id = self.chosen_camera().await?;
        let shown = SharedProgress::new(Mutex::new(FrameProgress { on_their_way: 0, heard_at: Instant::now() }));
        self.state().shown = Some(shown.clone());
        let screen =
            PacedFrames { view: Box::new(view), shown, desk: self.clone(), looked_at: Instant::now(), left: false };
        let begun = self.camera().preview(&id, Box::new(screen)).await;
        begun.map_err(|error| self.camera_problem(&error))
    }

    /// The page has shown a frame.
    pub fn preview_shown(&self) {
        if let Some(shown) = &self.state().shown {
            let mut progress = shown.lock().unwrap_or_else(PoisonError::into_inner);
            progress.on_their_way = progress.on_their_way.saturating_sub(1);
            progress.heard_at = Instant::now();
        }
    }

    /// Ends the preview and lets the camera go.
    pub fn stop_preview(&self) {
        self.camera().stop();
    }

    /// Takes a photo with the chosen camera.
    pub async fn take_photo(&self, case: CaseId) -> Reply<EvidencePhoto> {
        self.photographs(&case)?;
        let id = self.chosen_camera().await?;
        let shot = self.camera().capture(&id).await;
        let shot = shot.map_err(|error| self.camera_problem(&error))?;
        let taken_at = self.hub_time(shot.at);
        self.keep(case, PhotoSource::DeviceCamera, taken_at, shot.jpeg).await
    }

    /// What a camera's failure means, in words a guard can act on.
    fn camera_problem(&self, error: &CameraError) -> Box<Problem> {
        tracing::info!(%error, "camera");
        let detail = match error {
            CameraError::None => {
                ("没有找到摄像头。请插好摄像头后再试。", "No camera found. Plug one in and try again.")
            }
            CameraError::Gone => {
                ("摄像头已断开。请重新插好后再拍。", "The camera was unplugged. Plug it in again, then take the photo.")
            }
            CameraError::Busy => (
                "摄像头正被其他程序占用。请先关闭那个程序（例如会议软件）。",
                "Another program is using the camera. Close it first, for example a meeting program.",
            ),
            CameraError::Forbidden => (
                "系统不允许本程序使用摄像头。请在系统设置的隐私中打开。",
                "The system does not let this program use the camera. Allow it in the system's privacy settings.",
            ),
            CameraError::Silent => (
                "摄像头没有反应。请拔下重新插好后再试。",
                "The camera does not answer. Unplug it, plug it in again and try once more.",
            ),
            CameraError::Broken(_) => (
                "摄像头出错。请重新插好后再试，或换一个摄像头。",
                "The camera failed. Plug it in again, or choose another one.",
            ),
        };
        self.problem(Code::DeskFault, ("摄像头不可用", "Camera not available"), detail)
    }
}

/// Frames at the page's own pace: the newest one, and no more than it has shown.
struct PacedFrames {
    view: Box<dyn View>,
    shown: SharedProgress,
    desk: Desk,
    looked_at: Instant,
    /// Nobody looks any more.
    left: bool,
}

impl PacedFrames {
    fn looks(&mut self) -> ScreenState {
        if self.looked_at.elapsed() > SEEN {
            self.looked_at = Instant::now();
            if !self.view.seen() {
                return ScreenState::Gone;
            }
        }
        let progress = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.on_their_way < ON_THEIR_WAY {
            ScreenState::Ready
        } else if progress.heard_at.elapsed() < LISTENING {
            ScreenState::Later
        } else {
            ScreenState::Gone
        }
    }
}

impl Screen for PacedFrames {
    fn ready(&mut self) -> ScreenState {
        let looks = self.looks();
        self.left |= looks == ScreenState::Gone;
        looks
    }

    fn show(&mut self, jpeg: Vec<u8>) {
        let sent = self.view.send(jpeg);
        let mut progress = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        // What could not be sent is never shown, so nothing more is sent either.
        progress.on_their_way += if sent { 1 } else { ON_THEIR_WAY };
    }

    fn ended(&mut self, why: Option<CameraError>) {
        // Whoever stopped it, or began another one, knows.
        if why.is_some() || self.left {
            let problem = why.map(|error| *self.desk.camera_problem(&error));
            self.desk.page().preview_ended(PreviewEnded { problem });
        }
    }
}
