//! What cameras read, and the vehicle that stands at a lane now as far as the reads say.

use super::{Conn, StoreError, Tx};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, PersonId, PhotoId, ReadId},
    lane::Direction,
    plate::Plate,
    time::Timestamp,
};

/// One reading of a plate, as it is kept.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct ReadRow {
    /// Its id.
    pub id: ReadId,
    /// The lot.
    pub lot: LotId,
    /// The lane.
    pub lane: LaneId,
    /// The plate; none: no plate.
    pub plate: Option<Plate>,
    /// Its colour.
    pub color: Option<String>,
    /// 0 to 100.
    pub confidence: Option<u8>,
    /// Positions counted from 0.
    pub doubtful: Vec<u8>,
    /// x, y, width, height as parts of the picture.
    pub plate_box: Option<[f32; 4]>,
    /// Which way the vehicle went, as the camera says.
    pub direction: Option<Direction>,
    /// When, in hub time.
    pub taken_at: Timestamp,
    /// Told late from the camera's memory.
    pub history: bool,
    /// The camera raised the barrier itself.
    pub opened_by_camera: bool,
    /// The picture that came with it.
    pub picture: Option<PhotoId>,
}

const READ: &str =
    "select r.id, r.lot_id as lot, r.lane_id as lane, r.plate, r.color, r.confidence, r.doubtful, r.plate_box, r.direction,
    r.taken_at, r.history, r.opened_by_camera, r.picture_id as picture from plate_read r";

/// What stands at a lane now.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneNow {
    /// The read in force; none: nobody there, or already through.
    pub read: Option<ReadRow>,
    /// The newest still of the same vehicle.
    pub picture: Option<PhotoId>,
}

impl Conn<'_> {
    /// Keeps a read. False: this event was told before.
    pub(crate) async fn add_read(
        &mut self,
        read: &ReadRow,
        dedupe: &str,
        received_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let corrupt = |e: serde_json::Error| StoreError::Corrupt(e.to_string());
        let doubtful = serde_json::to_string(&read.doubtful).map_err(corrupt)?;
        let plate_box = read.plate_box.map(|parts| serde_json::to_string(&parts)).transpose().map_err(corrupt)?;
        let added = self
            .execute(
                "insert into plate_read (id, lot_id, lane_id, dedupe, plate, color, confidence, doubtful, plate_box,
                    direction, taken_at, received_at, history, opened_by_camera, picture_id)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                 on conflict (dedupe) do nothing",
                args![
                    &read.id,
                    &read.lot,
                    &read.lane,
                    dedupe,
                    read.plate.as_ref().map(Plate::as_str),
                    read.color.as_deref(),
                    read.confidence.map(i64::from),
                    doubtful,
                    plate_box,
                    read.direction.map(Direction::as_str),
                    read.taken_at,
                    received_at,
                    read.history,
                    read.opened_by_camera,
                    read.picture.as_ref().map(PhotoId::as_str)
                ],
            )
            .await?;
        Ok(added == 1)
    }

    /// Whether an event was told before.
    pub(crate) async fn knows_read(&mut self, dedupe: &str) -> Result<bool, StoreError> {
        let sql = "select id from plate_read where dedupe = $1";
        let row: Option<(String,)> = self.optional(sql, args![dedupe]).await?;
        Ok(row.is_some())
    }

    /// A read by id.
    pub(crate) async fn read(&mut self, id: &ReadId) -> Result<Option<ReadRow>, StoreError> {
        let sql = format!("{READ} where r.id = $1");
        self.optional(&sql, args![id]).await
    }

    /// What stands at a lane now.
    pub(crate) async fn lane_now(&mut self, lane: &LaneId) -> Result<LaneNow, StoreError> {
        let sql = format!("{READ} join lane_now n on n.read_id = r.id where n.lane_id = $1");
        let read = self.optional(&sql, args![lane]).await?;
        let picture: Option<(Option<PhotoId>,)> =
            self.optional("select picture_id from lane_now where lane_id = $1", args![lane]).await?;
        Ok(LaneNow { read, picture: picture.and_then(|(id,)| id) })
    }

    /// The plate in force of the lane's open case; `None` outside where there is no case.
    pub(crate) async fn case_plate(&mut self, lane: &LaneId) -> Result<Option<(CaseId, Option<Plate>)>, StoreError> {
        self.optional("select id, plate from \"case\" where lane_id = $1 and state = 'open'", args![lane]).await
    }

    /// Whether the lane's open case has been quoted nothing yet.
    pub(crate) async fn is_unquoted(&mut self, lane: &LaneId) -> Result<bool, StoreError> {
        let row: Option<(String,)> = self
            .optional(
                "select id from \"case\" where lane_id = $1 and state = 'open' and first_quote_fen is null",
                args![lane],
            )
            .await?;
        Ok(row.is_some())
    }

    /// Who holds which lane.
    pub(crate) async fn holders(&mut self, now: Timestamp) -> Result<Vec<(LaneId, PersonId)>, StoreError> {
        let sql = "select lane_id, person_id from lease where open and (expires_at is null or expires_at > $1)";
        self.all(sql, args![now]).await
    }

    /// Lanes somebody holds: their arms are asked more often.
    pub(crate) async fn lanes_held(&mut self, now: Timestamp) -> Result<Vec<LaneId>, StoreError> {
        let rows: Vec<(LaneId,)> = self
            .all("select lane_id from lease where open and (expires_at is null or expires_at > $1)", args![now])
            .await?;
        Ok(rows.into_iter().map(|(lane,)| lane).collect())
    }

    /// Whether an open case of the lot works on this plate.
    pub(crate) async fn plate_in_case(&mut self, lot: &LotId, plate: &Plate) -> Result<bool, StoreError> {
        let row: Option<(String,)> = self
            .optional(
                "select id from \"case\" where lot_id = $1 and plate = $2 and state = 'open' limit 1",
                args![lot, plate.as_str()],
            )
            .await?;
        Ok(row.is_some())
    }

    /// When and where a plate was last seen to drive through after a moment, by the camera's own opening.
    pub(crate) async fn passages_after(
        &mut self,
        lot: &LotId,
        plate: &Plate,
        after: Timestamp,
    ) -> Result<Vec<ReadRow>, StoreError> {
        let sql = format!(
            "{READ} where r.lot_id = $1 and r.plate = $2 and r.opened_by_camera and r.taken_at > $3 order by r.taken_at"
        );
        self.all(&sql, args![lot, plate.as_str(), after]).await
    }
}

impl Tx<'_> {
    /// A new vehicle stands at the lane, or nobody does.
    pub(crate) async fn set_lane_now(
        &mut self,
        lane: &LaneId,
        read: Option<&ReadId>,
        picture: Option<&PhotoId>,
    ) -> Result<(), StoreError> {
        self.need_lane(lane)?;
        self.execute(
            "insert into lane_now (lane_id, read_id, picture_id) values ($1, $2, $3)
             on conflict (lane_id) do update set read_id = excluded.read_id, picture_id = excluded.picture_id",
            args![lane, read.map(ReadId::as_str), picture.map(PhotoId::as_str)],
        )
        .await
        .map(drop)
    }

    /// The vehicle of this read has gone from the lane, if it is still the one there.
    pub(crate) async fn clear_lane_now(&mut self, lane: &LaneId, read: &ReadId) -> Result<bool, StoreError> {
        self.need_lane(lane)?;
        let cleared = self
            .execute(
                "update lane_now set read_id = null, picture_id = null where lane_id = $1 and read_id = $2",
                args![lane, read],
            )
            .await?;
        Ok(cleared == 1)
    }

    /// A newer still of the vehicle that stands at the lane. False: another stands there by now.
    pub(crate) async fn set_lane_picture(
        &mut self,
        lane: &LaneId,
        read: Option<&ReadId>,
        picture: &PhotoId,
    ) -> Result<bool, StoreError> {
        self.need_lane(lane)?;
        let read = read.map(ReadId::as_str);
        let updated = self
            .execute(
                "insert into lane_now (lane_id, read_id, picture_id) values ($1, $2, $3)
                 on conflict (lane_id) do update set picture_id = excluded.picture_id
                 where coalesce(lane_now.read_id, '') = coalesce($2, '')",
                args![lane, read, picture],
            )
            .await?;
        Ok(updated == 1)
    }

    /// Puts a read's vehicle into the lane's open case. Unless `whatever`, a vehicle that a person set stays. Where it is
    /// `another` vehicle, what was known of the last one goes. Answers the case, if it took the vehicle.
    pub(crate) async fn put_into_case(
        &mut self,
        read: &ReadRow,
        another: bool,
        whatever: bool,
    ) -> Result<Option<CaseId>, StoreError> {
        self.need_lane(&read.lane)?;
        let row: Option<(CaseId,)> = self
            .optional(
                "update \"case\" set read_id = $2, plate_read = $3, plate = $3, plate_color = $4,
                    corrected = false, stay_id = null, phone = null,
                    direction = case
                        when (select l.direction from lane l where l.id = $1) <> 'both' then direction
                        when $6 then $5
                        else coalesce(direction, $5) end,
                    first_quote_fen = case when $6 then null else first_quote_fen end
                 where lane_id = $1 and state = 'open'
                    and ($7 or (not corrected and stay_id is null and phone is null))
                 returning id",
                args![
                    &read.lane,
                    &read.id,
                    read.plate.as_ref().map(Plate::as_str),
                    read.color.as_deref(),
                    read.direction.map(Direction::as_str),
                    another,
                    whatever
                ],
            )
            .await?;
        Ok(row.map(|(id,)| id))
    }
}
