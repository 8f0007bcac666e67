//! Who holds which lane (R6–R13): the rules the hub's one SQL statement must equal, on plain data.
//!
//! Every call takes `now`; nothing happens by itself. A lease whose time has passed counts as over from that very
//! moment, whether or not [`Leases::expire`] has told anybody yet.

mod leases;

pub use leases::Leases;

use crate::{
    ids::{CaseId, Fence, LaneId, PersonId},
    time::Timestamp,
};

/// How long before the end its holder is warned, in milliseconds (R9).
pub const WARNING_MS: i64 = 60_000;

words! {
    /// Why a holder lost a lane.
    pub enum End {
        /// Its time was over.
        Expired = "expired",
        /// The same person took another lane.
        Requeried = "requeried",
        /// A supervisor took it.
        TakenOver = "taken_over",
        /// The holder gave it away.
        HandedOver = "handed_over",
        /// The case was closed.
        Closed = "closed",
        /// The holder went on with the case at another lane.
        Moved = "moved",
    }
}

/// One person's hold on one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The lane.
    pub lane: LaneId,
    /// Who holds it.
    pub person: PersonId,
    /// The piece of work.
    pub case: CaseId,
    /// Sent with every order.
    pub fence: Fence,
    /// Since when; kept over renewals.
    pub acquired_at: Timestamp,
    /// When it ends by itself; none while a call is live (R11).
    pub expires_at: Option<Timestamp>,
}

impl Lease {
    /// Whether it still holds at `now`. At the very moment of its end it is over.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
    /// Whether a call is live on it.
    pub fn in_call(&self) -> bool {
        self.expires_at.is_none()
    }
    /// When its holder is to be warned; none while a call is live.
    pub fn warn_at(&self) -> Option<Timestamp> {
        self.expires_at.map(|end| end.plus_ms(-WARNING_MS))
    }
}

/// A lease that ended, and why: its holder is told, its case ends so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedLease {
    /// What it was.
    pub lease: Lease,
    /// Why it ended.
    pub why: End,
    /// Who brought it about; none where time did.
    pub by: Option<PersonId>,
}

/// A lane gained or renewed, and everything that ended with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseAcquired {
    /// The lease now in force.
    pub lease: Lease,
    /// Whether it goes on from before: same case, same `acquired_at`, a new fence (R10).
    pub renewed: bool,
    /// What ended: the lane's former lease and the person's former lane, at most one each.
    pub ended: Vec<EndedLease>,
}

/// Why a lane could not be gained, kept or worked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else holds it (R7).
    #[error("already being handled")]
    Held {
        /// Who.
        by: PersonId,
        /// Since when.
        since: Timestamp,
    },
    /// The person, case or fence no longer holds this lane (R13).
    #[error("the lease is over")]
    Lost,
    /// The person's call is live on another lane; that one stays theirs (R11).
    #[error("in a live call on another lane")]
    InCall {
        /// Where the call is.
        lane: LaneId,
    },
    /// The call is live; closing asks first (R20).
    #[error("the call is still live")]
    CallLive,
    /// An order is on its way; its result belongs to this case (R20).
    #[error("an order is in flight")]
    OrderInFlight,
    /// A case is moved to the lane it is on already.
    #[error("the case is on this lane already")]
    SameLane,
    /// The person who should get the lane works another one, which is not taken from under their hands (R30).
    #[error("the receiver works another lane")]
    ReceiverBusy {
        /// Which.
        lane: LaneId,
    },
}

/// What closing needs to know besides the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CloseFacts {
    /// An order of this case has no answer yet.
    pub order_in_flight: bool,
    /// The person said to close although the call goes on.
    pub during_call: bool,
}

/// When a live call counts as ended because nothing was heard of it: the moment its silence was full, or none yet.
pub fn silent_call_ended_at(heard_at: Timestamp, now: Timestamp, silence_minutes: i64) -> Option<Timestamp> {
    let end = heard_at.plus_minutes(silence_minutes);
    (now >= end).then_some(end)
}

#[cfg(test)]
mod tests;
