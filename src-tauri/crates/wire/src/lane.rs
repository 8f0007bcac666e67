//! A lane as one sees it: the view, which is the whole page (R14–R18).

use crate::{
    barrier::Order,
    case::{CallNow, CaseNow, LeaseNow, TimelineEntry},
};
use lanedesk_domain::{
    assessment::Assessment,
    barrier::BarrierState,
    ids::{LaneId, LotId, StayId},
    lane::LaneDirection,
    money::Fen,
    offers::{Need, Op, Scene},
    pass::PassStatus,
    stay::VehicleStatus,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A tariff by time (按时), as people are told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Tariff {
    /// Minutes that cost nothing.
    pub free_minutes: u32,
    /// Length of the first period in minutes.
    pub first_minutes: u32,
    /// Price of the first period.
    pub first_fen: Fen,
    /// Length of each further step in minutes.
    pub step_minutes: u32,
    /// Price of each further step.
    pub step_fen: Fen,
    /// Most that 24 hours cost; absent where there is no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_cap_fen: Option<Fen>,
}

/// 停车场信息
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LotFacts {
    /// Its id.
    pub id: LotId,
    /// Its name.
    pub name: String,
    /// Who is in charge.
    pub manager: String,
    /// Their phone.
    pub manager_phone: String,
    /// Whether vehicles without a pass are admitted.
    pub outsiders: bool,
    /// Minutes a paid vehicle has to leave.
    pub leave_minutes: u32,
    /// What parking costs; absent where nothing is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff: Option<Tariff>,
}

/// The lane itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LaneFacts {
    /// Its id.
    pub id: LaneId,
    /// Its name within the lot.
    pub name: String,
    /// Its short code.
    pub code: String,
    /// Which ways it lets vehicles pass.
    pub direction: LaneDirection,
    /// Ids of its environment cameras; empty where there is none.
    pub environment_cameras: Vec<String>,
    /// Whether it has a camera for documents.
    pub id_camera: bool,
}

/// The kiosk at the lane; the whole part is absent where there is none (R14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct RobotFacts {
    /// Its number.
    pub number: String,
    /// Its phone.
    pub phone: String,
    /// Whether it is linked to the hub now.
    pub online: bool,
    /// The scene it shows; absent while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<String>,
    /// Its light; absent while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<crate::robot::RobotLight>,
    /// The picture of its real screen; absent if it never sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<crate::robot::RobotScreen>,
    /// When it was last heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
}

/// The arm as last reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct BarrierFacts {
    /// Where it is.
    pub state: BarrierState,
    /// When the device last said so; absent if it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Whether the device was reached at the last try.
    pub online: bool,
}

/// One still of a lane's last minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LaneStill {
    /// Path on the hub; good for about a minute.
    pub url: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// What the plate at the lane was read as at that moment: another one than now may be another vehicle's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
}

/// A still of the vehicle, with the plate read on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Picture {
    /// Path on the hub; changes whenever the picture does.
    pub url: String,
    /// The plate read; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The camera's confidence, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Positions of doubtful characters, counted from 0 over the plate without its dot.
    #[serde(default)]
    pub doubtful: Vec<u8>,
    /// Where the plate stands in the picture, as parts of width and height: x, y, width, height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    // For TypeScript only: a 32-bit integer is written `number`, a float `number | null`, and these are never null.
    #[specta(type = Option<[u32; 4]>)]
    pub plate_box: Option<[f32; 4]>,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Which lane took it (an entry picture comes from another lane).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane_name: Option<String>,
}

/// A pass as it stands for this vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Pass {
    /// Its status.
    pub status: PassStatus,
    /// First moment of validity.
    pub valid_from: Timestamp,
    /// Last moment of validity.
    pub valid_to: Timestamp,
    /// Whether it has ended.
    pub expired: bool,
    /// Whole days since it ended; 0 while it lasts.
    pub days_over: u32,
    /// Parking spaces the plates share.
    pub spaces: u32,
    /// Of those, taken now by the other plates.
    pub spaces_taken: u32,
    /// Every plate of the pass.
    pub plates: Vec<String>,
}

/// 车辆信息
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Vehicle {
    /// The plate, corrected or read; absent for an unlicensed vehicle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Plate colour as the camera saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The pass, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
    /// Inside, outside or not known.
    pub status: VehicleStatus,
    /// Whether the owner locked it.
    pub locked: bool,
    /// Whether this lot bars it.
    pub blacklisted: bool,
    /// Abnormal releases of this plate in the last 30 days.
    pub abnormal_30d: u32,
}

/// What is owed for the stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Payment {
    /// The stay it is for.
    pub stay: StayId,
    /// When the vehicle came in.
    pub entered_at: Timestamp,
    /// The whole fee.
    pub fee_fen: Fen,
    /// Of it, given up.
    pub discount_fen: Fen,
    /// Still to pay now.
    pub due_fen: Fen,
    /// Already paid.
    pub paid_fen: Fen,
    /// When the last payment came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
    /// Whether nothing is due now.
    pub paid: bool,
    /// When this was reckoned.
    pub quoted_at: Timestamp,
}

/// A vehicle inside that looks like the one at the exit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Candidate {
    /// The stay's id; sent back to choose it.
    pub id: StayId,
    /// Its plate.
    pub plate: String,
    /// When it came in.
    pub entered_at: Timestamp,
    /// Its entry picture, if one was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// How alike the plates are, 0 to 1.
    // For TypeScript only: a 32-bit integer is written `number`, a float `number | null`, and this is never null.
    #[specta(type = u32)]
    pub similarity: f32,
}

/// An operation the bar offers, and what must be sent with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Offer {
    /// The operation.
    pub op: Op,
    /// What it needs.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// For codes and texts: which ones fit this vehicle, the likeliest first. Empty where the person chooses freely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenes: Vec<Scene>,
}

/// Everything the page shows of a lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct View {
    /// The case being worked here; absent where nobody holds the lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseNow>,
    /// The lot.
    pub lot: LotFacts,
    /// The lane.
    pub lane: LaneFacts,
    /// The robot, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robot: Option<RobotFacts>,
    /// The arm.
    pub barrier: BarrierFacts,
    /// The vehicle at the lane now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// The same vehicle when it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_picture: Option<Picture>,
    /// What is known of it; absent where no vehicle stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<Vehicle>,
    /// The hub's judgement.
    pub assessment: Assessment,
    /// What is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// What this vehicle still owes from before, at lots in the asker's sight (R38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt: Option<crate::debt::DebtNow>,
    /// Look-alikes inside, most alike first, at most 6.
    pub candidates: Vec<Candidate>,
    /// What the holder may do.
    pub offers: Vec<Offer>,
    /// Who holds the lane and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseNow>,
    /// The live or just ended call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallNow>,
    /// The latest order to this lane's barrier that is unanswered or unknown, whoever sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Steps of the case, oldest first (R35).
    pub timeline: Vec<TimelineEntry>,
}
