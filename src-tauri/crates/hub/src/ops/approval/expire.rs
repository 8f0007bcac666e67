//! Questions nobody answered in time end as not given, and everybody who was asked is told.

use super::{record, tell};
use crate::{error::Result, hub::Hub};
use lanedesk_domain::ids::ApprovalId;
use lanedesk_wire::{approval::ApprovalState, case::Step};
use std::time::Duration;

/// A question asked meanwhile, here or at another hub, is noticed this soon.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Ends questions in time, for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    loop {
        if let Err(error) = once(&hub).await {
            tracing::warn!(%error, "approvals could not be ended");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Ends every question whose time is over. Several hubs may try: whoever's update counts tells it.
pub async fn once(hub: &Hub) -> Result<()> {
    let mut reader = hub.store().read().await?;
    let over = reader.conn().approvals_over(hub.clock().now()).await?;
    drop(reader);
    for id in over {
        end(hub, id).await?;
    }
    Ok(())
}

async fn end(hub: &Hub, id: ApprovalId) -> Result<()> {
    hub.write(async move |tx, hub| {
        let now = hub.clock().now();
        if !tx.expire_approval(&id, now).await? {
            return Ok(());
        }
        let Some(ended) = tx.approval(&hub.directory(), &id).await? else {
            return Ok(());
        };
        tx.need_lane(&ended.shown.lane.id)?;
        let facts = [("answer", ApprovalState::Expired.word())];
        record(tx, &ended.shown, Step::ApprovalAnswered, None, &facts, now).await?;
        tell(tx, &ended.shown, now).await
    })
    .await
}
