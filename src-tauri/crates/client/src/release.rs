//! Abnormal release (R22–R25): an order like any other, with reason, remark and proof.

use crate::{CallError, Hub, once::Became};
use lanedesk_domain::{
    ids::{CaseId, Fence, OpeningId, OrderId, PhotoId},
    order::{BarrierAction, OrderResult},
};
use lanedesk_wire::{
    barrier::Order,
    release::{Release, ReleaseAnswer, Unpaid},
};

/// What the person filled in and pressed.
#[derive(Debug, Clone)]
pub struct ReleasePressed {
    /// The case it is for.
    pub case: CaseId,
    /// The holder's fence.
    pub fence: Fence,
    /// The reason's code.
    pub reason: String,
    /// The person's words.
    pub remark: String,
    /// ID photos the hub has.
    pub photos: Vec<PhotoId>,
    /// The missing ones are brought later.
    pub photos_later: bool,
    /// What becomes of the money.
    pub unpaid: Option<Unpaid>,
    /// The driver's phone, for a debt of a vehicle without a plate.
    pub driver_phone: Option<String>,
}

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
    pub async fn release(&self, press: ReleasePressed) -> Result<ReleaseDone, CallError> {
        let pressed = self.pressed()?;
        let path = format!("/api/cases/{}/release", press.case);
        let id = OrderId::new();
        let mut order = Order {
            id,
            case: press.case,
            action: BarrierAction::Open,
            result: OrderResult::Unknown,
            detail: self.unanswered_words().to_owned(),
            at: pressed.made_at,
        };
        let body = Release {
            order_id: id,
            fence: press.fence,
            reason: press.reason,
            remark: press.remark,
            photos: press.photos,
            photos_later: press.photos_later,
            unpaid: press.unpaid,
            driver_phone: press.driver_phone,
            made_at: Some(pressed.made_at),
        };
        let answer = self.send_once::<ReleaseAnswer>(pressed, id, &path, &body);
        if let Some(answer) = answer.await {
            let told = answer?.opening;
            order.result = told.result;
            order.detail = told.detail;
            let opening = Some(told.id);
            return Ok(ReleaseDone { opening, order });
        }
        let order = match self.what_became(id).await {
            Became::Known(found) => found,
            Became::NeverArrived => self.never_arrived(order),
            Became::Unknown => order,
        };
        let opening = None;
        Ok(ReleaseDone { opening, order })
    }
}
