//! Lists of calls, and which of them time changes.

use super::CallRow;
use crate::{
    args,
    store::{Conn, ListCursor, StoreError, part::who},
};
use lanedesk_domain::{
    ids::{CallId, LotId},
    time::Timestamp,
};

/// Which calls a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFilter {
    /// The queue, oldest first.
    Waiting,
    /// Those somebody has, oldest first.
    Live,
    /// Those to call back, newest first.
    Abandoned,
}

impl Conn<'_> {
    /// A page of calls of these lots, and of calls of which nobody knows the lot.
    pub(crate) async fn calls(
        &mut self,
        which: CallFilter,
        lots: &str,
        behind: Option<&ListCursor>,
        limit: i64,
    ) -> Result<Vec<CallRow>, StoreError> {
        let (wanted, order, past) = match which {
            CallFilter::Waiting => (
                // Said in the words of the index of open calls, which are few among all there ever were.
                "k.state in ('ringing', 'waiting', 'live') and (k.state = 'waiting' or (k.state = 'ringing' and k.overflow))",
                "k.since, k.id",
                ">",
            ),
            CallFilter::Live => {
                ("k.state in ('ringing', 'waiting', 'live') and k.state <> 'waiting'", "k.since, k.id", ">")
            }
            CallFilter::Abandoned => {
                ("k.state = 'abandoned' and k.called_back_at is null", "k.since desc, k.id desc", "<")
            }
        };
        let mut args = args![lots, limit];
        let place = behind.map_or(String::new(), |behind| {
            args.extend(args![behind.at, behind.id.as_str()]);
            format!("and (k.since, k.id) {past} ($3, $4)")
        });
        let sql = format!(
            "{} {wanted} and (k.lot_id is null or {}) {place} order by {order} limit $2",
            select!("where"),
            self.in_lots("k.lot_id", 1),
        );
        self.all(&sql, args).await
    }

    /// Every call in the queue: its lot, where known, and since when it waits.
    pub(crate) async fn queue(&mut self) -> Result<Vec<(Option<LotId>, Timestamp)>, StoreError> {
        let sql = "select lot_id, since from call
                   where state in ('ringing', 'waiting', 'live') and (state = 'waiting' or (state = 'ringing' and overflow))
                   order by since";
        self.all(sql, vec![]).await
    }

    /// Calls that have rung at one seat for too long.
    pub(crate) async fn calls_overflowing(&mut self, now: Timestamp) -> Result<Vec<CallId>, StoreError> {
        let sql =
            "select id from call where state in ('ringing', 'waiting', 'live') and state = 'ringing' and not overflow
                   and overflow_at <= $1";
        let rows: Vec<(CallId,)> = self.all(sql, args![now]).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Forgets the caller's number of calls that were over before this; at most so many. Answers of how many.
    pub(crate) async fn forget_callers(&mut self, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
        let sql = "update call set caller = '' where id in (
                       select id from call where caller <> '' and ended_at < $1 order by ended_at limit $2)";
        self.execute(sql, args![before, limit]).await
    }

    /// Open calls of which nothing was heard since `before`.
    pub(crate) async fn calls_silent(&mut self, before: Timestamp) -> Result<Vec<CallId>, StoreError> {
        let sql = "select id from call where state in ('ringing', 'waiting', 'live') and heard_at <= $1";
        let rows: Vec<(CallId,)> = self.all(sql, args![before]).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
