//! Cameras that read plates.

use crate::DeviceError;
use async_trait::async_trait;
use bytes::Bytes;
use lanedesk_domain::time::Timestamp;
use tokio::sync::mpsc;

/// Which way a vehicle moved, seen from the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travel {
    /// The way the lane is meant to be driven.
    Forward,
    /// Against it.
    Reverse,
}

/// One reading of a plate.
#[derive(Debug, Clone, PartialEq)]
pub struct PlateRead {
    /// The device's own id of the event; a repeated event carries the same one. Never empty: where the device gave
    /// none, it is made from the event's content, so that a repeat still has the same one.
    pub uuid: String,
    /// The plate without dot or blanks; absent where none was read.
    pub plate: Option<String>,
    /// Plate colour: `blue yellow white black green yellow_green` or the device's own word; absent when not known.
    pub color: Option<String>,
    /// The camera's confidence, 0 to 100.
    pub confidence: Option<u8>,
    /// Confidence of each character, 0 to 100; empty where the camera gives none.
    pub char_confidence: Vec<u8>,
    /// Positions of doubtful characters, counted from 0 over `plate`.
    pub doubtful: Vec<u8>,
    /// Which way the vehicle moved; absent when not known.
    pub travel: Option<Travel>,
    /// When it was read, by the device's clock; absent where it gave no time that can be read.
    pub taken_at: Option<Timestamp>,
    /// Told again from the device's memory: it may fill gaps, it never opens, pops or changes an open case.
    pub history: bool,
    /// Whether the camera opened the barrier by itself; absent where it does not say.
    pub opened_by_camera: Option<bool>,
    /// What the event says of the device that made it: serial number and MAC, as far as it tells them.
    pub made_by: Vec<String>,
    /// The device's list the plate stands on (`allowList`, `blockList`, `temporary`), in its own word.
    pub list: Option<String>,
    /// The scene as JPEG.
    pub picture: Option<Bytes>,
    /// The plate cut out, as JPEG.
    pub plate_picture: Option<Bytes>,
    /// Where the plate stands in the scene, as parts of width and height: x, y, width, height.
    pub plate_box: Option<[f32; 4]>,
}

/// What a watched camera tells.
#[derive(Debug, Clone, PartialEq)]
pub enum CameraNews {
    /// The link stands; reads follow, history first.
    Up,
    /// The link broke or could not be made; it is tried again by itself.
    Down(DeviceError),
    /// A plate was read, or its absence.
    Read(Box<PlateRead>),
}

/// How a camera's events reach us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventSource {
    /// We hold a connection open and read.
    #[default]
    Pull,
    /// The camera calls the hub.
    Push,
    /// Not at all.
    None,
}

/// Reads plates, on its own and when asked.
#[async_trait]
pub trait PlateCamera: Send + Sync {
    /// Reads the plate now.
    async fn recognise(&self) -> Result<PlateRead, DeviceError>;

    /// How events arrive.
    fn event_source(&self) -> EventSource;

    /// Tells events for ever, reconnecting as needed; ends only when the receiver is gone.
    /// Ends at once where events do not arrive by pulling.
    async fn watch(&self, told: mpsc::Sender<CameraNews>);
}
