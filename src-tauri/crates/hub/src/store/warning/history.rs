//! The rows that patterns are looked for in, of a bounded time.

use crate::{
    args,
    directory::Directory,
    store::{Conn, StoreError},
};
use lanedesk_domain::{
    assessment::Assessment,
    barrier::BarrierState,
    ids::{LaneId, LotId, OpeningId, PersonId, ReadId, StayId},
    lane::Direction,
    money::Fen,
    opening::{OpeningKind, Passage, Source},
    order::OrderResult,
    person::Role,
    plate::Plate,
    time::{DAY_MS, Timestamp},
    warning::{CaseWork, OpeningHistory, OpeningTrace, PhotoProof, PlateSighting, Receipt, StayTrace, UnorderedRise},
};

/// Rows of one kind that are looked through at most, the newest.
const MOST: i64 = 200_000;
/// Vehicles that followed are looked for among the openings of this time, ms.
const FOLLOWED_MS: i64 = 2 * DAY_MS;

#[derive(serde::Deserialize)]
struct OpenedColumns {
    id: OpeningId,
    at: Timestamp,
    claimed_at: Timestamp,
    lot_id: LotId,
    lane_id: LaneId,
    person_id: PersonId,
    role: Role,
    source: Source,
    called: bool,
    kind: OpeningKind,
    direction: Direction,
    plate: Option<String>,
    plate_read: Option<String>,
    phone: Option<String>,
    assessment: Assessment,
    reason: Option<String>,
    remark: Option<String>,
    due_fen: Option<Fen>,
    first_quote_fen: Option<Fen>,
    stay_id: Option<StayId>,
    read_id: Option<ReadId>,
    confidence: Option<u8>,
    result: OrderResult,
    barrier_before: BarrierState,
    passage: Passage,
}

/// A payment's lot, stay, plate, amount and time.
type PaidColumns = (LotId, Option<StayId>, Option<String>, Fen, Timestamp);

fn plate(text: Option<&str>) -> Option<Plate> {
    text.and_then(Plate::from_reading)
}

impl OpenedColumns {
    fn row(self, site: &Directory) -> OpeningTrace {
        let yes = matches!(self.result, OrderResult::Accepted | OrderResult::Opened);
        OpeningTrace {
            id: self.id,
            at: self.at,
            claimed_at: self.claimed_at,
            lot: self.lot_id,
            robot: site.lanes.get(&self.lane_id).is_some_and(|lane| lane.robot.is_some()),
            lane: self.lane_id,
            person: self.person_id,
            far: self.role == Role::Agent,
            by_call: self.source == Source::Call || self.called,
            abnormal: self.kind == OpeningKind::Abnormal,
            direction: self.direction,
            plate: plate(self.plate.as_deref()),
            plate_read: plate(self.plate_read.as_deref()),
            phone: self.phone,
            assessment: self.assessment,
            reason: self.reason,
            remark: self.remark,
            due: self.due_fen,
            first_quote: self.first_quote_fen,
            stay: self.stay_id,
            read: self.read_id,
            confidence: self.confidence,
            moved: self.result.may_have_moved(),
            reached: yes && self.barrier_before != BarrierState::Unknown,
            passage: self.passage,
        }
    }
}

impl Conn<'_> {
    /// Everything patterns need, from a moment on.
    pub(crate) async fn past(
        &mut self,
        site: &Directory,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<OpeningHistory, StoreError> {
        Ok(OpeningHistory {
            opened: self.past_openings(site, from).await?,
            worked: self.past_cases(from).await?,
            paid: self.past_payments(from).await?,
            stays: self.past_stays(from).await?,
            seen: self.past_reads(from.max(now.plus_ms(-FOLLOWED_MS))).await?,
            proofs: self.past_photos(from).await?,
            raised: self.past_rises(from).await?,
        })
    }

    async fn past_openings(&mut self, site: &Directory, from: Timestamp) -> Result<Vec<OpeningTrace>, StoreError> {
        let rows: Vec<OpenedColumns> = self
            .all(
                "select o.id, o.at, o.claimed_at, o.lot_id, o.lane_id, o.person_id, p.role, o.source, o.call_id is not null as called, o.kind,
                    o.direction, o.plate, o.plate_read, o.phone, o.assessment, o.reason, o.remark, o.due_fen,
                    o.first_quote_fen, o.stay_id, o.read_id, r.confidence, o.result, o.barrier_before, o.passage
                 from opening o join person p on p.id = o.person_id left join plate_read r on r.id = o.read_id
                 where o.at >= $1 order by o.at desc limit $2",
                args![from, MOST],
            )
            .await?;
        Ok(rows.into_iter().map(|row| row.row(site)).collect())
    }

    async fn past_cases(&mut self, from: Timestamp) -> Result<Vec<CaseWork>, StoreError> {
        let rows: Vec<(PersonId, LotId, Timestamp)> = self
            .all(
                "select person_id, lot_id, opened_at from \"case\" where opened_at >= $1 order by opened_at desc limit $2",
                args![from, MOST],
            )
            .await?;
        Ok(rows.into_iter().map(|(person, lot, at)| CaseWork { person, lot, at }).collect())
    }

    async fn past_payments(&mut self, from: Timestamp) -> Result<Vec<Receipt>, StoreError> {
        // A stay's payments count from an hour before the window: who paid before the first opening paid.
        let rows: Vec<PaidColumns> = self
            .all(
                "select y.lot_id, y.stay_id, coalesce(y.plate, s.plate), y.amount_fen, y.paid_at
                 from payment y left join stay s on s.id = y.stay_id
                 where y.paid_at >= $1 order by y.paid_at desc limit $2",
                args![from.plus_minutes(-60), MOST],
            )
            .await?;
        let row = |(lot, stay, paid, amount, at): PaidColumns| Receipt {
            lot,
            stay,
            plate: plate(paid.as_deref()),
            amount,
            at,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Stays at lots where an opening took a vehicle for another than was read; others cannot matter.
    async fn past_stays(&mut self, from: Timestamp) -> Result<Vec<StayTrace>, StoreError> {
        let rows: Vec<(StayId, LotId, String, Timestamp, Option<Timestamp>)> = self
            .all(
                "select s.id, s.lot_id, s.plate, s.entered_at, s.left_at from stay s
                 where s.plate is not null and (s.left_at is null or s.left_at >= $1)
                    and s.lot_id in (select o.lot_id from opening o where o.at >= $1 and o.plate <> o.plate_read)
                 order by s.entered_at desc limit $2",
                args![from, MOST],
            )
            .await?;
        let row = |(id, lot, text, entered_at, left_at): (_, _, String, _, _)| {
            Some(StayTrace { id, lot, plate: plate(Some(&text))?, entered_at, left_at })
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }

    async fn past_reads(&mut self, from: Timestamp) -> Result<Vec<PlateSighting>, StoreError> {
        let rows: Vec<(ReadId, LaneId, String, Timestamp)> = self
            .all(
                "select distinct r.id, r.lane_id, r.plate, r.taken_at from opening o join plate_read r
                    on r.lane_id = o.lane_id and r.taken_at > o.at and r.taken_at <= o.at + 30000
                 where o.at >= $1 and r.plate is not null and not r.opened_by_camera and not r.history limit $2",
                args![from, MOST],
            )
            .await?;
        let row =
            |(id, lane, text, at): (_, _, String, _)| Some(PlateSighting { id, lane, plate: plate(Some(&text))?, at });
        Ok(rows.into_iter().filter_map(row).collect())
    }

    async fn past_photos(&mut self, from: Timestamp) -> Result<Vec<PhotoProof>, StoreError> {
        let rows: Vec<(OpeningId, String, String)> = self
            .all(
                "select f.opening_id, f.sha256, f.near from photo f
                 where f.opening_id is not null and f.received_at >= $1 order by f.received_at desc limit $2",
                args![from, MOST],
            )
            .await?;
        let row = |(opening, sha256, near): (_, _, String)| {
            Ok(PhotoProof {
                opening,
                sha256,
                near: u64::from_str_radix(&near, 16)
                    .map_err(|e| StoreError::Corrupt(format!("hash of a photo: {e}")))?,
            })
        };
        rows.into_iter().map(row).collect()
    }

    async fn past_rises(&mut self, from: Timestamp) -> Result<Vec<UnorderedRise>, StoreError> {
        let rows: Vec<(String, LotId, Timestamp)> = self
            .all("select id, lot_id, at from rise where at >= $1 order by at desc limit $2", args![from, MOST])
            .await?;
        Ok(rows.into_iter().map(|(id, lot, at)| UnorderedRise { id, lot, at }).collect())
    }
}
