//! What hub and robot say to each other over the robot's own WebSocket, one JSON object a text frame.

use crate::robot::RobotLight;
use lanedesk_domain::{
    money::Fen,
    robot::{RobotLanguage, RobotScene},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The WebSocket subprotocol; the robot's key stands after it as a second one.
pub const PROTOCOL: &str = "lanedesk.robot.v1";

/// Hub to robot. Every command is acknowledged with its `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ToRobot {
    /// Sent back in the acknowledgement.
    pub id: String,
    /// What to do.
    #[serde(flatten)]
    pub what: RobotTask,
}

/// What a robot is told to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RobotTask {
    /// Put this on the screen in place of what is there, and say its words.
    Show(Box<Show>),
    /// Say this.
    Speak {
        /// The words.
        text: String,
        /// In which language.
        lang: RobotLanguage,
    },
    /// Set the light.
    Light {
        /// The colour.
        light: RobotLight,
    },
    /// Take a picture of the document and send it as `photo`.
    Capture,
    /// Start again.
    Restart,
    /// End the call.
    HangUp,
}

/// A whole screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Show {
    /// Which scene it is; the robot tells it back in its `state`.
    pub scene: RobotScene,
    /// The words, the first language first.
    pub words: Vec<ShowWords>,
    /// The light that goes with it.
    pub light: RobotLight,
    /// The vehicle it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<ShowPlate>,
    /// A code to scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<ShowQr>,
    /// What is to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<Fen>,
    /// When the hub will return the screen to idle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The words of a screen in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShowWords {
    /// The language.
    pub lang: RobotLanguage,
    /// Shown; its first line is the heading.
    pub text: String,
    /// Said; empty: nothing.
    #[serde(default)]
    pub speech: String,
}

/// A plate to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShowPlate {
    /// Without dot or blank.
    pub text: String,
    /// Its kind, which decides its colours where none is known.
    pub kind: lanedesk_domain::plate::PlateKind,
    /// As the camera saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// A code to scan: the address, and the code itself for robots that cannot make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShowQr {
    /// The address.
    pub url: String,
    /// The code's rows from above, one character a module, `1` dark; without its quiet zone.
    pub rows: Vec<String>,
}

/// Robot to hub, besides acknowledgements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromRobot {
    /// What it shows and how it shines now.
    State {
        /// The scene.
        scene: String,
        /// The light.
        #[serde(default)]
        light: Option<RobotLight>,
        /// By its own clock, which may be wrong: only for whoever reads along.
        #[serde(default)]
        at: Option<String>,
    },
    /// The picture of its screen, when it has changed.
    Screen {
        /// The JPEG, base64.
        jpeg: String,
    },
    /// The picture a `capture` asked for.
    Photo {
        /// The command's id.
        #[serde(rename = "for")]
        task: String,
        /// The JPEG, base64.
        jpeg: String,
    },
    /// The driver pressed the call button.
    Call,
    /// The driver ended the call.
    HungUp,
    /// It is there; a page cannot send the WebSocket's own pings.
    Ping,
    /// It heard the hub's ping.
    Pong,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ack {
    /// The command's id.
    pub ack: String,
    /// Whether it was done.
    pub ok: bool,
    /// Why not, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
