//! Search while typing, beside the same queries on SQLite's FTS5 trigram index.
//!
//! Both look in memory in this process and answer the best twenty. FTS5 is given what makes it able to find as much:
//! each lane's name with its lot's, their pinyin and their initials; a query too short for a trigram becomes a `like`.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use lanedesk_domain::lane::LaneDirection;
use lanedesk_hub::search::{Index, Lane, Lot};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use super::hub::{self, Hub, PASSWORD};
use super::load::{Spread, spread};
use super::table::{Table, millis};
use super::{Options, names};

/// What a page shows.
const LIMIT: usize = 20;
/// Somebody looks for so many lanes, in every way of typing.
const TARGETS: usize = 60;
/// FTS5 is slow enough that a part of the keystrokes tells its mean; every one of them is typed on our side too.
const PEER_STRIDE: usize = 5;

/// One text on its way from the first letter to the last, and the lane that is looked for.
struct Typing {
    text: String,
    target: String,
}

impl Typing {
    /// The field's content after each keystroke.
    fn keystrokes(&self) -> impl Iterator<Item = &str> {
        let ends = self.text.char_indices().map(|(at, letter)| at + letter.len_utf8());
        ends.filter_map(|end| self.text.get(..end))
    }
}

/// Measures in memory beside FTS5, then over HTTP on a hub with the same site.
pub async fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let typings = typings(options.lots);
    let (ours, found) = in_memory(options.lots, &typings)?;
    let (peer, peer_found) = fts5(options.lots, &typings).await?;
    let ratio = peer.mean.as_secs_f64() / ours.mean.as_secs_f64();
    let what = format!("search a keystroke, {} lots, {} lanes", options.lots, options.lots * 4);
    table.add(
        &format!("{what}: mean"),
        &millis(ours.mean),
        &format!("FTS5 {}", millis(peer.mean)),
        Some(ratio),
        "≥ 20.00×",
        Some(ratio >= 20.0),
    );
    table.bound(
        &format!("{what}: p99"),
        ours.spread.p99,
        Duration::from_millis(5),
        &format!("FTS5 {}", millis(peer.spread.p99)),
    );
    table.add(
        &format!("lanes found in the first {LIMIT} of {} searches", typings.len()),
        &found.to_string(),
        &format!("FTS5 {peer_found}"),
        None,
        "at least as many",
        Some(found >= peer_found),
    );
    let folder = tempfile::tempdir_in(options.folder()?)?;
    let over_http = over_http(options, &typings, folder.path()).await?;
    table.bound(&format!("{what}: p99 over HTTP"), over_http.p99, Duration::from_millis(5), "");
    Ok(())
}

/// Times of one side.
struct Times {
    mean: Duration,
    spread: Spread,
}

impl Times {
    fn of(taken: Vec<Duration>) -> Result<Self> {
        let count = u32::try_from(taken.len())?.max(1);
        let mean = taken.iter().sum::<Duration>() / count;
        Ok(Self { mean, spread: spread(taken) })
    }
}

/// What people type, spread over the whole country.
fn typings(lots: usize) -> Vec<Typing> {
    let targets = TARGETS.min(lots);
    (0..targets)
        .flat_map(|turn| {
            // An odd step visits every kind of name.
            let index = (turn * (lots / targets) + turn * 7) % lots;
            let lanes = names::lanes();
            let (lane, code) = lanes.get(turn % lanes.len()).cloned().unwrap_or_else(|| lanes[0].clone());
            let target = format!("lot{index}-{code}");
            names::typed(&names::lot(index), &lane).into_iter().map(move |text| Typing { text, target: target.clone() })
        })
        .collect()
}

/// Times of every keystroke, and how many targets stand among the first lanes once all is typed.
fn in_memory(lots: usize, typings: &[Typing]) -> Result<(Times, usize)> {
    let index = build(lots)?;
    let everything = index.visible(|_| true);
    let mut taken = Vec::new();
    let mut found = 0;
    for typing in typings {
        let mut last = Vec::new();
        for query in typing.keystrokes() {
            let begun = Instant::now();
            let hits = index.find(query, LIMIT, &everything);
            taken.push(begun.elapsed());
            last = hits.lanes;
        }
        found += usize::from(last.iter().any(|(lane, _)| lane.id.to_string() == typing.target));
    }
    Ok((Times::of(taken)?, found))
}

fn build(lots: usize) -> Result<Index> {
    let mut all_lots = Vec::new();
    let mut all_lanes = Vec::new();
    for index in 0..lots {
        let id = format!("lot{index}");
        for (lane, code) in names::lanes() {
            all_lanes.push(Lane {
                id: format!("{id}-{code}").parse().ok().context("a lane id")?,
                lot: id.parse().ok().context("a lot id")?,
                name: lane.text,
                code: code.to_owned(),
                direction: LaneDirection::Both,
                has_robot: false,
            });
        }
        all_lots.push(Lot { id: id.parse().ok().context("a lot id")?, name: names::lot(index).text });
    }
    Ok(Index::build(all_lots, all_lanes))
}

/// The same on FTS5.
async fn fts5(lots: usize, typings: &[Typing]) -> Result<(Times, usize)> {
    let mut database = filled(lots).await?;
    let mut taken = Vec::new();
    let mut found = 0;
    for (turn, typing) in typings.iter().enumerate() {
        let complete = hits(&mut database, &typing.text).await?;
        found += usize::from(complete.contains(&typing.target));
        if turn % PEER_STRIDE == 0 {
            for query in typing.keystrokes() {
                let begun = Instant::now();
                hits(&mut database, query).await?;
                taken.push(begun.elapsed());
            }
        }
    }
    database.close().await?;
    Ok((Times::of(taken)?, found))
}

/// An index in memory, as large as ours.
async fn filled(lots: usize) -> Result<SqliteConnection> {
    let mut database = SqliteConnectOptions::new().in_memory(true).connect().await?;
    sqlx::query("create virtual table lane using fts5(id unindexed, text, pinyin, initials, tokenize = 'trigram')")
        .execute(&mut database)
        .await?;
    let mut filling = database.begin().await?;
    for index in 0..lots {
        let lot = names::lot(index);
        for (lane, code) in names::lanes() {
            sqlx::query("insert into lane (id, text, pinyin, initials) values (?, ?, ?, ?)")
                .bind(format!("lot{index}-{code}"))
                .bind(format!("{}{}{code}", lot.text, lane.text))
                .bind(format!("{}{}", lot.pinyin, lane.pinyin))
                .bind(format!("{}{}", lot.initials, lane.initials))
                .execute(&mut *filling)
                .await?;
        }
    }
    filling.commit().await?;
    Ok(database)
}

/// The ids that FTS5 puts first.
async fn hits(database: &mut SqliteConnection, query: &str) -> Result<Vec<String>> {
    let (sql, term) = if query.chars().count() < 3 {
        let like = "select id from lane where text like ?1 or pinyin like ?1 or initials like ?1 limit ?2";
        (like, format!("%{query}%"))
    } else {
        ("select id from lane where lane match ?1 order by rank limit ?2", format!("\"{query}\""))
    };
    let rows = sqlx::query(sql).bind(term).bind(i64::try_from(LIMIT)?).fetch_all(database).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// The same keystrokes as a desk sends them.
async fn over_http(options: &Options, typings: &[Typing], folder: &Path) -> Result<Spread> {
    let site = names::write_site(folder, options.lots)?;
    let database = format!("sqlite:{}", folder.join("search.sqlite").display());
    let hub = Hub::start(&options.program("lanedesk-hub")?, &database, &site, folder)?;
    let http = hub::client(1)?;
    let session = hub.log_in(&http, "p0", PASSWORD).await?;
    let mut taken = Vec::new();
    for typing in typings {
        for query in typing.keystrokes() {
            let begun = Instant::now();
            let address = format!("{}/api/search", hub.address());
            let asked = http.get(address).query(&[("q", query)]).bearer_auth(&session).send().await?;
            asked.error_for_status()?.bytes().await?;
            taken.push(begun.elapsed());
        }
    }
    Ok(spread(taken))
}

#[cfg(test)]
mod tests {
    use super::{fts5, in_memory, typings};

    #[tokio::test]
    async fn both_sides_find_what_is_looked_for() {
        let typings = typings(300);
        let (_, found) = in_memory(300, &typings).unwrap();
        let (_, peer_found) = fts5(300, &typings).await.unwrap();
        assert!(peer_found > 0, "the peer finds something");
        assert!(found >= peer_found, "ours {found}, FTS5 {peer_found}");
    }
}
