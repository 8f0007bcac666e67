//! Leave for releases: asked for, answered once, used once.

use super::{
    Conn, NewOpening, StoreError,
    opening::picture_path,
    part::{lane, lot, name_lane, name_lot, who},
};
use crate::{args, directory::Directory};
use lanedesk_domain::{
    ids::{ApprovalId, CaseId, OrderId, PersonId, PhotoId},
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::approval::{Approval, ApprovalState, ApprovalWord};

/// An approval with what is not shown of it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ApprovalRow {
    /// As people are shown it.
    pub shown: Approval,
    /// SHA-256 of what leave is asked for, hex.
    pub content: String,
    /// The lane as it was then.
    pub picture: Option<PhotoId>,
}

macro_rules! approvals {
    ($tail:literal) => {
        concat!(
            "select q.id, q.case_id as \"case\", ",
            lot!("q.lot_id"),
            ", ",
            lane!("q.lane_id"),
            ", q.content, q.direction, q.plate, q.assessment, q.due_fen, q.reason, q.remark, q.photos, ",
            who!("by", "p"),
            ", q.asked_at, q.expires_at, q.state, ",
            who!("answered_by", "a"),
            ", q.note, q.picture_id as picture
             from approval q join person p on p.id = q.person_id left join person a on a.id = q.answered_by ",
            $tail
        )
    };
}

fn shown(site: &Directory, mut row: ApprovalRow) -> ApprovalRow {
    name_lot(site, &mut row.shown.lot);
    name_lane(site, &mut row.shown.lane);
    row.shown.picture = row.picture.as_ref().map(|id| picture_path(id.as_str()));
    row
}

/// A supervisor's answer.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// Allow or deny.
    pub word: ApprovalWord,
    /// Who answers.
    pub person: &'a PersonId,
    /// When.
    pub at: Timestamp,
    /// Until when leave lasts.
    pub until: Timestamp,
    /// What they say with it.
    pub note: Option<&'a str>,
}

/// When approvals were asked for, and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Requester {
    /// At or after.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
    /// A person's id; empty: by anybody.
    pub person: String,
}

impl Conn<'_> {
    /// Writes a question to the supervisors.
    pub(crate) async fn add_approval(&mut self, new: &ApprovalRow) -> Result<(), StoreError> {
        let asked = &new.shown;
        let photos = serde_json::to_string(&asked.photos).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        self.execute(
            "insert into approval (id, case_id, lot_id, lane_id, content, direction, plate, assessment, due_fen, reason,
                remark, photos, person_id, asked_at, expires_at, state, picture_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            args![
                &asked.id,
                &asked.case,
                &asked.lot.id,
                &asked.lane.id,
                &new.content,
                asked.direction,
                asked.plate.as_deref(),
                asked.assessment,
                asked.due_fen,
                &asked.reason,
                &asked.remark,
                photos,
                &asked.by.id,
                asked.asked_at,
                asked.expires_at,
                asked.state.word(),
                &new.picture
            ],
        )
        .await
        .map(drop)
    }

    /// An approval by id.
    pub(crate) async fn approval(
        &mut self,
        directory: &Directory,
        id: &ApprovalId,
    ) -> Result<Option<ApprovalRow>, StoreError> {
        let row: Option<ApprovalRow> = self.optional(approvals!("where q.id = $1"), args![id]).await?;
        Ok(row.map(|row| shown(directory, row)))
    }

    /// The newest approval of a case, for exactly this content where one is given.
    pub(crate) async fn newest_approval(
        &mut self,
        directory: &Directory,
        case: &CaseId,
        content: Option<&str>,
    ) -> Result<Option<ApprovalRow>, StoreError> {
        let sql = approvals!("where q.case_id = $1 and ($2 is null or q.content = $2) order by q.id desc limit 1");
        let row: Option<ApprovalRow> = self.optional(sql, args![case, content]).await?;
        Ok(row.map(|row| shown(directory, row)))
    }

    /// Approvals of these lots, newest first; only those that can still be answered where `waiting_at` is given.
    pub(crate) async fn approvals(
        &mut self,
        directory: &Directory,
        lots: &str,
        waiting_at: Option<Timestamp>,
        asked: &Requester,
        before: Option<&ApprovalId>,
        limit: i64,
    ) -> Result<Vec<ApprovalRow>, StoreError> {
        let sql = format!(
            "{} and ($2 is null or q.id < $2) and q.asked_at >= $5 and q.asked_at < $6
                and ($7 = '' or q.person_id = $7)
                and ($3 = 0 or (q.state = 'waiting' and q.expires_at > $3)) order by q.id desc limit $4",
            approvals!("where ").to_owned() + &self.in_lots("q.lot_id", 1)
        );
        let before = before.map(ApprovalId::as_str);
        let waiting_at = waiting_at.map_or(0, |at| at.0);
        let rows: Vec<ApprovalRow> =
            self.all(&sql, args![lots, before, waiting_at, limit, asked.from, asked.to, &asked.person]).await?;
        Ok(rows.into_iter().map(|row| shown(directory, row)).collect())
    }

    /// Answers a question. False: it was answered, or its time is over.
    pub(crate) async fn answer_approval(&mut self, id: &ApprovalId, answer: &Answer<'_>) -> Result<bool, StoreError> {
        let state = match answer.word {
            ApprovalWord::Allow => ApprovalState::Allowed,
            ApprovalWord::Deny => ApprovalState::Denied,
        };
        let answered = self
            .execute(
                "update approval set state = $2, answered_by = $3, answered_at = $4, note = $5, expires_at = $6
                 where id = $1 and state = 'waiting' and expires_at > $4",
                args![id, state.word(), answer.person, answer.at, answer.note, answer.until],
            )
            .await?;
        Ok(answered == 1)
    }

    /// Uses leave up for an opening of whoever asked, of that vehicle, at that lane. False: it was used, is over, or is for
    /// something else.
    pub(crate) async fn use_approval(
        &mut self,
        id: &ApprovalId,
        opening: &NewOpening,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let used = self
            .execute(
                "update approval set state = 'used', opening_id = $2
                 where id = $1 and state = 'allowed' and expires_at > $3 and case_id = $4 and lane_id = $5
                   and person_id = $6 and answered_by <> $6 and coalesce(plate, '') = $7",
                args![
                    id,
                    &opening.id,
                    now,
                    &opening.case,
                    &opening.lane,
                    &opening.person,
                    opening.plate.as_ref().map_or("", Plate::as_str)
                ],
            )
            .await?;
        Ok(used == 1)
    }

    /// Leave whose order moved nothing was not used.
    pub(crate) async fn give_approval_back(&mut self, order: OrderId) -> Result<(), StoreError> {
        self.execute(
            "update approval set state = 'allowed', opening_id = null
             where state = 'used' and opening_id in (select id from opening where order_id = $1)",
            args![order],
        )
        .await
        .map(drop)
    }

    /// Ends a question whose time is over. False: it was answered, or another hub has ended it.
    pub(crate) async fn expire_approval(&mut self, id: &ApprovalId, now: Timestamp) -> Result<bool, StoreError> {
        let expired = self
            .execute(
                "update approval set state = 'expired' where id = $1 and state = 'waiting' and expires_at <= $2",
                args![id, now],
            )
            .await?;
        Ok(expired == 1)
    }

    /// Questions nobody answered in time, oldest first.
    pub(crate) async fn approvals_over(&mut self, now: Timestamp) -> Result<Vec<ApprovalId>, StoreError> {
        let sql = "select id from approval where state = 'waiting' and expires_at <= $1 order by expires_at limit 100";
        let rows: Vec<(ApprovalId,)> = self.all(sql, args![now]).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
