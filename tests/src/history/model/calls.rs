//! Drivers' calls (R11, R29, R30): in the queue, somebody's, over.

use super::{Model, Wrong, lane_id, lane_number};
use crate::history::field::Done;
use lanedesk_domain::{ids::CaseId, lease::LeaseError};

#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Where its driver stands.
    lane: usize,
    /// Who has it.
    by: Option<usize>,
    /// The case it is worked as, which may be over.
    case: Option<CaseId>,
    over: bool,
}

impl Model {
    /// The call this person has that is not over; never more than one.
    pub(super) fn call_of(&self, who: usize) -> Option<u32> {
        let theirs = |call: &Call| call.by == Some(who) && !call.over;
        self.calls.iter().find(|(_, call)| theirs(call)).map(|(number, _)| *number)
    }

    /// Whether this person has a call that is not this case's.
    pub(super) fn talks_elsewhere(&self, who: usize, case: &CaseId) -> bool {
        let own = self.call_of(who).map(|number| &self.calls[&number]);
        own.is_some_and(|own| own.case.as_ref() != Some(case))
    }

    /// A case goes to another person or lane, and its call with it.
    pub(super) fn call_goes_to(&mut self, case: &CaseId, who: usize, lane: usize) {
        let live = |call: &&mut Call| call.case.as_ref() == Some(case) && !call.over;
        if let Some(call) = self.calls.values_mut().find(live) {
            (call.by, call.lane) = (Some(who), lane);
        }
    }

    /// A call is worked as this case from now on.
    pub(super) fn work_call(&mut self, number: u32, case: &CaseId, lane: usize) {
        let call = self.calls.get_mut(&number).expect("a person's call is known");
        (call.case, call.lane) = (Some(case.clone()), lane);
    }

    pub(super) fn ring(&mut self, done: &Done, lane: usize) {
        let call = Call { lane, by: None, case: None, over: false };
        self.calls.extend(done.with.call.map(|number| (number, call)));
    }

    pub(super) fn hang_up(&mut self, done: &Done) {
        let Some(call) = done.with.call.and_then(|number| self.calls.get_mut(&number)) else {
            return;
        };
        if std::mem::replace(&mut call.over, true) {
            return;
        }
        let worked = call.case.as_ref().and_then(|case| Some((case, self.cases.get(case)?.lane)));
        let Some((case, lane)) = worked else { return };
        let lane = lane_id(lane);
        if self.leases.holder(&lane, self.now).is_some_and(|held| held.case == *case) {
            self.leases.call_ended(&lane, self.now);
        }
    }

    pub(super) fn take_call(&mut self, done: &Done, who: usize) -> Result<(), Wrong> {
        let number = done.with.call.ok_or("sent without a call")?;
        let call = self.calls.get(&number).ok_or("a call nobody rang")?.clone();
        if call.over {
            return done.refuses(409, "call_over");
        }
        if let Some(other) = call.by.filter(|by| *by != who) {
            done.refuses(409, "call_taken")?;
            let told = done.body["by"]["id"].as_str();
            return if told == Some(&self.ids[other]) { Ok(()) } else { Err("somebody else has it".into()) };
        }
        if self.call_of(who).is_some_and(|own| own != number) {
            return done.refuses(409, "call_live");
        }
        let person = self.person(who);
        let own = self.leases.lane_of(&person, self.now);
        if let Some(own) = own.filter(|own| Some(&own.case) == call.case.as_ref()) {
            done.is(201)?;
            let same = done.body["lease"]["fence"].as_i64() == Some(own.fence.0);
            return if same { Ok(()) } else { Err(Wrong(format!("worked under {:?}", own.fence))) };
        }
        self.lane_for(done, who, number, call.lane)
    }

    /// The lane of a call this person has now, where it can be had.
    fn lane_for(&mut self, done: &Done, who: usize, number: u32, lane: usize) -> Result<(), Wrong> {
        let new = super::case_of(&done.body).unwrap_or_else(super::nobodys_case);
        let mut leases = self.leases.clone();
        match leases.claim(&self.person(who), &lane_id(lane), new, self.now) {
            Ok(gained) => {
                let there = lane_number(&gained.lease.lane);
                let case = gained.lease.case.clone();
                self.have(number, who);
                self.gain(done, leases, gained, who)?;
                self.work_call(number, &case, there);
                Ok(())
            }
            Err(LeaseError::Held { by, .. }) => {
                done.is(201)?;
                self.have(number, who);
                let told = done.body["held_by"]["id"].as_str();
                if told == Some(by.as_str()) { Ok(()) } else { Err(Wrong(format!("held by {by}"))) }
            }
            Err(LeaseError::InCall { .. }) => done.refuses(409, "call_live"),
            Err(other) => Err(other.into()),
        }
    }

    fn have(&mut self, number: u32, who: usize) {
        if let Some(call) = self.calls.get_mut(&number) {
            call.by = Some(who);
        }
    }
}
