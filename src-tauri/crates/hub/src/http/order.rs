//! `/api/orders/{id}`

use super::handler::handlers;
use crate::ops::barrier;
use lanedesk_domain::ids::OrderId;
use lanedesk_wire::barrier::Order;

handlers! { routes:
    /// What became of an order.
    get "/api/orders/{order}" "case" View one(hub, actor) [id: OrderId]
        -> 200 Order, 404 "it never arrived and will not act" = barrier::by_id(hub, actor, id);
}
