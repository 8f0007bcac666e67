//! What an abnormal release adds to its opening, in the transaction that makes it.

use super::{Conn, NewDebt, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{ApprovalId, OpeningId, PersonId, PhotoId},
    opening::OpeningKind,
    time::Timestamp,
};
use lanedesk_wire::release::Unpaid;

/// Reason, proof and money of a release that was checked and is about to be written.
#[derive(Debug, Clone)]
pub struct Abnormal {
    /// The reason's code.
    pub reason: String,
    /// The person's words; none: nothing was said.
    pub remark: Option<String>,
    /// ID photos, in the order they arrived.
    pub photos: Vec<PhotoId>,
    /// What becomes of the money; none: nothing was due.
    pub unpaid: Option<Unpaid>,
    /// The leave it uses up, and who gave it.
    pub leave: Option<(ApprovalId, PersonId)>,
    /// The debt filed with it.
    pub debt: Option<NewDebt>,
}

impl Conn<'_> {
    /// Makes an opening an abnormal one.
    pub(crate) async fn make_abnormal(
        &mut self,
        opening: &OpeningId,
        abnormal: &Abnormal,
    ) -> Result<(), StoreError> {
        let photos: Vec<&str> = abnormal.photos.iter().map(PhotoId::as_str).collect();
        let photos =
            serde_json::to_string(&photos).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        self.execute(
            "update opening set kind = $2, reason = $3, remark = $4, photos = $5, unpaid = $6, approved_by = $7,
                debt_id = $8
             where id = $1",
            args![
                opening,
                OpeningKind::Abnormal,
                &abnormal.reason,
                abnormal.remark.as_deref(),
                photos,
                abnormal.unpaid.map(Unpaid::word),
                abnormal.leave.as_ref().map(|(_, by)| by.to_string()),
                abnormal.debt.as_ref().map(|debt| debt.id.to_string())
            ],
        )
        .await
        .map(drop)
    }

    /// A person's releases since then; those that moved nothing do not count.
    pub(crate) async fn releases_by(
        &mut self,
        person: &PersonId,
        since: Timestamp,
    ) -> Result<u32, StoreError> {
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
