//! Stays: one vehicle's time in a lot, and the openings that are to settle them.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{LaneId, LotId, ReadId, StayId},
    money::Fen,
    phone::Phone,
    plate::Plate,
    stay::ReleaseKind,
    time::Timestamp,
};

/// A stay's row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct StayRow {
    /// Its id.
    pub id: StayId,
    /// The lot.
    pub lot: LotId,
    /// None: unlicensed.
    pub plate: Option<Plate>,
    /// The driver's, of an unlicensed vehicle.
    pub phone: Option<Phone>,
    /// When it came in.
    pub entered_at: Timestamp,
    /// Where; none: entry not seen.
    pub entry_lane: Option<LaneId>,
    /// By which read.
    pub entry_read: Option<ReadId>,
    /// It pays whatever its pass says.
    pub space_taken: bool,
    /// When it left; none: inside.
    pub left_at: Option<Timestamp>,
    /// Sum of its payments.
    pub paid: Fen,
    /// The last payment.
    pub paid_at: Option<Timestamp>,
    /// Due when it left.
    pub due: Option<Fen>,
    /// How it left.
    pub release: Option<ReleaseKind>,
}

macro_rules! stays {
    ($tail:literal) => {
        concat!(
            "select id, lot_id as lot, plate, phone, entered_at, entry_lane_id as entry_lane, entry_read_id as entry_read,
                space_taken, left_at, paid_fen as paid, paid_at, due_fen as due, release from stay ",
            $tail
        )
    };
}

/// A stay about to begin.
#[derive(Debug, Clone)]
pub struct NewStay {
    /// Its id.
    pub id: StayId,
    /// The lot.
    pub lot: LotId,
    /// None: unlicensed.
    pub plate: Option<Plate>,
    /// Kept only for a vehicle without a plate.
    pub phone: Option<Phone>,
    /// When it came in.
    pub entered_at: Timestamp,
    /// Where.
    pub lane: LaneId,
    /// By which read.
    pub read: Option<ReadId>,
    /// It pays whatever its pass says.
    pub space_taken: bool,
}

/// How a stay ends.
#[derive(Debug, Clone)]
pub struct StayEnd {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub lane: LaneId,
    /// By which read.
    pub read: Option<ReadId>,
    /// Due at that moment.
    pub due: Fen,
    /// How.
    pub release: ReleaseKind,
}

impl Conn<'_> {
    /// A stay by id.
    pub(crate) async fn stay(&mut self, id: &StayId) -> Result<Option<StayRow>, StoreError> {
        self.one_stay(stays!("where id = $1"), args![id]).await
    }

    /// The stay of a plate inside a lot.
    pub(crate) async fn stay_inside(&mut self, lot: &LotId, plate: &Plate) -> Result<Option<StayRow>, StoreError> {
        let sql = stays!("where lot_id = $1 and plate = $2 and left_at is null");
        self.one_stay(sql, args![lot, plate.as_str()]).await
    }

    /// The newest stay of an unlicensed vehicle inside a lot, by its driver's phone.
    pub(crate) async fn stay_by_phone(&mut self, lot: &LotId, phone: &Phone) -> Result<Option<StayRow>, StoreError> {
        let sql = stays!("where phone = $2 and lot_id = $1 and left_at is null order by entered_at desc limit 1");
        self.one_stay(sql, args![lot, phone.as_str()]).await
    }

    /// The newest stay of a plate at a lot, inside or left.
    pub(crate) async fn newest_stay(&mut self, lot: &LotId, plate: &Plate) -> Result<Option<StayRow>, StoreError> {
        let sql = stays!("where plate = $2 and lot_id = $1 order by entered_at desc, id desc limit 1");
        self.one_stay(sql, args![lot, plate.as_str()]).await
    }

    /// Every licensed vehicle inside a lot, newest first: look-alikes are chosen among them.
    pub(crate) async fn stays_inside(&mut self, lot: &LotId) -> Result<Vec<StayRow>, StoreError> {
        let sql = stays!("where lot_id = $1 and left_at is null and plate is not null order by entered_at desc");
        self.all(sql, args![lot]).await
    }

    async fn one_stay(&mut self, sql: &'static str, args: Vec<super::Arg>) -> Result<Option<StayRow>, StoreError> {
        self.optional(sql, args).await
    }

    /// Begins a stay. One that the same plate never ended is over: nobody is inside twice (R37).
    pub(crate) async fn begin_stay(&mut self, stay: &NewStay) -> Result<(), StoreError> {
        if let Some(plate) = &stay.plate {
            self.execute(
                "update stay set left_at = $3 where lot_id = $1 and plate = $2 and left_at is null",
                args![&stay.lot, plate.as_str(), stay.entered_at],
            )
            .await?;
        }
        let phone = stay.phone.as_ref().filter(|_| stay.plate.is_none());
        self.execute(
            "insert into stay (id, lot_id, plate, phone, entered_at, entry_lane_id, entry_read_id, space_taken, paid_fen)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
            args![
                &stay.id,
                &stay.lot,
                stay.plate.as_ref().map(Plate::as_str),
                phone.map(Phone::as_str),
                stay.entered_at,
                &stay.lane,
                stay.read.as_ref().map(ReadId::as_str),
                stay.space_taken
            ],
        )
        .await
        .map(drop)
    }

    /// Ends a stay. False: it had ended.
    pub(crate) async fn end_stay(&mut self, stay: &StayId, leaving: &StayEnd) -> Result<bool, StoreError> {
        let ended = self
            .execute(
                "update stay set left_at = $2, exit_lane_id = $3, exit_read_id = $4, due_fen = $5, release = $6
                 where id = $1 and left_at is null",
                args![
                    stay,
                    leaving.at,
                    &leaving.lane,
                    leaving.read.as_ref().map(ReadId::as_str),
                    leaving.due,
                    leaving.release
                ],
            )
            .await?;
        Ok(ended == 1)
    }
}
