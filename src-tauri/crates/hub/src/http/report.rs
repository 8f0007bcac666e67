//! `/api/reports`

use super::handler::handlers;
use crate::ops::report::{self, Day};
use lanedesk_wire::report::Report;

handlers! { routes:
    /// One local day (`2026-11-22`) of the lots in sight.
    get "/api/reports/{day}" "report" Statistics of_day(hub, actor) [day: Day] -> 200 Report, 404
        = report::of_day(hub, actor, &day);
    /// A supervisor says that they read it.
    post "/api/reports/{day}/acknowledge" "report" Review acknowledge(hub, actor) [day: Day] -> 200 Report, 404
        = report::acknowledge(hub, actor, &day);
}
