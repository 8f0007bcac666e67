//! The lanes that are being handled now.

use super::{Conn, StoreError, lots_arg, part::who};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId},
    opening::Source,
    time::Timestamp,
};
use lanedesk_wire::{board::Today, problem::Holder};

/// A held lane with its case.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct BoardCase {
    /// The lane.
    pub lane: LaneId,
    /// The case.
    pub case: CaseId,
    /// Who holds it.
    pub holder: Holder,
    /// Since when.
    pub since: Timestamp,
    /// Until when; none while a call is live.
    pub expires_at: Option<Timestamp>,
    /// By lookup or by call.
    pub source: Source,
}

impl Conn<'_> {
    /// Every lane held at `now`, longest first.
    pub async fn handled(&mut self, now: Timestamp) -> Result<Vec<BoardCase>, StoreError> {
        let sql = concat!(
            r#"select l.lane_id as lane, l.case_id as "case", "#,
            who!("holder", "p"),
            r#", l.acquired_at as since, l.expires_at, c.source
               from lease l join person p on p.id = l.person_id join "case" c on c.id = l.case_id
               where l.open and (l.expires_at is null or l.expires_at > $1)
               order by l.acquired_at, l.lane_id"#
        );
        self.all(sql, args![now]).await
    }

    /// What was opened in some lots since a moment; `None`: in all.
    pub(crate) async fn today(
        &mut self,
        lots: Option<&[LotId]>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Today, StoreError> {
        let mut args = args![since, now];
        let within = match lots {
            None => String::new(),
            Some(lots) => {
                args.push(lots_arg(lots.iter()).into());
                format!(" and {}", self.in_lots("x.lot_id", 3))
            }
        };
        let count = |rest: &str| format!("(select count(*) from {rest}{within})");
        let sql = format!(
            "select {}, {}, {}, {}, {}",
            count("opening x where x.at >= $1"),
            count("opening x where x.at >= $1 and x.kind = 'abnormal'"),
            count("opening x where x.at >= $1 and x.result = 'unknown'"),
            count("rise x where x.at >= $1"),
            count("approval x where x.state = 'waiting' and x.expires_at > $2"),
        );
        let row: (i64, i64, i64, i64, i64) = self.one(&sql, args).await?;
        let small = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Today {
            openings: small(row.0),
            abnormal: small(row.1),
            unknown: small(row.2),
            rises: small(row.3),
            approvals: small(row.4),
        })
    }

    /// How many lanes are held at `now`.
    pub async fn count_held(&mut self, now: Timestamp) -> Result<i64, StoreError> {
        let sql = "select count(*) from lease where open and (expires_at is null or expires_at > $1)";
        self.one::<(i64,)>(sql, args![now]).await.map(|(count,)| count)
    }
}
