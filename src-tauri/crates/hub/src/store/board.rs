//! The lanes that are being handled now.

use super::{Conn, StoreError, lease::holder};
use crate::{args, directory::parsed};
use lanedesk_domain::{
    ids::{CaseId, LaneId},
    opening::Source,
    time::Timestamp,
};
use lanedesk_wire::problem::Holder;

/// A held lane with its case.
#[derive(Debug, Clone)]
pub struct Handled {
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

#[derive(sqlx::FromRow)]
struct HandledRow {
    lane_id: String,
    case_id: String,
    person_id: String,
    name: String,
    role: String,
    acquired_at: i64,
    expires_at: Option<i64>,
    source: String,
}

impl Conn<'_> {
    /// Every lane held at `now`, longest first.
    pub async fn handled(&mut self, now: Timestamp) -> Result<Vec<Handled>, StoreError> {
        let sql = r#"select l.lane_id, l.case_id, l.person_id, p.name, p.role, l.acquired_at, l.expires_at, c.source
                     from lease l join person p on p.id = l.person_id join "case" c on c.id = l.case_id
                     where l.open and (l.expires_at is null or l.expires_at > $1)
                     order by l.acquired_at, l.lane_id"#;
        let rows: Vec<HandledRow> = self.all(sql, args![now]).await?;
        let handled = |row: HandledRow| {
            Ok(Handled {
                lane: parsed(&row.lane_id)?,
                case: parsed(&row.case_id)?,
                holder: holder(&row.person_id, row.name, &row.role)?,
                since: Timestamp(row.acquired_at),
                expires_at: row.expires_at.map(Timestamp),
                source: parsed(&row.source)?,
            })
        };
        rows.into_iter().map(handled).collect()
    }

    /// How many lanes are held at `now`.
    pub async fn count_held(&mut self, now: Timestamp) -> Result<i64, StoreError> {
        let sql =
            "select count(*) from lease where open and (expires_at is null or expires_at > $1)";
        self.one::<(i64,)>(sql, args![now])
            .await
            .map(|(count,)| count)
    }
}
