//! Abnormal release (R22–R25).

use lanedesk_domain::{
    ids::{CaseId, OpeningId, OrderId, PhotoId},
    order::OrderResult,
};
use lanedesk_wire::release::Unpaid;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the person filled in; Rust adds the order's id, its time and the fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ReleasePress {
    /// The reason's code.
    pub reason: String,
    /// The person's words.
    pub remark: String,
    /// ID photos the hub has.
    pub photos: Vec<PhotoId>,
    /// The missing ones are brought later (补录).
    #[serde(default)]
    pub photos_later: bool,
    /// What becomes of the money; required where something is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaid: Option<Unpaid>,
    /// The driver's phone, for a debt of a vehicle without a plate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_phone: Option<String>,
}

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Released {
    /// The record; absent where the hub's answer was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<OpeningId>,
    /// The order behind it.
    pub order_id: OrderId,
    /// What became of it.
    pub result: OrderResult,
    /// In words for people: the device's own reason, or what to do.
    pub detail: String,
}

commands! { desk:
    /// Lets the vehicle through against the rules, once. No answer is the result `unknown`, never a second try by itself.
    release(case_id: CaseId, press: ReleasePress) -> Released = desk.release(case_id, press).await;
}
