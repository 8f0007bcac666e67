//! Holders who ask a supervisor for help; one row a case.

use super::{Conn, StoreError, part::who};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::problem::Holder;
use serde::{Deserialize, Deserializer};

/// A call for help.
#[derive(Debug, Clone, Deserialize)]
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
    #[serde(deserialize_with = "answered")]
    pub answered: Option<(Holder, String)>,
}

fn answered<'de, D: Deserializer<'de>>(row: D) -> Result<Option<(Holder, String)>, D::Error> {
    #[derive(Deserialize)]
    struct AnswerColumns {
        answered_by: Option<Holder>,
        answer: Option<String>,
    }
    let said = |row: AnswerColumns| row.answered_by.map(|by| (by, row.answer.unwrap_or_default()));
    AnswerColumns::deserialize(row).map(said)
}

/// What is asked stands while the case is worked by whoever asked, at the lane where the case is now.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select h.case_id as \"case\", c.lot_id as lot, c.lane_id as lane, ",
            who!("by", "p"),
            ", h.note, h.at, ",
            who!("answered_by", "a"),
            ", h.answer
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
        self.all(sql, vec![]).await
    }

    /// What is asked in a case.
    pub(crate) async fn help_of(&mut self, case: &CaseId) -> Result<Option<HelpRow>, StoreError> {
        self.optional(select!("and h.case_id = $1"), args![case]).await
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
