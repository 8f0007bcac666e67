//! The openings page at a million rows: the first page of every common filter, and the export, on both databases.
//!
//! The peer of the pages is what one would type without knowing our indexes: the plain condition, newest first, in the
//! database's own program and in its own time. The peer of the export is `sqlite3 -csv` with the same rows.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use xtask::postgres::{Durability, Postgres};

use super::Options;
use super::hub::{self, Hub, PASSWORD};
use super::load::spread;
use super::past::{self, BEGIN, EVERY};
use super::table::{Table, millis};

/// The goal of a first page.
const PAGE: Duration = Duration::from_millis(50);
/// Rows a second the export must give.
const ROWS: f64 = 20_000.0;
/// Times each filter is asked for.
const TIMES: usize = 40;
/// Memory that may be added by an export, MiB: a few pages, never the rows.
const FLAT_MIB: u64 = 64;

/// A filter as the page asks for it, and as one would type it in SQL.
struct Asked {
    who: &'static str,
    query: String,
    plain: String,
}

fn asked(openings: usize) -> Vec<Asked> {
    let end = BEGIN + i64::try_from(openings).unwrap_or(i64::MAX) * EVERY;
    let (from, to) = (end - 3 * 86_400_000, end - 2 * 86_400_000);
    let time = |at: i64| lanedesk_domain::time::Timestamp(at).to_string();
    let of = |who, query: &str, plain: &str| Asked { who, query: query.to_owned(), plain: plain.to_owned() };
    vec![
        of("chief", "", "true"),
        of("chief", "lot=lot77", "lot_id = 'lot77'"),
        of("chief", "lane=lot77-1", "lane_id = 'lot77-1'"),
        of("chief", "plate=粤B12346", "plate = '粤B12346'"),
        of("chief", "plate=2346", "plate like '%2346%'"),
        of("chief", "plate=346", "plate like '%346%'"),
        of("chief", "plate=粤A", "plate like '%粤A%'"),
        of("chief", "plate=7", "plate like '%7%'"),
        of("chief", "reason=reason3", "reason = 'reason3'"),
        of("chief", "kind=abnormal", "kind = 'abnormal'"),
        of("chief", "result=unknown", "result = 'unknown'"),
        of("chief", "result=refused", "result = 'refused'"),
        of("chief", "direction=entry", "direction = 'entry'"),
        of("chief", "source=call", "source = 'call'"),
        of("chief", "passage=none", "passage = 'none'"),
        of("chief", "hour=3", "(at / 3600000 + 8) % 24 = 3"),
        of("chief", "lot=lot77&kind=abnormal", "lot_id = 'lot77' and kind = 'abnormal'"),
        of("chief", "lot=lot77&result=unknown", "lot_id = 'lot77' and result = 'unknown'"),
        of("chief", &format!("from={}&to={}", time(from), time(to)), &format!("at >= {from} and at < {to}")),
        of("part", "", "lot_id in (select 'lot' || n from part)"),
        of("part", "kind=abnormal", "lot_id in (select 'lot' || n from part) and kind = 'abnormal'"),
        of("p3", "", "person_id = (select id from person where username = 'p3')"),
    ]
}

/// Measures pages and export on SQLite, then pages and export on PostgreSQL.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let folder = folder.path();
    let database = format!("sqlite:{}?mode=rwc", folder.join("openings.sqlite").display());
    engine(options, table, ("SQLite", "sqlite3", &database), folder).await?;
    let server = Postgres::start(Durability::Durable)?;
    engine(options, table, ("PostgreSQL", "psql", server.url()), folder).await
}

async fn engine(
    options: &Options,
    table: &mut Table,
    (name, program, database): (&str, &str, &str),
    folder: &Path,
) -> Result<()> {
    let hub_program = options.program("lanedesk-hub")?;
    let site = past::fill(&hub_program, database, folder, options.openings)?;
    let hub = Hub::start(&hub_program, database, &site, folder)?;
    let (mut worst, mut worst_of) = (Duration::ZERO, String::new());
    let (mut slowest, mut slowest_of) = (Duration::ZERO, String::new());
    for asked in asked(options.openings) {
        let took = page(&hub, &asked).await?;
        if took > worst {
            (worst, worst_of) = (took, asked.query.clone());
        }
        let theirs = past::run(database, &sql(&asked.plain))?;
        if theirs > slowest {
            (slowest, slowest_of) = (theirs, asked.plain.clone());
        }
    }
    let rows = options.openings;
    table.bound(
        &format!("first page of {rows} openings, p95 of the slowest filter ({worst_of}), {name}"),
        worst,
        PAGE,
        &format!("{program}, plain condition, slowest ({slowest_of}) {}", millis(slowest)),
    );
    export(options, table, (name, program, database), &hub).await
}

/// The same rows as the page shows, newest first; `part` are the lots of a supervisor.
fn sql(condition: &str) -> String {
    let part: Vec<String> = (0..past::PART).map(|n| format!("({n})")).collect();
    format!(
        "with part (n) as (values {}) select * from opening where {condition} order by at desc, id desc limit 50",
        part.join(", ")
    )
}

/// 95 of 100 first pages of a filter, as a desk asks for them.
async fn page(hub: &Hub, asked: &Asked) -> Result<Duration> {
    let http = hub::client(1)?;
    let session = hub.log_in(&http, asked.who, PASSWORD).await?;
    let address = format!("{}/api/openings?{}", hub.address(), asked.query);
    let mut taken = Vec::new();
    for turn in 0..=TIMES {
        let begun = Instant::now();
        let answer = http.get(&address).bearer_auth(&session).send().await?;
        let bytes = answer.error_for_status()?.bytes().await?;
        ensure!(!bytes.is_empty(), "an answer");
        // The first one fills what the engine keeps in memory.
        if turn > 0 {
            taken.push(begun.elapsed());
        }
    }
    Ok(spread(taken).p95)
}

async fn export(
    options: &Options,
    table: &mut Table,
    (name, program, database): (&str, &str, &str),
    hub: &Hub,
) -> Result<()> {
    let all = "select * from opening order by at desc, id desc";
    let theirs = per_second(options.openings, past::run(database, all)?);
    for format in ["csv", "xlsx"] {
        let before = memory(hub)?;
        let took = download(hub, format).await?;
        let grown = memory(hub)?.saturating_sub(before) / 1024;
        let ours = per_second(options.openings, took);
        table.add(
            &format!("export of {} openings as {format}, {name}", options.openings),
            &format!("{ours:.0} rows/s, memory +{grown} MiB"),
            &format!("{program}, same rows as CSV, {theirs:.0} rows/s"),
            Some(ours / theirs),
            &format!("≥ {ROWS:.0} rows/s, ≤ +{FLAT_MIB} MiB"),
            Some(ours >= ROWS && grown <= FLAT_MIB),
        );
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a million rows")]
fn per_second(rows: usize, took: Duration) -> f64 {
    rows as f64 / took.as_secs_f64()
}

/// Takes everything out, looking at nothing.
async fn download(hub: &Hub, format: &str) -> Result<Duration> {
    let http = hub::client(1)?;
    let session = hub.log_in(&http, "chief", PASSWORD).await?;
    let address = format!("{}/api/openings/export?format={format}", hub.address());
    let begun = Instant::now();
    let mut answer = http.get(address).bearer_auth(session).send().await?.error_for_status()?;
    let mut bytes = 0;
    while let Some(piece) = answer.chunk().await? {
        bytes += piece.len();
    }
    ensure!(bytes > 0, "a file");
    Ok(begun.elapsed())
}

/// The most memory the hub ever held, KiB.
fn memory(hub: &Hub) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", hub.process()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let text = line.context("VmHWM")?.trim().trim_end_matches(" kB");
    Ok(text.parse()?)
}
