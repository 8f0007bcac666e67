//! Whether the hub can do its work.

use crate::{hub::Hub, store::StoreError};
use lanedesk_wire::health::Health;
use std::time::Duration;

/// A database that takes longer to say anything is as good as gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the database; devices do not count.
pub async fn health(hub: &Hub) -> Health {
    let answer = tokio::time::timeout(PATIENCE, ask(hub)).await;
    Health {
        ok: matches!(answer, Ok(Ok(()))),
        database: hub.store().engine().to_owned(),
        devices: hub.runtime().devices(),
        undeclared_proxy_at: hub.proxies().undeclared_at(),
    }
}

async fn ask(hub: &Hub) -> Result<(), StoreError> {
    // A table, not a constant: an open connection to a database whose files are gone would still answer that.
    let sql = "select count(*) from integration";
    hub.store().read().await?.conn().one::<(i64,)>(sql, vec![]).await.map(drop)
}

/// The hub's numbers as Prometheus text. Those that rest in the database are left at zero while it is gone.
pub async fn metrics(hub: &Hub) -> String {
    let leases = match hub.store().read().await {
        Ok(mut reader) => reader.conn().count_held(hub.clock().now()).await.unwrap_or_default(),
        Err(_) => 0,
    };
    let devices = hub.runtime().devices();
    hub.metrics().render(leases, devices.online, devices.offline)
}
