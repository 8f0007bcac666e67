//! Live pictures of a lane's surroundings (R16).

use crate::{
    desk::Desk,
    raw::{LiveBody, LiveWindow},
};
use lanedesk_domain::ids::{DeviceId, LaneId};
use lanedesk_wire::live::{LiveFormat, LiveState, LiveTold, LiveWhy};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{State, WebviewWindow, ipc::Channel};

/// Why a live picture is over for good; the page may begin another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LiveEnd {
    /// The window is not seen; it may begin anew once it is.
    Hidden,
    /// The case is over (R20).
    CaseOver,
    /// The lane is not there for this person any more, or the page took nothing for a while.
    Gone,
}

/// What is said on a live picture's channel between its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveSaid {
    /// How it stands, from now on.
    State {
        /// The state. `failed` is tried again by itself.
        state: LiveState,
        /// Why it does not play; absent while it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<LiveWhy>,
        /// The same as a sentence for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// What the bytes that follow are; only where it plays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        format: Option<LiveFormat>,
    },
    /// Pictures were left out; the next fragment is a key frame.
    Skipped,
    /// Nothing more follows.
    Ended {
        /// Why.
        why: LiveEnd,
    },
}

impl From<LiveTold> for LiveSaid {
    fn from(told: LiveTold) -> Self {
        match told {
            LiveTold::State { state, why, detail, format } => Self::State { state, why, detail, format },
            LiveTold::Skipped => Self::Skipped,
        }
    }
}

commands! { desk:
    /// Shows what an environment camera of the lane sees, the lane's first unless one is named. Answers the number it is
    /// stopped by. The channel carries `LiveSaid` as objects, and bytes: an initialisation segment, a fragment of one
    /// picture or a JPEG, as the last `playing` state says. The page says `live_taken`, or gets no more.
    start_live(window: WebviewWindow, lane: LaneId, camera: Option<DeviceId>, channel: Channel<LiveBody>) -> u32
        = desk.start_live(&lane, camera.as_ref(), LiveWindow::new(window, channel));
}

/// The page has taken so many messages more of a live picture.
#[tauri::command]
#[specta::specta]
#[expect(clippy::needless_pass_by_value, reason = "the shape Tauri calls")]
pub fn live_taken(desk: State<'_, Desk>, id: u32, messages: u32) {
    desk.live_taken(id, messages);
}

/// Ends a live picture; the hub lets the camera go when nobody else watches.
#[tauri::command]
#[specta::specta]
#[expect(clippy::needless_pass_by_value, reason = "the shape Tauri calls")]
pub fn stop_live(desk: State<'_, Desk>, id: u32) {
    desk.stop_live(id);
}
