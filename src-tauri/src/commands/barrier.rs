//! Orders to the barrier (R25–R28).

use lanedesk_domain::{
    ids::{CaseId, OrderId},
    order::BarrierAction,
};
use lanedesk_wire::barrier::Order;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the person pressed; Rust adds the order's id, its time and the fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BarrierPress {
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
}

commands! { desk:
    /// Raises or lowers the barrier, once. No answer is the result `unknown`, never a second try by itself.
    order_barrier(case_id: CaseId, press: BarrierPress) -> Order = desk.order(case_id, press).await;
    /// What became of an order.
    order_result(order_id: OrderId) -> Order = desk.order_result(order_id).await;
}
