//! What a supervisor looks at each morning (FIELD.md): each figure of a day beside its own 28-day median, each leading to
//! its rows.

mod figure;

pub(super) use figure::percentile;

use super::{opening::scope, report::Day};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Conn, Daily, Span},
};
use figure::{DAYS, FigureFacts, PAST, Series};
use lanedesk_domain::{
    ids::LotId,
    person::Permission,
    time::{DAY_MS, MINUTE_MS},
};
use lanedesk_wire::{
    morning::{Figure, FigureName as F, Morning, RowsOf, Unit},
    search::LotRef,
};
use sha2::{Digest as _, Sha256};

/// Longer than this a stay is worth a look: 72 hours.
const LONG_STAY_MS: i64 = 3 * DAY_MS;
/// One in so many releases with photos is looked at again.
const REVIEWED: u64 = 20;

/// The figures of a day.
pub async fn of_day(hub: &Hub, actor: &Actor, day: &Day, lot: Option<LotId>) -> Result<Morning> {
    actor.allow(Permission::Statistics)?;
    if day.from() > hub.clock().now() {
        return Err(Error::NotFound);
    }
    let lots = match &lot {
        None => scope(hub, actor),
        Some(lot) => {
            actor.see(lot)?;
            Some(vec![lot.clone()])
        }
    };
    let site = hub.directory();
    let span = Span { from: day.from().local_midnight(-PAST), to: day.to(), lots };
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    let make = FigureFacts { site: &site, span: &span, lot: lot.as_ref() };
    let figures = figures(&mut conn, &make).await?;
    let named = lot.and_then(|lot| site.lots.get(&lot));
    Ok(Morning {
        day: day.name().to_owned(),
        lot: named.map(|lot| LotRef { id: lot.id.clone(), name: lot.name.clone() }),
        figures,
    })
}

async fn sums(conn: &mut Conn<'_>, make: &FigureFacts<'_>, what: Daily) -> Result<Series> {
    Ok(make.series(conn.daily(what, make.span).await?))
}

async fn figures(conn: &mut Conn<'_>, make: &FigureFacts<'_>) -> Result<Vec<Figure>> {
    let passages = sums(conn, make, Daily::Passages).await?;
    let exits = sums(conn, make, Daily::AbnormalExits).await?;
    let calls = sums(conn, make, Daily::Calls).await?;
    let mut all = Vec::new();
    let abnormal = [("kind", "abnormal"), ("direction", "exit")];
    let lanes = make.lanes(conn, Daily::AbnormalExits, RowsOf::Openings, &abnormal).await?;
    all.push(make.figure(
        F::AbnormalExitsPer100,
        Unit::Percent,
        exits.per_100(&passages),
        RowsOf::Openings,
        &abnormal,
        lanes,
    ));
    let unpaid = [("unpaid", "true")];
    let lanes = make.lanes(conn, Daily::UnpaidFen, RowsOf::Openings, &unpaid).await?;
    let series = sums(conn, make, Daily::UnpaidFen).await?;
    all.push(make.figure(F::UnpaidFen, Unit::Fen, series, RowsOf::Openings, &unpaid, lanes));
    let lanes = make.lanes(conn, Daily::Rises, RowsOf::Rises, &[]).await?;
    all.push(make.figure(F::Rises, Unit::Count, sums(conn, make, Daily::Rises).await?, RowsOf::Rises, &[], lanes));
    let unresolved = [("unresolved", "true")];
    let lanes = make.lanes(conn, Daily::Unresolved, RowsOf::Openings, &unresolved).await?;
    let series = sums(conn, make, Daily::Unresolved).await?;
    all.push(make.figure(F::UnresolvedOrders, Unit::Count, series, RowsOf::Openings, &unresolved, lanes));
    work(conn, make, &mut all).await?;
    let lanes = make.lanes(conn, Daily::Corrections, RowsOf::Cases, &[("corrected", "true")]).await?;
    let series = sums(conn, make, Daily::Corrections).await?.per_100(&sums(conn, make, Daily::Reads).await?);
    all.push(make.figure(F::CorrectionsPer100, Unit::Percent, series, RowsOf::Cases, &[("corrected", "true")], lanes));
    all.push(make.figure(F::CallsPer100, Unit::Percent, calls.per_100(&passages), RowsOf::Calls, &[], Vec::new()));
    standing(conn, make, &mut all).await?;
    money(conn, make, &mut all).await?;
    Ok(all)
}

/// How long calls waited and cases took.
async fn work(conn: &mut Conn<'_>, make: &FigureFacts<'_>, all: &mut Vec<Figure>) -> Result<()> {
    let waits = conn.waits(make.span).await?;
    for (name, share) in [(F::WaitingP50, 50), (F::WaitingP90, 90)] {
        let series = make.percentiles(&waits, share);
        let waited = [("waited", "true")];
        all.push(make.figure(name, Unit::Seconds, series, RowsOf::Calls, &waited, Vec::new()));
    }
    let gone = [("state", "abandoned")];
    let series = sums(conn, make, Daily::Abandoned).await?;
    all.push(make.figure(F::Abandoned, Unit::Count, series, RowsOf::Calls, &gone, Vec::new()));
    let cases = conn.ended_cases(make.span).await?;
    let took: Vec<(i64, i64)> = cases.iter().map(|case| (case.closed_at, case.closed_at - case.opened_at)).collect();
    let series = make.percentiles(&took, 90);
    all.push(make.figure(F::HandlingP90, Unit::Seconds, series, RowsOf::Cases, &[], Vec::new()));
    Ok(())
}

/// What lasts: devices out of reach, stays that do not end.
async fn standing(conn: &mut Conn<'_>, make: &FigureFacts<'_>, all: &mut Vec<Figure>) -> Result<()> {
    let outages = conn.outages(make.span).await?;
    #[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
    let minutes = |day: usize| {
        let (from, to) = make.day(day);
        let ms: i64 = outages.iter().map(|(_, began, ended)| ((*ended).min(to.0) - (*began).max(from.0)).max(0)).sum();
        Some((ms / MINUTE_MS) as f64)
    };
    let series = Series((0..DAYS).map(minutes).collect());
    let parts = make.devices(&outages);
    all.push(make.figure(F::OfflineMinutes, Unit::Minutes, series, RowsOf::Devices, &[], parts));
    let stays = conn.long_stays(make.span, LONG_STAY_MS).await?;
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let inside = |day: usize| {
        let (_, to) = make.day(day);
        let long = |(entered, left): &&(i64, Option<i64>)| {
            to.0 - entered > LONG_STAY_MS && left.is_none_or(|left| left >= to.0)
        };
        Some(stays.iter().filter(long).count() as f64)
    };
    let series = Series((0..DAYS).map(inside).collect());
    let long = [("longer_hours", "72")];
    all.push(make.figure(F::LongStays, Unit::Count, series, RowsOf::Stays, &long, Vec::new()));
    Ok(())
}

async fn money(conn: &mut Conn<'_>, make: &FigureFacts<'_>, all: &mut Vec<Figure>) -> Result<()> {
    for (name, what, rows) in
        [(F::DebtsFen, Daily::DebtsFen, RowsOf::Debts), (F::CashFen, Daily::CashFen, RowsOf::Cash)]
    {
        let people = make.people(conn, what, rows).await?;
        all.push(make.figure(name, Unit::Fen, sums(conn, make, what).await?, rows, &[], people));
    }
    let series = sums(conn, make, Daily::Approvals).await?;
    let people = make.people(conn, Daily::Approvals, RowsOf::Approvals).await?;
    all.push(make.figure(F::Approvals, Unit::Count, series, RowsOf::Approvals, &[], people));
    all.push(review(conn, make).await?);
    Ok(())
}

/// One release in twenty that has photos, chosen by its id, which nobody can foresee and every look chooses alike.
async fn review(conn: &mut Conn<'_>, make: &FigureFacts<'_>) -> Result<Figure> {
    let chosen = |id: &String| {
        let sum = Sha256::digest(id);
        u64::from_be_bytes(std::array::from_fn(|n| sum[n])) % REVIEWED == 0
    };
    let today = make.today();
    let ids: Vec<String> = conn.photographed(&today).await?.into_iter().filter(chosen).take(50).collect();
    #[expect(clippy::cast_precision_loss, reason = "50 at most")]
    let value = ids.len() as f64;
    let joined = ids.join(",");
    let mut series = Series(vec![None; DAYS]);
    series.0[DAYS - 1] = Some(value);
    let parts = ids.iter().map(|id| make.part(id, 1.0, RowsOf::Evidence, &[("id", id)])).collect();
    Ok(make.figure(F::EvidenceToReview, Unit::Count, series, RowsOf::Evidence, &[("ids", &joined)], parts))
}

/// The same as a table to take away: name, value, median.
pub async fn table(hub: &Hub, actor: &Actor, day: &Day, words: [&str; 4]) -> Result<Vec<Vec<String>>> {
    let morning = of_day(hub, actor, day, None).await?;
    let mut rows = vec![words.map(str::to_owned).to_vec()];
    let number = |value: Option<f64>| value.map(|value| format!("{value:.1}")).unwrap_or_default();
    rows.extend(
        morning
            .figures
            .iter()
            .map(|figure| vec![figure.name.word(), figure.unit.word(), number(figure.value), number(figure.median)]),
    );
    super::account::note_export(hub, actor, "morning.export", day.name()).await?;
    Ok(rows)
}
