//! Orders whose hub died between record and answer: what became of them nobody knows, and nobody sends them again.

use super::{finish, send};
use crate::{error::Result, hub::Hub};
use lanedesk_domain::{order::OrderResult, time::Timestamp};
use std::time::Duration;

/// A hub that lives has answered an order this long after its deadline, ms: the longest call and then its record.
const GRACE_MS: i64 = 15_000;
/// How often dead hubs' orders are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Looks for such orders, for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    // SQLite has one hub: whatever another process left running is nobody's any more.
    let alone = hub.store().engine() == "sqlite";
    let mut first = alone;
    loop {
        let now = hub.clock().now();
        let before = if first {
            Timestamp(i64::MAX)
        } else {
            now.plus_ms(-GRACE_MS)
        };
        match left_behind(&hub, before).await {
            Ok(()) => first = false,
            Err(error) => tracing::warn!(%error, "orders of a dead hub could not be looked for"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Turns other hubs' orders that still run, with a deadline before this, to `unknown`.
pub async fn left_behind(hub: &Hub, deadline_before: Timestamp) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let orders = reader
        .conn()
        .orders_left_running(deadline_before, hub.id())
        .await?;
    drop(reader);
    for mut order in orders {
        order.result = OrderResult::Unknown;
        send::UNANSWERED.clone_into(&mut order.detail);
        hub.metrics().order(order.result);
        finish::turn(hub, &order, &[OrderResult::Running]).await?;
    }
    Ok(())
}
