//! `/api/cases`, `/api/calls/past`, `/api/stays`, `/api/outages`: the rows a figure leads to

use super::handler::handlers;
use crate::ops::past::{self, AskedPast};
use lanedesk_wire::{
    list::Page,
    past::{LongStay, Outage, PastCall, PastCase},
};

handlers! { routes:
    /// Cases that ended in a time, newest end first.
    get "/api/cases" "report" Statistics cases(hub, actor) ?[asked: AskedPast] -> 200 Page<PastCase>
        = past::cases(hub, actor, asked);
    /// Calls that began to ring in a time, newest first.
    get "/api/calls/past" "report" Statistics calls(hub, actor) ?[asked: AskedPast] -> 200 Page<PastCall>
        = past::calls(hub, actor, asked);
    /// Vehicles that had been inside for long at the end of a time, longest first.
    get "/api/stays" "report" Statistics stays(hub, actor) ?[asked: AskedPast] -> 200 Page<LongStay>
        = past::stays(hub, actor, asked);
    /// Times in which devices could not be reached, newest first.
    get "/api/outages" "report" Statistics outages(hub, actor) ?[asked: AskedPast] -> 200 Page<Outage>
        = past::outages(hub, actor, asked);
}
