//! Numbers of a day, and who has read them.

use super::{Arg, Conn, StoreError, lots_arg, part::who};
use crate::args;
use lanedesk_domain::{
    ids::{LotId, PersonId},
    money::Fen,
    time::Timestamp,
};
use lanedesk_wire::report::Acknowledged;

/// What a day's report counts besides the openings themselves.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(crate) struct DayCounts {
    /// Openings of which the result stayed unknown.
    pub unknown: i64,
    /// Openings after which no vehicle was seen to pass.
    pub without_passage: i64,
    /// Rises without us.
    pub rises: i64,
    /// Debts filed.
    pub debts: i64,
    /// Their sum, 分.
    pub debts_fen: i64,
}

impl DayCounts {
    /// The sum of the debts.
    pub(crate) fn owed(&self) -> Fen {
        Fen(self.debts_fen)
    }
}

impl Conn<'_> {
    /// Counts what a report tells of a time.
    pub(crate) async fn day_counts(
        &mut self,
        lots: Option<&[LotId]>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<DayCounts, StoreError> {
        let mut args: Vec<Arg> = args![from, to];
        let scope = match lots {
            None => String::new(),
            Some(lots) => {
                args.push(lots_arg(lots.iter()).into());
                format!(" and {}", self.in_lots("x.lot_id", 3))
            }
        };
        let at = "x.at >= $1 and x.at < $2";
        let sql = format!(
            "select
                (select count(*) from opening x where {at} and x.result = 'unknown'{scope}) as unknown,
                (select count(*) from opening x where {at} and x.passage = 'none'{scope}) as without_passage,
                (select count(*) from rise x where {at}{scope}) as rises,
                (select count(*) from debt x where x.filed_at >= $1 and x.filed_at < $2{scope}) as debts,
                (select cast(coalesce(sum(x.amount_fen), 0) as bigint) from debt x
                    where x.filed_at >= $1 and x.filed_at < $2{scope}) as debts_fen"
        );
        self.one(&sql, args).await
    }

    /// Who has read a day's report, first reader first.
    pub(crate) async fn report_readers(&mut self, day: &str) -> Result<Vec<Acknowledged>, StoreError> {
        let sql = concat!(
            "select ",
            who!("by", "p"),
            ", r.at from report_read r join person p on p.id = r.person_id where r.day = $1 order by r.at, p.id"
        );
        self.all(sql, args![day]).await
    }

    /// Notes that somebody has read a day's report. False: they had said so before.
    pub(crate) async fn read_report(
        &mut self,
        day: &str,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let added = self
            .execute(
                "insert into report_read (day, person_id, at) values ($1, $2, $3) on conflict (day, person_id) do nothing",
                args![day, person, now],
            )
            .await?;
        Ok(added == 1)
    }
}
