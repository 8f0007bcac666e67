//! The hub's records in SQLite or PostgreSQL: one SQL text in one place, typed rows, two pools behind one enum.
//!
//! Not here: rules (`domain`) and sequence (`ops`). Files beside this one hold the queries, one noun each.
//! `$1` placeholders serve both engines; columns are text, bigint or boolean, so one text and one row type do too.

mod account;
mod approval;
mod audit;
mod board;
mod call;
mod case;
mod cash;
mod chain;
mod claim;
mod conn;
mod debt;
mod evidence;
mod head;
mod help;
mod history;
mod lane;
mod later;
mod lease;
mod ledger;
mod maintenance;
mod morning;
mod object;
mod opening;
mod order;
mod outbox;
mod part;
mod pass;
mod payment;
mod person;
mod photo;
mod picture;
mod proof;
mod read;
mod record;
mod release;
mod report;
mod rise;
mod robot;
mod robot_order;
mod row;
mod sealed;
mod seat;
mod session;
mod settlement;
mod shown;
mod site;
mod sqlite;
mod statistics;
mod stay;
mod step;
#[cfg(test)]
mod tests;
mod turn;
mod vehicle;
mod view;
mod warning;
mod writer;

pub(crate) use account::Account;
pub(crate) use approval::Requester;
pub use approval::{Answer, ApprovalRow};
pub(crate) use audit::{Anchor, follows_nothing, walk as walk_audit};
pub use audit::{Audit, ChainBreak, ChainCheck, verify as verify_audit};
pub use board::BoardCase;
pub use call::CallRow;
pub(crate) use call::{CallFilter, NewCall};
pub use case::CaseRow;
pub(crate) use cash::{CashFilter, NewCash};
pub use claim::{CaseClosing, ClaimContext, ClosedCase};
pub use conn::{Arg, Conn, Reader};
pub(crate) use debt::DebtFilter;
pub use debt::{Balance, NewDebt};
pub use evidence::{EvidenceRow, Hold};
pub use head::SigningKeyRow;
pub(crate) use help::HelpRow;
pub(crate) use history::HistoryFilter;
pub use lease::{Grant, LeaseRow};
pub(crate) use ledger::{GONE, LEDGERS, Ledger};
pub(crate) use maintenance::{MaintenanceFilter, NewMaintenance};
pub(crate) use morning::{Daily, EndedCase, Span};
pub(crate) use object::{ObjectHold, Purpose};
pub use opening::NewOpening;
pub(crate) use opening::{Filter, ListCursor, lots_arg, picture_path};
pub use order::OrderRow;
pub use outbox::{Audience, Event, OutboxPosition, RobotNews, RobotPost, Told};
pub use pass::Passes;
pub use payment::{NewPayment, Unmatched};
pub use person::{Person, PersonGrants};
pub use photo::{PhotoCase, PhotoRow};
pub use picture::{PictureKind, PictureRow};
pub use proof::ProofRow;
pub use read::{LaneNow, ReadRow};
pub use record::RecordSearch;
pub use release::Grounds;
pub(crate) use report::DayCounts;
pub(crate) use rise::{NewRise, RiseFilter};
pub use robot::{RobotDisplay, RobotRow};
pub use robot_order::RobotOrderRow;
pub use row::Row;
pub(crate) use sealed::{SEALED, SealedColumn};
pub use seat::SeatRow;
pub use session::Session;
pub(crate) use session::is_beyond;
pub use settlement::PendingOpening;
pub use site::Secrets;
pub(crate) use site::{
    ChangeRow, NewChange, NounStore, PendingRow, RowChange, RowName, RowSelection, SiteLine, StoredRow, needed_by,
};
pub(crate) use statistics::Group;
pub use stay::{NewStay, StayEnd, StayRow};
pub use turn::{LockRow, LockRows};
pub use view::{LaneRecord, ReadNow};
pub use warning::StoredWarning;
pub(crate) use warning::WarningFilter;
pub use writer::{Transaction, Tx, WriteFault};

use crate::{clock::Clock, files::own_file};
use chain::Chain;
use conn::classify;
use sqlx::{
    PgPool, SqlitePool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, sync::Arc, time::Duration};
use tokio::sync::watch;

static MIGRATIONS: Migrator = sqlx::migrate!("../../../migrations/hub");

/// Why a record could not be read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is full or is closing: nothing of the request was written.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row that must be unique is there already; the name is the constraint's or the column's.
    #[error("not unique: {0}")]
    NotUnique(String),
    /// Two transactions stood in each other's way; trying again may work.
    #[error("transactions stood in each other's way: {0}")]
    Conflict(String),
    /// Work came upon a row it had not taken first: it begins again with it.
    #[error("not taken first: {0:?}")]
    NotTaken(Vec<turn::LockRow>),
    /// What was judged by a page is written no more: the lane has gone on since the page was put together.
    #[error("the lane has gone on")]
    GoneOn,
    /// A row does not hold what it must, or a query is wrong: a fault of ours.
    #[error("bad record: {0}")]
    Corrupt(String),
    /// The address is neither `sqlite:PATH` nor `postgres://…`.
    #[error("not a database address; give sqlite:PATH or postgres://…")]
    BadAddress,
}

/// The records. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<StoreParts>);

struct StoreParts {
    pools: Pools,
    /// Counts commits that told something; the number itself means nothing.
    committed: watch::Sender<u64>,
    time: writer::StoreClock,
}

enum Pools {
    Sqlite { readers: SqlitePool, writer: writer::Sqlite },
    Postgres { pool: PgPool, writers: writer::Writers, holders: object::Holders },
}

impl Store {
    /// Opens the database at `address`, brings its tables up to date and starts the writer.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        let (committed, time) = (watch::Sender::new(0), writer::StoreClock::default());
        let pools = if address.starts_with("sqlite:") {
            open_sqlite(address, committed.clone(), time.clone()).await?
        } else if address.starts_with("postgres:") || address.starts_with("postgresql:") {
            open_postgres(address).await?
        } else {
            return Err(StoreError::BadAddress);
        };
        Ok(Self(Arc::new(StoreParts { pools, committed, time })))
    }

    /// What the store says by itself is dated by the hub's clock from now on.
    pub(crate) fn follow(&self, clock: &Clock) {
        self.0.time.follow(clock.clone());
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match &self.0.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres { .. } => "postgres",
        }
    }

    /// A connection for reading. It sees everything that was committed before it was asked for.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        match &self.0.pools {
            Pools::Sqlite { readers, .. } => readers.acquire().await.map(Reader::Sqlite).map_err(classify),
            Pools::Postgres { pool, .. } => pool.acquire().await.map(Reader::Postgres).map_err(classify),
        }
    }

    /// Runs `work` in a transaction and answers after it is durable. An error from `work` undoes all it wrote.
    ///
    /// `work` may run again when transactions stood in each other's way, so it does nothing but read and write records.
    /// On SQLite many callers share one commit; each has its own savepoint.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteFault,
        F: Transaction<T, E>,
    {
        self.write_at(LockRows::default(), work).await
    }

    /// The same with these rows taken before anything is read, so that all of it stays true until the commit.
    pub async fn write_at<T, E, F>(&self, rows: LockRows, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteFault,
        F: Transaction<T, E>,
    {
        let done = match &self.0.pools {
            Pools::Sqlite { writer, .. } => return writer.write(work).await,
            Pools::Postgres { pool, writers, .. } => {
                writer::write_postgres((pool, writers, &self.0.time), rows, &work).await
            }
        };
        if done.is_ok() {
            self.0.committed.send_modify(|n| *n = n.wrapping_add(1));
        }
        done
    }

    /// Writes an audit row of which nothing else is a part.
    pub async fn audit(&self, audit: Audit) -> Result<(), StoreError> {
        self.write(async move |tx| tx.audit(audit.clone()).await).await
    }

    /// Wakes after commits of this process. Commits of other hubs arrive through the database (`outbox`).
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.0.committed.subscribe()
    }

    /// The PostgreSQL pool, for what only that engine has (`LISTEN`, its clock).
    pub(crate) fn postgres(&self) -> Option<&PgPool> {
        match &self.0.pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres { pool, .. } => Some(pool),
        }
    }

    /// Ends the writer after what was asked before, then closes the pools.
    pub async fn close(&self) {
        match &self.0.pools {
            Pools::Sqlite { readers, writer } => {
                writer.close().await;
                readers.close().await;
            }
            Pools::Postgres { pool, .. } => pool.close().await,
        }
    }
}

async fn open_sqlite(
    address: &str,
    committed: watch::Sender<u64>,
    time: writer::StoreClock,
) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::from_str(address)
        .map_err(|_| StoreError::BadAddress)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true);
    // Its log and shared memory get the rights of the file.
    own_file(options.get_filename()).map_err(|e| StoreError::Unavailable(e.to_string()))?;
    let one = SqlitePoolOptions::new().max_connections(1);
    let migrating = one.connect_with(options.clone()).await.map_err(classify)?;
    MIGRATIONS.run(&migrating).await.map_err(|e| StoreError::Unavailable(e.to_string()))?;
    migrating.close().await;
    let file = options.get_filename().to_owned();
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        // The file does not hang up; asking before every use would cost as much as a query.
        .test_before_acquire(false)
        .connect_with(options.read_only(true))
        .await
        .map_err(classify)?;
    let writer = writer::Sqlite::start(&file, committed, time)?;
    Ok(Pools::Sqlite { readers, writer })
}

/// Connections one hub holds open on PostgreSQL, and so transactions it runs at once.
const POSTGRES_CONNECTIONS: u32 = 16;

async fn open_postgres(address: &str) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(address).map_err(|_| StoreError::BadAddress)?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await
        .map_err(classify)?;
    MIGRATIONS.run(&pool).await.map_err(|e| StoreError::Unavailable(e.to_string()))?;
    outbox::prepare(&pool).await?;
    Ok(Pools::Postgres { pool, writers: writer::Writers::default(), holders: object::Holders::default() })
}
