//! Cash taken at the gate (R39).

use crate::{opening::LaneRef, problem::Holder, search::LotRef};
use lanedesk_domain::{
    ids::{CaseId, Fence, StayId},
    money::Fen,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `POST /api/cases/{case}/cash` 代收现金
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct TakeCash {
    /// The holder's fence.
    pub fence: Fence,
    /// What was taken.
    pub amount_fen: Fen,
    /// Made by the desk; sent twice, the cash counts once.
    pub id: String,
}

/// Cash somebody took. `GET /api/cash?lot=&person=&from=&to=`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Cash {
    /// Its id.
    pub id: String,
    /// The lot.
    pub lot: LotRef,
    /// The lane.
    pub lane: LaneRef,
    /// The case.
    pub case: CaseId,
    /// The stay it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<StayId>,
    /// The plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Who took it.
    pub person: Holder,
    /// How much.
    pub amount_fen: Fen,
    /// When.
    pub at: Timestamp,
}

/// What one person took in one shift. `GET /api/cash/totals?lot=&person=&from=&to=`, newest shift first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CashTotal {
    /// Who.
    pub person: Holder,
    /// When the shift began: shifts of `shift_hours` follow each other from midnight.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// How often.
    pub count: u32,
    /// How much in all.
    pub amount_fen: Fen,
}
