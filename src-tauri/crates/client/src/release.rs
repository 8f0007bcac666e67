//! Abnormal release (R22–R25): an order like any other, with reason, remark and proof.

use crate::{CallError, Hub, once::OrderFate};
use lanedesk_domain::{
    ids::{CaseId, OpeningId},
    order::{BarrierAction, OrderResult},
};
use lanedesk_wire::{
    barrier::Order,
    release::{Release, ReleaseAnswer},
};

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseDone {
    /// The record, where the hub named it.
    pub opening: Option<OpeningId>,
    /// The order behind it, with its result.
    pub order: Order,
}

impl Hub {
    /// Makes one release of one press: sent again with the same id while its deadline lasts, then only asked about.
    /// Without any answer the result is `unknown`: the barrier may have moved.
    pub async fn release(&self, case: CaseId, mut release: Release) -> Result<ReleaseDone, CallError> {
        let pressed = self.pressed()?;
        release.made_at = Some(pressed.made_at);
        let path = format!("/api/cases/{case}/release");
        let id = release.order_id;
        let mut order = Order {
            id,
            case,
            action: BarrierAction::Open,
            result: OrderResult::Unknown,
            detail: self.unanswered_words().to_owned(),
            at: pressed.made_at,
        };
        let answer = self.send_once::<ReleaseAnswer>(pressed, id, &path, &release);
        if let Some(answer) = answer.await {
            let told = answer?.opening;
            order.result = told.result;
            order.detail = told.detail;
            let opening = Some(told.id);
            return Ok(ReleaseDone { opening, order });
        }
        let order = match self.what_became(id).await {
            OrderFate::Known(found) => found,
            OrderFate::NeverArrived => self.never_arrived(order),
            OrderFate::Unknown => order,
        };
        let opening = None;
        Ok(ReleaseDone { opening, order })
    }
}
