//! `/api/cases`, `/api/calls/past`, `/api/stays`, `/api/outages`: the rows a figure leads to

use super::handler::handlers;
use crate::ops::history::{self, HistoryQuery};
use lanedesk_wire::{
    history::{LongStay, Outage, PastCall, PastCase},
    list::Page,
};

handlers! { routes:
    /// Cases that ended in a time, newest end first.
    get "/api/cases" "report" Statistics cases(hub, actor) ?[asked: HistoryQuery] -> 200 Page<PastCase>
        = history::cases(hub, actor, asked);
    /// Calls that began to ring in a time, newest first.
    get "/api/calls/past" "report" Statistics calls(hub, actor) ?[asked: HistoryQuery] -> 200 Page<PastCall>
        = history::calls(hub, actor, asked);
    /// Vehicles that had been inside for long at the end of a time, longest first.
    get "/api/stays" "report" Statistics stays(hub, actor) ?[asked: HistoryQuery] -> 200 Page<LongStay>
        = history::stays(hub, actor, asked);
    /// Times in which devices could not be reached, newest first.
    get "/api/outages" "report" Statistics outages(hub, actor) ?[asked: HistoryQuery] -> 200 Page<Outage>
        = history::outages(hub, actor, asked);
}
