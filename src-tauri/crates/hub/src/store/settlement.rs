//! Openings whose vehicle was not yet seen to pass, and what became of them (R37).

use super::{Conn, StoreError};
use crate::{
    args,
    directory::{parsed, parsed_opt},
};
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, OpeningId, ReadId, StayId},
    money::Fen,
    opening::Passage,
    phone::Phone,
    plate::Plate,
    stay::{OpeningFacts, ReleaseKind},
    time::Timestamp,
};

/// An opening that waits for its vehicle's passage.
#[derive(Debug, Clone)]
pub struct Pending {
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

#[derive(serde::Deserialize)]
struct PendingColumns {
    id: String,
    case_id: String,
    lot_id: String,
    lane_id: String,
    read_id: Option<String>,
    phone: Option<String>,
    kind: String,
    result: String,
    direction: String,
    assessment: String,
    plate: Option<String>,
    plate_read: Option<String>,
    stay_id: Option<String>,
    due_fen: Option<i64>,
    collected_fen: Option<i64>,
    at: i64,
}

impl TryFrom<PendingColumns> for Pending {
    type Error = StoreError;
    fn try_from(row: PendingColumns) -> Result<Self, StoreError> {
        let facts = OpeningFacts {
            kind: parsed(&row.kind)?,
            result: parsed(&row.result)?,
            passage: Passage::Pending,
            direction: parsed(&row.direction)?,
            assessment: parsed(&row.assessment)?,
            plate: parsed_opt(row.plate.as_deref())?,
            plate_read: parsed_opt(row.plate_read.as_deref())?,
            stay: parsed_opt(row.stay_id.as_deref())?,
            due: Fen(row.due_fen.unwrap_or(0)),
            collected: Fen(row.collected_fen.unwrap_or(0)),
            at: Timestamp(row.at),
        };
        Ok(Self {
            opening: parsed(&row.id)?,
            case: parsed(&row.case_id)?,
            lot: parsed(&row.lot_id)?,
            lane: parsed(&row.lane_id)?,
            read: parsed_opt(row.read_id.as_deref())?,
            phone: parsed_opt(row.phone.as_deref())?,
            facts,
        })
    }
}

impl Conn<'_> {
    /// Openings of a lane that wait for a passage, oldest first.
    pub(crate) async fn pending_openings(&mut self, lane: &LaneId) -> Result<Vec<Pending>, StoreError> {
        let rows: Vec<PendingColumns> = self
            .all(
                "select id, case_id, lot_id, lane_id, read_id, phone, kind, result, direction, assessment, plate,
                    plate_read, stay_id, due_fen, collected_fen, at
                 from opening where lane_id = $1 and passage = 'pending' order by id",
                args![lane],
            )
            .await?;
        rows.into_iter().map(Pending::try_from).collect()
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
        let rows: Vec<(String,)> = self
            .all(
                "select id from opening where lot_id = $1
                    and (passage = 'none' or (passage = 'pending' and at < $2 and result not in ('refused', 'failed')))
                 order by id desc limit $3",
                args![lot, since, limit],
            )
            .await?;
        rows.into_iter().map(|(id,)| parsed(&id)).collect()
    }
}
