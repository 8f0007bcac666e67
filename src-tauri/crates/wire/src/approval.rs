//! A supervisor's leave for a release whose reason, or whose vehicle, asks for it.

use crate::{opening::LaneRef, problem::Holder, search::LotRef};
use lanedesk_domain::{
    assessment::Assessment,
    ids::{ApprovalId, CaseId, PhotoId},
    lane::Direction,
    money::Fen,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
    /// Where an approval stands.
    ApprovalState { Waiting, Allowed, Denied, Expired, Used }
}

words_enum! {
    /// A supervisor's word.
    ApprovalWord { Allow, Deny }
}

/// What is asked for, with everything a supervisor needs to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The case.
    pub case: CaseId,
    /// The lot.
    pub lot: LotRef,
    /// The lane.
    pub lane: LaneRef,
    /// Which way the vehicle goes.
    pub direction: Direction,
    /// The plate in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The judgement at that moment.
    pub assessment: Assessment,
    /// Due at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_fen: Option<Fen>,
    /// The reason's code.
    pub reason: String,
    /// The person's words.
    pub remark: String,
    /// ID photos given so far.
    pub photos: Vec<PhotoId>,
    /// The lane as it was when leave was asked for, path on the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Who asks.
    pub by: Holder,
    /// Since when.
    pub asked_at: Timestamp,
    /// When it counts as not given.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<Holder>,
    /// What they said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// `POST /api/approvals/{id}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct AnswerApproval {
    /// Allow or deny.
    pub answer: ApprovalWord,
    /// Told to the person who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
