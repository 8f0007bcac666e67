//! Sending an order once: the same body again only while its deadline lasts, then only questions (invariants 5 and 6).

use crate::{CallError, Hub};
use lanedesk_domain::{ids::OrderId, order::OrderResult, time::Timestamp};
use lanedesk_wire::{barrier::Order, problem::Code};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Instant;

/// The moment a person pressed: by this device's steady clock, and in hub time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PressMoment {
    at: Instant,
    /// Goes with the order; the hub drops it past its deadline.
    pub(crate) made_at: Timestamp,
}

/// What is known of an order nobody answered.
pub(crate) enum OrderFate {
    /// The hub has it, and this became of it.
    Known(Order),
    /// It never arrived; its deadline is over, so a copy still on its way is dead too.
    NeverArrived,
    /// Nobody knows.
    Unknown,
}

/// How one sending ended.
enum SendOutcome<T> {
    /// The hub answered; this is its last word.
    Answered(Result<T, CallError>),
    /// Nobody knows whether it arrived.
    Unanswered,
}

impl Hub {
    /// Notes that a person pressed now. Without the hub's time an order could rise late, so none is made.
    pub(crate) fn pressed(&self) -> Result<PressMoment, CallError> {
        let (at, language) = (Instant::now(), self.language());
        let made_at = self.clock().at(at);
        let made_at = made_at.ok_or(CallError::NoHubTime { language })?;
        Ok(PressMoment { at, made_at })
    }

    /// Sends an order until the hub answers or its deadline is over. `None`: nobody answered.
    pub(crate) async fn send_once<T: DeserializeOwned>(
        &self,
        pressed: PressMoment,
        id: OrderId,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Option<Result<T, CallError>> {
        while pressed.at.elapsed() < self.pace().order_deadline {
            match self.send_order(id, path, body).await {
                SendOutcome::Answered(answer) => return Some(answer),
                SendOutcome::Unanswered => tokio::time::sleep(self.pace().order_again).await,
            }
        }
        None
    }

    /// Asks what became of an order nobody answered, for as long as that helps. Only after its deadline: before it,
    /// "not there" says nothing.
    pub(crate) async fn what_became(&self, id: OrderId) -> OrderFate {
        let pace = self.pace();
        let asked_from = Instant::now();
        while asked_from.elapsed() < pace.order_lookup {
            match self.order(id).await {
                Ok(Some(found)) if found.result != OrderResult::Running => {
                    return OrderFate::Known(found);
                }
                Ok(None) => return OrderFate::NeverArrived,
                Ok(Some(_)) | Err(_) => tokio::time::sleep(pace.order_again).await,
            }
        }
        OrderFate::Unknown
    }

    /// What people are told of an order nobody answered.
    pub(crate) fn unanswered_words(&self) -> &'static str {
        self.language().pick(
            "未收到道闸回执，可能已抬杆。请先看画面和道闸状态，不要重复开闸。",
            "No answer from the barrier; it may have moved. Look at the picture and the barrier's state first, do not open again.",
        )
    }

    /// What people are told of an order that never arrived.
    pub(crate) fn never_arrived_words(&self) -> &'static str {
        self.language().pick("指令没有到达中心，不会再执行。", "The order never reached the hub and will not act.")
    }

    async fn send_order<T: DeserializeOwned>(
        &self,
        id: OrderId,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> SendOutcome<T> {
        let request = match self.order_request(path) {
            Ok(request) => request.json(body),
            Err(error) => return SendOutcome::Answered(Err(error)),
        };
        let answer = match self.send(request).await {
            Ok(response) => self.read::<T>(response).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => SendOutcome::Answered(Ok(answer)),
            // A refusal is the hub's word that nothing was or will be sent to the device for this order. A fault of
            // the hub is not: the order may have been committed before it.
            Err(CallError::Refused(problem)) if problem.code != Code::Internal => {
                SendOutcome::Answered(Err(CallError::Refused(problem)))
            }
            Err(error) => {
                tracing::warn!(order = %id, %error, "order {id} unanswered");
                SendOutcome::Unanswered
            }
        }
    }
}
