//! The rows that patterns are looked for in, of a bounded time.

use crate::{
    args,
    directory::{Directory, parsed, parsed_opt},
    store::{Conn, StoreError},
};
use lanedesk_domain::{
    barrier::BarrierState,
    money::Fen,
    opening::Source,
    order::OrderResult,
    person::Role,
    plate::Plate,
    time::{DAY_MS, Timestamp},
    warning::{Opened, Paid, Past, Proof, Raised, Seen, Stayed, Worked},
};

/// Rows of one kind that are looked through at most, the newest.
const MOST: i64 = 200_000;
/// Vehicles that followed are looked for among the openings of this time, ms.
const FOLLOWED_MS: i64 = 2 * DAY_MS;

#[derive(serde::Deserialize)]
struct OpenedColumns {
    id: String,
    at: i64,
    claimed_at: i64,
    lot_id: String,
    lane_id: String,
    person_id: String,
    role: String,
    source: String,
    call_id: Option<String>,
    kind: String,
    direction: String,
    plate: Option<String>,
    plate_read: Option<String>,
    phone: Option<String>,
    assessment: String,
    reason: Option<String>,
    remark: Option<String>,
    due_fen: Option<i64>,
    first_quote_fen: Option<i64>,
    stay_id: Option<String>,
    read_id: Option<String>,
    confidence: Option<i64>,
    result: String,
    barrier_before: String,
    passage: String,
}

/// A payment's lot, stay, plate, amount in 分 and time in ms.
type PaidColumns = (String, Option<String>, Option<String>, i64, i64);

fn plate(text: Option<&str>) -> Option<Plate> {
    text.and_then(Plate::from_reading)
}

impl OpenedColumns {
    fn row(self, site: &Directory) -> Result<Opened, StoreError> {
        let lane = parsed(&self.lane_id)?;
        let result: OrderResult = parsed(&self.result)?;
        let told: BarrierState = parsed(&self.barrier_before)?;
        let yes = matches!(result, OrderResult::Accepted | OrderResult::Opened);
        Ok(Opened {
            id: parsed(&self.id)?,
            at: Timestamp(self.at),
            claimed_at: Timestamp(self.claimed_at),
            lot: parsed(&self.lot_id)?,
            robot: site.lanes.get(&lane).is_some_and(|lane| lane.robot.is_some()),
            lane,
            person: parsed(&self.person_id)?,
            far: parsed::<Role>(&self.role)? == Role::Agent,
            by_call: parsed::<Source>(&self.source)? == Source::Call || self.call_id.is_some(),
            abnormal: self.kind == "abnormal",
            direction: parsed(&self.direction)?,
            plate: plate(self.plate.as_deref()),
            plate_read: plate(self.plate_read.as_deref()),
            phone: self.phone,
            assessment: parsed(&self.assessment)?,
            reason: self.reason,
            remark: self.remark,
            due: self.due_fen.map(Fen),
            first_quote: self.first_quote_fen.map(Fen),
            stay: parsed_opt(self.stay_id.as_deref())?,
            read: parsed_opt(self.read_id.as_deref())?,
            confidence: self.confidence.and_then(|sure| u8::try_from(sure).ok()),
            moved: result.may_have_moved(),
            reached: yes && told != BarrierState::Unknown,
            passage: parsed(&self.passage)?,
        })
    }
}

impl Conn<'_> {
    /// Everything patterns need, from a moment on.
    pub(crate) async fn past(&mut self, site: &Directory, from: Timestamp, now: Timestamp) -> Result<Past, StoreError> {
        Ok(Past {
            opened: self.past_openings(site, from).await?,
            worked: self.past_cases(from).await?,
            paid: self.past_payments(from).await?,
            stays: self.past_stays(from).await?,
            seen: self.past_reads(from.max(now.plus_ms(-FOLLOWED_MS))).await?,
            proofs: self.past_photos(from).await?,
            raised: self.past_rises(from).await?,
        })
    }

    async fn past_openings(&mut self, site: &Directory, from: Timestamp) -> Result<Vec<Opened>, StoreError> {
        let rows: Vec<OpenedColumns> = self
            .all(
                "select o.id, o.at, o.claimed_at, o.lot_id, o.lane_id, o.person_id, p.role, o.source, o.call_id, o.kind,
                    o.direction, o.plate, o.plate_read, o.phone, o.assessment, o.reason, o.remark, o.due_fen,
                    o.first_quote_fen, o.stay_id, o.read_id, r.confidence, o.result, o.barrier_before, o.passage
                 from opening o join person p on p.id = o.person_id left join plate_read r on r.id = o.read_id
                 where o.at >= $1 order by o.at desc limit $2",
                args![from, MOST],
            )
            .await?;
        rows.into_iter().map(|row| row.row(site)).collect()
    }

    async fn past_cases(&mut self, from: Timestamp) -> Result<Vec<Worked>, StoreError> {
        let rows: Vec<(String, String, i64)> = self
            .all(
                "select person_id, lot_id, opened_at from \"case\" where opened_at >= $1 order by opened_at desc limit $2",
                args![from, MOST],
            )
            .await?;
        let row = |(person, lot, at): (String, String, i64)| {
            Ok(Worked { person: parsed(&person)?, lot: parsed(&lot)?, at: Timestamp(at) })
        };
        rows.into_iter().map(row).collect()
    }

    async fn past_payments(&mut self, from: Timestamp) -> Result<Vec<Paid>, StoreError> {
        // A stay's payments count from an hour before the window: who paid before the first opening paid.
        let rows: Vec<PaidColumns> = self
            .all(
                "select y.lot_id, y.stay_id, coalesce(y.plate, s.plate), y.amount_fen, y.paid_at
                 from payment y left join stay s on s.id = y.stay_id
                 where y.paid_at >= $1 order by y.paid_at desc limit $2",
                args![from.plus_minutes(-60), MOST],
            )
            .await?;
        let row = |(lot, stay, paid, amount, at): PaidColumns| {
            Ok(Paid {
                lot: parsed(&lot)?,
                stay: parsed_opt(stay.as_deref())?,
                plate: plate(paid.as_deref()),
                amount: Fen(amount),
                at: Timestamp(at),
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// Stays at lots where an opening took a vehicle for another than was read; others cannot matter.
    async fn past_stays(&mut self, from: Timestamp) -> Result<Vec<Stayed>, StoreError> {
        let rows: Vec<(String, String, String, i64, Option<i64>)> = self
            .all(
                "select s.id, s.lot_id, s.plate, s.entered_at, s.left_at from stay s
                 where s.plate is not null and (s.left_at is null or s.left_at >= $1)
                    and s.lot_id in (select o.lot_id from opening o where o.at >= $1 and o.plate <> o.plate_read)
                 order by s.entered_at desc limit $2",
                args![from, MOST],
            )
            .await?;
        let mut stays = Vec::with_capacity(rows.len());
        for (id, lot, text, entered, left) in rows {
            if let Some(plate) = plate(Some(&text)) {
                stays.push(Stayed {
                    id: parsed(&id)?,
                    lot: parsed(&lot)?,
                    plate,
                    entered_at: Timestamp(entered),
                    left_at: left.map(Timestamp),
                });
            }
        }
        Ok(stays)
    }

    async fn past_reads(&mut self, from: Timestamp) -> Result<Vec<Seen>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = self
            .all(
                "select distinct r.id, r.lane_id, r.plate, r.taken_at from opening o join plate_read r
                    on r.lane_id = o.lane_id and r.taken_at > o.at and r.taken_at <= o.at + 30000
                 where o.at >= $1 and r.plate is not null and not r.opened_by_camera and not r.history limit $2",
                args![from, MOST],
            )
            .await?;
        let mut reads = Vec::with_capacity(rows.len());
        for (id, lane, text, at) in rows {
            if let Some(plate) = plate(Some(&text)) {
                reads.push(Seen { id: parsed(&id)?, lane: parsed(&lane)?, plate, at: Timestamp(at) });
            }
        }
        Ok(reads)
    }

    async fn past_photos(&mut self, from: Timestamp) -> Result<Vec<Proof>, StoreError> {
        let rows: Vec<(String, String, String)> = self
            .all(
                "select f.opening_id, f.sha256, f.near from photo f
                 where f.opening_id is not null and f.received_at >= $1 order by f.received_at desc limit $2",
                args![from, MOST],
            )
            .await?;
        let row = |(opening, sha256, near): (String, String, String)| {
            Ok(Proof {
                opening: parsed(&opening)?,
                sha256,
                near: u64::from_str_radix(&near, 16)
                    .map_err(|e| StoreError::Corrupt(format!("hash of a photo: {e}")))?,
            })
        };
        rows.into_iter().map(row).collect()
    }

    async fn past_rises(&mut self, from: Timestamp) -> Result<Vec<Raised>, StoreError> {
        let rows: Vec<(String, String, i64)> = self
            .all("select id, lot_id, at from rise where at >= $1 order by at desc limit $2", args![from, MOST])
            .await?;
        let row = |(id, lot, at): (String, String, i64)| Ok(Raised { id, lot: parsed(&lot)?, at: Timestamp(at) });
        rows.into_iter().map(row).collect()
    }
}
