//! Cases: one piece of handling, from claim or call to close.

use crate::{lane::View, problem::Holder};
use lanedesk_domain::{
    ids::{CallId, CaseId, Fence, LaneId, PersonId, StayId},
    lane::Direction,
    opening::Source,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
    /// How a case ended, as the person tells it.
    Outcome { Solved, DriverLeft, SentToManager, DeviceFault, WrongCall }
}

words_enum! {
    /// Where a case stands.
    CaseState { Open, Closed, Expired, TakenOver, HandedOver, Requeried, Revoked }
}

/// The case of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CaseNow {
    /// Its id.
    pub id: CaseId,
    /// Where it stands.
    pub state: CaseState,
    /// By lookup or by call.
    pub source: Source,
    /// When it began.
    pub opened_at: Timestamp,
    /// The plate the camera read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate_read: Option<String>,
    /// The plate in force: corrected, chosen or read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Whether a person set the plate.
    pub corrected: bool,
    /// The driver's phone, where the vehicle was looked up by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Which way this vehicle goes; absent on a `both` lane until it is known (R42).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
}

/// The lease of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct LeaseNow {
    /// Who holds the lane.
    pub holder: Holder,
    /// Since when; kept over renewals.
    pub acquired_at: Timestamp,
    /// When it ends by itself; null while a call is live.
    pub expires_at: Option<Timestamp>,
}

/// The lease its holder gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Lease {
    /// Sent with every order.
    pub fence: Fence,
    /// Since when; kept over renewals.
    pub acquired_at: Timestamp,
    /// When it ends by itself; null while a call is live.
    pub expires_at: Option<Timestamp>,
}

/// A case by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CaseRef {
    /// Its id.
    pub id: CaseId,
}

/// The answer to a claim, take-over, move or take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Claimed {
    /// The case that was opened or goes on.
    pub case: CaseRef,
    /// The lease.
    pub lease: Lease,
    /// The page; parts that wait on a device follow on the stream.
    pub view: View,
}

/// A driver's call in a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CallNow {
    /// Its id.
    pub id: CallId,
    /// The number that calls.
    pub caller: String,
    /// When it began to ring.
    pub started_at: Timestamp,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it was over; the lease's ten minutes run from then (R11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// What happened in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// Who; absent for what happened by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Holder>,
    /// What.
    pub what: Step,
    /// Facts of the step, for example the plates of a correction; keys differ by step.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub facts: std::collections::BTreeMap<String, String>,
}

words_enum! {
    /// A step of a case's timeline (R35).
    Step {
        Claimed, Renewed, TakenOver, HandedOver, Moved, Asked, PlateRead, Corrected, FoundByPhone, VehicleChosen,
        DirectionSet, Paid, Ordered, OrderResult, Passed, NotPassed, PhotoTaken, ApprovalAsked, ApprovalAnswered, RobotTold, CallStarted, CallAnswered,
        CallEnded, HelpAsked, HelpAnswered, CashRecorded, DebtFiled, PhotosClosed, Closed, Expired, Requeried, Revoked
    }
}

/// `POST /api/lanes/{lane}/take-over`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct TakeOver {
    /// Why; told to the former holder.
    pub reason: String,
}

/// `POST /api/cases/{case}/hand-over`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct HandOver {
    /// Who goes on.
    pub to: PersonId,
    /// What they should know.
    #[serde(default)]
    pub note: String,
}

/// `POST /api/cases/{case}/move` 转到此道口
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct MoveCase {
    /// The holder's fence.
    pub fence: Fence,
    /// Where the case goes on.
    pub lane: LaneId,
}

/// `POST /api/cases/{case}/close`
#[derive(Debug, Clone, Default, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CloseCase {
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// In the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Close although the call goes on.
    #[serde(default)]
    pub during_call: bool,
}

/// `POST /api/cases/{case}/plate`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct CorrectPlate {
    /// The holder's fence.
    pub fence: Fence,
    /// The right plate, as typed.
    pub plate: String,
}

/// `POST /api/cases/{case}/phone`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct FindPhone {
    /// The holder's fence.
    pub fence: Fence,
    /// The driver's phone.
    pub phone: String,
}

/// `POST /api/cases/{case}/vehicle`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ChooseVehicle {
    /// The holder's fence.
    pub fence: Fence,
    /// The candidate's id.
    pub candidate: StayId,
}

/// `POST /api/cases/{case}/direction`
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct SetDirection {
    /// The holder's fence.
    pub fence: Fence,
    /// Which way this vehicle goes.
    pub direction: Direction,
}

/// `POST /api/cases/{case}/passed` 「已通过」
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct MarkPassed {
    /// The holder's fence.
    pub fence: Fence,
}
