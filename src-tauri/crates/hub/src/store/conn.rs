//! One connection of either engine, with the few calls every query is made of.

use super::{
    StoreError, ledger,
    row::{Record, Row},
    sqlite,
};
use lanedesk_domain::{ids::Fence, money::Fen, time::Timestamp};
use sqlx::{
    PgConnection, Postgres, Sqlite, SqliteConnection,
    pool::PoolConnection,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

/// A bound value. Null carries its type, because PostgreSQL wants to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Text or null.
    Text(Option<String>),
    /// A whole number or null.
    Int(Option<i64>),
    /// Yes or no.
    Bool(bool),
}

macro_rules! text_args {
    ($($kind:ty),+ $(,)?) => {$(
        impl From<&$kind> for Arg {
            fn from(value: &$kind) -> Self { Self::Text(Some(value.to_string())) }
        }
        impl From<$kind> for Arg {
            fn from(value: $kind) -> Self { Self::Text(Some(value.to_string())) }
        }
        impl From<&Option<$kind>> for Arg {
            fn from(value: &Option<$kind>) -> Self { Self::Text(value.as_ref().map(ToString::to_string)) }
        }
        impl From<Option<$kind>> for Arg {
            fn from(value: Option<$kind>) -> Self { Self::Text(value.as_ref().map(ToString::to_string)) }
        }
    )+};
}

use lanedesk_domain as d;
text_args!(
    String,
    d::ids::AreaId,
    d::ids::LotId,
    d::ids::LaneId,
    d::ids::DeviceId,
    d::ids::RobotId,
    d::ids::PersonId,
    d::ids::CaseId,
    d::ids::CallId,
    d::ids::OpeningId,
    d::ids::StayId,
    d::ids::PaymentId,
    d::ids::PassId,
    d::ids::PhotoId,
    d::ids::ApprovalId,
    d::ids::DebtId,
    d::ids::ReadId,
    d::ids::IntegrationId,
    d::ids::OrderId,
    d::lane::LaneDirection,
    d::lane::Direction,
    d::barrier::BarrierState,
    d::assessment::Assessment,
    d::opening::OpeningKind,
    d::opening::Source,
    d::opening::Passage,
    d::order::BarrierAction,
    d::order::OrderResult,
    d::pass::PassStatus,
    d::person::Role,
    d::call::CallState,
    d::call::PbxEvent,
    d::seat::SeatState,
    d::stay::ReleaseKind,
);

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}
impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}
impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! int_args {
    ($($kind:ty => $get:expr),+ $(,)?) => {$(
        impl From<$kind> for Arg {
            fn from(value: $kind) -> Self { Self::Int(Some($get(value))) }
        }
        impl From<Option<$kind>> for Arg {
            fn from(value: Option<$kind>) -> Self { Self::Int(value.map($get)) }
        }
    )+};
}
int_args!(
    i64 => |n| n,
    u32 => i64::from,
    u8 => i64::from,
    Timestamp => |at: Timestamp| at.0,
    Fen => |fen: Fen| fen.0,
    Fence => |fence: Fence| fence.0,
);

/// The bound values of a query, in order: `args![lane, now, "open"]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Arg::from($value)),*] };
}

/// A connection in hand, inside or outside a transaction.
pub enum Conn<'c> {
    /// SQLite's, for reading.
    Sqlite(&'c mut SqliteConnection),
    /// SQLite's one writer, called directly.
    Writer(&'c mut rusqlite::Connection),
    /// PostgreSQL's.
    Postgres(&'c mut PgConnection),
}

impl Conn<'_> {
    /// Whether the engine is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Runs a statement; answers how many rows it touched.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64, StoreError> {
        let Some(written) = ledger::written(sql) else {
            return self.run(sql, args).await;
        };
        let ids: Vec<(String,)> = self.all(&format!("{sql} returning id"), args).await?;
        let count = ids.len() as u64;
        ledger::note(written, ids);
        Ok(count)
    }

    /// Runs a text that was put together; answers how many rows it touched.
    pub(super) async fn run(&mut self, sql: &str, args: Vec<Arg>) -> Result<u64, StoreError> {
        match self {
            Self::Writer(conn) => return sqlite::execute(conn, sql, &args),
            Self::Sqlite(conn) => {
                sqlx::query_with(sql, sqlite_args(args)?).execute(&mut **conn).await.map(|done| done.rows_affected())
            }
            Self::Postgres(conn) => {
                sqlx::query_with(sql, postgres_args(args)?).execute(&mut **conn).await.map(|done| done.rows_affected())
            }
        }
        .map_err(classify)
    }

    /// Every row.
    pub async fn all<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Writer(conn) => sqlite::rows(conn, sql, &args, usize::MAX),
            Self::Sqlite(conn) => {
                let rows = sqlx::query_with(sql, sqlite_args(args)?).fetch_all(&mut **conn).await;
                rows.map_err(classify)?.iter().map(of_sqlite).collect()
            }
            Self::Postgres(conn) => {
                let rows = sqlx::query_with(sql, postgres_args(args)?).fetch_all(&mut **conn).await;
                rows.map_err(classify)?.iter().map(of_postgres).collect()
            }
        }
    }

    /// The first row, if any.
    pub async fn optional<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<Option<T>, StoreError> {
        match self {
            Self::Writer(conn) => sqlite::rows(conn, sql, &args, 1).map(|mut rows| rows.pop()),
            Self::Sqlite(conn) => {
                let row = sqlx::query_with(sql, sqlite_args(args)?).fetch_optional(&mut **conn).await;
                row.map_err(classify)?.as_ref().map(of_sqlite).transpose()
            }
            Self::Postgres(conn) => {
                let row = sqlx::query_with(sql, postgres_args(args)?).fetch_optional(&mut **conn).await;
                row.map_err(classify)?.as_ref().map(of_postgres).transpose()
            }
        }
    }

    /// The row that must be there.
    pub async fn one<T: Row>(&mut self, sql: &str, args: Vec<Arg>) -> Result<T, StoreError> {
        self.optional(sql, args).await?.ok_or_else(|| StoreError::Corrupt(format!("no row for: {sql}")))
    }

    /// Chooses the text of the engine at hand, where one text cannot serve both.
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        if self.is_postgres() { postgres } else { sqlite }
    }
}

/// A pooled connection for reading.
pub enum Reader {
    /// SQLite's.
    Sqlite(PoolConnection<Sqlite>),
    /// PostgreSQL's.
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    /// The connection itself; queries take this.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(conn) => Conn::Sqlite(conn),
            Self::Postgres(conn) => Conn::Postgres(conn),
        }
    }
}

fn of_sqlite<T: Row>(row: &SqliteRow) -> Result<T, StoreError> {
    Record::of_sqlite(row)?.read()
}

fn of_postgres<T: Row>(row: &PgRow) -> Result<T, StoreError> {
    Record::of_postgres(row)?.read()
}

fn sqlite_args(values: Vec<Arg>) -> Result<SqliteArguments<'static>, StoreError> {
    use sqlx::Arguments as _;
    let mut args = SqliteArguments::default();
    for value in values {
        match value {
            Arg::Text(text) => args.add(text),
            Arg::Int(number) => args.add(number),
            Arg::Bool(yes) => args.add(yes),
        }
        .map_err(|e| StoreError::Corrupt(e.to_string()))?;
    }
    Ok(args)
}

fn postgres_args(values: Vec<Arg>) -> Result<PgArguments, StoreError> {
    use sqlx::Arguments as _;
    let mut args = PgArguments::default();
    for value in values {
        match value {
            Arg::Text(text) => args.add(text),
            Arg::Int(number) => args.add(number),
            Arg::Bool(yes) => args.add(yes),
        }
        .map_err(|e| StoreError::Corrupt(e.to_string()))?;
    }
    Ok(args)
}

/// PostgreSQL states after which the same transaction may succeed: serialization failure, deadlock, a row that was not
/// had in time.
const TRY_AGAIN: [&str; 3] = ["40001", "40P01", "55P03"];

/// Sorts the driver's errors into what callers branch on.
#[expect(clippy::needless_pass_by_value, reason = "handed to map_err as it is")]
pub(super) fn classify(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(db) => {
            let code = db.code().unwrap_or_default();
            if db.is_unique_violation() {
                StoreError::NotUnique(db.constraint().map_or_else(|| db.message().to_owned(), str::to_owned))
            } else if TRY_AGAIN.contains(&code.as_ref()) {
                StoreError::Conflict(db.message().to_owned())
            } else if is_outage(&code, db.message()) {
                StoreError::Unavailable(db.message().to_owned())
            } else {
                StoreError::Corrupt(db.message().to_owned())
            }
        }
        sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::Corrupt(error.to_string())
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// PostgreSQL's classes 08 connection, 25006 read-only, 53 resources, 57 shutdown, 58 system, and SQLite's codes.
fn is_outage(code: &str, message: &str) -> bool {
    let sqlite = code.len() < 5 && code.parse().is_ok_and(is_sqlite_outage);
    let postgres = code.len() == 5 && (["08", "53", "57", "58"].contains(&&code[..2]) || code == "25006");
    sqlite || postgres || message.contains("disk is full") || message.contains("disk I/O error")
}

/// Full disks, locks that last, read-only and input/output errors: primary codes 5, 6, 8, 10, 13, 14 and their extended
/// forms.
pub(super) fn is_sqlite_outage(code: i64) -> bool {
    [5, 6, 8, 10, 13, 14].contains(&(code & 0xff))
}
