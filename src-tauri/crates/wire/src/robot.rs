//! Robots: what a desk tells one to do, what it shows, and the QR codes that a desk can hold up itself (R16, R21).

use lanedesk_domain::{
    ids::{CaseId, Fence, OrderId},
    money::Fen,
    offers::Scene,
    order::OrderResult,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
    /// The light of a robot.
    RobotLight { Off, Green, Yellow, Red }
}

/// What a person tells a robot to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RobotCommand {
    /// Show a QR code for this vehicle, with its voice.
    ShowQr {
        /// What it is for; absent: what fits this vehicle.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scene: Option<Scene>,
    },
    /// Show a text: that of a scene, or a person's own.
    ShowText {
        /// Whose words; absent with a text of one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scene: Option<Scene>,
        /// One's own words, at most 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Speak, at most 60 characters.
    Speak {
        /// The words.
        text: String,
    },
    /// Set the light.
    Light {
        /// The colour.
        light: RobotLight,
    },
    /// Take a picture of the document held before its camera.
    Capture,
    /// Start again.
    Restart,
    /// End the call.
    HangUp,
}

/// `POST /api/cases/{case}/robot`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct RobotPress {
    /// Made by the desk; sent twice the command acts once.
    pub order_id: OrderId,
    /// The holder's fence.
    pub fence: Fence,
    /// What to do.
    pub command: RobotCommand,
    /// When the person pressed, in hub time; past its deadline the command is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
}

/// A command to a robot and what became of it: `accepted` (it said yes), `failed` (it said no), `unknown` (it said
/// nothing in time).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct RobotOrder {
    /// The desk's id for it.
    pub id: OrderId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The command's `type`.
    pub command: String,
    /// What became of it.
    pub result: OrderResult,
    /// In words for people: what the robot said, or what to do.
    pub detail: String,
    /// When it was made.
    pub at: Timestamp,
}

/// The answer to a robot's command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct RobotAnswer {
    /// The command.
    pub order: RobotOrder,
}

/// The picture of a robot's real screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct RobotScreen {
    /// Where the JPEG is; changes with every picture.
    pub url: String,
    /// When the robot sent it.
    pub at: Timestamp,
}

/// A QR code to hold up to the driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Qr {
    /// What it is for.
    pub scene: Scene,
    /// The address in it.
    pub url: String,
    /// The code as SVG.
    pub svg: String,
    /// What stands under it, line by line, for the driver.
    pub lines: Vec<String>,
    /// What is to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<Fen>,
    /// Until when the amount holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A code to pair a tablet as a robot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Pairing {
    /// Typed on the tablet, once.
    pub code: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// `POST /api/robots/{number}/pair`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Pair {
    /// As the administrator read it out.
    pub code: String,
}

/// The answer to a pairing: the key of the robot's link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Paired {
    /// Kept by the tablet; never shown.
    pub key: String,
}

impl std::fmt::Debug for Paired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Paired { .. }")
    }
}
