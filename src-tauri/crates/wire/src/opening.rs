//! Openings: the record of every manual opening.

use crate::{problem::Holder, search::LotRef};
use lanedesk_domain::{
    assessment::Assessment,
    barrier::BarrierState,
    ids::{CallId, CaseId, DebtId, LaneId, OpeningId, OrderId, PhotoId, StayId},
    lane::Direction,
    money::Fen,
    opening::{OpeningKind, Passage, Source},
    order::OrderResult,
    stay::ReleaseKind,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A lane by id, name and code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LaneRef {
    /// Its id.
    pub id: LaneId,
    /// Its name within the lot.
    pub name: String,
    /// Its short code.
    pub code: String,
}

/// Photos a release owes, or owed (补录, R24).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PhotosOwed {
    /// Still to be brought; 0: all were brought later.
    pub missing: u32,
    /// A photo taken after it does not count.
    pub due_at: Timestamp,
    /// Who ended the waiting once it was overdue; absent where nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<PhotosClosed>,
}

/// How the waiting for photos that never came was ended (补录, R24).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PhotosClosed {
    /// The supervisor.
    pub by: Holder,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: String,
}

/// `POST /api/openings/{opening}/photos/close`, supervisors only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ClosePhotos {
    /// Why nobody waits for them any longer.
    pub reason: String,
}

/// One manual opening.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Opening {
    /// Its id.
    pub id: OpeningId,
    /// The order that asked for it.
    pub order_id: OrderId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The call, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// By the rules or against them.
    pub kind: OpeningKind,
    /// The lot.
    pub lot: LotRef,
    /// The lane.
    pub lane: LaneRef,
    /// Which way the vehicle went.
    pub direction: Direction,
    /// The plate in force; absent for an unlicensed vehicle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The plate the camera read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate_read: Option<String>,
    /// Plate colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate_color: Option<String>,
    /// Who opened.
    pub person: Holder,
    /// By lookup or by call.
    pub source: Source,
    /// The judgement at that moment.
    pub assessment: Assessment,
    /// The stay it settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<StayId>,
    /// Due at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_fen: Option<Fen>,
    /// The first quote of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_quote_fen: Option<Fen>,
    /// Collected for the stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_fen: Option<Fen>,
    /// The debt filed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt: Option<DebtId>,
    /// Where that debt stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt_state: Option<crate::debt::DebtState>,
    /// What became of the money that was due and not paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaid: Option<crate::release::Unpaid>,
    /// The reason's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// ID photos.
    #[serde(default)]
    pub photos: Vec<PhotoId>,
    /// The photos it owes; absent where none were owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photos_owed: Option<PhotosOwed>,
    /// Lane picture before the order, path on the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_before: Option<String>,
    /// Lane picture about 3 s after, path on the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_after: Option<String>,
    /// The supervisor who allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<Holder>,
    /// When the lane was claimed.
    pub claimed_at: Timestamp,
    /// When the order was made.
    pub at: Timestamp,
    /// What became of it.
    pub result: OrderResult,
    /// Where the arm was before.
    pub barrier_before: BarrierState,
    /// Where the arm was seen afterwards.
    pub barrier_after: BarrierState,
    /// Whether the vehicle was seen to pass.
    pub passage: Passage,
    /// How the stay was settled, once it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseKind>,
}
