//! The one error on the wire: RFC 9457 problem JSON with a closed set of codes.

use lanedesk_domain::{
    ids::{ApprovalId, CaseId},
    person::Role,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
/// Why a request was not done. A code exists only because somebody branches on it.
Code {
    /// 401: no session, or one that has ended.
    NoSession,
    /// 401: wrong username or password.
    BadCredentials,
    /// 429: too many failed logins; see `retry_after_s`.
    TooManyAttempts,
    /// 401: the six digits of the second factor are missing or wrong.
    SecondFactorRequired,
    /// 403: the password was for one login; nothing but changing it is possible.
    PasswordChangeRequired,
    /// 403: a second factor must be taken up first.
    EnrolmentRequired,
    /// 403: the password must be entered once more first (`POST /api/session/confirm`), then this may be sent again.
    PasswordRequired,
    /// 403: this role may not do this.
    NotAllowed,
    /// 404: not there, or outside this person's scope.
    NotFound,
    /// 400: the request cannot be understood.
    BadRequest,
    /// 422: understood, but a value is not acceptable; `field` names it.
    Invalid,
    /// 413: larger than allowed.
    TooLarge,
    /// 415: not a kind of content this takes.
    UnsupportedMedia,
    /// 409: somebody else sits there; see `holder`.
    SeatTaken,
    /// 409: somebody else holds the lane; see `holder` and `since`.
    LaneHeld,
    /// 409: the person no longer holds the lane with this fence.
    LeaseLost,
    /// 409: the case is closed.
    CaseClosed,
    /// 409: an order of this case is not answered yet.
    OrderInFlight,
    /// 409: a call of this case is live.
    CallLive,
    /// 409: somebody else has the call; see `by`.
    CallTaken,
    /// 409: the call is over.
    CallOver,
    /// 409: only somebody at a seat takes calls.
    SeatRequired,
    /// 409: the bar does not offer this operation now.
    NotOffered,
    /// 409: nobody said that nothing stands under the arm.
    NotClear,
    /// 409: the order id was used for something else.
    OrderIdUsed,
    /// 409: the order's deadline had passed when it arrived.
    OrderLate,
    /// 409: somebody changed the row meanwhile; see `current`.
    ChangedMeanwhile,
    /// 409: other rows or open work still need it; `detail` says which.
    StillUsed,
    /// 422: a reason is missing.
    ReasonRequired,
    /// 422: a remark is missing.
    RemarkRequired,
    /// 422: ID photos are missing.
    EvidenceRequired,
    /// 409: a supervisor must allow this first; see `approval`.
    ApprovalRequired,
    /// 409: it weakens a rule of control and waits for a second administrator (`GET /api/site/pending`).
    ConfirmationRequired,
    /// 409: a supervisor has denied it; see `approval` and `detail`.
    ApprovalDenied,
    /// 422: not a picture that can be kept: not JPEG or PNG inside, damaged, or too many pixels.
    BadImage,
    /// 422: the photo was taken before its case began, or after it ended.
    TooOld,
    /// 409: a photo's object was changed or is gone.
    EvidenceDamaged,
    /// 410: a photo was deleted when its time had come; its row stays.
    EvidenceDeleted,
    /// 409: no robot stands at this lane.
    RobotNotBound,
    /// 409: the site does not say what this needs, for example where a QR code leads.
    NotConfigured,
    /// 401: a signed request whose signature or time stamp is wrong.
    BadSignature,
    /// 502: the device could not be reached or gave no usable answer.
    DeviceUnreachable,
    /// 503: the hub cannot write its records now; nothing was done.
    Unavailable,
    /// 500: a fault of the hub.
    Internal,
    /// Never sent by the hub: the desk could not reach it.
    HubUnreachable,
    /// Never sent by the hub: a fault of the desk's own store or camera.
    DeskFault,
}
}

/// Who holds a lane or seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Holder {
    /// The person's id.
    pub id: lanedesk_domain::ids::PersonId,
    /// The name people know.
    pub name: String,
    /// Their role.
    pub role: Role,
}

/// An error answer (`application/problem+json`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:lanedesk:CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status; 0 for problems the desk itself found.
    pub status: u16,
    /// The sentence for people, in their language.
    pub detail: String,
    /// What programs branch on.
    pub code: Code,
    /// Who holds the lane or seat (`lane_held`, `seat_taken`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// Since when they hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Who has the call (`call_taken`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Holder>,
    /// The field that is not acceptable (`invalid`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds to wait before trying again (`too_many_attempts`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// The approval that is waited for or was denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalId>,
    /// The case that is already at it, where that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// What is wrong with the rows that were sent (`invalid`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<crate::site::RowFault>,
    /// The row as it is now (`changed_meanwhile`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Box<crate::site::SiteRow>>,
}
