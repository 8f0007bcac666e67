//! How long calls waited and cases took, and how cases ended (FIELD.md).

use super::{
    morning::percentile,
    opening::{scope, time},
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{CashFilter, Daily, EndedCase, Span},
};
use lanedesk_domain::{
    ids::LotId,
    money::Fen,
    time::{DAY_MS, Timestamp},
};
use lanedesk_wire::morning::{CaseStatistics, CasesBar, CasesBy};
use std::collections::BTreeMap;

/// What is counted.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HandlingCount {
    /// `outcome`, `lot`, `hour` or `person`; `outcome` where it is not given.
    #[param(inline)]
    pub by: Option<CasesBy>,
    /// Ended at or after; a week ago where it is not given.
    pub from: Option<String>,
    /// Ended before.
    pub to: Option<String>,
    /// A lot's id.
    pub lot: Option<String>,
    /// Who worked them.
    pub person: Option<String>,
}

/// Counts ended cases.
pub async fn count(hub: &Hub, actor: &Actor, asked: HandlingCount) -> Result<CaseStatistics> {
    let now = hub.clock().now();
    let lots = match asked.lot.filter(|lot| !lot.is_empty()) {
        None => scope(hub, actor),
        Some(lot) => {
            let lot: LotId = lot.parse().map_err(|_| Error::NotFound)?;
            actor.see(&lot)?;
            Some(vec![lot])
        }
    };
    let span = Span {
        from: time(asked.from, "from")?.unwrap_or(now.plus_ms(-7 * DAY_MS)),
        to: time(asked.to, "to")?.unwrap_or(now.plus_ms(1)),
        lots: lots.clone(),
    };
    let (mut cases, mut waits, abandoned, cash) = {
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        let cash = CashFilter { lots, from: Some(span.from), to: Some(span.to), limit: 0, ..CashFilter::default() };
        let taken = conn.cash_sums(&cash, DAY_MS).await?;
        let abandoned: i64 = conn.daily(Daily::Abandoned, &span).await?.iter().map(|(_, n)| n).sum();
        let sum: i64 = taken.iter().map(|(_, _, _, fen)| fen.0).sum();
        (conn.ended_cases(&span).await?, conn.waits(&span).await?, abandoned, sum)
    };
    if let Some(person) = asked.person.filter(|person| !person.is_empty()) {
        cases.retain(|case| case.person_id == person);
    }
    waits.sort_unstable_by_key(|(_, ms)| *ms);
    let waits: Vec<i64> = waits.into_iter().map(|(_, ms)| ms).collect();
    let took = lengths(cases.iter());
    Ok(CaseStatistics {
        cases: small(cases.len()),
        calls: small(waits.len()),
        abandoned: u32::try_from(abandoned).unwrap_or(u32::MAX),
        waiting_p50_s: seconds(&waits, 50),
        waiting_p90_s: seconds(&waits, 90),
        handling_p50_s: seconds(&took, 50),
        handling_p90_s: seconds(&took, 90),
        cash_fen: Fen(cash),
        bars: bars(hub, asked.by.unwrap_or(CasesBy::Outcome), &cases),
    })
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Milliseconds, shortest first.
fn lengths<'a>(cases: impl Iterator<Item = &'a EndedCase>) -> Vec<i64> {
    let mut took: Vec<i64> = cases.map(|case| case.closed_at - case.opened_at).collect();
    took.sort_unstable();
    took
}

fn seconds(sorted: &[i64], share: usize) -> Option<u32> {
    percentile(sorted, share).and_then(|ms| u32::try_from(ms / 1_000).ok())
}

fn bars(hub: &Hub, by: CasesBy, cases: &[EndedCase]) -> Vec<CasesBar> {
    let site = hub.directory();
    let mut groups: BTreeMap<String, Vec<&EndedCase>> = BTreeMap::new();
    for case in cases {
        let key = match by {
            CasesBy::Outcome => case.outcome.clone().unwrap_or_default(),
            CasesBy::Lot => case.lot_id.clone(),
            CasesBy::Person => case.person_id.clone(),
            CasesBy::Hour => format!("{:02}", Timestamp(case.closed_at).local_hour()),
        };
        groups.entry(key).or_default().push(case);
    }
    let bar = |(key, cases): (String, Vec<&EndedCase>)| {
        let label = match by {
            CasesBy::Outcome => String::new(),
            CasesBy::Hour => format!("{key}:00"),
            CasesBy::Person => cases.first().map(|case| case.name.clone()).unwrap_or_default(),
            CasesBy::Lot => {
                let lot = key.parse().ok().and_then(|lot: LotId| site.lots.get(&lot));
                lot.map_or(key.clone(), |lot| lot.name.clone())
            }
        };
        let took = lengths(cases.iter().copied());
        CasesBar {
            key,
            label,
            cases: small(cases.len()),
            handling_p50_s: seconds(&took, 50),
            handling_p90_s: seconds(&took, 90),
        }
    };
    let mut bars: Vec<CasesBar> = groups.into_iter().map(bar).collect();
    if by != CasesBy::Hour {
        bars.sort_by_key(|bar| std::cmp::Reverse(bar.cases));
    }
    bars
}
