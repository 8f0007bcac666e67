//! What happens to calls by itself: one that rings too long is offered to all, one of which nothing is heard ends.

use super::{audit, hear::silent, tell};
use crate::{error::Result, hub::Hub, store::Audit};
use lanedesk_domain::{call::CallState, ids::CallId, time::Timestamp};
use serde_json::json;

/// How often calls are looked at, ms.
const LOOK_EVERY: i64 = 1_000;

/// Looks at calls for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    loop {
        // From before the look: what becomes due during it is found by the next one.
        let next = hub.clock().now().plus_ms(LOOK_EVERY);
        if let Err(error) = once(&hub).await {
            tracing::warn!(%error, "calls could not be looked at");
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        hub.clock().sleep_until(next).await;
    }
}

/// Offers and ends what is due. Several hubs may try: whoever's change counts tells it.
pub async fn once(hub: &Hub) -> Result<()> {
    let now = hub.clock().now();
    let silence = i64::from(hub.rules().call_silence_minutes);
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let over = conn.calls_overflowing(now).await?;
    let quiet = conn.calls_silent(now.plus_minutes(-silence)).await?;
    drop(reader);
    for id in over {
        overflow(hub, id).await?;
    }
    for id in quiet {
        silent(hub, id).await?;
    }
    Ok(())
}

/// Days for which a telephone system's repetitions are known as such.
const REPEATED_DAYS: i64 = 30;

/// Removes what telephone systems told long ago.
pub async fn remove_old(hub: &Hub) -> Result<u64> {
    let before = hub.clock().now().plus_minutes(-REPEATED_DAYS * 24 * 60);
    hub.store().write(async move |tx| Ok(tx.remove_call_events(before).await?)).await
}

/// Numbers forgotten in one transaction, so that no other waits long for it.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// Forgets the numbers of drivers whose calls are past their time (rule `caller_retention_days`). The calls stay on
/// record. Answers how many.
pub async fn forget_callers(hub: &Hub) -> Result<u64> {
    let days = i64::from(hub.rules().caller_retention_days);
    let now = hub.clock().now();
    let before = now.plus_minutes(-days * 24 * 60);
    let mut forgotten = 0;
    loop {
        let done = forget_some(hub, before, days, now).await?;
        forgotten += done;
        if done < FORGOTTEN_AT_ONCE.unsigned_abs() {
            return Ok(forgotten);
        }
    }
}

async fn forget_some(hub: &Hub, before: Timestamp, days: i64, now: Timestamp) -> Result<u64> {
    hub.store()
        .write(async move |tx| {
            let done = tx.forget_callers(before, FORGOTTEN_AT_ONCE).await?;
            if done > 0 {
                let body = json!({"calls": done, "ended_before": before, "retention_days": days});
                tx.audit(Audit::new(now, None, "call.forget-callers", "call:past", body)).await?;
            }
            Ok(done)
        })
        .await
}

async fn overflow(hub: &Hub, id: CallId) -> Result<()> {
    hub.write(async move |tx, hub| {
        let now = hub.clock().now();
        let due = |row: &crate::store::CallRow| {
            row.state == CallState::Ringing && !row.overflow && row.overflow_at.is_some_and(|at| at <= now)
        };
        let Some(mut row) = tx.hold_call(&id).await?.filter(due) else {
            return Ok(());
        };
        row.overflow = true;
        tx.put_call(&row).await?;
        tx.audit(audit("call.overflow", None, &row, now)).await?;
        tell(tx, hub, &row, now).await
    })
    .await
}
