//! SQLite called directly, on the thread of whoever calls: for the writer, which would spend most of its time on the way
//! to another thread and back with every statement.

use super::{
    Arg, StoreError,
    conn::is_sqlite_outage,
    row::{ColumnValue, Record, Row},
};
use rusqlite::{Connection, Statement, ffi, types::ValueRef};
use std::{path::Path, time::Duration};

/// Statements kept ready. The hub has some hundreds.
const KEPT_READY: usize = 1_024;
/// Pages of the file kept in memory, KiB.
const CACHE: i64 = 32 * 1_024;

/// A connection that writes.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open(path).map_err(classify)?;
    conn.busy_timeout(Duration::from_secs(5)).map_err(classify)?;
    for (setting, value) in [("synchronous", "full"), ("foreign_keys", "on"), ("temp_store", "memory")] {
        conn.pragma_update(None, setting, value).map_err(classify)?;
    }
    conn.pragma_update(None, "cache_size", -CACHE).map_err(classify)?;
    conn.set_prepared_statement_cache_capacity(KEPT_READY);
    Ok(conn)
}

/// Runs a text of one or more statements; answers how many rows the last one touched.
pub(super) fn execute(conn: &Connection, sql: &str, args: &[Arg]) -> Result<u64, StoreError> {
    each(conn, sql, args, |_| Ok(true))
}

/// Runs a text and reads its rows, at most so many.
pub(super) fn rows<T: Row>(conn: &Connection, sql: &str, args: &[Arg], most: usize) -> Result<Vec<T>, StoreError> {
    let mut rows = Vec::new();
    each(conn, sql, args, |record| {
        rows.push(record.read()?);
        Ok(rows.len() < most)
    })?;
    Ok(rows)
}

/// Shows each row until one is enough.
fn each(
    conn: &Connection,
    sql: &str,
    args: &[Arg],
    mut look: impl FnMut(&Record<'_>) -> Result<bool, StoreError>,
) -> Result<u64, StoreError> {
    // Statements of one text stand on lines of their own.
    for sql in sql.split(";\n") {
        let mut statement = conn.prepare_cached(sql).map_err(classify)?;
        bind(&mut statement, args)?;
        step(&mut statement, &mut look)?;
    }
    Ok(conn.changes())
}

fn step(
    statement: &mut Statement<'_>,
    look: &mut impl FnMut(&Record<'_>) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(classify)? {
        let cells = (0..columns).map(|at| row.get_ref(at).map_err(classify).and_then(cell));
        let cells = cells.collect::<Result<_, _>>()?;
        if !look(&Record::new(row.as_ref().column_names(), cells))? {
            break;
        }
    }
    Ok(())
}

/// `$3` stands for the third value, wherever and however often.
fn bind(statement: &mut Statement<'_>, args: &[Arg]) -> Result<(), StoreError> {
    for at in 1..=statement.parameter_count() {
        let number = statement.parameter_name(at).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let arg = number.and_then(|number| args.get(number.checked_sub(1)?));
        let bound = match arg {
            Some(Arg::Text(text)) => statement.raw_bind_parameter(at, text.as_deref()),
            Some(Arg::Int(number)) => statement.raw_bind_parameter(at, number),
            Some(Arg::Bool(truth)) => statement.raw_bind_parameter(at, truth),
            None => return Err(StoreError::Corrupt(format!("no value for placeholder {at}"))),
        };
        bound.map_err(classify)?;
    }
    Ok(())
}

fn cell(value: ValueRef<'_>) -> Result<ColumnValue, StoreError> {
    Ok(match value {
        ValueRef::Null => ColumnValue::Null,
        ValueRef::Integer(number) => ColumnValue::Int(number),
        ValueRef::Real(number) => ColumnValue::Real(number),
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            let text = std::str::from_utf8(text).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            ColumnValue::Text(text.to_owned())
        }
    })
}

/// Sorts the library's errors into what callers branch on, as `conn::classify` does.
#[expect(clippy::needless_pass_by_value, reason = "handed to map_err as it is")]
pub(super) fn classify(error: rusqlite::Error) -> StoreError {
    let text = error.to_string();
    let Some(code) = error.sqlite_error().map(|error| error.extended_code) else {
        return StoreError::Corrupt(text);
    };
    if [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY].contains(&code) {
        StoreError::NotUnique(text)
    } else if is_sqlite_outage(code.into()) {
        StoreError::Unavailable(text)
    } else {
        StoreError::Corrupt(text)
    }
}
