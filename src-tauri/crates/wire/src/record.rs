//! What any plate, phone or order number finds, without claiming (R41).

use crate::{
    opening::{LaneRef, Opening},
    problem::Holder,
    search::LotRef,
};
use lanedesk_domain::{
    ids::{CaseId, PaymentId, StayId},
    money::Fen,
    stay::{ReleaseKind, VehicleStatus},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct StayRecord {
    /// Its id.
    pub id: StayId,
    /// The lot.
    pub lot: LotRef,
    /// The plate; absent for an unlicensed vehicle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The driver's phone, for an unlicensed vehicle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Inside or outside.
    pub status: VehicleStatus,
    /// When it came in.
    pub entered_at: Timestamp,
    /// When it went out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Timestamp>,
    /// Paid for it.
    pub paid_fen: Fen,
    /// How it was let out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseKind>,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PaymentRecord {
    /// Its id.
    pub id: PaymentId,
    /// The lot.
    pub lot: LotRef,
    /// The stay it was matched to; absent while it fits none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<StayId>,
    /// The plate it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// What was paid.
    pub amount_fen: Fen,
    /// When.
    pub paid_at: Timestamp,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The payment system's own number.
    pub event_id: String,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CaseRecord {
    /// Its id.
    pub id: CaseId,
    /// The lot.
    pub lot: LotRef,
    /// The lane.
    pub lane: LaneRef,
    /// Who worked it.
    pub person: Holder,
    /// Where it stands.
    pub state: crate::case::CaseState,
    /// The plate in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

/// `GET /api/records`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Records {
    /// Stays, newest first.
    pub stays: Vec<StayRecord>,
    /// Payments, newest first.
    pub payments: Vec<PaymentRecord>,
    /// Cases, newest first.
    pub cases: Vec<CaseRecord>,
    /// Openings, newest first.
    pub openings: Vec<Opening>,
}
