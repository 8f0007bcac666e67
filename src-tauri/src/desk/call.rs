//! Taking calls and telling robots: a lane that comes with a call is held like any claimed one.

use super::Desk;
use crate::{commands::Reply, notify::Notice};
use lanedesk_client::{CallError, Hub};
use lanedesk_domain::{
    call::CallState,
    ids::{CaseId, LaneId},
};
use lanedesk_wire::{
    call::{Call, Taken},
    case::{Claimed, MoveCase},
    robot::{RobotCommand, RobotOrder},
};

impl Desk {
    /// Takes a call by whichever way `take` asks for it. The lane that comes with it is this person's; one that somebody
    /// else holds is looked at (R7, R29).
    pub async fn take_call<F>(&self, lane: Option<LaneId>, take: impl FnOnce(Hub) -> F) -> Reply<Taken>
    where
        F: Future<Output = Result<Taken, CallError>>,
    {
        let taken = self.looking_at(lane, take).await?;
        match claim_of(&taken) {
            Some(claimed) => self.hold(&claimed).await,
            None => {
                if let Some(view) = &taken.view {
                    self.learn_name(view);
                }
            }
        }
        Ok(taken)
    }

    /// Asks for something that turns the page to `lane`: what the hub tells of it is passed on from before the answer.
    /// Where the hub says no, the page stays where it was.
    async fn looking_at<T, F>(&self, lane: Option<LaneId>, ask: impl FnOnce(Hub) -> F) -> Reply<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let before = self.state().work.watched.clone();
        if lane.is_some() {
            self.watch(lane);
        }
        let asked = self.ask(ask).await;
        if asked.is_err() {
            self.watch(before);
        }
        asked
    }

    /// Goes on with the case at another lane; the one before is free from then on (R11).
    pub async fn move_case(&self, case: CaseId, lane: LaneId) -> Reply<Claimed> {
        let fence = self.fence(&case)?;
        let to = lane.clone();
        let take = |hub: Hub| async move { hub.move_case(case, MoveCase { fence, lane: to }).await };
        let claimed = self.looking_at(Some(lane), take).await?;
        self.hold(&claimed).await;
        Ok(claimed)
    }

    /// One press, one command. It stands beside the barrier's orders: a code may be pushed while the arm rises.
    pub async fn press_robot(&self, case: CaseId, command: RobotCommand) -> Reply<RobotOrder> {
        let step = |hub: Hub, id: CaseId, fence| async move { hub.press_robot(id, fence, command).await };
        self.step(case, step).await
    }

    /// A call that rings here is worth a notification, once: the agent may look elsewhere (R29).
    pub(super) fn call_told(&self, call: &Call) {
        let fresh = {
            let mut state = self.state();
            let me = state.person.as_ref().map(|person| &person.id);
            let here = call.by.as_ref().map(|holder| &holder.id) == me && me.is_some();
            let rings = call.state == CallState::Ringing && here;
            if !rings {
                state.work.rung.remove(&call.id);
            }
            rings && state.work.rung.insert(call.id.clone())
        };
        if fresh {
            let lot = call.lot.as_ref().map(|lot| lot.name.as_str());
            let lane = call.lane.as_ref().map(|lane| lane.name.as_str());
            self.notify(&Notice::Rings { lot, lane });
        }
    }
}

/// The claim that came with a call, where one did.
fn claim_of(taken: &Taken) -> Option<Claimed> {
    Some(Claimed { case: taken.case.clone()?, lease: taken.lease.clone()?, view: taken.view.clone()? })
}
