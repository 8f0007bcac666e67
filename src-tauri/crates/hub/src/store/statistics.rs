//! Counts over openings (R33).

use super::{
    Conn, StoreError,
    opening::{Filter, UNPAID},
};
use lanedesk_wire::statistics::{By, SamePlate};
use std::borrow::Cow;

/// Bars that are answered at most: more cannot be looked at.
const MOST_BARS: usize = 500;
/// Plates that are answered at most.
const MOST_PLATES: usize = 20;

/// One counted group; the key is a column's value.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Group {
    /// Id, code or hour.
    pub key: String,
    /// A person's name; empty where the site knows the name.
    pub name: String,
    /// Openings.
    pub openings: i64,
    /// Of them, against the rules.
    pub abnormal: i64,
    /// Of them, with money due and no matching payment.
    pub unpaid: i64,
    /// What was due and not collected.
    pub unpaid_fen: i64,
}

/// What is grouped by, as the engine says it; rows without it are left out.
fn key(by: Option<By>, filter: &Filter) -> Cow<'static, str> {
    let column = match by {
        None => "''",
        Some(By::Lot) => "o.lot_id",
        Some(By::Lane) => "o.lane_id",
        Some(By::Person) => "o.person_id",
        Some(By::Reason) => "o.reason",
        Some(By::Hour) => return filter.hour_of_day().into(),
    };
    column.into()
}

impl Conn<'_> {
    /// Openings counted by something, most first; as one group where nothing is named.
    pub(crate) async fn count_openings(&mut self, filter: &Filter, by: Option<By>) -> Result<Vec<Group>, StoreError> {
        let all = filter.whole(self);
        let (key, conditions) = (key(by, filter), &all.text);
        let name = match by {
            Some(By::Person) => "coalesce((select p.name from person p where p.id = c.key), c.key)",
            _ => "''",
        };
        let sql = format!(
            "select c.key, {name} as name, c.openings, c.abnormal, c.unpaid, c.unpaid_fen from (
                select cast(f.key as text) as key, count(*) as openings, cast(sum(f.abnormal) as bigint) as abnormal,
                    cast(sum(f.unpaid) as bigint) as unpaid, cast(sum(f.unpaid * coalesce(f.due_fen, 0)) as bigint) as unpaid_fen
                from (select {key} as key, o.due_fen, case when o.kind = 'abnormal' then 1 else 0 end as abnormal,
                        case when {UNPAID} then 1 else 0 end as unpaid
                    from opening o where {conditions}) as f
                where f.key is not null group by f.key) as c
             order by c.openings desc, c.key limit {MOST_BARS}"
        );
        self.all(&sql, all.args).await
    }

    /// Plates opened for more than once, most first.
    pub(crate) async fn same_plates(&mut self, filter: &Filter) -> Result<Vec<SamePlate>, StoreError> {
        let all = filter.whole(self);
        let conditions = &all.text;
        let sql = format!(
            "select o.plate, count(*) as openings, cast(sum(case when o.kind = 'abnormal' then 1 else 0 end) as bigint) as abnormal
             from opening o where {conditions} and o.plate is not null
             group by o.plate having count(*) > 1 order by 2 desc, 3 desc, 1 limit {MOST_PLATES}"
        );
        let rows: Vec<(String, i64, i64)> = self.all(&sql, all.args).await?;
        let shown = |(plate, openings, abnormal): (String, i64, i64)| SamePlate {
            plate,
            openings: openings.unsigned_abs(),
            abnormal: abnormal.unsigned_abs(),
        };
        Ok(rows.into_iter().map(shown).collect())
    }
}
