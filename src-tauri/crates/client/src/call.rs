//! Drivers' calls: the queue, taking one, and cases opened by hand (R29 to R32).

use crate::{CallError, Hub, lane::EMPTY};
use lanedesk_domain::ids::{CallId, CaseId, Fence, LaneId};
use lanedesk_wire::{
    call::{Call, CallState, CalledBack, OpenByHand, Taken},
    case::{Claimed, MoveCase},
    list::Page,
};
use reqwest::Method;
use serde::Serialize;

/// Which calls are wanted.
#[derive(Serialize)]
struct InState {
    state: CallState,
}

impl Hub {
    /// Calls within one's sight that stand so, oldest first.
    pub async fn calls_in(&self, state: CallState) -> Result<Page<Call>, CallError> {
        self.get_with("/api/calls", &InState { state }).await
    }

    /// Takes a call, and its lane with it where that is known and free (R30).
    pub async fn take_call(&self, call: &CallId) -> Result<Taken, CallError> {
        self.post(&format!("/api/calls/{call}/take"), &EMPTY).await
    }

    /// Opens a case for a driver on another line (R31).
    pub async fn open_by_hand(&self, lane: LaneId, caller: Option<String>) -> Result<Taken, CallError> {
        self.post("/api/calls", &OpenByHand { lane, caller }).await
    }

    /// An abandoned call was rung back; it leaves the list.
    pub async fn call_back(&self, call: &CallId, note: Option<String>) -> Result<(), CallError> {
        let path = format!("/api/calls/{call}/called-back");
        self.tell(Method::POST, &path, Some(&CalledBack { note })).await
    }

    /// Goes on with the case at another lane (R11).
    pub async fn move_case(&self, case: &CaseId, fence: Fence, lane: LaneId) -> Result<Claimed, CallError> {
        let body = MoveCase { fence, lane };
        self.post(&format!("/api/cases/{case}/move"), &body).await
    }
}
