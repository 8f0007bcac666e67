//! Rows that prove things: openings, timelines, photos, approvals, payments, cash. A sum over each of them, as every
//! transaction left it, stands in the audit rows of that transaction, so that a row changed outside the hub shows
//! (`verify-audit`).
//!
//! Nobody has to remember it: every statement that writes such a table is heard where it is run.

use super::{Arg, Audit, Conn, StoreError, Tx};
use crate::args;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{cell::RefCell, collections::BTreeMap};

/// A table whose rows are summed up.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// What stands in the audit: the table and the number of its list of columns. A column that is added later begins a
    /// new list; what was summed up before goes by the old one.
    pub(crate) kind: &'static str,
    pub(crate) table: &'static str,
    pub(super) columns: &'static [&'static str],
    /// Its rows are only ever added.
    grows: bool,
}

/// Every such table.
pub(crate) static LEDGERS: [Ledger; 6] = [
    Ledger {
        kind: "opening.1",
        table: "opening",
        columns: &[
            "id",
            "order_id",
            "case_id",
            "call_id",
            "kind",
            "lot_id",
            "lane_id",
            "direction",
            "plate",
            "plate_read",
            "plate_color",
            "phone",
            "entry_reason",
            "person_id",
            "source",
            "assessment",
            "read_id",
            "stay_id",
            "due_fen",
            "first_quote_fen",
            "collected_fen",
            "reason",
            "remark",
            "photos",
            "picture_before",
            "picture_after",
            "approved_by",
            "claimed_at",
            "at",
            "result",
            "barrier_before",
            "barrier_after",
            "passage",
            "release",
            "debt_id",
            "unpaid",
            "photos_owed",
            "photos_due_at",
            "photos_closed_at",
            "photos_closed_by",
            "photos_closed_why",
        ],
        grows: false,
    },
    Ledger {
        kind: "case_event.1",
        table: "case_event",
        columns: &["id", "case_id", "at", "person_id", "what", "facts"],
        grows: true,
    },
    Ledger {
        kind: "photo.1",
        table: "photo",
        columns: &[
            "id",
            "case_id",
            "lot_id",
            "person_id",
            "source",
            "taken_at",
            "received_at",
            "sha256",
            "original",
            "near",
            "bytes",
            "width",
            "height",
            "opening_id",
            "held_at",
            "held_why",
            "held_by",
            "deleted_at",
        ],
        grows: false,
    },
    Ledger {
        kind: "approval.1",
        table: "approval",
        columns: &[
            "id",
            "case_id",
            "lot_id",
            "lane_id",
            "content",
            "direction",
            "plate",
            "assessment",
            "due_fen",
            "reason",
            "remark",
            "photos",
            "person_id",
            "asked_at",
            "expires_at",
            "state",
            "answered_by",
            "answered_at",
            "note",
            "opening_id",
            "picture_id",
        ],
        grows: false,
    },
    Ledger {
        kind: "payment.1",
        table: "payment",
        columns: &[
            "id",
            "integration_id",
            "event_id",
            "lot_id",
            "plate",
            "phone",
            "stay_id",
            "amount_fen",
            "paid_at",
            "received_at",
            "channel",
        ],
        grows: false,
    },
    Ledger {
        kind: "cash.1",
        table: "cash",
        columns: &["id", "case_id", "lot_id", "lane_id", "stay_id", "plate", "person_id", "amount_fen", "at"],
        grows: false,
    },
];

/// The sum of a row that is gone.
pub(crate) const GONE: &str = "-";

/// A row that was written.
#[derive(Debug, Clone)]
pub(super) struct Touch {
    ledger: &'static Ledger,
    id: String,
    /// It was added, not changed.
    added: bool,
}

tokio::task_local! {
    /// What the transaction of this task has written so far.
    static TOUCHED: RefCell<Vec<Touch>>;
}

/// Does the work of a transaction, and answers what it wrote.
pub(super) async fn heard<T>(work: impl Future<Output = T>) -> (T, Vec<Touch>) {
    let heard = async {
        let done = work.await;
        (done, TOUCHED.with(RefCell::take))
    };
    TOUCHED.scope(RefCell::default(), heard).await
}

/// The table a statement writes, and whether it adds to it, where its rows are summed up.
pub(super) fn written(sql: &str) -> Option<(&'static Ledger, bool)> {
    let mut words = sql.split_ascii_whitespace();
    let (added, table) = match (words.next()?, words.next()?) {
        ("update", table) => (false, table),
        ("insert", "into") => (true, words.next()?),
        ("delete", "from") => (false, words.next()?),
        _ => return None,
    };
    let ledger = LEDGERS.iter().find(|ledger| ledger.table == table)?;
    Some((ledger, added))
}

/// Notes rows that a statement has written. Outside a transaction nothing is summed up.
pub(super) fn note((ledger, added): (&'static Ledger, bool), ids: Vec<(String,)>) {
    let touch = |(id,)| Touch { ledger, id, added };
    let _ = TOUCHED.try_with(|touched| touched.borrow_mut().extend(ids.into_iter().map(touch)));
}

impl Ledger {
    /// A query of ids and rows, each row as a JSON list of its columns. `rest` follows the table's name.
    pub(crate) fn select(&self, conn: &Conn<'_>, rest: &str) -> String {
        let columns = self.columns.join(", ");
        let list = if conn.is_postgres() {
            format!("json_build_array({columns})::text")
        } else {
            format!("json_array({columns})")
        };
        format!("select id, {list} from {} {rest}", self.table)
    }

    /// The sum of a row as [`Ledger::select`] gives it. The engines write the same values in other ways.
    pub(crate) fn sum(&self, row: &str) -> Result<String, StoreError> {
        let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("a row of {}: {error}", self.table));
        let values: Vec<Value> = serde_json::from_str(row).map_err(|error| corrupt(&error))?;
        Ok(self.sum_of(&values))
    }

    fn sum_of(&self, values: &[Value]) -> String {
        let mut sum = Sha256::new_with_prefix(self.kind);
        for value in values {
            // Led by its length, so that no two rows read alike; null is longer than any text.
            let text = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                Value::Bool(truth) => Some(i32::from(*truth).to_string()),
                other => Some(other.to_string()),
            };
            let length = text.as_ref().map_or(u64::MAX, |text| text.len() as u64);
            sum.update(length.to_be_bytes());
            sum.update(text.unwrap_or_default());
        }
        hex::encode(sum.finalize())
    }
}

fn value(arg: &Arg) -> Value {
    match arg {
        Arg::Text(text) => json!(text),
        Arg::Int(number) => json!(number),
        Arg::Bool(truth) => json!(truth),
    }
}

impl Tx<'_> {
    /// Sums up a row that is written at the end of the transaction, as its values say it, in the order of its columns.
    pub(super) fn sum_later(&mut self, sql: &str, args: &[Arg]) {
        // Its values are its columns, one for one: so it is with what only grows.
        let Some((ledger, true)) = written(sql).filter(|(ledger, _)| ledger.grows) else {
            return;
        };
        let values: Vec<Value> = args.iter().map(value).collect();
        let id = values.first().and_then(Value::as_str).unwrap_or_default();
        let sum = ledger.sum_of(&values);
        self.sums.push(json!([ledger.kind, id, 1, sum]));
    }

    /// Ends the transaction's record: the sums of what was written go into its last audit row, then its audit rows are
    /// written.
    pub(super) async fn end_record(&mut self, touched: Vec<Touch>) -> Result<(), StoreError> {
        let mut rows: Vec<Touch> = Vec::new();
        for touch in touched {
            let same = |row: &&mut Touch| row.ledger.kind == touch.ledger.kind && row.id == touch.id;
            match rows.iter_mut().find(same) {
                Some(row) => row.added |= touch.added,
                None => rows.push(touch),
            }
        }
        for row in rows {
            let sum = self.sum_now(&row).await?;
            self.sums.push(sum);
        }
        if !self.sums.is_empty() {
            let sums = std::mem::take(&mut self.sums);
            let takes = |audit: &Audit| audit.body.is_object();
            if !self.audits.last().is_some_and(takes) {
                self.audits.push(Audit::new(self.now(), None, "record.rows", "record:rows", json!({})));
            }
            if let Some(last) = self.audits.last_mut() {
                last.body["row_sums"] = Value::Array(sums);
            }
        }
        for audit in std::mem::take(&mut self.audits) {
            self.link(audit).await?;
        }
        Ok(())
    }

    /// Takes the place from where on rows are summed up. Answers how many rows of each table there were before; none: it
    /// was taken.
    pub(crate) async fn begin_ledger(&mut self) -> Result<Option<BTreeMap<&'static str, i64>>, StoreError> {
        let sql = "insert into ledger (kind, id, changes) values ('begin', 'begin', 1)
             on conflict (kind, id) do nothing";
        if self.execute(sql, vec![]).await? == 0 {
            return Ok(None);
        }
        let mut before = BTreeMap::new();
        for ledger in &LEDGERS {
            let sql = format!("select count(*) from {}", ledger.table);
            before.insert(ledger.table, self.count_of(&sql, vec![]).await?);
        }
        Ok(Some(before))
    }

    async fn sum_now(&mut self, row: &Touch) -> Result<Value, StoreError> {
        let Touch { ledger, id, added } = row;
        let sql = ledger.select(&self.conn, "where id = $1");
        let now: Option<(String, String)> = self.optional(&sql, args![id]).await?;
        let sum = match now {
            Some((_, values)) => ledger.sum(&values)?,
            None => GONE.to_owned(),
        };
        let change = if ledger.grows { 1 } else { self.count_change(ledger, id, *added).await? };
        Ok(json!([ledger.kind, id, change, sum]))
    }

    /// Numbers the changes of a row: 1 is where it was added, so that a row from before sums were kept begins with 2.
    async fn count_change(&mut self, ledger: &Ledger, id: &str, added: bool) -> Result<i64, StoreError> {
        let sql = "insert into ledger (kind, id, changes) values ($1, $2, $3)
             on conflict (kind, id) do update set changes = ledger.changes + 1 returning changes";
        let first: i64 = if added { 1 } else { 2 };
        let (changes,): (i64,) = self.one(sql, args![ledger.table, id, first]).await?;
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_by_the_table_it_writes() {
        let of = |sql| written(sql).map(|(ledger, added)| (ledger.table, added));
        assert_eq!(of("update opening set result = $2"), Some(("opening", false)));
        assert_eq!(of("insert into  cash\n (id) values ($1)"), Some(("cash", true)));
        assert_eq!(of("delete from photo where id = $1"), Some(("photo", false)));
        for other in ["select id from opening", "update \"order\" set x = 1", "update openings set x = 1", ""] {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn no_two_rows_have_one_sum() {
        let sum = |row: &str| LEDGERS[0].sum(row).unwrap();
        assert_eq!(sum(r#"["a", 1, true]"#), sum(r#"[ "a",1 ,1]"#), "as either engine says it");
        let rows = [r#"["a", null]"#, r#"["a", ""]"#, r#"["", "a"]"#, r#"["a"]"#, r#"["a", "null"]"#];
        let sums: std::collections::HashSet<_> = rows.iter().map(|row| sum(row)).collect();
        assert_eq!(sums.len(), rows.len());
        assert_ne!(LEDGERS[1].sum(r#"["a"]"#).unwrap(), sum(r#"["a"]"#), "nor two tables");
    }
}
