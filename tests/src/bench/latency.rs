//! One claim under a gentle load of 50 a second, on each database, beyond one fsync measured between the claims.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use xtask::postgres::{Durability, Postgres};

use super::Options;
use super::disk::Probe;
use super::hub::{self, Hub};
use super::load::{Spread, spread};
use super::table::{Table, millis};

/// 50 claims a second.
const SLOT: Duration = Duration::from_millis(20);

/// Measures on SQLite, then on PostgreSQL.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let file = format!("sqlite:{}", folder.join("latency.sqlite").display());
    one(options, table, ("SQLite", &file, 5), folder).await?;
    let server = Postgres::start(Durability::Durable)?;
    one(options, table, ("PostgreSQL", server.url(), 10), folder).await
}

/// `engine` is a name, a database URL, and the goal in milliseconds.
async fn one(options: &Options, table: &mut Table, engine: (&str, &str, u64), folder: &Path) -> Result<()> {
    let (name, database, goal) = engine;
    let site = hub::write_site(folder, options.clients)?;
    let hub = Hub::start(&options.program("lanedesk-hub")?, database, &site, folder)?;
    // Three rounds' time gives 900 claims at the usual six seconds: the ninth worst is the p99.
    let count = options.round().as_millis() * 3 / SLOT.as_millis();
    let (claims, syncs) = claims_at_pace(&hub, options.clients, usize::try_from(count)?, folder).await?;
    let beyond = claims.p99.saturating_sub(syncs.p99);
    let peer = format!("claim p99 {}, fsync p99 {}", millis(claims.p99), millis(syncs.p99));
    table.bound(
        &format!("p99 of a claim at 50/s beyond one fsync, {name}"),
        beyond,
        Duration::from_millis(goal),
        &peer,
    );
    Ok(())
}

/// Claims at a fixed pace. A claim that starts late because the one before was slow is measured from when it was due.
async fn claims_at_pace(hub: &Hub, clients: usize, count: usize, folder: &Path) -> Result<(Spread, Spread)> {
    let holders = hub.holders(clients).await?;
    let mut disk = Probe::open(folder)?;
    let (mut claims, mut syncs) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    for (holder, turn) in holders.iter().cycle().zip(0_u32..).take(count) {
        let due = begun + SLOT * turn;
        tokio::time::sleep_until(due.into()).await;
        let case = holder.claim().await?;
        claims.push(due.elapsed());
        holder.close(&case).await?;
        syncs.push(disk.once()?);
    }
    Ok((spread(claims), spread(syncs)))
}
