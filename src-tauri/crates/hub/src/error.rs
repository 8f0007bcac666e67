//! Why the hub did not do what it was asked. `http` turns these into problem JSON; nothing else does.

use crate::{auth::HashError, evidence::BadImage, site::Fault, store::StoreError};
use lanedesk_domain::{ids::ApprovalId, time::Timestamp};
use lanedesk_wire::{problem::Holder, site::SiteRow};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case was refused. One variant per wire code that the hub sends.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No session, or one that has ended.
    #[error("no session")]
    NoSession,
    /// Wrong username or password.
    #[error("bad credentials")]
    BadCredentials,
    /// Too many failed logins from there.
    #[error("too many login attempts; wait {retry_after_s} s")]
    TooManyAttempts {
        /// Seconds until the next try is looked at.
        retry_after_s: u32,
    },
    /// The six digits of the second factor are missing or wrong.
    #[error("second factor required")]
    SecondFactorRequired,
    /// The password was for one login.
    #[error("the password must be changed first")]
    PasswordChangeRequired,
    /// The role needs a second factor and the person has none.
    #[error("a second factor must be taken up first")]
    EnrolmentRequired,
    /// The password must be entered once more.
    #[error("the password is asked for once more")]
    PasswordRequired,
    /// Somebody changed the row meanwhile; none: it is gone.
    #[error("changed meanwhile")]
    ChangedMeanwhile(Option<Box<SiteRow>>),
    /// Rows of an import were changed since; it cannot be taken back as one.
    #[error("{rows} rows were changed since, {label} first")]
    RowsMoved {
        /// How many.
        rows: u32,
        /// What people call the first of them.
        label: String,
    },
    /// Other rows or open work still need it; a key of the sentence catalogue says which.
    #[error("still used: {0}")]
    StillUsed(&'static str),
    /// Rows with faults; nothing was written.
    #[error("{} faults in rows", .0.len())]
    Faults(Vec<Fault>),
    /// The role may not do this.
    #[error("not allowed for this role")]
    NotAllowed,
    /// Not there, or outside the person's scope: both look alike from outside.
    #[error("not found")]
    NotFound,
    /// The request cannot be understood.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// A value is not acceptable.
    #[error("{field} is not acceptable: {why}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// A key of the sentence catalogue that says what to do.
        why: &'static str,
    },
    /// Larger than allowed.
    #[error("too large")]
    TooLarge,
    /// Not a kind of content this takes.
    #[error("unsupported media type")]
    UnsupportedMedia,
    /// Somebody else sits there.
    #[error("seat is taken")]
    SeatTaken(Holder),
    /// Somebody else holds the lane (R7).
    #[error("lane is held")]
    LaneHeld {
        /// Who.
        holder: Holder,
        /// Since when.
        since: Timestamp,
    },
    /// The person no longer holds the lane with this fence (R13).
    #[error("lease is lost")]
    LeaseLost,
    /// The case is closed.
    #[error("case is closed")]
    CaseClosed,
    /// An order of the case is not answered yet (R20).
    #[error("an order is in flight")]
    OrderInFlight,
    /// A call of the case is live (R20).
    #[error("a call is live")]
    CallLive,
    /// Somebody else has the call (R30).
    #[error("call is taken")]
    CallTaken(Holder),
    /// The call is over.
    #[error("call is over")]
    CallOver,
    /// Only somebody at a seat takes calls (R2).
    #[error("a seat is needed")]
    SeatRequired,
    /// The bar does not offer this now (R18).
    #[error("not offered")]
    NotOffered,
    /// Nobody said that nothing stands under the arm (R28).
    #[error("not known to be clear")]
    NotClear,
    /// The order id was used for something else (R26).
    #[error("order id was used before")]
    OrderIdUsed,
    /// The order's deadline had passed (R26).
    #[error("order is late")]
    OrderLate,
    /// A reason is missing.
    #[error("reason required")]
    ReasonRequired,
    /// A remark is missing (R22, R23).
    #[error("remark required")]
    RemarkRequired,
    /// ID photos are missing, or too many (R23).
    #[error("{min} to {max} photos required, {given} given")]
    EvidenceRequired {
        /// Fewest.
        min: u32,
        /// Most.
        max: u32,
        /// How many there are.
        given: u32,
    },
    /// A supervisor must allow it first.
    #[error("approval required")]
    ApprovalRequired(ApprovalId),
    /// It weakens a rule of control: a second administrator must confirm it.
    #[error("a second administrator must confirm it")]
    ConfirmationRequired,
    /// A supervisor has denied it.
    #[error("approval denied")]
    ApprovalDenied {
        /// Which one.
        approval: ApprovalId,
        /// Who.
        by: Holder,
        /// What they said.
        note: Option<String>,
    },
    /// Not a picture that can be kept; a key of the sentence catalogue says why.
    #[error("bad image: {0}")]
    BadImage(&'static str),
    /// The photo was not taken during its case (R23).
    #[error("photo not of this case's time")]
    TooOld,
    /// A photo's object was changed or is gone: it proves nothing any more.
    #[error("evidence is damaged")]
    EvidenceDamaged,
    /// A photo was deleted when its time had come (R36).
    #[error("evidence was deleted")]
    EvidenceDeleted,
    /// No robot stands at this lane (R21).
    #[error("no robot bound")]
    RobotNotBound,
    /// The site does not say what this needs, for example where a QR code leads.
    #[error("not configured: {0}")]
    NotConfigured(&'static str),
    /// A signed request with a wrong signature or time stamp.
    #[error("bad signature")]
    BadSignature,
    /// The device could not be reached or gave no usable answer.
    #[error("device unreachable: {0}")]
    DeviceUnreachable(String),
    /// The records cannot be read or written now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the hub itself.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Full { retry_after_s } => Self::TooManyAttempts { retry_after_s },
            HashError::Fault(why) => Self::Internal(why),
        }
    }
}

impl From<BadImage> for Error {
    fn from(bad: BadImage) -> Self {
        Self::BadImage(bad.why())
    }
}

impl crate::store::Fault for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict(_)))
    }

    fn not_taken(&self) -> Option<&[crate::store::TurnRow]> {
        match self {
            Self::Store(error) => error.not_taken(),
            _ => None,
        }
    }
}
