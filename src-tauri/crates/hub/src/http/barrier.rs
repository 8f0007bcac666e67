//! `/api/cases/{case}/barrier`

use super::handler::handlers;
use crate::ops::barrier;
use futures::TryFutureExt as _;
use lanedesk_domain::ids::CaseId;
use lanedesk_wire::barrier::{BarrierOrder, OrderAnswer};

handlers! { routes:
    /// Raise or lower the barrier. Sent again under the same id, it acts once. Answers within 12 s.
    post "/api/cases/{case}/barrier" "case" Act order(hub, actor) [case: CaseId] {wanted: BarrierOrder}
        -> 200 OrderAnswer,
        409 "`lease_lost`, `not_offered`, `not_clear`, `order_late` or `order_id_used`",
        503 "`unavailable`: nothing could be written, so nothing was sent"
        = barrier::order(hub, actor, &case, wanted).map_ok(|order| OrderAnswer { order });
}
