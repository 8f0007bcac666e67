//! Looking at a lane and taking it (R6–R10, R12).

use lanedesk_client::Hub;
use lanedesk_domain::ids::LaneId;
use lanedesk_wire::{case::Claimed, lane::View};

commands! { desk:
    /// Looks at a lane without locking it (「查看」); its changes are told from now on.
    view_lane(lane: LaneId) -> View = desk.view_lane(lane).await;
    /// Takes a lane for this person (「处理」, 「再次查询」).
    claim_lane(lane: LaneId) -> Claimed = {
        let named = lane.clone();
        let take = |hub: Hub| async move { hub.claim(named).await };
        desk.take(lane, take).await
    };
    /// A supervisor takes a held lane; the former holder is told why.
    take_over_lane(lane: LaneId, reason: String) -> Claimed = {
        let named = lane.clone();
        let take = |hub: Hub| async move { hub.take_over(named, reason).await };
        desk.take(lane, take).await
    };
    /// Tells once when the lane becomes free (「释放后提醒我」), or no longer.
    remind_when_free(lane: LaneId, on: bool) -> () = desk.remind(lane, on).await;
}
