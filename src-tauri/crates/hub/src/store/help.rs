//! Holders who ask a supervisor for help; one row a case.

use super::{Conn, StoreError, lease::holder};
use crate::{args, directory::parsed};
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::problem::Holder;

/// A call for help.
#[derive(Debug, Clone)]
pub(crate) struct HelpRow {
    /// The case.
    pub case: CaseId,
    /// Its lot.
    pub lot: LotId,
    /// Its lane.
    pub lane: LaneId,
    /// Who asks.
    pub by: Holder,
    /// What for.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// Who answered, and what.
    pub answered: Option<(Holder, String)>,
}

#[derive(serde::Deserialize)]
struct Columns {
    case_id: String,
    lot_id: String,
    lane_id: String,
    person_id: String,
    name: String,
    role: String,
    note: String,
    at: i64,
    answered_by: Option<String>,
    answered_name: Option<String>,
    answered_role: Option<String>,
    answer: Option<String>,
}

impl TryFrom<Columns> for HelpRow {
    type Error = StoreError;
    fn try_from(row: Columns) -> Result<Self, StoreError> {
        let answered = match (row.answered_by, row.answered_name, row.answered_role) {
            (Some(id), Some(name), Some(role)) => Some((holder(&id, name, &role)?, row.answer.unwrap_or_default())),
            _ => None,
        };
        Ok(Self {
            case: parsed(&row.case_id)?,
            lot: parsed(&row.lot_id)?,
            lane: parsed(&row.lane_id)?,
            by: holder(&row.person_id, row.name, &row.role)?,
            note: row.note,
            at: Timestamp(row.at),
            answered,
        })
    }
}

/// What is asked stands while the case is worked by whoever asked, at the lane where the case is now.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select h.case_id, c.lot_id, c.lane_id, h.person_id, p.name, p.role, h.note, h.at, h.answered_by,
                a.name as answered_name, a.role as answered_role, h.answer
             from help h join person p on p.id = h.person_id left join person a on a.id = h.answered_by
             join \"case\" c on c.id = h.case_id
             where h.over_at is null and c.state = 'open' and c.person_id = h.person_id ",
            $rest
        )
    };
}

impl Conn<'_> {
    /// Everybody who asks, oldest first.
    pub(crate) async fn help_asked(&mut self) -> Result<Vec<HelpRow>, StoreError> {
        let sql = select!("order by h.at, h.case_id limit 200");
        let rows: Vec<Columns> = self.all(sql, vec![]).await?;
        rows.into_iter().map(HelpRow::try_from).collect()
    }

    /// What is asked in a case.
    pub(crate) async fn help_of(&mut self, case: &CaseId) -> Result<Option<HelpRow>, StoreError> {
        let row: Option<Columns> = self.optional(select!("and h.case_id = $1"), args![case]).await?;
        row.map(HelpRow::try_from).transpose()
    }

    /// Asks, or asks anew.
    pub(crate) async fn ask_help(
        &mut self,
        case: &CaseId,
        (lot, lane): (&LotId, &LaneId),
        person: &PersonId,
        note: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "insert into help (case_id, lot_id, lane_id, person_id, note, at) values ($1, $2, $3, $4, $5, $6)
                   on conflict (case_id) do update set lot_id = excluded.lot_id, lane_id = excluded.lane_id,
                   person_id = excluded.person_id, note = excluded.note, at = excluded.at, answered_by = null,
                   answer = null, answered_at = null, over_at = null";
        self.execute(sql, args![case, lot, lane, person, note, now]).await.map(drop)
    }

    /// Answers. The last word stands.
    pub(crate) async fn answer_help(
        &mut self,
        case: &CaseId,
        by: &PersonId,
        answer: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "update help set answered_by = $2, answer = $3, answered_at = $4 where case_id = $1";
        self.execute(sql, args![case, by, answer, now]).await.map(drop)
    }

    /// It is needed no more.
    pub(crate) async fn end_help(&mut self, case: &CaseId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "update help set over_at = $2 where case_id = $1 and over_at is null";
        Ok(self.execute(sql, args![case, now]).await? > 0)
    }
}
