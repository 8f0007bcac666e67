//! Patterns worth a look (FIELD.md), computed from the records. A warning accuses nobody: it leads to its rows.

use crate::{problem::Holder, search::LotRef};
use lanedesk_domain::{
    ids::{OpeningId, WarningId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

words_enum! {
    /// Which pattern, in the order of FIELD.md.
    Pattern {
        SamePlate, ManyReleases, Hasty, BorrowedPass, CheapCandidate, DueDropped, ReasonDoubtful, SamePhoto,
        PassageMismatch, NoPlateInOut, SameRemark, ForeignRises
    }
}

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct Warning {
    /// Its id: the same pattern over the same rows is the same warning.
    pub id: WarningId,
    /// Which pattern.
    pub pattern: Pattern,
    /// What was found, in a sentence.
    pub detail: String,
    /// The lot, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRef>,
    /// Whom it is about, where it is one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Holder>,
    /// The plate, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The openings it is about, newest first.
    pub openings: Vec<OpeningId>,
    /// When the newest of its rows was made.
    pub at: Timestamp,
    /// Who dismissed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed_by: Option<Holder>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed_why: Option<String>,
}

/// `POST /api/warnings/{id}/dismiss`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct DismissWarning {
    /// Why; required.
    pub reason: String,
}
