//! Rows a transaction takes before it reads anything, so that what concerns one lane happens one after the other
//! (invariant 14).
//!
//! On PostgreSQL a statement sees what was committed before it began, so a row that is taken first makes everything read
//! afterwards true until the commit. The rows go with `begin` in one trip to the engine, people before lanes and each in
//! the order of their ids, so that nobody waits for somebody who waits for them. Work that comes upon a lane it had not
//! named is undone and begins again with that lane taken too: forgetting one costs time and never truth.
//!
//! SQLite has one writer; there nothing is taken.

use super::{Conn, StoreError, Tx, classify};
use lanedesk_domain::ids::{CaseId, LaneId, PersonId};
use sqlx::{Executor as _, PgConnection, PgPool, Postgres, Row as _, pool::PoolConnection, postgres::PgRow};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::{runtime::Handle, sync::OwnedMutexGuard};

/// What work takes first. People sort before lanes: every transaction takes them in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockRow {
    /// A person, with the lane they have open: nobody gives them another meanwhile.
    Person(PersonId),
    /// A lane.
    Lane(LaneId),
    /// The lane a case is worked at.
    Case(CaseId),
}

/// The rows a transaction begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockRows(BTreeSet<LockRow>);

impl LockRows {
    /// A lane.
    pub fn lane(lane: &LaneId) -> Self {
        Self::default().and_lane(lane)
    }

    /// Several lanes.
    pub fn lanes<'a>(lanes: impl IntoIterator<Item = &'a LaneId>) -> Self {
        Self(lanes.into_iter().cloned().map(LockRow::Lane).collect())
    }

    /// The lane a case is worked at.
    pub fn case(case: &CaseId) -> Self {
        Self(BTreeSet::from([LockRow::Case(case.clone())]))
    }

    /// A person, with the lane they have open.
    pub fn person(person: &PersonId) -> Self {
        Self(BTreeSet::from([LockRow::Person(person.clone())]))
    }

    /// This lane too.
    #[must_use]
    pub fn and_lane(mut self, lane: &LaneId) -> Self {
        self.0.insert(LockRow::Lane(lane.clone()));
        self
    }

    /// This person too.
    #[must_use]
    pub fn and_person(mut self, person: &PersonId) -> Self {
        self.0.insert(LockRow::Person(person.clone()));
        self
    }

    pub(super) fn add(&mut self, rows: &[LockRow]) {
        self.0.extend(rows.iter().cloned());
    }

    /// One text that begins the transaction and takes the rows. Each statement in it sees what was committed before it.
    fn begin(&self) -> String {
        let mut sql = "begin isolation level read committed".to_owned();
        if self.0.is_empty() {
            return sql;
        }
        // Another hub that hangs with a row in hand is not waited for without end; the work is tried again.
        sql.push_str("; set local lock_timeout = 8000");
        let (mut people, mut lanes, mut cases) = (Vec::new(), Vec::new(), Vec::new());
        for row in &self.0 {
            match row {
                LockRow::Person(id) => people.push(quoted(id.as_str())),
                LockRow::Lane(id) => lanes.push(quoted(id.as_str())),
                LockRow::Case(id) => cases.push(quoted(id.as_str())),
            }
        }
        let (people, cases) = (people.join(", "), cases.join(", "));
        if !people.is_empty() {
            let take = "for no key update";
            let text = format!("; select 'person', id from person where id in ({people}) order by id {take}");
            sql.push_str(&text);
        }
        let mut any = vec![format!("array[{}]::text[]", lanes.join(", "))];
        if !people.is_empty() {
            any.push(format!("array(select lane_id from lease where open and person_id in ({people}))"));
        }
        if !cases.is_empty() {
            any.push(format!("array(select lane_id from \"case\" where id in ({cases}))"));
        }
        let text = format!(
            "; select 'lane', id from lane where id = any ({}) order by id for no key update",
            any.join(" || ")
        );
        sql.push_str(&text);
        sql
    }
}

/// An id in a text; ids hold nothing that would end it.
fn quoted(id: &str) -> String {
    format!("'{}'", id.replace('\'', "''"))
}

/// What a transaction took.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Asked for by name. One that is not there is nobody else's to change either.
    asked: LockRows,
    /// The rows it has.
    taken: BTreeSet<LockRow>,
}

impl Turn {
    fn has(&self, row: &LockRow) -> bool {
        self.taken.contains(row) || self.asked.0.contains(row)
    }
}

impl Tx<'_> {
    /// Whatever this transaction reads of the lane from its beginning on stays true until its end. An error where it has
    /// not taken the lane: the work is undone and begins again with it.
    pub(crate) fn need_lane(&self, lane: &LaneId) -> Result<(), StoreError> {
        self.need(|| [LockRow::Lane(lane.clone())])
    }

    /// The same for several lanes.
    pub(crate) fn need_lanes(&self, lanes: &[LaneId]) -> Result<(), StoreError> {
        self.need(|| lanes.iter().cloned().map(LockRow::Lane))
    }

    /// The same for what a person has: the lane they hold, the call, the seat.
    pub(crate) fn need_person(&self, person: &PersonId) -> Result<(), StoreError> {
        self.need(|| [LockRow::Person(person.clone())])
    }

    fn need<R: IntoIterator<Item = LockRow>>(&self, rows: impl FnOnce() -> R) -> Result<(), StoreError> {
        let Some(turn) = &self.turn else {
            return Ok(());
        };
        let rows = rows().into_iter();
        let missing: Vec<LockRow> = rows.filter(|row| !turn.has(row)).collect();
        if missing.is_empty() { Ok(()) } else { Err(StoreError::NotTaken(missing)) }
    }
}

/// A transaction on PostgreSQL, with the rows it began with.
pub(super) struct PgTransaction {
    /// None: it has ended.
    conn: Option<PoolConnection<Postgres>>,
}

impl PgTransaction {
    pub(super) async fn begin(pool: &PgPool, rows: &LockRows) -> Result<(Self, Turn), StoreError> {
        let (begun, taken) = Self::answered(pool, &rows.begin()).await?;
        let taken = taken.iter().map(row).collect::<Result<_, StoreError>>()?;
        let asked = rows.clone();
        Ok((begun, Turn { asked, taken }))
    }

    /// One that begins with this text.
    pub(super) async fn with(pool: &PgPool, text: &str) -> Result<Self, StoreError> {
        Self::answered(pool, text).await.map(|(begun, _)| begun)
    }

    async fn answered(pool: &PgPool, text: &str) -> Result<(Self, Vec<PgRow>), StoreError> {
        let conn = pool.acquire().await.map_err(classify)?;
        // Before the statement: should the caller go away meanwhile, what had begun is undone.
        let mut begun = Self { conn: Some(conn) };
        match begun.get()?.fetch_all(text).await {
            Ok(rows) => Ok((begun, rows)),
            Err(error) => {
                begun.rollback().await;
                Err(classify(error))
            }
        }
    }

    fn get(&mut self) -> Result<&mut PgConnection, StoreError> {
        let ended = || StoreError::Unavailable("the transaction has ended".to_owned());
        self.conn.as_deref_mut().ok_or_else(ended)
    }

    pub(super) fn conn(&mut self) -> Result<Conn<'_>, StoreError> {
        Ok(Conn::Postgres(self.get()?))
    }

    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let done = self.get()?.execute("commit").await;
        if done.is_ok() {
            self.conn = None;
        }
        done.map(drop).map_err(classify)
    }

    pub(super) async fn rollback(mut self) {
        if let Ok(conn) = self.get()
            && conn.execute("rollback").await.is_ok()
        {
            self.conn = None;
        }
    }
}

/// Whoever asked has gone away in the middle: the connection goes back to the others with nothing begun on it.
impl Drop for PgTransaction {
    fn drop(&mut self) {
        let (Some(mut conn), Ok(runtime)) = (self.conn.take(), Handle::try_current()) else {
            return;
        };
        runtime.spawn(async move {
            if conn.execute("rollback").await.is_err() {
                drop(conn.detach());
            }
        });
    }
}

fn row(row: &PgRow) -> Result<LockRow, StoreError> {
    let kind: String = row.try_get(0).map_err(classify)?;
    let id: String = row.try_get(1).map_err(classify)?;
    let corrupt = |error| StoreError::Corrupt(format!("{kind} {id:?}: {error}"));
    if kind == "person" {
        id.parse().map(LockRow::Person).map_err(corrupt)
    } else {
        id.parse().map(LockRow::Lane).map_err(corrupt)
    }
}

/// Places in the queue kept before those nobody stands at are forgotten.
const PLACES: usize = 4_096;

/// Whoever in this process wants the same row waits here, first come first served, and not with one of the few
/// connections in hand.
#[derive(Debug, Default)]
pub(super) struct TurnQueue(Mutex<HashMap<LockRow, Weak<tokio::sync::Mutex<()>>>>);

impl TurnQueue {
    /// Waits until it is one's turn at every row. They are waited for in their order, as they are taken.
    pub(super) async fn wait(&self, rows: &LockRows) -> Vec<OwnedMutexGuard<()>> {
        let mut turns = Vec::with_capacity(rows.0.len());
        for row in &rows.0 {
            let place = self.place(row);
            turns.push(place.lock_owned().await);
        }
        turns
    }

    fn place(&self, row: &LockRow) -> Arc<tokio::sync::Mutex<()>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(row).and_then(Weak::upgrade) {
            return place;
        }
        if places.len() >= PLACES {
            places.retain(|_, place| place.strong_count() > 0);
        }
        let place: Arc<tokio::sync::Mutex<()>> = Arc::default();
        places.insert(row.clone(), Arc::downgrade(&place));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_taken_before_lanes_and_both_in_the_order_of_their_ids() {
        let id = |text: &str| text.parse().expect("an id");
        let rows = LockRows::lane(&id("E02")).and_lane(&id("E01"));
        let rows = rows.and_person(&"p2".parse().expect("an id"));
        let rows = rows.and_person(&"p1".parse().expect("an id"));
        let text = rows.begin();
        let at = |part: &str| text.find(part).expect(part);
        assert!(at("'p1', 'p2'") < at("array['E01', 'E02']"));
        assert!(text.starts_with("begin isolation level read committed; set local"));
        assert_eq!(LockRows::default().begin(), "begin isolation level read committed");
    }
}
