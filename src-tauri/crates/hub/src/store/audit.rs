//! Writing audit rows, and checking them.

use super::{Conn, StoreError, Tx, chain};
use crate::args;
use lanedesk_domain::{ids::PersonId, time::Timestamp};

/// What was done, by whom, to what.
#[derive(Debug, Clone)]
pub struct Audit {
    /// When.
    pub at: Timestamp,
    /// Who; none: the hub itself.
    pub person: Option<PersonId>,
    /// What, for example `lane.claim`.
    pub action: &'static str,
    /// To what: kind and id, for example `lane:E01`.
    pub subject: String,
    /// The facts. Never secrets.
    pub body: serde_json::Value,
}

impl Audit {
    /// What `person` did, or the hub itself where there is none.
    pub fn new(
        at: Timestamp,
        person: Option<&PersonId>,
        action: &'static str,
        subject: impl Into<String>,
        body: serde_json::Value,
    ) -> Self {
        Self { at, person: person.cloned(), action, subject: subject.into(), body }
    }
}

/// Audit rows that wait for the end of their transaction.
const MOST_WAITING: usize = 64;

impl Tx<'_> {
    /// Adds a row to this writer's chain, at the end of the transaction: the last one takes the sums of what was written.
    pub async fn audit(&mut self, audit: Audit) -> Result<(), StoreError> {
        // Whoever writes thousands does not keep them in memory.
        if self.audits.len() >= MOST_WAITING {
            for audit in std::mem::take(&mut self.audits) {
                self.link(audit).await?;
            }
        }
        self.audits.push(audit);
        Ok(())
    }

    /// Links a row to this writer's chain.
    pub(super) async fn link(&mut self, audit: Audit) -> Result<(), StoreError> {
        if self.chain.next == 0 {
            // A chain begins behind the newest head, so that none can be made up later for a time before it.
            self.chain.last = self.newest_head().await?.unwrap_or_else(chain::nothing);
        }
        let body = audit.body.to_string();
        let person = audit.person.as_ref().map_or("", PersonId::as_str);
        let link = chain::Link {
            chain: &self.chain.id,
            seq: self.chain.next,
            at: audit.at.0,
            person,
            action: audit.action,
            subject: &audit.subject,
            body: &body,
        };
        let hash = chain::hash(&self.chain.last, &link);
        let args = args![
            &self.chain.id,
            self.chain.next,
            audit.at,
            audit.person.as_ref().map(PersonId::as_str),
            audit.action,
            &audit.subject,
            body.as_str(),
            &self.chain.last,
            &hash
        ];
        self.later(
            "insert into audit (chain, seq, at, person_id, action, subject, body, prev, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args,
        )
        .await?;
        self.chain.next += 1;
        self.chain.last = hash;
        Ok(())
    }
}

/// Where a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("audit row {seq} of chain {chain} is broken: {why}")]
pub struct ChainBreak {
    /// The chain.
    pub chain: String,
    /// The first row that does not fit.
    pub seq: i64,
    /// What does not fit.
    pub why: &'static str,
}

/// Rows looked at in one read, so that memory stays flat however long the record is.
const CHECKED_AT_ONCE: i64 = 1_000;

/// An audit row that holds, for whoever looks further.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Anchor {
    pub(crate) chain: String,
    /// Its number.
    pub(crate) seq: i64,
    /// When.
    pub(crate) at: i64,
    person_id: Option<String>,
    pub(crate) action: String,
    subject: String,
    /// The facts.
    pub(crate) body: String,
    /// What it follows.
    pub(crate) prev: String,
    hash: String,
}

/// How many rows hold, or the first that does not.
pub type ChainCheck = Result<u64, ChainBreak>;

/// Walks every chain from its first row.
pub async fn verify(conn: &mut Conn<'_>) -> Result<ChainCheck, StoreError> {
    walk(conn, &mut |_| Ok(())).await
}

/// Walks every chain from its first row and shows each row that holds; what `look` finds wrong with one ends the walk.
pub(crate) async fn walk(
    conn: &mut Conn<'_>,
    look: &mut (dyn FnMut(&Anchor) -> Result<(), &'static str> + Send),
) -> Result<ChainCheck, StoreError> {
    let (mut chain, mut seq, mut last, mut held) = (String::new(), -1_i64, None, 0_u64);
    loop {
        let rows: Vec<Anchor> = conn
            .all(
                "select chain, seq, at, person_id, action, subject, body, prev, hash from audit
                 where chain > $1 or (chain = $1 and seq > $2) order by chain, seq limit $3",
                args![&chain, seq, CHECKED_AT_ONCE],
            )
            .await?;
        if rows.is_empty() {
            return Ok(Ok(held));
        }
        for row in rows {
            if row.chain != chain {
                (chain, seq, last) = (row.chain.clone(), -1, None);
            }
            let fits = check(&row, seq + 1, last.as_deref()).and_then(|()| look(&row));
            if let Err(why) = fits {
                return Ok(Err(ChainBreak { chain, seq: seq + 1, why }));
            }
            (seq, last, held) = (row.seq, Some(row.hash), held + 1);
        }
    }
}

/// What the first row of a chain follows is looked at by whoever knows the heads.
fn check(row: &Anchor, expected: i64, last: Option<&str>) -> Result<(), &'static str> {
    if row.seq != expected {
        return Err("the row is missing");
    }
    if last.is_some_and(|last| row.prev != last) {
        return Err("it does not follow the row before");
    }
    let link = chain::Link {
        chain: &row.chain,
        seq: row.seq,
        at: row.at,
        person: row.person_id.as_deref().unwrap_or_default(),
        action: &row.action,
        subject: &row.subject,
        body: &row.body,
    };
    if chain::hash(&row.prev, &link) == row.hash { Ok(()) } else { Err("its content was changed") }
}

/// What the first row of a chain follows where there is no head yet.
pub(crate) fn follows_nothing(prev: &str) -> bool {
    prev == chain::nothing()
}
