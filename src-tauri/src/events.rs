//! What the page is told without asking.

use crate::commands::session::Connection;
use lanedesk_domain::{ids::LaneId, time::Timestamp};
use lanedesk_wire::stream::Frame;
use serde::{Deserialize, Serialize};
use specta::Type;
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
