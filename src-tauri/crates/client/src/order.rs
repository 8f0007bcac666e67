//! Orders to a barrier: made once where the person pressed, never repeated as another order (invariants 5 and 6).

use crate::{CallError, Hub, once::OrderFate};
use lanedesk_domain::{
    ids::{CaseId, OrderId},
    order::OrderResult,
};
use lanedesk_wire::{
    barrier::{BarrierOrder, Order, OrderAnswer},
    problem::Code,
};

impl Hub {
    /// Makes one order of one press and brings back what became of it.
    ///
    /// Where the connection breaks, the same order is sent again while its deadline lasts; the hub acts on it once.
    /// After that it is only asked about. Without any answer the result is `unknown`: it may have moved.
    pub async fn order_barrier(&self, case: CaseId, mut order: BarrierOrder) -> Result<Order, CallError> {
        let pressed = self.pressed()?;
        order.made_at = Some(pressed.made_at);
        let path = format!("/api/cases/{case}/barrier");
        let id = order.order_id;
        if let Some(answer) = self.send_once(pressed, id, &path, &order).await {
            return answer.map(|answer: OrderAnswer| answer.order);
        }
        let unknown = Order {
            id,
            case,
            action: order.action,
            result: OrderResult::Unknown,
            detail: self.unanswered_words().to_owned(),
            at: pressed.made_at,
        };
        Ok(match self.what_became(id).await {
            OrderFate::Known(found) => found,
            OrderFate::NeverArrived => self.never_arrived(unknown),
            OrderFate::Unknown => unknown,
        })
    }

    /// What became of an order. `None`: it never arrived and, once its deadline is over, will not act.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, CallError> {
        match self.order_now(id).await {
            Ok(answer) => Ok(Some(answer.order)),
            Err(error) if error.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An order that never reached the hub, told as what it is.
    pub fn never_arrived(&self, mut order: Order) -> Order {
        order.result = OrderResult::Failed;
        self.never_arrived_words().clone_into(&mut order.detail);
        order
    }
}
