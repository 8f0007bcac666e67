//! Orders whose hub died between record and answer: what became of them nobody knows, and nobody sends them again.

use super::{finish, send};
use crate::{error::Result, hub::Hub};
use lanedesk_domain::{order::OrderResult, time::Timestamp};
use std::time::Duration;

/// Whoever sends an order has answered it this long after its deadline, ms: the longest call and then its record.
const GRACE_MS: i64 = 15_000;
/// How often such orders are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Looks for such orders, for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    // SQLite has one hub: whatever another process left running is nobody's any more.
    let mut others_at_once = hub.store().engine() == "sqlite";
    loop {
        let long_ago = hub.clock().now().plus_ms(-GRACE_MS);
        let mut done = left_behind(&hub, long_ago, None).await;
        if others_at_once && done.is_ok() {
            done = left_behind(&hub, Timestamp(i64::MAX), Some(hub.id())).await;
            others_at_once = done.is_err();
        }
        if let Err(error) = done {
            tracing::warn!(%error, "orders without an answer could not be looked for");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Turns orders that still run, with a deadline before this, to `unknown`; all but those of one hub where it is named.
pub async fn left_behind(hub: &Hub, deadline_before: Timestamp, not_by: Option<&str>) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let orders = reader.conn().orders_left_running(deadline_before, not_by).await?;
    drop(reader);
    for mut order in orders {
        order.result = OrderResult::Unknown;
        send::UNANSWERED.clone_into(&mut order.detail);
        hub.metrics().order(order.result);
        finish::turn(hub, &order, &[OrderResult::Running]).await?;
    }
    Ok(())
}
