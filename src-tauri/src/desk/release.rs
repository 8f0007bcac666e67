//! Abnormal release: one press, one order (R22–R26).

use super::Desk;
use crate::commands::{
    Reply,
    release::{ReleasePress, Released},
};
use lanedesk_domain::ids::{CaseId, OrderId};
use lanedesk_wire::release::Release;

impl Desk {
    /// Releases once. What nobody answered is asked about again when the line is back.
    pub async fn release(&self, case: CaseId, press: ReleasePress) -> Reply<Released> {
        let fence = self.fence(&case)?;
        let release = Release {
            order_id: OrderId::new(),
            fence,
            reason: press.reason,
            remark: press.remark,
            photos: press.photos,
            photos_later: press.photos_later,
            unpaid: press.unpaid,
            driver_phone: press.driver_phone,
            made_at: None,
        };
        let at = case.clone();
        let done = self.one_order(&case, |hub| async move { hub.release(at, release).await }).await?;
        self.remember_unsettled(&done.order);
        Ok(Released { id: done.opening, order_id: done.order.id, result: done.order.result, detail: done.order.detail })
    }
}
