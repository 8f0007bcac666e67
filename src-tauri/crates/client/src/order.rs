//! Orders to a barrier: made once where the person pressed, never repeated as another order (invariants 5 and 6).

use crate::{CallError, Hub};
use lanedesk_domain::{
    ids::{CaseId, Fence, OrderId},
    order::{BarrierAction, OrderResult},
    time::Timestamp,
};
use lanedesk_wire::{
    barrier::{BarrierOrder, Order, OrderAnswer},
    problem::Code,
};
use reqwest::Method;
use std::time::Instant;

/// What the person pressed.
#[derive(Debug, Clone)]
pub struct Press {
    /// The case it is for.
    pub case: CaseId,
    /// The holder's fence.
    pub fence: Fence,
    /// Rise or come down.
    pub action: BarrierAction,
    /// The visitor's phone, where the offer needs it.
    pub driver_phone: Option<String>,
    /// Why a visitor comes in, where the offer needs it.
    pub entry_reason: Option<String>,
    /// Word that nothing stands under the arm.
    pub clear: Option<bool>,
}

/// How one sending ended.
enum Sent {
    /// The hub answered; this is its last word.
    Answered(Result<Order, CallError>),
    /// Nobody knows whether it arrived.
    Unanswered,
}

impl Hub {
    /// Makes one order of one press and brings back what became of it.
    ///
    /// Where the connection breaks, the same order is sent again while its deadline lasts; the hub acts on it once.
    /// After that it is only asked about. Without any answer the result is `unknown`: it may have moved.
    pub async fn order_barrier(&self, press: Press) -> Result<Order, CallError> {
        let pressed = Instant::now();
        let language = self.language();
        let made_at = self.clock().at(pressed);
        let made_at = made_at.ok_or(CallError::NoHubTime { language })?;
        let (path, order) = written(press, made_at);
        while pressed.elapsed() < self.pace().order_deadline {
            match self.send_order(&path, &order.1).await {
                Sent::Answered(answer) => return answer,
                Sent::Unanswered => tokio::time::sleep(self.pace().order_again).await,
            }
        }
        Ok(self.ask_what_became(order.0, &order.1, made_at).await)
    }

    /// What became of an order. `None`: it never arrived and, once its deadline is over, will not act.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, CallError> {
        match self.get::<OrderAnswer>(&format!("/api/orders/{id}")).await {
            Ok(answer) => Ok(Some(answer.order)),
            Err(error) if error.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An order that never reached the hub, told as what it is.
    pub fn never_arrived(&self, mut order: Order) -> Order {
        order.result = OrderResult::Failed;
        let sentence = self.language().pick(
            "指令没有到达中心，不会再执行。",
            "The order never reached the hub and will not act.",
        );
        sentence.clone_into(&mut order.detail);
        order
    }

    async fn send_order(&self, path: &str, order: &BarrierOrder) -> Sent {
        let request = match self.request(self.orders(), Method::POST, path) {
            Ok(request) => request.json(order),
            Err(error) => return Sent::Answered(Err(error)),
        };
        let answer = match self.send(request).await {
            Ok(response) => self.read::<OrderAnswer>(response).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => Sent::Answered(Ok(answer.order)),
            // A refusal is the hub's word that nothing was or will be sent to the device for this order. A fault of
            // the hub is not: the order may have been committed before it.
            Err(CallError::Refused(problem)) if problem.code != Code::Internal => {
                Sent::Answered(Err(CallError::Refused(problem)))
            }
            Err(error) => {
                tracing::warn!(order = %order.order_id, %error, "order {} unanswered", order.order_id);
                Sent::Unanswered
            }
        }
    }

    async fn ask_what_became(
        &self,
        case: CaseId,
        order: &BarrierOrder,
        made_at: Timestamp,
    ) -> Order {
        let unknown = self.unanswered(case, order, made_at);
        let pace = self.pace();
        let asked_from = Instant::now();
        while asked_from.elapsed() < pace.order_lookup {
            match self.order(order.order_id).await {
                Ok(Some(found)) if found.result != OrderResult::Running => return found,
                // Only now is "not there" final: the deadline is over, so a copy still on its way is dead too.
                Ok(None) => return self.never_arrived(unknown),
                Ok(Some(_)) | Err(_) => tokio::time::sleep(pace.order_again).await,
            }
        }
        unknown
    }

    fn unanswered(&self, case: CaseId, order: &BarrierOrder, made_at: Timestamp) -> Order {
        let detail = self.language().pick(
            "未收到道闸回执，可能已抬杆。请先看画面和道闸状态，不要重复开闸。",
            "No answer from the barrier; it may have moved. Look at the picture and the barrier's state first, do not open again.",
        );
        Order {
            id: order.order_id,
            case,
            action: order.action,
            result: OrderResult::Unknown,
            detail: detail.to_owned(),
            at: made_at,
        }
    }
}

/// The order of a press: where it goes, its case and its body.
fn written(press: Press, made_at: Timestamp) -> (String, (CaseId, BarrierOrder)) {
    let path = format!("/api/cases/{}/barrier", press.case);
    let body = BarrierOrder {
        order_id: OrderId::new(),
        fence: press.fence,
        action: press.action,
        driver_phone: press.driver_phone,
        entry_reason: press.entry_reason,
        clear: press.clear,
        made_at: Some(made_at),
    };
    (path, (press.case, body))
}
