//! Claim and close cycles a second, durable, beside etcd and Redis, in turns of one run.

use anyhow::Result;

use super::Options;
use super::etcd::Etcd;
use super::hub::{self, Hub};
use super::load::{Rate, drive, middle};
use super::redis::Redis;
use super::table::{Table, millis};

/// Measures in rounds: ours, etcd, Redis, and again; what else the machine does then hits all three.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let site = hub::write_site(folder, options.clients)?;
    let database = format!("sqlite:{}", folder.join("claims.sqlite").display());
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let etcd = Etcd::start(folder)?;
    let redis = Redis::start(folder)?;
    let mut ours = hub.holders(options.clients).await?;
    let mut etcds = etcd.holders(options.clients)?;
    let mut redises = redis.holders(options.clients).await?;
    let (mut our_rounds, mut etcd_rounds, mut redis_rounds) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let rate;
        (rate, ours) = drive(ours, options.round()).await?;
        our_rounds.push(rate);
        let rate;
        (rate, etcds) = drive(etcds, options.round()).await?;
        etcd_rounds.push(rate);
        let rate;
        (rate, redises) = drive(redises, options.round()).await?;
        redis_rounds.push(rate);
    }
    let (ours, etcd, redis) = (middle(our_rounds)?, middle(etcd_rounds)?, middle(redis_rounds)?);
    let what = format!("claim + close a second, {} clients, SQLite", options.clients);
    let ratio = ours.per_second / etcd.per_second;
    table.add(&what, &told(ours), &format!("etcd {}", told(etcd)), Some(ratio), "≥ 1.00×", Some(ratio >= 1.0));
    let ratio = ours.per_second / redis.per_second;
    table.add(&what, &told(ours), &format!("Redis {}", told(redis)), Some(ratio), "", None);
    Ok(())
}

fn told(rate: Rate) -> String {
    format!("{:.0}/s (p99 {})", rate.per_second, millis(rate.spread.p99))
}
