//! Why the hub did not do what it was asked. `http` turns these into problem JSON; nothing else does.

use crate::{auth::HashError, evidence::BadImage, site::SiteFault, store::StoreError};
use lanedesk_domain::{ids::ApprovalId, time::Timestamp};
use lanedesk_wire::{
    problem::{Code, Holder},
    site::SiteRow,
};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A variant with what it brings, its text for the log, and the code it is told by, where that has another name.
macro_rules! refusals {
    ($(#[$($outer:tt)*])* pub enum $error:ident {
        $($(#[$($doc:tt)*])* $name:ident $(($($value:tt)*))? $({$($field:tt)*})?: ($($text:tt)+) $(=> $code:ident)?,)+
    }) => {
        $(#[$($outer)*])*
        pub enum $error {$(
            $(#[$($doc)*])*
            #[error($($text)+)]
            $name $(($($value)*))? $({$($field)*})?,
        )+}

        impl $error {
            /// What programs branch on.
            pub fn code(&self) -> Code {
                match self {
                    Self::Store(StoreError::Unavailable(_) | StoreError::Conflict(_) | StoreError::GoneOn) => {
                        Code::Unavailable
                    }
                    $(Self::$name { .. } => refusals!(@code $name $($code)?),)+
                }
            }
        }
    };
    (@code $name:ident) => { Code::$name };
    (@code $name:ident $code:ident) => { Code::$code };
}

refusals! {
/// Why a use case was refused. One variant per wire code that the hub sends.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No session, or one that has ended.
    NoSession: ("no session"),
    /// Wrong username or password.
    BadCredentials: ("bad credentials"),
    /// Too many failed logins from there.
    TooManyAttempts {
        /// Seconds until the next try is looked at.
        retry_after_s: u32,
    }: ("too many login attempts; wait {retry_after_s} s"),
    /// The six digits of the second factor are missing or wrong.
    SecondFactorRequired: ("second factor required"),
    /// The password was for one login.
    PasswordChangeRequired: ("the password must be changed first"),
    /// The role needs a second factor and the person has none.
    EnrolmentRequired: ("a second factor must be taken up first"),
    /// The password must be entered once more.
    PasswordRequired: ("the password is asked for once more"),
    /// Somebody changed the row meanwhile; none: it is gone.
    ChangedMeanwhile(Option<Box<SiteRow>>): ("changed meanwhile"),
    /// Rows of an import were changed since; it cannot be taken back as one.
    RowsMoved {
        /// How many.
        rows: u32,
        /// What people call the first of them.
        label: String,
    }: ("{rows} rows were changed since, {label} first") => ChangedMeanwhile,
    /// Other rows or open work still need it; a key of the sentence catalogue says which.
    StillUsed(&'static str): ("still used: {0}"),
    /// Rows with faults; nothing was written.
    Faults(Vec<SiteFault>): ("{} faults in rows", .0.len()) => Invalid,
    /// The role may not do this.
    NotAllowed: ("not allowed for this role"),
    /// Not there, or outside the person's scope: both look alike from outside.
    NotFound: ("not found"),
    /// The request cannot be understood.
    BadRequest(String): ("bad request: {0}"),
    /// A value is not acceptable.
    Invalid {
        /// The field.
        field: &'static str,
        /// A key of the sentence catalogue that says what to do.
        why: &'static str,
    }: ("{field} is not acceptable: {why}"),
    /// Larger than allowed.
    TooLarge: ("too large"),
    /// Not a kind of content this takes.
    UnsupportedMedia: ("unsupported media type"),
    /// Somebody else sits there.
    SeatTaken(Holder): ("seat is taken"),
    /// Somebody else holds the lane (R7).
    LaneHeld {
        /// Who.
        holder: Holder,
        /// Since when.
        since: Timestamp,
    }: ("lane is held"),
    /// The person no longer holds the lane with this fence (R13).
    LeaseLost: ("lease is lost"),
    /// The case is closed.
    CaseClosed: ("case is closed"),
    /// An order of the case is not answered yet (R20).
    OrderInFlight: ("an order is in flight"),
    /// A call of the case is live (R20).
    CallLive: ("a call is live"),
    /// Somebody else has the call (R30).
    CallTaken(Holder): ("call is taken"),
    /// The call is over.
    CallOver: ("call is over"),
    /// Only somebody at a seat takes calls (R2).
    SeatRequired: ("a seat is needed"),
    /// The bar does not offer this now (R18).
    NotOffered: ("not offered"),
    /// Nobody said that nothing stands under the arm (R28).
    NotClear: ("not known to be clear"),
    /// The order id was used for something else (R26).
    OrderIdUsed: ("order id was used before"),
    /// The order's deadline had passed (R26).
    OrderLate: ("order is late"),
    /// A reason is missing.
    ReasonRequired: ("reason required"),
    /// A remark is missing (R22, R23).
    RemarkRequired: ("remark required"),
    /// ID photos are missing, or too many (R23).
    EvidenceRequired {
        /// Fewest.
        min: u32,
        /// Most.
        max: u32,
        /// How many there are.
        given: u32,
    }: ("{min} to {max} photos required, {given} given"),
    /// A supervisor must allow it first.
    ApprovalRequired(ApprovalId): ("approval required"),
    /// It weakens a rule of control: a second administrator must confirm it.
    ConfirmationRequired: ("a second administrator must confirm it"),
    /// A supervisor has denied it.
    ApprovalDenied {
        /// Which one.
        approval: ApprovalId,
        /// Who.
        by: Holder,
        /// What they said.
        note: Option<String>,
    }: ("approval denied"),
    /// Not a picture that can be kept; a key of the sentence catalogue says why.
    BadImage(&'static str): ("bad image: {0}"),
    /// The photo was not taken during its case (R23).
    TooOld: ("photo not of this case's time"),
    /// A photo's object was changed or is gone: it proves nothing any more.
    EvidenceDamaged: ("evidence is damaged"),
    /// A photo was deleted when its time had come (R36).
    EvidenceDeleted: ("evidence was deleted"),
    /// No robot stands at this lane (R21).
    RobotNotBound: ("no robot bound"),
    /// The site does not say what this needs, for example where a QR code leads.
    NotConfigured(&'static str): ("not configured: {0}"),
    /// A signed request with a wrong signature or time stamp.
    BadSignature: ("bad signature"),
    /// The device could not be reached or gave no usable answer.
    DeviceUnreachable(String): ("device unreachable: {0}"),
    /// The records cannot be read or written now.
    Store(#[from] StoreError): (transparent) => Internal,
    /// A fault of the hub itself.
    Internal(String): ("internal: {0}"),
}
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

impl crate::store::WriteFault for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict(_)))
    }

    fn not_taken(&self) -> Option<&[crate::store::LockRow]> {
        match self {
            Self::Store(error) => error.not_taken(),
            _ => None,
        }
    }
}
