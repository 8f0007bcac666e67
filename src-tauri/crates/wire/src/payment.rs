//! Payments, told to the hub by a signed request.

use lanedesk_domain::{
    ids::{LotId, StayId},
    money::Fen,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `POST /api/integrations/payments/events`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct PaymentEvent {
    /// Unique per integration; a repeated one has no effect.
    pub event_id: String,
    /// Where it was paid for.
    pub lot: LotId,
    /// The plate it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The phone it is for (unlicensed vehicles).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The stay it is for, where the payer knew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<StayId>,
    /// What was paid.
    pub amount_fen: Fen,
    /// When.
    pub paid_at: Timestamp,
    /// How, in the payment system's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}
