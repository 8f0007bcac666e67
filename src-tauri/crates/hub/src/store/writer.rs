//! How writes become durable.
//!
//! SQLite has one writer connection on a thread of its own: it takes what waits, runs each piece of work in its own
//! savepoint and answers all of them after one common commit, so that one fsync serves many. PostgreSQL runs one
//! transaction a piece, many at once, and syncs in groups by itself. Every writer has its own audit chain.

use super::{
    Audit, Chain, Conn, LockRow, LockRows, StoreError,
    later::InsertQueue,
    ledger, sqlite,
    turn::{PgTransaction, Turn, TurnQueue},
};
use crate::clock::{Clock, machine_now};
use lanedesk_domain::time::Timestamp;
use rand::Rng as _;
use sqlx::PgPool;
use std::{
    ops::{Deref, DerefMut},
    path::Path,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

/// What a write does inside its transaction: `async move |tx| { … }`.
pub trait Transaction<T, E>: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send + Sync + 'static {}
impl<T, E, F> Transaction<T, E> for F where F: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send + Sync + 'static {}

/// What work may fail with: it can carry the store's errors and tells whether trying again may help.
pub trait WriteFault: From<StoreError> + Send + 'static {
    /// Whether transactions stood in each other's way, so that the same work may succeed when run again.
    fn is_conflict(&self) -> bool;
    /// The rows that were to be taken first and were not.
    fn not_taken(&self) -> Option<&[LockRow]>;
}

impl WriteFault for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    fn not_taken(&self) -> Option<&[LockRow]> {
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
    pub(super) later: InsertQueue,
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

/// Does the work and writes the rows it left for the end.
async fn whole<T, E: WriteFault, F: Transaction<T, E>>(work: &F, tx: &mut Tx<'_>) -> Result<T, E> {
    // Boxed: what a request holds while its work runs would otherwise stand in every caller's future.
    let (done, touched) = ledger::heard(Box::pin(work(tx))).await;
    let value = done?;
    tx.end_record(touched).await?;
    tx.finish().await?;
    Ok(value)
}

/// Pieces of work that one commit may carry; beyond it the first would wait too long.
const BATCH: usize = 256;

/// A piece of work that waits for the writer.
trait Job: Send {
    /// Does it; the answer is given once the common commit is known.
    fn run(self: Box<Self>, tx: &mut Tx<'_>, runtime: &Handle) -> JobResult;
    /// Answers without doing anything.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// What a job left behind: whether its savepoint stands, and how to answer once the commit is known.
struct JobResult {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// A caller's work and the way back to the caller, who may have gone away and then no longer wants to know.
struct QueuedJob<F, T, E> {
    work: F,
    tell: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for QueuedJob<F, T, E>
where
    T: Send + 'static,
    E: WriteFault,
    F: Transaction<T, E>,
{
    fn run(self: Box<Self>, tx: &mut Tx<'_>, runtime: &Handle) -> JobResult {
        let done = runtime.block_on(whole(&self.work, tx));
        let keep = done.is_ok();
        let answer = move |committed: Result<(), StoreError>| {
            let _ = self.tell.send(match (done, committed) {
                (Ok(_), Err(error)) => Err(E::from(error)),
                (done, _) => done,
            });
        };
        JobResult { keep, answer: Box::new(answer) }
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _ = self.tell.send(Err(error.into()));
    }
}

/// The door to SQLite's one writer, a thread of its own.
pub(super) struct Sqlite {
    /// None: the writer is to end.
    jobs: mpsc::Sender<Option<Box<dyn Job>>>,
    ended: watch::Receiver<bool>,
}

impl Sqlite {
    /// Must be called within a runtime: work may wait for more than the engine.
    pub(super) fn start(file: &Path, committed: watch::Sender<u64>, time: StoreClock) -> Result<Self, StoreError> {
        let conn = sqlite::open(file)?;
        let next_xid = next_xid(&conn)?;
        let (jobs, waiting) = mpsc::channel(4 * BATCH);
        let (end, ended) = watch::channel(false);
        let runtime = Handle::current();
        let mut writer = Writer { conn, chain: Chain::new(), next_xid, committed, time, runtime };
        let run = move || {
            writer.run(waiting);
            drop(writer);
            let _ = end.send(true);
        };
        let started = std::thread::Builder::new().name("sqlite-writer".to_owned()).spawn(run);
        started.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { jobs, ended })
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteFault,
        F: Transaction<T, E>,
    {
        let (tell, told) = oneshot::channel();
        let closed = || E::from(StoreError::Unavailable("the store is closed".to_owned()));
        self.jobs.send(Some(Box::new(QueuedJob { work, tell }))).await.map_err(|_| closed())?;
        told.await.map_err(|_| closed())?
    }

    /// Ends the writer after what was asked before.
    pub(super) async fn close(&self) {
        // It may have ended already.
        let _ = self.jobs.send(None).await;
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }
}

struct Writer {
    conn: rusqlite::Connection,
    chain: Chain,
    next_xid: i64,
    committed: watch::Sender<u64>,
    time: StoreClock,
    runtime: Handle,
}

impl Writer {
    fn run(&mut self, mut waiting: mpsc::Receiver<Option<Box<dyn Job>>>) {
        while let Some(Some(first)) = waiting.blocking_recv() {
            if self.batch(first, &mut waiting) {
                return;
            }
        }
    }

    fn statement(&self, sql: &str) -> Result<(), StoreError> {
        sqlite::execute(&self.conn, sql, &[]).map(drop)
    }

    /// Begins the transaction. Another process, such as `import`, may have told something since the last one: events are
    /// numbered on from there.
    fn begin(&mut self) -> Result<(), StoreError> {
        match self.statement("begin immediate").and_then(|()| next_xid(&self.conn)) {
            Ok(next) => {
                self.next_xid = self.next_xid.max(next);
                Ok(())
            }
            Err(error) => {
                // Harmless where nothing had begun.
                let _ = self.statement("rollback");
                Err(error)
            }
        }
    }

    /// Runs the first job and whatever waits behind it, commits once, then answers all. Whether the end was asked for.
    fn batch(&mut self, first: Box<dyn Job>, waiting: &mut mpsc::Receiver<Option<Box<dyn Job>>>) -> bool {
        if let Err(error) = self.begin() {
            first.refuse(error);
            return false;
        }
        let before = self.chain.clone();
        let (mut answers, mut wrote, mut state, mut end) = (Vec::new(), false, Ok(()), false);
        let mut next = Some(first);
        while let Some(job) = next {
            let ran;
            (ran, state) = self.one(job);
            if let Some(ran) = ran {
                wrote |= ran.keep;
                answers.push(ran.answer);
            }
            // After a full disk the engine may have given the whole transaction up: nothing more goes into it.
            next = if state.is_ok() && answers.len() < BATCH {
                let more = waiting.try_recv().ok();
                end = matches!(more, Some(None));
                more.flatten()
            } else {
                None
            };
        }
        if state.is_ok() {
            state = self.statement("commit");
        }
        if state.is_err() {
            // Harmless where the engine has rolled back by itself.
            let _ = self.statement("rollback");
            self.chain = before;
        }
        for answer in answers {
            answer(state.clone());
        }
        if wrote && state.is_ok() {
            self.committed.send_modify(|n| *n = n.wrapping_add(1));
        }
        end
    }

    /// Runs one job in a savepoint of its own. The state is an error only where the whole transaction is lost.
    fn one(&mut self, job: Box<dyn Job>) -> (Option<JobResult>, Result<(), StoreError>) {
        if let Err(error) = self.statement("savepoint work") {
            job.refuse(error.clone());
            return (None, Err(error));
        }
        let xid = self.next_xid;
        self.next_xid += 1;
        let mut tx = Tx {
            conn: Conn::Writer(&mut self.conn),
            chain: self.chain.clone(),
            told: 0,
            xid: Some(xid),
            turn: None,
            later: InsertQueue::default(),
            audits: Vec::new(),
            sums: Vec::new(),
            time: self.time.clone(),
        };
        let ran = job.run(&mut tx, &self.runtime);
        let chain = tx.chain;
        let undone = if ran.keep {
            self.chain = chain;
            Ok(())
        } else {
            self.statement("rollback to work")
        };
        let state = undone.and_then(|()| self.statement("release work"));
        (Some(ran), state)
    }
}

/// The number behind the newest event.
fn next_xid(conn: &rusqlite::Connection) -> Result<i64, StoreError> {
    let newest: Vec<(Option<i64>,)> = sqlite::rows(conn, "select max(xid) from event", &[], 1)?;
    Ok(newest.first().and_then(|(newest,)| *newest).unwrap_or(0) + 1)
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
    queue: TurnQueue,
}

/// How long a piece of work is tried while transactions stand in each other's way.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest pause between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// How often work may come upon rows it had not named; more would be a circle.
const MOST_TIMES: u32 = 64;

pub(super) async fn write_postgres<T, E, F>(
    (pool, writers, time): (&PgPool, &Writers, &StoreClock),
    mut rows: LockRows,
    work: &F,
) -> Result<T, E>
where
    E: WriteFault,
    F: Transaction<T, E>,
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
    rows: &LockRows,
    work: &F,
) -> Attempt<T, E>
where
    E: WriteFault,
    F: Transaction<T, E>,
{
    let (mut begun, turn) = match PgTransaction::begin(pool, rows).await {
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
        later: InsertQueue::default(),
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
