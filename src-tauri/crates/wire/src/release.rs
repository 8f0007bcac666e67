//! Abnormal release: an opening against the rules, with reason, remark and proof (R22–R25).

use crate::{approval::Approval, photo::Photo};
use lanedesk_domain::{
    ids::{Fence, OpeningId, OrderId, PhotoId},
    lane::Direction,
    money::Fen,
    order::OrderResult,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
    /// What becomes of the money that is not paid: 免收 or 转后续追缴.
    Unpaid { Waive, Debt }
}

/// `POST /api/cases/{case}/release`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Release {
    /// Made by the desk; sent twice the order acts once.
    pub order_id: OrderId,
    /// The holder's fence.
    pub fence: Fence,
    /// The reason's code; required.
    #[serde(default)]
    pub reason: String,
    /// The person's words; may be empty where the reason allows it.
    #[serde(default)]
    pub remark: String,
    /// ID photos of this case.
    #[serde(default)]
    pub photos: Vec<PhotoId>,
    /// The missing photos are brought later (补录), where the form allows it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub photos_later: bool,
    /// What becomes of the money; required where something is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaid: Option<Unpaid>,
    /// The driver's phone, for a debt of a vehicle without a plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_phone: Option<String>,
    /// When the person pressed, in hub time; past its deadline the order is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
}

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Released {
    /// The opening.
    pub id: OpeningId,
    /// The order behind it.
    pub order_id: OrderId,
    /// What became of it.
    pub result: OrderResult,
    /// In words for people: the device's own reason, or what to do.
    pub detail: String,
}

/// The answer to a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ReleaseAnswer {
    /// The opening.
    pub opening: Released,
}

/// A reason people may choose, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ReasonChoice {
    /// Stored with the opening.
    pub code: String,
    /// Shown to people.
    pub text: String,
    /// Where it may be chosen; absent: both ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// A remark is required (always true in a form for an entry).
    pub remark: bool,
    /// Fewest ID photos (0 in a form for an entry).
    pub photos_min: u32,
    /// Most ID photos.
    pub photos_max: u32,
    /// A supervisor must allow it.
    pub approval: bool,
}

/// `GET /api/cases/{case}/release`: everything the side sheet needs, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ReleaseForm {
    /// Which way the vehicle goes.
    pub direction: Direction,
    /// The reasons that fit it.
    pub reasons: Vec<ReasonChoice>,
    /// Whether this person may photograph with their own device (R24).
    pub own_camera: bool,
    /// Whether this person may photograph with the lane's ID camera, and the lane has one (R24).
    pub lane_camera: bool,
    /// How long missing photos may be brought after the release, in minutes; absent where they may not (R24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_photo_minutes: Option<u32>,
    /// What would go unpaid; absent where nothing is due or known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_fen: Option<Fen>,
    /// Whether the vehicle itself asks for a supervisor's leave (locked at an exit, blacklisted at an entry).
    pub approval: bool,
    /// Leave asked for in this case and not yet used, newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Approval>,
    /// Photos of this case the hub has.
    pub photos: Vec<Photo>,
}
