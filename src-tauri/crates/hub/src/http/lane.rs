//! `/api/lanes/{lane}`: look, claim, take over, ask.

use super::handler::handlers;
use crate::ops::{lease, view};
use lanedesk_domain::ids::LaneId;
use lanedesk_wire::{
    case::{Claimed, TakeOver},
    lane::View,
};

handlers! { routes:
    /// A lane's page, read-only.
    get "/api/lanes/{lane}" "lane" View view(hub, actor) [lane: LaneId]
        -> 200 View, 404 "no such lane in one's lots" = view::of_lane(hub, actor, &lane);
    /// Take the lane, or renew one's own hold of it.
    post "/api/lanes/{lane}/claim" "lane" Claim claim(hub, actor) [lane: LaneId]
        -> 201 Claimed, 409 "`lane_held`, with `holder` and `since`" = lease::claim(hub, actor, &lane);
    /// Take the lane from whoever holds it.
    post "/api/lanes/{lane}/take-over" "lane" TakeOver + reentry_take_over take_over(hub, actor) [lane: LaneId]
        {why: TakeOver} -> 201 Claimed, 403 "only supervisors take over", 422 "`reason_required`"
        = lease::take_over(hub, actor, &lane, &why.reason);
    /// Ask the holder for the lane.
    post "/api/lanes/{lane}/ask" "lane" HandOver ask(hub, actor) [lane: LaneId]
        -> 204, 409 "`not_offered`: nobody else holds it" = lease::ask(hub, actor, &lane);
}
