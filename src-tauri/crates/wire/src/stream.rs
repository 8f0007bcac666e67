//! What the hub tells desks by itself, one JSON object a WebSocket frame.

use crate::{
    approval::Approval,
    barrier::Order,
    board::Help,
    call::Call,
    case::{CallNow, CaseNow, LeaseNow, TimelineEntry},
    debt::DebtNow,
    lane::{BarrierFacts, Candidate, Offer, Payment, Picture, RobotFacts, Vehicle},
    opening::Opening,
    problem::Holder,
    rise::Rise,
    seat::Seat,
};
use lanedesk_domain::{
    assessment::Assessment,
    ids::{ApprovalId, CaseId, DeviceId, LaneId, OrderId},
    order::OrderResult,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
    /// Why somebody no longer holds a lane.
    LostWhy { Expired, Requeried, TakenOver, HandedOver, Closed, Revoked }
}

/// Changed parts of a view; a part left out has not changed. Parts that can vanish are nested so that null says so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ViewParts {
    /// The case.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<CaseNow>)]
    pub case_now: Option<Option<CaseNow>>,
    /// The robot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robot: Option<RobotFacts>,
    /// The arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barrier: Option<BarrierFacts>,
    /// The lane picture; null: no vehicle there now.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<Picture>)]
    pub picture: Option<Option<Picture>>,
    /// The entry picture.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<Picture>)]
    pub entry_picture: Option<Option<Picture>>,
    /// The vehicle.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<Vehicle>)]
    pub vehicle: Option<Option<Vehicle>>,
    /// The judgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// What is owed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<Payment>)]
    pub payment: Option<Option<Payment>>,
    /// What is owed from before (R38).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<DebtNow>)]
    pub debt: Option<Option<DebtNow>>,
    /// Look-alikes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Vec<Candidate>>,
    /// What the holder may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<Vec<Offer>>,
    /// Who holds the lane.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<LeaseNow>)]
    pub lease: Option<Option<LeaseNow>>,
    /// The call.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<CallNow>)]
    pub call: Option<Option<CallNow>>,
    /// The order that is unanswered or unknown.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double")]
    #[specta(type = Option<Order>)]
    pub order: Option<Option<Order>>,
    /// The whole timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Vec<TimelineEntry>>,
}

/// Tells "left out" (`None`) from "null" (`Some(None)`).
mod double {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::option_option, reason = "absent and null differ on this wire")]
    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(from).map(Some)
    }

    #[expect(clippy::option_option, clippy::ref_option, reason = "absent and null differ on this wire")]
    pub(super) fn serialize<T: Serialize, S: Serializer>(value: &Option<Option<T>>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(to)
    }
}

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    /// The first frame.
    Hello {
        /// The hub's time.
        now: Timestamp,
    },
    /// Every 15 s.
    Heartbeat {
        /// The hub's time.
        now: Timestamp,
    },
    /// The asked-for place is too old: read everything again.
    Resync,
    /// A lane was claimed or freed.
    Lease {
        /// The lane.
        lane: LaneId,
        /// Who holds it; absent: it is free.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<Holder>,
        /// Since when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// To the holder: one minute left (R9).
    LeaseExpiring {
        /// Their case.
        case: CaseId,
        /// The lane.
        lane: LaneId,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// To the former holder: the lane is no longer theirs.
    LeaseLost {
        /// Their case.
        case: CaseId,
        /// The lane.
        lane: LaneId,
        /// Why.
        why: LostWhy,
        /// By whom, where somebody did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Holder>,
        /// The reason or note given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Parts of a lane's page changed.
    View {
        /// The lane.
        lane: LaneId,
        /// Its case, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
        /// The parts.
        #[serde(flatten)]
        parts: Box<ViewParts>,
    },
    /// An order's result is known or changed.
    Order {
        /// The order.
        order_id: OrderId,
        /// Its case.
        case: CaseId,
        /// What became of it.
        result: OrderResult,
        /// In words for people.
        detail: String,
    },
    /// Somebody asks to go on with this case (请求接手).
    Asked {
        /// The case.
        case: CaseId,
        /// Who asks.
        by: Holder,
    },
    /// A supervisor is asked for leave, or has answered.
    Approval {
        /// Its id.
        approval: ApprovalId,
        /// The case.
        case: CaseId,
        /// All of it.
        facts: Box<Approval>,
    },
    /// A barrier rose without us (R40).
    Rise {
        /// The rise.
        rise: Box<Rise>,
    },
    /// A manual opening was recorded or completed.
    Opening {
        /// The opening.
        opening: Box<Opening>,
    },
    /// A call came, changed or was taken.
    Call {
        /// The call.
        call: Box<Call>,
        /// The case it is worked in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
    },
    /// How many calls wait.
    Queue {
        /// So many.
        waiting: u32,
        /// Since when the oldest waits; absent: none waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest_since: Option<Timestamp>,
    },
    /// A seat was bound, freed or stands otherwise.
    Seat {
        /// The seat.
        seat: Box<Seat>,
    },
    /// A holder asks for help, was answered, or needs it no more (`help` is then absent).
    Help {
        /// The case.
        case: CaseId,
        /// What is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        help: Option<Box<Help>>,
    },
    /// A device has not been reached for longer than the rule allows. Told once in a quiet period.
    DeviceAlert {
        /// The device.
        device: DeviceId,
        /// Since when.
        since: Timestamp,
        /// What the last try said.
        error: String,
    },
    /// A device was reached again or lost.
    Device {
        /// The device.
        device: DeviceId,
        /// Whether it is reached.
        online: bool,
        /// What the last try said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
}

/// Most lanes a desk may watch at once.
pub const MOST_WATCHED: usize = 64;

/// What a desk says on its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromDesk {
    /// The lanes whose pages it shows: `view` frames come for these, and for the lane its person holds. The list takes the
    /// place of the one before; a new stream watches none. Lanes beyond the 64th, and such as the person may not see,
    /// count for nothing.
    Watch {
        /// The lanes.
        #[schema(max_items = 64)]
        lanes: Vec<LaneId>,
    },
}

/// One frame of `GET /api/stream`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Frame {
    /// Opaque place in the stream; sent back as `after` to go on from here.
    pub seq: String,
    /// What it says.
    #[serde(flatten)]
    pub told: Told,
}
