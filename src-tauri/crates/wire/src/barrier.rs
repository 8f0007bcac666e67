//! Orders to a barrier.

use lanedesk_domain::{
    ids::{CaseId, Fence, OrderId},
    order::{BarrierAction, OrderResult},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `POST /api/cases/{case}/barrier`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct BarrierOrder {
    /// Made by the desk; sent twice the order acts once.
    pub order_id: OrderId,
    /// The holder's fence.
    pub fence: Fence,
    /// Rise or come down.
    pub action: BarrierAction,
    /// The visitor's phone, where the offer needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_phone: Option<String>,
    /// Why a visitor comes in, where the offer needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_reason: Option<String>,
    /// Word that nothing stands under the arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear: Option<bool>,
    /// When the person pressed, in hub time; past its deadline the order is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
}

/// An order and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Order {
    /// The desk's id for it.
    pub id: OrderId,
    /// The case it belongs to.
    pub case: CaseId,
    /// Rise or come down.
    pub action: BarrierAction,
    /// What became of it.
    pub result: OrderResult,
    /// In words for people: the device's own reason, or what to do.
    pub detail: String,
    /// When it was made.
    pub at: Timestamp,
}

/// The answer to a barrier order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct OrderAnswer {
    /// The order.
    pub order: Order,
}
