//! What an abnormal release adds to its opening, in the transaction that makes it.

use super::{Conn, NewDebt, PhotoRow, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{ApprovalId, CaseId, OpeningId, OrderId, PersonId, PhotoId},
    opening::OpeningKind,
    time::Timestamp,
};
use lanedesk_wire::{opening::PhotosOwed, release::Unpaid};

/// Reason, proof and money of a release that was checked and is about to be written.
#[derive(Debug, Clone)]
pub struct Grounds {
    /// The reason's code.
    pub reason: String,
    /// The person's words; none: nothing was said.
    pub remark: Option<String>,
    /// ID photos, in the order they arrived.
    pub photos: Vec<PhotoId>,
    /// What becomes of the money; none: nothing was due.
    pub unpaid: Option<Unpaid>,
    /// The approval it uses up, and who gave it.
    pub approval: Option<(ApprovalId, PersonId)>,
    /// The debt filed with it.
    pub debt: Option<NewDebt>,
    /// The photos it owes; none: it has what its reason asks for.
    pub owed: Option<PhotosOwed>,
}

impl Conn<'_> {
    /// Makes an opening an abnormal one.
    pub(crate) async fn make_abnormal(&mut self, opening: &OpeningId, abnormal: &Grounds) -> Result<(), StoreError> {
        let photos: Vec<&str> = abnormal.photos.iter().map(PhotoId::as_str).collect();
        let photos = serde_json::to_string(&photos).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        self.execute(
            "update opening set kind = $2, reason = $3, remark = $4, photos = $5, unpaid = $6, approved_by = $7,
                debt_id = $8, photos_owed = $9, photos_due_at = $10
             where id = $1",
            args![
                opening,
                OpeningKind::Abnormal,
                &abnormal.reason,
                abnormal.remark.as_deref(),
                photos,
                abnormal.unpaid.map(Unpaid::word),
                abnormal.approval.as_ref().map(|(_, by)| by.to_string()),
                abnormal.debt.as_ref().map(|debt| debt.id.to_string()),
                abnormal.owed.as_ref().map(|owed| i64::from(owed.missing)),
                abnormal.owed.as_ref().map(|owed| owed.due_at)
            ],
        )
        .await
        .map(drop)
    }

    /// The oldest opening of a case that owes its person a photo taken at this moment.
    pub(crate) async fn opening_owing(
        &mut self,
        case: &CaseId,
        person: &PersonId,
        taken_at: Timestamp,
    ) -> Result<Option<OpeningId>, StoreError> {
        let row: Option<(OpeningId,)> = self
            .optional(
                "select id from opening where case_id = $1 and person_id = $2 and photos_owed > 0 and photos_due_at >= $3
                 order by id limit 1",
                args![case, person, taken_at],
            )
            .await?;
        Ok(row.map(|(id,)| id))
    }

    /// Puts a photo to the opening that owes it. False: it owes none any more.
    pub(crate) async fn bring_photo(&mut self, opening: &OpeningId, photo: &PhotoRow) -> Result<bool, StoreError> {
        // Said in one statement, so that of two photos at once neither is written over.
        let sql = self.pick(
            "update opening set photos = json_insert(photos, '$[#]', $2), photos_owed = photos_owed - 1
             where id = $1 and photos_owed > 0",
            "update opening set photos = (photos::jsonb || jsonb_build_array($2::text))::text,
                photos_owed = photos_owed - 1
             where id = $1 and photos_owed > 0",
        );
        if self.execute(sql, args![opening, &photo.id]).await? == 0 {
            return Ok(false);
        }
        self.use_photo(&photo.case, &photo.id, opening).await
    }

    /// Ends the waiting for photos that are overdue. False: none are, or somebody has ended it.
    pub(crate) async fn close_photos(
        &mut self,
        opening: &OpeningId,
        person: &PersonId,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let closed = self
            .execute(
                "update opening set photos_closed_at = $3, photos_closed_by = $2, photos_closed_why = $4
                 where id = $1 and photos_owed > 0 and photos_due_at < $3 and photos_closed_at is null",
                args![opening, person, now, why],
            )
            .await?;
        Ok(closed == 1)
    }

    /// An order that moved nothing owes nothing.
    pub(crate) async fn forgive_photos(&mut self, order: OrderId) -> Result<(), StoreError> {
        let sql = "update opening set photos_owed = null, photos_due_at = null where order_id = $1 and photos_owed > 0";
        self.execute(sql, args![order]).await.map(drop)
    }

    /// A person's releases since then; those that moved nothing do not count.
    pub(crate) async fn releases_by(&mut self, person: &PersonId, since: Timestamp) -> Result<u32, StoreError> {
        let (count,): (i64,) = self
            .one(
                "select count(*) from opening where person_id = $1 and kind = $2 and at >= $3
                    and result not in ('refused', 'failed')",
                args![person, OpeningKind::Abnormal, since],
            )
            .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
