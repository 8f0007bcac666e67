//! The daily report: one local day of the lots in sight, acknowledged by name.

use super::{
    opening::{OpeningQuery, filter, scope},
    statistics, warning,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Audit, DayCounts, Filter},
};
use lanedesk_domain::{
    person::Permission,
    time::{BadTime, Timestamp},
};
use lanedesk_wire::{report::Report, statistics::By};
use serde_json::json;

/// A day at the lots.
#[derive(Debug, Clone)]
pub struct Day {
    name: String,
    from: Timestamp,
}

impl std::str::FromStr for Day {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        Ok(Self { name: text.to_owned(), from: Timestamp::of_local_day(text)? })
    }
}

impl Day {
    /// As it is written.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its first moment.
    pub(super) fn from(&self) -> Timestamp {
        self.from
    }

    /// The first moment of the day after.
    pub(super) fn to(&self) -> Timestamp {
        self.from.local_midnight(1)
    }
}

/// The report of a day that has begun.
pub async fn of_day(hub: &Hub, actor: &Actor, day: &Day) -> Result<Report> {
    actor.allow(Permission::Statistics)?;
    if day.from > hub.clock().now() {
        return Err(Error::NotFound);
    }
    warning::look(hub).await?;
    let within = Filter {
        from: Some(day.from),
        to: Some(day.to()),
        ..filter(hub, actor, OpeningQuery::default()).await?.unwrap_or_default()
    };
    let lots = scope(hub, actor);
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let openings = statistics::of(&mut conn, &hub.directory(), By::Reason, &within).await?;
    let counts: DayCounts = conn.day_counts(lots.as_deref(), day.from, day.to()).await?;
    let warnings = conn.count_warnings(lots.as_deref(), day.from, day.to()).await?;
    Ok(Report {
        day: day.name.clone(),
        openings,
        unknown: counts.unknown.unsigned_abs(),
        without_passage: counts.without_passage.unsigned_abs(),
        rises: counts.rises.unsigned_abs(),
        debts: counts.debts.unsigned_abs(),
        debts_fen: counts.owed(),
        warnings: warnings.unsigned_abs(),
        acknowledged: conn.report_readers(&day.name).await?,
    })
}

/// A supervisor says that they read it. Saying it again changes nothing.
pub async fn acknowledge(hub: &Hub, actor: &Actor, day: &Day) -> Result<Report> {
    let now = hub.clock().now();
    if day.from > now {
        return Err(Error::NotFound);
    }
    let (who, name) = (actor.id.clone(), day.name.clone());
    hub.store()
        .write(async move |tx| {
            if tx.read_report(&name, &who, now).await? {
                tx.audit(Audit::new(now, Some(&who), "report.acknowledge", format!("report:{name}"), json!({})))
                    .await?;
            }
            Ok::<(), Error>(())
        })
        .await?;
    of_day(hub, actor, day).await
}
