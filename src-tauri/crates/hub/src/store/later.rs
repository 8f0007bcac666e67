//! Rows that nothing in their own transaction reads: kept until its end and written in one go, because every trip to
//! the engine costs more than the row.

use super::{Arg, Conn, StoreError, Tx};
use std::borrow::Cow;

/// Inserts written in one go: engines bound how many values a statement may have.
const MOST: usize = 64;

/// Inserts that wait for the end of their transaction.
#[derive(Default)]
pub(super) struct Later {
    inserts: Vec<(Cow<'static, str>, Vec<Arg>)>,
    /// Wake whoever listens for events on PostgreSQL.
    wake: bool,
}

impl Tx<'_> {
    /// Writes a row at the end of the transaction, or when something in it is about to read such rows.
    pub(super) async fn later(
        &mut self,
        insert: impl Into<Cow<'static, str>>,
        args: Vec<Arg>,
    ) -> Result<(), StoreError> {
        self.later.inserts.push((insert.into(), args));
        if self.later.inserts.len() < MOST {
            return Ok(());
        }
        self.flush().await
    }

    /// Wakes the listeners of other hubs when the transaction has committed.
    pub(super) fn wake_later(&mut self) {
        self.later.wake = true;
    }

    /// Writes what waits.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.later.inserts.is_empty() {
            return Ok(());
        }
        let Later { inserts, wake } = std::mem::take(&mut self.later);
        let (numbered, args) = counted_on(inserts);
        let sql = match &self.conn {
            Conn::Sqlite(_) => numbered.join(";\n"),
            Conn::Postgres(_) => together(&numbered, wake),
        };
        self.conn.run(&sql, args).await
    }

    /// Writes what waits and then runs these statements, in one text: only on SQLite.
    pub(super) async fn flush_then(&mut self, statements: &str) -> Result<(), StoreError> {
        let Later { inserts, .. } = std::mem::take(&mut self.later);
        let (mut numbered, args) = counted_on(inserts);
        numbered.push(statements.to_owned());
        self.conn.run(&numbered.join(";\n"), args).await
    }
}

/// Texts whose placeholders share one list of values.
fn counted_on(inserts: Vec<(Cow<'static, str>, Vec<Arg>)>) -> (Vec<String>, Vec<Arg>) {
    let mut numbered = Vec::with_capacity(inserts.len());
    let mut args = Vec::new();
    for (sql, values) in inserts {
        numbered.push(renumbered(&sql, args.len()));
        args.extend(values);
    }
    (numbered, args)
}

/// The same text with its placeholders counted on from `by`. Our texts hold `$` for nothing else.
fn renumbered(sql: &str, by: usize) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number = number.parse::<usize>().unwrap_or_default() + by;
        text.push('$');
        text.push_str(&number.to_string());
        text.push_str(rest);
    }
    text
}

/// PostgreSQL takes one statement at a time; inserts that do not read each other fit into one.
fn together(inserts: &[String], wake: bool) -> String {
    let parts: Vec<String> = inserts
        .iter()
        .enumerate()
        .map(|(n, insert)| format!("w{n} as ({insert})"))
        .collect();
    let end = if wake {
        "select pg_notify('lanedesk_event', '')"
    } else {
        "select 1"
    };
    format!("with {} {end}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_counted_on() {
        let sql = "insert into t values ($1, $2, $10::bigint)";
        assert_eq!(
            renumbered(sql, 3),
            "insert into t values ($4, $5, $13::bigint)"
        );
        assert_eq!(renumbered("select 1", 3), "select 1");
    }

    #[test]
    fn inserts_of_one_transaction_are_one_statement() {
        let inserts = [
            "insert into a values ($1)".to_owned(),
            "insert into b values ($2)".to_owned(),
        ];
        assert_eq!(
            together(&inserts, true),
            "with w0 as (insert into a values ($1)), w1 as (insert into b values ($2)) \
             select pg_notify('lanedesk_event', '')"
        );
    }
}
