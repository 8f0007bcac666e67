//! `/api/rises`

use super::handler::handlers;
use crate::ops::rise::{self, RiseQuery};
use lanedesk_wire::{list::Page, rise::Rise};

handlers! { routes:
    /// Barriers that rose without an order of ours and without an automatic passage, newest first (R40).
    get "/api/rises" "rise" OpeningsOfOthers list(hub, actor) ?[asked: RiseQuery] -> 200 Page<Rise>
        = rise::list(hub, actor, asked);
}
