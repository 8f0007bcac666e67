//! Numbers day by day, for the morning's figures and for statistics of cases. Days are counted since 1970
//! by the lots' clocks.

use super::{
    Arg, Conn, StoreError, lots_arg,
    opening::{UNPAID, UNRESOLVED},
    shown::clock_ms,
};
use crate::args;
use lanedesk_domain::{
    ids::LotId,
    time::{DAY_MS, Timestamp},
};

/// A time, and the lots it is looked at in.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// From this moment on.
    pub from: Timestamp,
    /// Before this moment.
    pub to: Timestamp,
    /// In these lots; none: in all.
    pub lots: Option<Vec<LotId>>,
}

/// What is counted a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Daily {
    AbnormalExits,
    UnpaidFen,
    Passages,
    Rises,
    Unresolved,
    Abandoned,
    Corrections,
    Reads,
    Calls,
    DebtsFen,
    CashFen,
    Approvals,
    Photographed,
}

impl Daily {
    /// Table (`o`), time column, what else must hold, what is summed.
    fn parts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::AbnormalExits => ("opening o", "o.at", "o.kind = 'abnormal' and o.direction = 'exit'", "1"),
            Self::UnpaidFen => ("opening o", "o.at", UNPAID, "o.due_fen"),
            Self::Passages => ("stay o", "o.left_at", "o.left_at is not null", "1"),
            Self::Rises => ("rise o", "o.at", "1 = 1", "1"),
            Self::Unresolved => ("opening o", "o.at", UNRESOLVED, "1"),
            Self::Abandoned => ("call o", "o.since", "o.state = 'abandoned'", "1"),
            Self::Corrections => ("\"case\" o", "o.closed_at", "o.corrected", "1"),
            Self::Reads => ("plate_read o", "o.taken_at", "not o.history", "1"),
            Self::Calls => ("call o", "o.since", "not o.by_hand", "1"),
            Self::DebtsFen => ("debt o", "o.filed_at", "1 = 1", "o.amount_fen"),
            Self::CashFen => ("cash o", "o.at", "1 = 1", "o.amount_fen"),
            Self::Approvals => ("approval o", "o.asked_at", "1 = 1", "1"),
            Self::Photographed => (
                "opening o",
                "o.at",
                "exists (select 1 from photo f where f.opening_id = o.id and f.deleted_at is null)",
                "1",
            ),
        }
    }
}

/// Rows read at most for a percentile: what is beyond does not move it visibly.
const MOST_ROWS: i64 = 500_000;

/// An ended case, as far as its handling is counted.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct EndedCase {
    /// How it ended, as told; null: not told.
    pub outcome: Option<String>,
    /// Its lot.
    pub lot_id: String,
    /// Who worked it.
    pub person_id: String,
    /// Their name.
    pub name: String,
    /// When it began.
    pub opened_at: i64,
    /// When it ended.
    pub closed_at: i64,
}

impl Conn<'_> {
    fn within(&self, span: &Span, column: &str) -> (String, Vec<Arg>) {
        let mut args: Vec<Arg> = args![span.from, span.to];
        let text = match &span.lots {
            None => String::new(),
            Some(lots) => {
                args.push(lots_arg(lots.iter()).into());
                format!(" and {}", self.in_lots(column, 3))
            }
        };
        (text, args)
    }

    /// Sums by day.
    pub(crate) async fn daily(&mut self, what: Daily, span: &Span) -> Result<Vec<(i64, i64)>, StoreError> {
        let (within, args) = self.within(span, "o.lot_id");
        let (table, at, holds, sum) = what.parts();
        let shown = clock_ms(at, Some(span.from), Some(span.to));
        let day = format!("{shown} / {DAY_MS}");
        let sql = format!(
            "select {day}, cast(sum({sum}) as bigint) from {table}
             where {at} >= $1 and {at} < $2 and {holds}{within} group by {day}"
        );
        self.all(&sql, args).await
    }

    /// The largest sums by a column (`lane_id`, `person_id`), five of them.
    pub(crate) async fn largest(
        &mut self,
        what: Daily,
        by: &'static str,
        span: &Span,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let (within, args) = self.within(span, "o.lot_id");
        let (table, at, holds, sum) = what.parts();
        let sql = format!(
            "select o.{by}, cast(sum({sum}) as bigint) from {table}
             where {at} >= $1 and {at} < $2 and {holds}{within} and o.{by} is not null
             group by o.{by} order by 2 desc, 1 limit 5"
        );
        self.all(&sql, args).await
    }

    /// How long calls waited: when they began to ring, and the milliseconds until somebody had them or they were over.
    pub(crate) async fn waits(&mut self, span: &Span) -> Result<Vec<(i64, i64)>, StoreError> {
        let (within, args) = self.within(span, "o.lot_id");
        let sql = format!(
            "select o.since, coalesce(o.answered_at, o.taken_at, o.ended_at) - o.since from call o
             where o.since >= $1 and o.since < $2 and not o.by_hand
               and coalesce(o.answered_at, o.taken_at, o.ended_at) is not null{within} limit {MOST_ROWS}"
        );
        self.all(&sql, args).await
    }

    /// Cases that ended in a time.
    pub(crate) async fn ended_cases(&mut self, span: &Span) -> Result<Vec<EndedCase>, StoreError> {
        let (within, args) = self.within(span, "o.lot_id");
        let sql = format!(
            "select o.outcome, o.lot_id, o.person_id, p.name, o.opened_at, o.closed_at
             from \"case\" o join person p on p.id = o.person_id
             where o.closed_at >= $1 and o.closed_at < $2{within} limit {MOST_ROWS}"
        );
        self.all(&sql, args).await
    }

    /// Outages that reach into a time: device, beginning, end.
    pub(crate) async fn outages(&mut self, span: &Span) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let (within, args) = self.within(span, "o.lot_id");
        let sql = format!(
            "select o.device_id, o.began_at, coalesce(o.ended_at, $2) from outage o
             where o.began_at < $2 and coalesce(o.ended_at, $2) > $1{within}"
        );
        self.all(&sql, args).await
    }

    /// Stays longer than this that reach into a time: entry and end, none while inside.
    pub(crate) async fn long_stays(
        &mut self,
        span: &Span,
        longer_ms: i64,
    ) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
        let (within, args) = self.within(span, "o.lot_id");
        let sql = format!(
            "select o.entered_at, o.left_at from stay o
             where (o.left_at is null or o.left_at >= $1) and o.entered_at < $2
               and coalesce(o.left_at, $2) - o.entered_at > {longer_ms}{within} limit {MOST_ROWS}"
        );
        self.all(&sql, args).await
    }

    /// Openings of a time that have photos.
    pub(crate) async fn photographed(&mut self, span: &Span) -> Result<Vec<String>, StoreError> {
        let (within, args) = self.within(span, "o.lot_id");
        let (table, at, holds, _) = Daily::Photographed.parts();
        let sql = format!(
            "select o.id from {table} where {at} >= $1 and {at} < $2 and {holds}{within} order by o.id limit 5000"
        );
        let rows: Vec<(String,)> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
