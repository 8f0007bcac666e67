//! Getting, giving and losing a lane (R6–R13). Each change is one transaction with its case, step, audit row and events.
//!
//! The rules are `lanedesk_domain::lease`; a test runs both side by side. Whoever changes a lease has taken the lane and
//! the person it goes to (`store::turn`), so that what was read is true; every statement succeeds all the same only where
//! the row is as it was read, and where one is not, the whole work runs again.

mod ask;
mod claim;
mod give;
#[cfg(test)]
mod tests;

pub use ask::ask;
pub(crate) use claim::{ClaimCall, ClaimMode, finish, gain_in, leave_former, look};
pub use claim::{claim, take_over};
pub(crate) use give::pass_on;
pub use give::{hand_over, move_case};

use crate::{
    directory::Directory,
    error::{Error, Result},
    ops::help,
    store::{Grant, LaneRecord, LeaseRow, StoreError, Tx},
};
use lanedesk_domain::{
    ids::{CallId, CaseId, Fence, LaneId, LotId, PersonId},
    lane::Direction,
    rules::Rules,
    time::Timestamp,
};
use lanedesk_wire::{
    case::{CaseNow, CaseState, LeaseNow, Step, TimelineEntry},
    problem::Holder,
    stream::{LostWhy, Told, ViewParts},
};
use std::collections::BTreeMap;

/// The rules in force: as set, else their defaults.
pub fn rules(directory: &Directory) -> Rules {
    let mut rules = Rules::default();
    for (name, value) in &directory.rules {
        // A name or value this version does not know keeps its default.
        let _ = rules.set(name, *value);
    }
    rules
}

/// Somebody else was quicker: the work runs again and sees what they did.
pub(crate) fn quicker(what: &str) -> Error {
    Error::Store(StoreError::Conflict(what.to_owned()))
}

/// How a lease ended.
pub(crate) struct LeaseEnd<'a> {
    pub(crate) lease: &'a LeaseRow,
    pub(crate) why: LostWhy,
    /// Who brought it about; none where time did.
    pub(crate) by: Option<&'a Holder>,
}

/// Ends a person's lease and its case: frees the lane, tells the holder. False: it had ended already.
pub(crate) async fn end(tx: &mut Tx<'_>, ending: &LeaseEnd<'_>, now: Timestamp) -> Result<bool> {
    let lease = ending.lease;
    if !tx.free_lease(&lease.lane, lease.fence).await? {
        return Ok(false);
    }
    end_case(tx, ending, now).await?;
    tx.tell_all(
        now,
        &[
            (Audience::Person(&lease.holder.id), lost(ending, None)),
            (Audience::Lot(&lease.lot), freed(&lease.lane)),
            (Audience::Lot(&lease.lot), emptied(&lease.lane)),
        ],
    )
    .await?;
    Ok(true)
}

/// Ends the case of a lease that ended by time, with its holder's rights, or because its holder went to another lane.
async fn end_case(tx: &mut Tx<'_>, ending: &LeaseEnd<'_>, now: Timestamp) -> Result<()> {
    let (state, step) = match ending.why {
        LostWhy::Requeried => (CaseState::Requeried, Step::Requeried),
        LostWhy::Revoked => (CaseState::Revoked, Step::Revoked),
        _ => (CaseState::Expired, Step::Expired),
    };
    tx.end_case(&ending.lease.case, state, now).await?;
    help::over(tx, &ending.lease.lot, &ending.lease.case, now).await?;
    tx.add_step(&ending.lease.case, now, ending.by.map(|by| &by.id), step, &[]).await?;
    Ok(())
}

use crate::store::Audience;

/// To the former holder: the lane is no longer theirs.
pub(crate) fn lost(ending: &LeaseEnd<'_>, note: Option<String>) -> Told {
    Told::LeaseLost {
        case: ending.lease.case.clone(),
        lane: ending.lease.lane.clone(),
        why: ending.why,
        by: ending.by.cloned(),
        note,
    }
}

/// To everybody: the lane is free.
pub(crate) fn freed(lane: &LaneId) -> Told {
    Told::Lease { lane: lane.clone(), holder: None, since: None, expires_at: None }
}

/// To whoever looks on: nobody works here now.
pub(crate) fn emptied(lane: &LaneId) -> Told {
    Told::View {
        lane: lane.clone(),
        case: None,
        parts: Box::new(ViewParts {
            case_now: Some(None),
            lease: Some(None),
            timeline: Some(Vec::new()),
            ..ViewParts::default()
        }),
    }
}

/// To everybody: this person holds the lane.
pub(crate) fn taken(lane: &LaneId, lease: &LeaseNow) -> Told {
    Told::Lease {
        lane: lane.clone(),
        holder: Some(lease.holder.clone()),
        since: Some(lease.acquired_at),
        expires_at: lease.expires_at,
    }
}

/// To whoever looks on: this case is worked here now. `began`: it is a new one, with its first step.
pub(crate) fn worked(lane: &LaneId, case: &CaseId, now: Option<CaseNow>, lease: LeaseNow, began: bool) -> Told {
    let timeline = began.then(|| vec![first_step(&lease)]);
    Told::View {
        lane: lane.clone(),
        case: Some(case.clone()),
        parts: Box::new(ViewParts {
            case_now: now.map(Some),
            lease: Some(Some(lease)),
            timeline,
            ..ViewParts::default()
        }),
    }
}

/// The step every case begins with.
pub(crate) fn first_step(lease: &LeaseNow) -> TimelineEntry {
    TimelineEntry {
        at: lease.acquired_at,
        person: Some(lease.holder.clone()),
        what: Step::Claimed,
        facts: BTreeMap::new(),
    }
}

/// What a lease change writes into the audit chain.
pub(crate) fn audit(
    action: &'static str,
    person: Option<&PersonId>,
    lane: &LaneId,
    body: serde_json::Value,
    now: Timestamp,
) -> crate::store::Audit {
    crate::store::Audit::new(now, person, action, format!("lane:{lane}"), body)
}

/// A lease just gained or renewed.
#[derive(Debug, Clone)]
pub struct LeaseAcquired {
    /// The case that was opened or goes on.
    pub case: CaseId,
    /// The new fence.
    pub fence: Fence,
    /// The lease.
    pub lease: LeaseNow,
    /// What a new case began with; none: an old one goes on.
    pub began: Option<CaseStart>,
    /// The call that is worked there now.
    pub call: Option<CallId>,
}

/// What was seen of the lane when a case began there; its page needs no second look at that.
#[derive(Debug, Clone)]
pub struct CaseStart {
    /// Lease, case and vehicle.
    pub standing: LaneRecord,
    /// An order to the lane is unanswered, or was lately.
    pub unresolved_order: bool,
}

impl LeaseAcquired {
    fn of(grant: &Grant, fence: Fence, holder: Holder, acquired_at: Timestamp) -> Self {
        Self {
            case: grant.case.clone(),
            fence,
            lease: LeaseNow { holder, acquired_at, expires_at: grant.expires_at },
            began: None,
            call: None,
        }
    }
}

/// Where a claim goes.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) lane: LaneId,
    pub(crate) lot: LotId,
    /// Its one direction; none on a lane that goes both ways.
    pub(crate) direction: Option<Direction>,
    /// How long a claim lasts.
    pub(crate) lock_minutes: i64,
}

impl Target {
    /// The lane as the site has it. One outside the person's scope is not there.
    pub(crate) fn find(directory: &Directory, actor: &crate::actor::Actor, lane: &LaneId) -> Result<Self> {
        let (lane, lot) = directory.lane(lane).ok_or(Error::NotFound)?;
        actor.see(&lot.id)?;
        Ok(Self {
            lane: lane.id.clone(),
            lot: lot.id.clone(),
            direction: lane.direction.only(),
            lock_minutes: i64::from(rules(directory).lock_minutes),
        })
    }

    /// When a claim made now ends.
    pub(crate) fn ends(&self, now: Timestamp) -> Timestamp {
        now.plus_minutes(self.lock_minutes)
    }
}
