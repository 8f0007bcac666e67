//! The state machine itself: every lane's row, and what each act does to it.

use super::{CloseFacts, End, EndedLease, Lease, LeaseAcquired, LeaseError};
use crate::{
    ids::{CaseId, Fence, LaneId, PersonId},
    time::Timestamp,
};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default)]
struct Row {
    /// Never falls; the row never vanishes.
    fence: i64,
    open: Option<Lease>,
}

/// All lanes ever claimed.
#[derive(Debug, Clone)]
pub struct Leases {
    lock_minutes: i64,
    rows: BTreeMap<LaneId, Row>,
}

impl Leases {
    /// No lane held yet; `lock_minutes` is how long a claim lasts.
    pub fn new(lock_minutes: i64) -> Self {
        Self { lock_minutes, rows: BTreeMap::new() }
    }

    /// Takes a lane, or renews one's own. `case` is used only where a new case begins.
    ///
    /// Success frees the person's former lane; a refusal changes nothing.
    pub fn claim(
        &mut self,
        person: &PersonId,
        lane: &LaneId,
        case: CaseId,
        now: Timestamp,
    ) -> Result<LeaseAcquired, LeaseError> {
        if let Some(held) = self.holder(lane, now).filter(|held| held.person != *person) {
            return Err(held_by(held));
        }
        self.may_leave_former(person, lane, now)?;
        Ok(self.grant(person, lane, case, now, None))
    }

    /// A supervisor takes a lane whoever holds it (R12); a call that is live goes with it.
    ///
    /// `case` is the work that goes on: a new case, or the former holder's.
    pub fn take_over(
        &mut self,
        supervisor: &PersonId,
        lane: &LaneId,
        case: CaseId,
        now: Timestamp,
    ) -> Result<LeaseAcquired, LeaseError> {
        self.may_leave_former(supervisor, lane, now)?;
        Ok(self.grant(supervisor, lane, case, now, Some(End::TakenOver)))
    }

    /// A holder gives the lane to another person, who must be free (R12); a call that is live goes with it.
    pub fn hand_over(
        &mut self,
        from: &PersonId,
        lane: &LaneId,
        to: &PersonId,
        case: CaseId,
        now: Timestamp,
    ) -> Result<LeaseAcquired, LeaseError> {
        let held = self.holder(lane, now).ok_or(LeaseError::Lost)?;
        if held.person != *from {
            return Err(LeaseError::Lost);
        }
        if let Some(busy) = self.lane_of(to, now).filter(|busy| busy.lane != *lane) {
            return Err(LeaseError::ReceiverBusy { lane: busy.lane.clone() });
        }
        Ok(self.grant(to, lane, case, now, Some(End::HandedOver)))
    }

    /// 「转到此道口」: the holder goes on with the case at another lane, which must be free (R11); a call that is live
    /// goes with it. The lane it leaves is free at once.
    pub fn move_to(
        &mut self,
        person: &PersonId,
        (from, fence): (&LaneId, Fence),
        to: &LaneId,
        order_in_flight: bool,
        now: Timestamp,
    ) -> Result<LeaseAcquired, LeaseError> {
        let held = self.check(person, from, fence, now)?.clone();
        if from == to {
            return Err(LeaseError::SameLane);
        }
        // The order's result belongs to the lane it was sent to.
        if order_in_flight {
            return Err(LeaseError::OrderInFlight);
        }
        if let Some(other) = self.holder(to, now) {
            return Err(held_by(other));
        }
        let left = self.end(from, End::Moved, Some(person));
        let mut gained = self.grant(person, to, held.case.clone(), now, None);
        gained.ended.extend(left);
        if held.in_call() {
            gained.lease.expires_at = None;
            self.held_mut(person, to, now)?.expires_at = None;
        }
        Ok(gained)
    }

    /// Whether an order under this fence may be made or sent now (R13).
    pub fn check(&self, person: &PersonId, lane: &LaneId, fence: Fence, now: Timestamp) -> Result<&Lease, LeaseError> {
        self.holder(lane, now).filter(|held| held.person == *person && held.fence == fence).ok_or(LeaseError::Lost)
    }

    /// Closes the person's case and frees its lane at once (R8).
    pub fn close(
        &mut self,
        person: &PersonId,
        case: &CaseId,
        closing: CloseFacts,
        now: Timestamp,
    ) -> Result<EndedLease, LeaseError> {
        let held = self.lane_of(person, now).filter(|held| held.case == *case).ok_or(LeaseError::Lost)?;
        if closing.order_in_flight {
            return Err(LeaseError::OrderInFlight);
        }
        if held.in_call() && !closing.during_call {
            return Err(LeaseError::CallLive);
        }
        let lane = held.lane.clone();
        self.end(&lane, End::Closed, Some(person)).ok_or(LeaseError::Lost)
    }

    /// A call is live on the lane: it stays with its holder for as long (R11).
    pub fn call_started(&mut self, person: &PersonId, lane: &LaneId, now: Timestamp) -> Result<(), LeaseError> {
        self.held_mut(person, lane, now)?.expires_at = None;
        Ok(())
    }

    /// The call is over: the lock's time runs from here (R11). Without a live call nothing changes.
    pub fn call_ended(&mut self, lane: &LaneId, ended_at: Timestamp) {
        let end = ended_at.plus_minutes(self.lock_minutes);
        if let Some(lease) = self.rows.get_mut(lane).and_then(|row| row.open.as_mut())
            && lease.in_call()
        {
            lease.expires_at = Some(end);
        }
    }

    /// Frees every lane whose time is over (R9).
    pub fn expire(&mut self, now: Timestamp) -> Vec<EndedLease> {
        let over: Vec<LaneId> = self.open().filter(|lease| !lease.holds(now)).map(|lease| lease.lane.clone()).collect();
        over.iter().filter_map(|lane| self.end(lane, End::Expired, None)).collect()
    }

    /// When [`Self::expire`] next has something to do.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.open().filter_map(|lease| lease.expires_at).min()
    }

    /// Who holds a lane now.
    pub fn holder(&self, lane: &LaneId, now: Timestamp) -> Option<&Lease> {
        self.rows.get(lane)?.open.as_ref().filter(|lease| lease.holds(now))
    }

    /// Which lane a person holds now; never more than one.
    pub fn lane_of(&self, person: &PersonId, now: Timestamp) -> Option<&Lease> {
        self.open().find(|lease| lease.person == *person && lease.holds(now))
    }

    /// A lane's newest fence; 0 where it was never claimed.
    pub fn fence(&self, lane: &LaneId) -> Fence {
        Fence(self.rows.get(lane).map_or(0, |row| row.fence))
    }

    /// After a restore from a backup: fences handed out since then must not come again.
    pub fn raise_fences(&mut self, by: u32) {
        for row in self.rows.values_mut() {
            row.fence = row.fence.saturating_add(i64::from(by));
            // The holders from before the backup are not known to be the holders now.
            row.open = None;
        }
    }

    fn open(&self) -> impl Iterator<Item = &Lease> {
        self.rows.values().filter_map(|row| row.open.as_ref())
    }

    fn may_leave_former(&self, person: &PersonId, lane: &LaneId, now: Timestamp) -> Result<(), LeaseError> {
        match self.lane_of(person, now) {
            Some(former) if former.lane != *lane && former.in_call() => {
                Err(LeaseError::InCall { lane: former.lane.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Gives the lane to `person`; `taking` names how it is taken from another who still holds it.
    fn grant(
        &mut self,
        person: &PersonId,
        lane: &LaneId,
        case: CaseId,
        now: Timestamp,
        taking: Option<End>,
    ) -> LeaseAcquired {
        let mut expires_at = Some(now.plus_minutes(self.lock_minutes));
        let held = self.holder(lane, now).cloned();
        let goes_on = held.as_ref().filter(|held| held.person == *person).cloned();
        if held.as_ref().is_some_and(Lease::in_call) {
            expires_at = None;
        }
        let mut ended = Vec::new();
        if goes_on.is_none() {
            let why = match taking {
                Some(why) if held.is_some() => why,
                _ => End::Expired,
            };
            let by = held.as_ref().map(|held| match why {
                End::HandedOver => held.person.clone(),
                _ => person.clone(),
            });
            ended.extend(self.end(lane, why, by.as_ref()));
        }
        ended.extend(self.end_former(person, lane, now));

        let row = self.rows.entry(lane.clone()).or_default();
        row.fence = row.fence.saturating_add(1);
        let lease = Lease {
            lane: lane.clone(),
            person: person.clone(),
            case: goes_on.as_ref().map_or(case, |held| held.case.clone()),
            fence: Fence(row.fence),
            acquired_at: goes_on.as_ref().map_or(now, |held| held.acquired_at),
            expires_at,
        };
        row.open = Some(lease.clone());
        LeaseAcquired { lease, renewed: goes_on.is_some(), ended }
    }

    /// Ends the person's lease on any other lane, over or not: one open lease a person.
    fn end_former(&mut self, person: &PersonId, lane: &LaneId, now: Timestamp) -> Option<EndedLease> {
        let former = self.open().find(|lease| lease.person == *person && lease.lane != *lane)?;
        let (former, held) = (former.lane.clone(), former.holds(now));
        if held { self.end(&former, End::Requeried, Some(person)) } else { self.end(&former, End::Expired, None) }
    }

    fn end(&mut self, lane: &LaneId, why: End, by: Option<&PersonId>) -> Option<EndedLease> {
        let lease = self.rows.get_mut(lane)?.open.take()?;
        Some(EndedLease { lease, why, by: by.cloned() })
    }

    fn held_mut(&mut self, person: &PersonId, lane: &LaneId, now: Timestamp) -> Result<&mut Lease, LeaseError> {
        self.rows
            .get_mut(lane)
            .and_then(|row| row.open.as_mut())
            .filter(|lease| lease.person == *person && lease.holds(now))
            .ok_or(LeaseError::Lost)
    }
}

fn held_by(lease: &Lease) -> LeaseError {
    LeaseError::Held { by: lease.person.clone(), since: lease.acquired_at }
}
