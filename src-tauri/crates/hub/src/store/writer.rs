//! How writes become durable.
//!
//! SQLite has one writer connection: a task takes what waits, runs each piece of work in its own savepoint and answers
//! all of them after one common commit, so that one fsync serves many. PostgreSQL runs one transaction a piece, many at
//! once, and syncs in groups by itself. Every writer has its own audit chain.

use super::{
    Audit, Chain, Conn, Rows, StoreError, TurnRow, classify,
    later::Later,
    ledger,
    turn::{Begun, Queue, Turn},
};
use crate::clock::{Clock, machine_now};
use futures::future::BoxFuture;
use lanedesk_domain::time::Timestamp;
use rand::Rng as _;
use sqlx::{PgPool, SqliteConnection, SqlitePool};
use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

/// What a write does inside its transaction: `|tx| Box::pin(async move { … })`.
pub trait Work<T, E>: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static {}
impl<T, E, F> Work<T, E> for F where F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static
{}

/// What work may fail with: it can carry the store's errors and tells whether trying again may help.
pub trait Fault: From<StoreError> + Send + 'static {
    /// Whether transactions stood in each other's way, so that the same work may succeed when run again.
    fn is_conflict(&self) -> bool;
    /// The rows that were to be taken first and were not.
    fn not_taken(&self) -> Option<&[TurnRow]>;
}

impl Fault for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    fn not_taken(&self) -> Option<&[TurnRow]> {
        match self {
            Self::NotTaken(rows) => Some(rows),
            _ => None,
        }
    }
}

/// A transaction in hand. Reads go through [`Conn`]; `audit` and `tell` are its own.
pub struct Tx<'c> {
    pub(super) conn: Conn<'c>,
    pub(super) chain: Chain,
    /// Events told so far in this transaction.
    pub(super) told: i64,
    /// The transaction's number in the outbox; none: PostgreSQL numbers it.
    pub(super) xid: Option<i64>,
    /// The rows it took first; none: nobody writes beside it.
    pub(super) turn: Option<Turn>,
    /// Rows to write at the end.
    pub(super) later: Later,
    /// Audit rows to write at the end.
    pub(super) audits: Vec<Audit>,
    /// Sums of rows that go into them.
    pub(super) sums: Vec<serde_json::Value>,
    /// The hub's time, for what the store says of itself.
    pub(super) time: StoreClock,
}

impl<'c> Deref for Tx<'c> {
    type Target = Conn<'c>;
    fn deref(&self) -> &Self::Target {
        &self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.conn
    }
}

/// The hub's clock, once there is one. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct StoreClock(Arc<OnceLock<Clock>>);

impl StoreClock {
    pub(super) fn follow(&self, clock: Clock) {
        // The first hub over a store is the only one.
        let _ = self.0.set(clock);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.get().map_or_else(machine_now, Clock::now)
    }
}

impl Tx<'_> {
    /// The hub's time.
    pub(super) fn now(&self) -> Timestamp {
        self.time.now()
    }
}

/// Begins the batch's transaction and its first piece of work's savepoint. One text, because every trip to the engine
/// costs more than the statements.
const BEGIN: &str = "begin immediate;\nsavepoint work";
/// Ends a piece of work's savepoint and begins the next one's; the commit ends the last.
const NEXT: &str = "release work;\nsavepoint work";

/// Does the work and writes the rows it left for the end.
async fn whole<T, E: Fault, F: Work<T, E>>(work: &F, tx: &mut Tx<'_>) -> Result<T, E> {
    let (done, touched) = ledger::heard(work(tx)).await;
    let value = done?;
    tx.end_record(touched).await?;
    match &tx.conn {
        Conn::Sqlite(_) => tx.finish_then(NEXT).await?,
        Conn::Postgres(_) => tx.finish().await?,
    }
    Ok(value)
}

/// Pieces of work that one commit may carry; beyond it the first would wait too long.
const BATCH: usize = 256;

/// A piece of work that waits for the writer.
trait Job: Send {
    /// Does it; the answer is given once the common commit is known.
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx<'_>) -> BoxFuture<'t, Ran>;
    /// Answers without doing anything.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// What a job left behind: whether its savepoint stands, and how to answer once the commit is known.
struct Ran {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// A caller's work and the way back to the caller, who may have gone away and then no longer wants to know.
struct Waiting<F, T, E> {
    work: F,
    tell: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Waiting<F, T, E>
where
    T: Send + 'static,
    E: Fault,
    F: Work<T, E>,
{
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx<'_>) -> BoxFuture<'t, Ran> {
        Box::pin(async move {
            let done = whole(&self.work, tx).await;
            let keep = done.is_ok();
            let answer = move |committed: Result<(), StoreError>| {
                let _ = self.tell.send(match (done, committed) {
                    (Ok(_), Err(error)) => Err(E::from(error)),
                    (done, _) => done,
                });
            };
            Ran { keep, answer: Box::new(answer) }
        })
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _ = self.tell.send(Err(error.into()));
    }
}

/// The door to SQLite's one writer.
pub(super) struct Sqlite {
    jobs: mpsc::Sender<Box<dyn Job>>,
    ended: watch::Receiver<bool>,
    closing: watch::Sender<bool>,
}

impl Sqlite {
    pub(super) async fn start(
        pool: SqlitePool,
        committed: watch::Sender<u64>,
        time: StoreClock,
    ) -> Result<Self, StoreError> {
        let mut conn = pool.acquire().await.map_err(classify)?;
        let next_xid = next_xid(&mut conn).await?;
        let (jobs, waiting) = mpsc::channel(4 * BATCH);
        let (closing, close) = watch::channel(false);
        let (end, ended) = watch::channel(false);
        tokio::spawn(async move {
            let mut writer = Writer { chain: Chain::new(), next_xid, committed, time };
            writer.run(&mut conn, waiting, close).await;
            drop(conn);
            pool.close().await;
            let _ = end.send(true);
        });
        Ok(Self { jobs, ended, closing })
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Fault,
        F: Work<T, E>,
    {
        let (tell, told) = oneshot::channel();
        let closed = || E::from(StoreError::Unavailable("the store is closed".to_owned()));
        self.jobs.send(Box::new(Waiting { work, tell })).await.map_err(|_| closed())?;
        told.await.map_err(|_| closed())?
    }

    pub(super) async fn close(&self) {
        let _ = self.closing.send(true);
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }
}

struct Writer {
    chain: Chain,
    next_xid: i64,
    committed: watch::Sender<u64>,
    time: StoreClock,
}

impl Writer {
    async fn run(
        &mut self,
        conn: &mut SqliteConnection,
        mut waiting: mpsc::Receiver<Box<dyn Job>>,
        mut close: watch::Receiver<bool>,
    ) {
        loop {
            let first = tokio::select! {
                biased;
                job = waiting.recv() => job,
                _ = close.wait_for(|closing| *closing) => None,
            };
            let Some(first) = first else { return };
            self.batch(conn, first, &mut waiting).await;
        }
    }

    /// Begins the transaction. Another process, such as `import`, may have told something since the last one: events are
    /// numbered on from there.
    async fn begin(&mut self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        let begun = match statement(conn, BEGIN).await {
            Ok(()) => next_xid(conn).await,
            Err(error) => Err(error),
        };
        match begun {
            Ok(next) => {
                self.next_xid = self.next_xid.max(next);
                Ok(())
            }
            Err(error) => {
                // Harmless where nothing had begun.
                let _ = statement(conn, "rollback").await;
                Err(error)
            }
        }
    }

    /// Runs the first job and whatever waits behind it, commits once, then answers all.
    async fn batch(
        &mut self,
        conn: &mut SqliteConnection,
        first: Box<dyn Job>,
        waiting: &mut mpsc::Receiver<Box<dyn Job>>,
    ) {
        if let Err(error) = self.begin(conn).await {
            return first.refuse(error);
        }
        let before = self.chain.clone();
        let (mut answers, mut wrote, mut state) = (Vec::new(), false, Ok(()));
        let mut next = Some(first);
        while let Some(job) = next {
            let (ran, after) = self.one(conn, job).await;
            wrote |= ran.keep;
            answers.push(ran.answer);
            state = after;
            // After a full disk the engine may have given the whole transaction up: nothing more goes into it.
            next = if state.is_ok() && answers.len() < BATCH { waiting.try_recv().ok() } else { None };
        }
        if state.is_ok() {
            state = statement(conn, "commit").await;
        }
        if state.is_err() {
            // Harmless where the engine has rolled back by itself.
            let _ = statement(conn, "rollback").await;
            self.chain = before;
        }
        for answer in answers {
            answer(state.clone());
        }
        if wrote && state.is_ok() {
            self.committed.send_modify(|n| *n = n.wrapping_add(1));
        }
    }

    /// Runs one job in the savepoint that stands open. The state is an error only where the whole transaction is lost.
    async fn one(&mut self, conn: &mut SqliteConnection, job: Box<dyn Job>) -> (Ran, Result<(), StoreError>) {
        let xid = self.next_xid;
        self.next_xid += 1;
        let mut tx = Tx {
            conn: Conn::Sqlite(conn),
            chain: self.chain.clone(),
            told: 0,
            xid: Some(xid),
            turn: None,
            later: Later::default(),
            audits: Vec::new(),
            sums: Vec::new(),
            time: self.time.clone(),
        };
        let ran = job.run(&mut tx).await;
        let chain = tx.chain;
        let mut state = Ok(());
        if ran.keep {
            self.chain = chain;
        } else {
            state = statement(conn, "rollback to work").await;
        }
        (ran, state)
    }
}

/// The number behind the newest event.
async fn next_xid(conn: &mut SqliteConnection) -> Result<i64, StoreError> {
    let newest: Result<(Option<i64>,), sqlx::Error> =
        sqlx::query_as("select max(xid) from event").fetch_one(conn).await;
    newest.map(|(newest,)| newest.unwrap_or(0) + 1).map_err(classify)
}

async fn statement(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::query(sql).execute(conn).await.map(drop).map_err(classify)
}

/// Audit chains of a hub on PostgreSQL; as many as it has ever had transactions running at once.
#[derive(Default)]
pub(super) struct Chains(Mutex<Vec<Chain>>);

impl Chains {
    fn take(&self) -> Chain {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop().unwrap_or_else(Chain::new)
    }
    fn give(&self, chain: Chain) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(chain);
    }
}

/// What writers of a hub on PostgreSQL share.
#[derive(Default)]
pub(super) struct Writers {
    chains: Chains,
    queue: Queue,
}

/// How long a piece of work is tried while transactions stand in each other's way.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest pause between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// How often work may come upon rows it had not named; more would be a circle.
const MOST_TIMES: u32 = 64;

pub(super) async fn write_postgres<T, E, F>(
    (pool, writers, time): (&PgPool, &Writers, &StoreClock),
    mut rows: Rows,
    work: &F,
) -> Result<T, E>
where
    E: Fault,
    F: Work<T, E>,
{
    let (until, mut pause, mut found) = (Instant::now() + PATIENCE, Duration::from_millis(2), 0);
    loop {
        let Ok(queued) = timeout_at(until, writers.queue.wait(&rows)).await else {
            return Err(StoreError::Conflict("waited too long".to_owned()).into());
        };
        let error = match attempt((pool, writers, time), &rows, work).await {
            Attempt::Done(done) => return done,
            Attempt::Again(error) => error,
        };
        drop(queued);
        match error.not_taken() {
            Some(more) if found < MOST_TIMES => {
                found += 1;
                rows.add(more);
            }
            None if Instant::now() < until => {
                // Whoever stood in each other's way must not meet again.
                let some = rand::rng().random_range(0.5..1.5);
                tokio::time::sleep(pause.mul_f64(some)).await;
                pause = (pause * 2).min(PAUSE);
            }
            _ => return Err(error),
        }
    }
}

enum Attempt<T, E> {
    Done(Result<T, E>),
    Again(E),
}

async fn attempt<T, E, F>(
    (pool, writers, time): (&PgPool, &Writers, &StoreClock),
    rows: &Rows,
    work: &F,
) -> Attempt<T, E>
where
    E: Fault,
    F: Work<T, E>,
{
    let (mut begun, turn) = match Begun::begin(pool, rows).await {
        Ok(begun) => begun,
        Err(error @ StoreError::Conflict(_)) => return Attempt::Again(error.into()),
        Err(error) => return Attempt::Done(Err(error.into())),
    };
    let conn = match begun.conn() {
        Ok(conn) => conn,
        Err(error) => return Attempt::Done(Err(error.into())),
    };
    let before = writers.chains.take();
    let mut tx = Tx {
        conn,
        chain: before.clone(),
        told: 0,
        xid: None,
        turn: Some(turn),
        later: Later::default(),
        audits: Vec::new(),
        sums: Vec::new(),
        time: time.clone(),
    };
    let done = whole(work, &mut tx).await;
    let after = tx.chain;
    match done {
        Ok(value) => match begun.commit().await {
            Ok(()) => {
                writers.chains.give(after);
                Attempt::Done(Ok(value))
            }
            // Whether it was committed is not known, so neither is where the chain ends: it is left behind.
            Err(error @ StoreError::Conflict(_)) => Attempt::Again(error.into()),
            Err(error) => Attempt::Done(Err(error.into())),
        },
        Err(error) => {
            begun.rollback().await;
            writers.chains.give(before);
            if error.is_conflict() || error.not_taken().is_some() {
                Attempt::Again(error)
            } else {
                Attempt::Done(Err(error))
            }
        }
    }
}
