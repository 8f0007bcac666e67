//! Changes that weaken a rule of control, until a second administrator has answered.

use super::super::{Conn, StoreError, Tx, part::who};
use crate::args;
use lanedesk_domain::{ids::PersonId, time::Timestamp};
use lanedesk_wire::site::{Cells, PendingChange, PendingState};

/// A change that waits.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct PendingRow {
    /// As it is told; whether it can be answered is not known here.
    pub(crate) change: PendingChange,
    /// The version it was made from; none: a new row.
    pub(crate) version: Option<String>,
    /// The change it would take back.
    pub(crate) undoes: Option<String>,
}

const SELECT: &str = concat!(
    "select w.id, w.section as \"table\", w.row_id, w.label, ",
    who!("by", "p"),
    ", w.at, w.version, w.before, w.after, w.undoes, w.state, false as answerable, ",
    who!("answered_by", "q"),
    "
    from pending w join person p on p.id = w.person_id left join person q on q.id = w.answered_by"
);

impl Conn<'_> {
    /// Changes that wait, newest first.
    pub(crate) async fn pending_changes(&mut self) -> Result<Vec<PendingRow>, StoreError> {
        let sql = format!("{SELECT} where w.state = 'waiting' order by w.id desc limit 500");
        self.all(&sql, vec![]).await
    }

    /// One of them, answered or not.
    pub(crate) async fn pending_change(&mut self, id: &str) -> Result<Option<PendingRow>, StoreError> {
        self.optional(&format!("{SELECT} where w.id = $1"), args![id]).await
    }

    /// Whether there is, or was since then, another administrator who holds a root area.
    pub(crate) async fn has_other_head(&mut self, person: &PersonId, since: Timestamp) -> Result<bool, StoreError> {
        let heads = "select count(*) from person p where p.id <> $1 and p.role = 'admin'
             and (p.disabled_at is null or p.disabled_at > $2) and exists (
                select 1 from person_scope s join area a on a.id = s.target_id and a.parent_id is null
                where s.person_id = p.id and s.kind = 'area')";
        // One whose role or scope this administrator took away just now counts as there.
        let removed = "select count(*) from site_change c where c.section = 'person' and c.person_id = $1
             and c.row_id <> $1 and c.at > $2 and c.before like '%\"admin\"%'";
        // So does one a file of theirs changed.
        let filed = "select count(*) from site_change c join site_change_row r on r.change_id = c.id
             where r.section = 'person' and c.person_id = $1 and r.row_id <> $1 and c.at > $2
             and r.before like '%\"admin\"%'";
        // And one whose area was put below another.
        let below = "select count(*) from person p join person_scope s on s.person_id = p.id and s.kind = 'area'
             where p.id <> $1 and p.role = 'admin' and (p.disabled_at is null or p.disabled_at > $2) and (exists (
                select 1 from site_change c where c.section = 'area' and c.row_id = s.target_id
                and c.person_id = $1 and c.at > $2 and c.before not like '%\"parent\":\"%')
             or exists (
                select 1 from site_change c join site_change_row r on r.change_id = c.id
                where r.section = 'area' and r.row_id = s.target_id
                and c.person_id = $1 and c.at > $2 and r.before not like '%\"parent\":\"%'))";
        let mut found = 0;
        for sql in [heads, removed, filed, below] {
            found += self.count_of(sql, args![person, since]).await?;
        }
        Ok(found > 0)
    }

    /// Whether one of the two had the other's account in hand since then: made or changed it, or reset its password or
    /// second factor.
    pub(crate) async fn had_in_hand(
        &mut self,
        one: &PersonId,
        other: &PersonId,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let asked = [
            "select count(*) from site_change where section = 'person' and at > $3
             and ((person_id = $1 and row_id = $2) or (person_id = $2 and row_id = $1))",
            "select count(*) from site_change c join site_change_row r on r.change_id = c.id
             where r.section = 'person' and c.at > $3
             and ((c.person_id = $1 and r.row_id = $2) or (c.person_id = $2 and r.row_id = $1))",
            "select count(*) from reset where at > $3
             and ((by_id = $1 and person_id = $2) or (by_id = $2 and person_id = $1))",
        ];
        let mut found = 0;
        for sql in asked {
            found += self.count_of(sql, args![one, other, since]).await?;
        }
        Ok(found > 0)
    }
}

impl Tx<'_> {
    /// Keeps a change that waits. One of the same row that waited is replaced by it.
    pub(crate) async fn add_pending(&mut self, row: &PendingRow) -> Result<(), StoreError> {
        let json = |cells: &Option<Cells>| cells.as_ref().and_then(|cells| serde_json::to_string(cells).ok());
        let change = &row.change;
        let section = change.table.word();
        let sql = "update pending set state = 'refused', answered_at = $3
             where section = $1 and row_id = $2 and state = 'waiting'";
        self.execute(sql, args![&section, &change.row_id, change.at]).await?;
        self.execute(
            "insert into pending (id, section, row_id, label, person_id, at, version, before, after, undoes, state)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                &change.id,
                &section,
                &change.row_id,
                &change.label,
                &change.by.id,
                change.at,
                &row.version,
                json(&change.before),
                json(&change.after),
                &row.undoes,
                change.state.word()
            ],
        )
        .await
        .map(drop)
    }

    /// Answers it. False: it was answered.
    pub(crate) async fn answer_pending(
        &mut self,
        id: &str,
        state: PendingState,
        by: &PersonId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "update pending set state = $2, answered_by = $3, answered_at = $4
             where id = $1 and state = 'waiting'";
        Ok(self.execute(sql, args![id, state.word(), by, at]).await? == 1)
    }
}
