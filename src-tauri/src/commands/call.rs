//! Drivers' calls (R29 to R32).

use lanedesk_client::Hub;
use lanedesk_domain::ids::{CallId, CaseId, LaneId};
use lanedesk_wire::{call::Taken, case::Claimed};

commands! { desk:
    /// Takes a call, and its lane with it where that is known and free (R30). `lane`: the call's, where it is known.
    take_call(id: CallId, lane: Option<LaneId>) -> Taken
        = desk.take_call(lane, |hub: Hub| async move { hub.take_call(id).await }).await;
    /// Opens a case for a driver on another line (「手工建单」, R31).
    open_by_hand(lane: LaneId, caller: Option<String>) -> Taken = {
        let named = Some(lane.clone());
        let take = |hub: Hub| async move { hub.open_by_hand(lane, caller).await };
        desk.take_call(named, take).await
    };
    /// Goes on with the case at another lane (「转到此道口」, R11).
    move_case(case_id: CaseId, lane: LaneId) -> Claimed = desk.move_case(case_id, lane).await;
}
