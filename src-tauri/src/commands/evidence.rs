//! Photos of the driver's document, taken in this case (R23, R24).
//!
//! A photo is sealed on this device before it is shown as taken, and sent by itself once the hub is reached.

use crate::{
    desk::{Desk, SystemPhoto},
    raw::{JpegFrame, PreviewWindow},
};
use lanedesk_domain::{ids::CaseId, time::Timestamp};
use lanedesk_wire::{photo::Photo, problem::Problem};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{State, WebviewWindow, ipc::Channel};

/// A camera of this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Camera {
    /// How it is named to `choose_camera`.
    pub id: String,
    /// The name its maker gave it.
    pub name: String,
    /// The one in use.
    pub chosen: bool,
}

/// Where a photo stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceState {
    /// Sealed here, on its way to the hub or waiting for it.
    Waiting,
    /// The hub has it.
    Sent,
    /// The hub does not take it; the problem says why.
    Refused,
}

/// A photo of the case at hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct EvidencePhoto {
    /// This device's name for it, or the hub's where it was not taken here.
    pub id: String,
    /// Where it stands.
    pub state: EvidenceState,
    /// As the hub has it; its id goes with the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
    /// Why the hub does not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// When the shutter went.
    pub taken_at: Timestamp,
    /// A small picture, path of the `lanedesk` scheme.
    pub thumb: String,
}

commands! { desk:
    /// This device's cameras in their order; none on phones and tablets, where the system's own camera takes the photo.
    cameras() -> Vec<Camera> = desk.cameras().await;
    /// Uses this camera from the next preview or photo on, also after a restart.
    choose_camera(id: String) -> () = desk.choose_camera(id).await;
    /// Shows what the chosen camera sees: one JPEG a message, the newest only. The page says `preview_shown` after each, or
    /// gets no more.
    start_preview(window: WebviewWindow, channel: Channel<JpegFrame>) -> ()
        = desk.start_preview(PreviewWindow::new(window, channel)).await;
    /// Ends the preview and lets the camera go.
    stop_preview() -> () = {
        desk.stop_preview();
        Ok(())
    };
    /// Takes a photo with the chosen camera, at its full resolution.
    take_photo(case_id: CaseId) -> EvidencePhoto = desk.take_photo(case_id).await;
    /// Adds a photo the system's own camera took. Called with the file's bytes as the raw body and the case in the
    /// header `x-case`: a photo never travels as text.
    add_photo(taken: SystemPhoto) -> EvidencePhoto = desk.add_photo(taken).await;
    /// Has the lane's ID camera take a photo (R24).
    photo_from_lane(case_id: CaseId) -> EvidencePhoto = desk.photo_from_lane(case_id).await;
    /// The photos of a case, oldest first.
    evidence(case_id: CaseId) -> Vec<EvidencePhoto> = desk.evidence(case_id).await;
    /// Gives a photo up, here and on the hub.
    drop_photo(case_id: CaseId, id: String) -> () = desk.drop_photo(case_id, id).await;
}

/// The page has shown a frame of the preview and is ready for the next.
#[tauri::command]
#[specta::specta]
#[expect(clippy::needless_pass_by_value, reason = "the shape Tauri calls")]
pub fn preview_shown(desk: State<'_, Desk>) {
    desk.preview_shown();
}
