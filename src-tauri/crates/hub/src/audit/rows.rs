//! Rows of openings, timelines, photos, approvals, payments and cash held against the sums that the chains have of them.

use super::HeadFault;
use crate::{
    args,
    store::{Anchor, Conn, GONE, LEDGERS, Ledger, StoreError, walk_audit},
};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Rows held in memory at once; more are looked at in several walks.
const AT_ONCE: i64 = 500_000;
/// Rows read at once.
const PAGE: i64 = 1_000;

/// A row that is not what the chains say of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table} {id}: {why}")]
pub struct BrokenRow {
    /// Its table.
    pub table: &'static str,
    /// Its id.
    pub id: String,
    /// What does not fit.
    pub why: &'static str,
}

/// What the chains say last of a row.
struct RowSum {
    id: Box<str>,
    /// The number of the change that is said; the last one counts.
    change: i64,
    /// The first that was met: 1 where the row was added since sums are kept.
    first: i64,
    kind: &'static str,
    sum: String,
}

/// One part of the rows: those whose key falls to it.
struct RowShare {
    of: u64,
    number: u64,
    said: HashMap<(&'static str, [u8; 16]), RowSum>,
}

fn key(id: &str) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::digest(id)[..16]);
    key
}

impl RowShare {
    fn has(&self, key: [u8; 16]) -> bool {
        let [first, ..] = key.as_chunks::<8>().0 else {
            return false;
        };
        u64::from_be_bytes(*first) % self.of == self.number
    }

    /// Takes what an audit row says of rows.
    fn take(&mut self, row: &Anchor) -> Result<(), &'static str> {
        const UNREADABLE: &str = "what it says of rows cannot be read";
        if !row.body.contains("\"row_sums\"") {
            return Ok(());
        }
        let body: Sums = serde_json::from_str(&row.body).map_err(|_| UNREADABLE)?;
        for (kind, id, change, sum) in body.row_sums {
            let ledger = LEDGERS.iter().find(|ledger| ledger.kind == kind);
            let ledger = ledger.ok_or(UNREADABLE)?;
            let key = key(&id);
            if !self.has(key) {
                continue;
            }
            let said = self.said.entry((ledger.table, key)).or_insert_with(|| RowSum {
                id: id.into_boxed_str(),
                change: 0,
                first: i64::MAX,
                kind: ledger.kind,
                sum: String::new(),
            });
            said.first = said.first.min(change);
            if change > said.change {
                (said.change, said.kind, said.sum) = (change, ledger.kind, sum);
            } else if change == said.change && said.sum != sum {
                return Err("it says otherwise of a row than another does");
            }
        }
        Ok(())
    }
}

/// The part of an audit row's facts that is about rows.
#[derive(serde::Deserialize)]
struct Sums {
    #[serde(default)]
    row_sums: Vec<(String, String, i64, String)>,
}

#[derive(serde::Deserialize)]
struct LedgerStart {
    before: BTreeMap<String, i64>,
}

/// How many rows are as the chains say; none: nothing was summed up yet.
pub(super) async fn verify(conn: &mut Conn<'_>) -> Result<Option<u64>, HeadFault> {
    let Some(before) = begun(conn).await? else {
        return Ok(None);
    };
    let mut there = 0;
    for ledger in &LEDGERS {
        let sql = format!("select count(*) from {}", ledger.table);
        there += conn.count_of(&sql, vec![]).await?;
    }
    let of = u64::try_from(there / AT_ONCE).unwrap_or_default() + 1;
    let (mut held, mut older) = (0, BTreeMap::new());
    for number in 0..of {
        let mut part = RowShare { of, number, said: HashMap::new() };
        let walked = walk_audit(conn, &mut |row| part.take(row)).await?;
        walked.map_err(HeadFault::Chain)?;
        for ledger in &LEDGERS {
            let of_table = table(conn, ledger, &mut part).await?;
            held += of_table.held;
            *older.entry(ledger.table).or_insert(0) += of_table.older;
        }
        let gone = part.said.into_iter().find(|(_, said)| said.sum != GONE);
        if let Some(((table, _), said)) = gone {
            return Err(broken(table, &said.id, "it is gone"));
        }
    }
    for (table, count) in older {
        let were = before.get(table).copied().unwrap_or_default();
        if count != were {
            let why = if count > were {
                "more rows that no chain knows than there were when sums were begun: some were added outside the hub"
            } else {
                "fewer rows than there were when sums were begun: some were removed outside the hub"
            };
            return Err(broken(table, &format!("{count} of {were}"), why));
        }
    }
    Ok(Some(held))
}

fn broken(table: &'static str, id: &str, why: &'static str) -> HeadFault {
    let id = id.to_owned();
    HeadFault::Row(BrokenRow { table, id, why })
}

/// How many rows of each table there were before sums were kept; the first row that says so counts.
async fn begun(conn: &mut Conn<'_>) -> Result<Option<BTreeMap<String, i64>>, HeadFault> {
    let sql = "select body from audit where action = 'record.begin' order by at, chain, seq limit 1";
    let Some((body,)) = conn.optional::<(String,)>(sql, vec![]).await? else {
        return Ok(None);
    };
    let begin: LedgerStart =
        serde_json::from_str(&body).map_err(|error| StoreError::Corrupt(format!("record.begin: {error}")))?;
    Ok(Some(begin.before))
}

/// What was found in a table.
#[derive(Default)]
struct Tally {
    /// Rows that are as was said.
    held: u64,
    /// Rows from before sums were kept.
    older: i64,
}

async fn table(conn: &mut Conn<'_>, ledger: &Ledger, part: &mut RowShare) -> Result<Tally, HeadFault> {
    let (mut found, mut last) = (Tally::default(), String::new());
    let sql = ledger.select(conn, "where id > $1 order by id limit $2");
    loop {
        let rows: Vec<(String, String)> = conn.all(&sql, args![&last, PAGE]).await?;
        let Some((end, _)) = rows.last() else {
            return Ok(found);
        };
        last.clone_from(end);
        for (id, row) in rows {
            let key = key(&id);
            if !part.has(key) {
                continue;
            }
            let Some(said) = part.said.remove(&(ledger.table, key)) else {
                found.older += 1;
                continue;
            };
            let by = LEDGERS.iter().find(|ledger| ledger.kind == said.kind);
            if by.unwrap_or(ledger).sum(&row)? != said.sum {
                return Err(broken(ledger.table, &id, "its content was changed"));
            }
            found.held += 1;
            found.older += i64::from(said.first > 1);
        }
    }
}
