//! Cases and their timelines.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{CallId, CaseId, LaneId, LotId, PersonId, ReadId, StayId},
    lane::Direction,
    money::Fen,
    opening::Source,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::case::{CaseNow, CaseState};

/// A case's row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct CaseRow {
    /// Its id.
    pub id: CaseId,
    /// Its lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// Who works it, or worked it last.
    pub person: PersonId,
    /// How it came about.
    pub source: Source,
    /// Where it stands.
    pub state: CaseState,
    /// When it began.
    pub opened_at: Timestamp,
    /// The plate read in force.
    pub read: Option<ReadId>,
    /// What the camera read.
    pub plate_read: Option<Plate>,
    /// The plate in force.
    pub plate: Option<Plate>,
    /// As the camera saw it.
    pub plate_color: Option<String>,
    /// A person set the plate.
    pub corrected: bool,
    /// The driver's.
    pub phone: Option<Phone>,
    /// The stay a person chose.
    pub stay: Option<StayId>,
    /// Which way the vehicle goes.
    pub direction: Option<Direction>,
    /// First amount due in this case.
    pub first_quote: Option<Fen>,
    /// The call it is worked for.
    pub call: Option<CallId>,
}

impl CaseRow {
    /// As the view shows it.
    pub fn now(&self) -> CaseNow {
        CaseNow {
            id: self.id.clone(),
            state: self.state,
            source: self.source,
            opened_at: self.opened_at,
            plate_read: self.plate_read.as_ref().map(|p| p.as_str().to_owned()),
            plate: self.plate.as_ref().map(|p| p.as_str().to_owned()),
            corrected: self.corrected,
            phone: self.phone.as_ref().map(|p| p.as_str().to_owned()),
            direction: self.direction,
        }
    }
}

macro_rules! case_columns {
    () => {
        "id, lane_id as lane, lot_id as lot, person_id as person, source, state, opened_at, read_id as read, plate_read,
         plate, plate_color, corrected, phone, stay_id as stay, direction, first_quote_fen as first_quote,
         call_id as call"
    };
}

impl Conn<'_> {
    /// A case by id.
    pub(crate) async fn case(&mut self, id: &CaseId) -> Result<Option<CaseRow>, StoreError> {
        let sql = concat!("select ", case_columns!(), " from \"case\" where id = $1");
        self.optional(sql, args![id]).await
    }

    /// Ends an open case. False: it was not open.
    pub(crate) async fn end_case(&mut self, id: &CaseId, state: CaseState, now: Timestamp) -> Result<bool, StoreError> {
        let ended = self
            .execute(
                "update \"case\" set state = $2, closed_at = $3 where id = $1 and state = 'open'",
                args![id, state.word(), now],
            )
            .await?;
        Ok(ended == 1)
    }

    /// The case goes on with another person.
    pub(crate) async fn give_case(&mut self, id: &CaseId, person: &PersonId) -> Result<(), StoreError> {
        self.execute("update \"case\" set person_id = $2 where id = $1", args![id, person]).await.map(drop)
    }

    /// The case goes on at another lane, with the vehicle that stands there unless a person had set this one.
    pub(crate) async fn move_case(
        &mut self,
        id: &CaseId,
        lane: &LaneId,
        lot: &LotId,
        direction: Option<Direction>,
    ) -> Result<CaseRow, StoreError> {
        self
            .one(
                concat!(
                    "update \"case\" set lane_id = $2, lot_id = $3, stay_id = null, first_quote_fen = null,
                        read_id = (select n.read_id from lane_now n where n.lane_id = $2),
                        plate_read = (select r.plate from lane_now n join plate_read r on r.id = n.read_id where n.lane_id = $2),
                        plate_color = (select r.color from lane_now n join plate_read r on r.id = n.read_id where n.lane_id = $2),
                        plate = case when corrected then plate else
                            (select r.plate from lane_now n join plate_read r on r.id = n.read_id where n.lane_id = $2) end,
                        direction = coalesce($4,
                            (select r.direction from lane_now n join plate_read r on r.id = n.read_id where n.lane_id = $2))
                     where id = $1 returning ",
                    case_columns!()
                ),
                args![id, lane, lot, direction],
            )
            .await
    }

    /// Puts the plate a person typed in force.
    pub(crate) async fn correct_case(&mut self, id: &CaseId, plate: Option<&Plate>) -> Result<(), StoreError> {
        self.execute(
            "update \"case\" set plate = $2, corrected = true, stay_id = null, phone = null where id = $1",
            args![id, plate.map(Plate::as_str)],
        )
        .await
        .map(drop)
    }

    /// Remembers the driver's phone and the stay it found, if any. The vehicle is then one without a plate.
    pub(crate) async fn phone_case(
        &mut self,
        id: &CaseId,
        phone: &Phone,
        stay: Option<&StayId>,
        plate: Option<&Plate>,
    ) -> Result<(), StoreError> {
        self.execute(
            "update \"case\" set phone = $2, stay_id = $3, plate = $4 where id = $1",
            args![id, phone.as_str(), stay.map(StayId::as_str), plate.map(Plate::as_str)],
        )
        .await
        .map(drop)
    }

    /// Takes the vehicle for the one of this stay.
    pub(crate) async fn choose_case_stay(
        &mut self,
        id: &CaseId,
        stay: &StayId,
        plate: Option<&Plate>,
    ) -> Result<(), StoreError> {
        self.execute(
            "update \"case\" set stay_id = $2, plate = $3, corrected = true where id = $1",
            args![id, stay, plate.map(Plate::as_str)],
        )
        .await
        .map(drop)
    }

    /// Says which way the vehicle goes.
    pub(crate) async fn direct_case(&mut self, id: &CaseId, direction: Direction) -> Result<(), StoreError> {
        self.execute("update \"case\" set direction = $2 where id = $1", args![id, direction]).await.map(drop)
    }

    /// Keeps the first amount a case was quoted.
    pub(crate) async fn first_quote(&mut self, id: &CaseId, due: Fen) -> Result<(), StoreError> {
        self.execute(
            "update \"case\" set first_quote_fen = $2 where id = $1 and first_quote_fen is null",
            args![id, due],
        )
        .await
        .map(drop)
    }
}
