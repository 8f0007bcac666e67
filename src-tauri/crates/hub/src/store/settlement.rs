//! Openings whose vehicle was not yet seen to pass, and what became of them (R37).

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, OpeningId, ReadId, StayId},
    opening::Passage,
    phone::Phone,
    plate::Plate,
    stay::{OpeningFacts, ReleaseKind},
    time::Timestamp,
};

/// An opening that waits for its vehicle's passage.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct PendingOpening {
    /// The opening.
    pub opening: OpeningId,
    /// Its case.
    pub case: CaseId,
    /// Its lot.
    pub lot: LotId,
    /// Its lane.
    pub lane: LaneId,
    /// The read it answers.
    pub read: Option<ReadId>,
    /// The driver's phone, where it was given.
    pub phone: Option<Phone>,
    /// What settling looks at.
    pub facts: OpeningFacts,
}

impl Conn<'_> {
    /// Openings of a lane that wait for a passage, oldest first.
    pub(crate) async fn pending_openings(&mut self, lane: &LaneId) -> Result<Vec<PendingOpening>, StoreError> {
        self.all(
            "select id as opening, case_id as \"case\", lot_id as lot, lane_id as lane, read_id as read, phone, kind,
                    result, passage, direction, assessment, plate, plate_read, stay_id as stay,
                    coalesce(due_fen, 0) as due, coalesce(collected_fen, 0) as collected, at
                 from opening where lane_id = $1 and passage = 'pending' order by id",
            args![lane],
        )
        .await
    }

    /// Whether an order of this case may have let a vehicle through this lane.
    pub(crate) async fn opened_for_case(&mut self, case: &CaseId, lane: &LaneId) -> Result<bool, StoreError> {
        let row: Option<(String,)> = self
            .optional(
                "select id from opening where case_id = $1 and lane_id = $2 and passage <> 'none'
                    and result not in ('running', 'refused', 'failed') limit 1",
                args![case, lane],
            )
            .await?;
        Ok(row.is_some())
    }

    /// Whether the lane's camera let this vehicle through by itself since a moment.
    pub(crate) async fn seen_through(
        &mut self,
        lane: &LaneId,
        plate: Option<&Plate>,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let row: Option<(String,)> = self
            .optional(
                "select id from plate_read where lane_id = $1 and taken_at >= $3 and opened_by_camera and plate = $2 limit 1",
                args![lane, plate.map(Plate::as_str), since],
            )
            .await?;
        Ok(row.is_some())
    }

    /// Settles an opening once. False: another was quicker.
    pub(crate) async fn settle_opening(
        &mut self,
        opening: &OpeningId,
        passage: Passage,
        release: Option<ReleaseKind>,
        stay: Option<&StayId>,
    ) -> Result<bool, StoreError> {
        let settled = self
            .execute(
                "update opening set passage = $2, release = $3, stay_id = coalesce($4, stay_id)
                 where id = $1 and passage = 'pending'",
                args![opening, passage, release.map(ReleaseKind::as_str), stay.map(StayId::as_str)],
            )
            .await?;
        Ok(settled == 1)
    }

    /// Openings of a lot without a passage, newest first: said so, or still not seen to pass since a moment (R37).
    pub(crate) async fn openings_without_passage(
        &mut self,
        lot: &LotId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<OpeningId>, StoreError> {
        let rows: Vec<(OpeningId,)> = self
            .all(
                "select id from opening where lot_id = $1
                    and (passage = 'none' or (passage = 'pending' and at < $2 and result not in ('refused', 'failed')))
                 order by id desc limit $3",
                args![lot, since, limit],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
