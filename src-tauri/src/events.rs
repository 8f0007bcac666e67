//! What the page is told without asking.

use crate::{
    commands::session::Connection,
    notify::{self, Notice},
};
use lanedesk_client::Language;
use lanedesk_domain::{ids::LaneId, time::Timestamp};
use lanedesk_wire::stream::Frame;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Runtime};
use tauri_specta::Event;

/// A frame of the hub's stream, as it came.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct HubTold {
    /// The frame.
    pub frame: Frame,
}

/// The line to the hub came up or went down.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct ConnectionChanged {
    /// How it stands now.
    pub connection: Connection,
    /// Since when, by this device's clock.
    pub since: Timestamp,
}

/// The hub no longer knows this session: the person has to log in again.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct SessionEnded {}

/// A lane one asked to be reminded of is free (「释放后提醒我」).
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct LaneFree {
    /// The lane.
    pub lane: LaneId,
    /// Its lot and name, as people say it.
    pub name: String,
}

/// Whoever the desk tells things: the page in its window, or a test that writes them down.
pub trait Page: Send + Sync + 'static {
    /// Passes a frame of the hub on.
    fn hub_told(&self, frame: Frame);
    /// Tells how the line stands.
    fn connection_changed(&self, changed: ConnectionChanged);
    /// Tells that one has to log in again.
    fn session_ended(&self);
    /// Tells that a lane waited for is free.
    fn lane_free(&self, lane: LaneId, name: String);
    /// Notifies beside the page.
    fn notify(&self, notice: &Notice<'_>, language: Language);
}

impl<R: Runtime> Page for AppHandle<R> {
    fn hub_told(&self, frame: Frame) {
        sent(HubTold { frame }.emit(self));
    }
    fn connection_changed(&self, changed: ConnectionChanged) {
        sent(changed.emit(self));
    }
    fn session_ended(&self) {
        sent(SessionEnded {}.emit(self));
    }
    fn lane_free(&self, lane: LaneId, name: String) {
        sent(LaneFree { lane, name }.emit(self));
    }
    fn notify(&self, notice: &Notice<'_>, language: Language) {
        notify::show(self, notice, language);
    }
}

/// An event that cannot be sent has no window to go to; the page asks for everything when it comes back.
fn sent(told: tauri::Result<()>) {
    if let Err(error) = told {
        tracing::warn!(%error, "the page was not told");
    }
}
