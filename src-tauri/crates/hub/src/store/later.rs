//! Rows that nothing in their own transaction reads: kept until its end and written in one go, because every trip to
//! PostgreSQL costs more than the row.

use super::{
    Arg, StoreError, Tx,
    outbox::{PendingEvent, draw},
};
use std::borrow::Cow;

/// Inserts written in one go: engines bound how many values a statement may have.
const MOST: usize = 64;
/// Events written in one go.
const MOST_EVENTS: usize = 1_000;

/// A text and its values.
type Insert = (Cow<'static, str>, Vec<Arg>);

/// Inserts that wait for the end of their transaction.
#[derive(Default)]
pub(super) struct InsertQueue {
    inserts: Vec<Insert>,
    /// Numbered and written last of all, so that their numbers rise as the transactions commit.
    events: Vec<PendingEvent>,
}

impl Tx<'_> {
    /// Writes a row at the end of the transaction, or when something in it is about to read such rows.
    pub(super) async fn later(
        &mut self,
        insert: impl Into<Cow<'static, str>>,
        args: Vec<Arg>,
    ) -> Result<(), StoreError> {
        let insert: Cow<'static, str> = insert.into();
        self.sum_later(&insert, &args);
        self.later.inserts.push((insert, args));
        if self.later.inserts.len() < MOST {
            return Ok(());
        }
        self.flush().await
    }

    /// Tells desks and other hubs at the end of the transaction.
    pub(super) fn tell_later(&mut self, events: impl IntoIterator<Item = PendingEvent>) {
        self.later.events.extend(events);
    }

    /// Writes the rows that wait; events wait on.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        let inserts = std::mem::take(&mut self.later.inserts);
        self.write_all(inserts, NumberDraw::No).await
    }

    /// The last statement before the commit: everything that waits.
    pub(super) async fn finish(&mut self) -> Result<(), StoreError> {
        loop {
            let InsertQueue { mut inserts, mut events } = std::mem::take(&mut self.later);
            let rest = events.split_off(events.len().min(MOST_EVENTS));
            let drawn = if events.is_empty() { NumberDraw::No } else { NumberDraw::Yes };
            inserts.extend(PendingEvent::insert(self.xid, events));
            self.write_all(inserts, drawn).await?;
            if rest.is_empty() {
                return Ok(());
            }
            self.later.events = rest;
        }
    }

    async fn write_all(&mut self, inserts: Vec<Insert>, drawn: NumberDraw) -> Result<(), StoreError> {
        if inserts.is_empty() {
            return Ok(());
        }
        if self.conn.is_postgres() {
            let (numbered, args) = counted_on(inserts);
            return self.conn.run(&together(&numbered, drawn), args).await.map(drop);
        }
        for (sql, args) in inserts {
            self.conn.run(&sql, args).await?;
        }
        Ok(())
    }
}

/// Texts whose placeholders share one list of values.
fn counted_on(inserts: Vec<Insert>) -> (Vec<String>, Vec<Arg>) {
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

/// Whether a statement tells something: it draws a number for it and wakes the listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberDraw {
    Yes,
    No,
}

/// PostgreSQL takes one statement at a time; inserts that do not read each other fit into one.
fn together(inserts: &[String], drawn: NumberDraw) -> String {
    let (first, end) = match drawn {
        NumberDraw::Yes => (Some(draw()), "select pg_notify('lanedesk_event', '')"),
        NumberDraw::No => (None, "select 1"),
    };
    let inserts = inserts.iter().enumerate().map(|(n, insert)| format!("w{n} as ({insert})"));
    let parts: Vec<String> = first.into_iter().chain(inserts).collect();
    format!("with {} {end}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_counted_on() {
        let sql = "insert into t values ($1, $2, $10::bigint)";
        assert_eq!(renumbered(sql, 3), "insert into t values ($4, $5, $13::bigint)");
        assert_eq!(renumbered("select 1", 3), "select 1");
    }

    #[test]
    fn inserts_of_one_transaction_are_one_statement() {
        let inserts = ["insert into a values ($1)".to_owned(), "insert into b values ($2)".to_owned()];
        assert_eq!(
            together(&inserts, NumberDraw::No),
            "with w0 as (insert into a values ($1)), w1 as (insert into b values ($2)) select 1"
        );
        let telling = together(&inserts[..1], NumberDraw::Yes);
        assert!(telling.starts_with("with place as "), "the number is drawn first: {telling}");
        assert!(telling.ends_with("select pg_notify('lanedesk_event', '')"));
    }
}
