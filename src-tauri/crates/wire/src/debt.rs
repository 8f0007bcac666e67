//! Follow-up debts (R38): what was not paid at the gate and is asked for at the next visit.

use crate::{opening::LaneRef, problem::Holder, search::LotRef};
use lanedesk_domain::{
    ids::{CaseId, DebtId, Fence, OpeningId, StayId},
    money::Fen,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
    /// 未处理, 已处理, or given up with a reason.
    DebtState { Open, Settled, Waived }
}

/// A debt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Debt {
    /// Its id.
    pub id: DebtId,
    /// The lot.
    pub lot: LotRef,
    /// The lane it was filed at.
    pub lane: LaneRef,
    /// The case.
    pub case: CaseId,
    /// The opening it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<OpeningId>,
    /// The stay it is owed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<StayId>,
    /// The plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The driver's phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What is owed.
    pub amount_fen: Fen,
    /// Who filed it.
    pub person: Holder,
    /// When.
    pub filed_at: Timestamp,
    /// Where it stands.
    pub state: DebtState,
    /// When it was settled or waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it was waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// `POST /api/cases/{case}/debt`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct FileDebt {
    /// The holder's fence.
    pub fence: Fence,
    /// The driver's phone; a debt needs it or a plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What is owed.
    pub amount_fen: Fen,
}

/// `POST /api/debts/{id}/waive`, supervisors only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct WaiveDebt {
    /// Why; required.
    pub reason: String,
}

/// What is still owed from before, as the page of a lane shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct DebtNow {
    /// How many debts.
    pub count: u32,
    /// Their sum.
    pub amount_fen: Fen,
    /// When the newest was filed.
    pub newest: Timestamp,
}
