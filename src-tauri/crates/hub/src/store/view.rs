//! What a page begins with: a lane's lease, its case and the vehicle that stands there, in one look.

use super::{Conn, StoreError, case::CaseRow, opening::picture_path, part::who};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LaneId, PhotoId, ReadId},
    lane::Direction,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{case::LeaseNow, lane::Picture};

/// A plate read.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ReadNow {
    /// Its id.
    pub id: ReadId,
    /// What was read; none: no plate.
    pub plate: Option<Plate>,
    /// As the camera saw it.
    pub color: Option<String>,
    /// Which way the vehicle goes, as the camera says.
    pub direction: Option<Direction>,
}

/// What is committed of a lane.
#[derive(Debug, Clone, Default)]
pub struct LaneRecord {
    /// Who holds it.
    pub lease: Option<LeaseNow>,
    /// The case worked there, or the case that was asked for.
    pub case: Option<CaseRow>,
    /// The vehicle there, or the case's.
    pub read: Option<ReadNow>,
    /// The newest picture of it.
    pub picture: Option<Picture>,
    /// That picture's id.
    pub picture_id: Option<PhotoId>,
}

#[derive(serde::Deserialize)]
struct LaneColumns {
    lease: Option<LeaseNow>,
    case: Option<CaseRow>,
    seen: SightColumns,
}

/// The columns of a lane's read and picture.
#[derive(serde::Deserialize)]
pub(super) struct SightColumns {
    read: Option<ReadNow>,
    read_at: Option<Timestamp>,
    /// Of the picture's own read; a later still of the vehicle was read by nobody.
    picture_plate: Option<String>,
    confidence: Option<u8>,
    doubtful: Option<Vec<u8>>,
    plate_box: Option<[f32; 4]>,
    picture_id: Option<PhotoId>,
    picture_at: Option<Timestamp>,
}

impl LaneColumns {
    fn standing(self) -> LaneRecord {
        LaneRecord { lease: self.lease, case: self.case, ..self.seen.standing() }
    }
}

impl SightColumns {
    /// What is seen, with nobody there to work on it.
    pub(super) fn standing(self) -> LaneRecord {
        let taken_at = self.picture_at.or(self.read_at);
        let picture = self.picture_id.as_ref().zip(taken_at).map(|(id, taken_at)| Picture {
            url: picture_path(id.as_str()),
            plate: self.picture_plate,
            confidence: self.confidence,
            doubtful: self.doubtful.unwrap_or_default(),
            plate_box: self.plate_box,
            taken_at,
            lane_name: None,
        });
        LaneRecord { lease: None, case: None, read: self.read, picture, picture_id: self.picture_id }
    }
}

/// The columns of [`SightColumns`], from `plate_read r` and `picture p`.
macro_rules! seen_columns {
    () => {
        "r.id as read__id, r.plate as read__plate, r.color as read__color, r.direction as read__direction,
         r.taken_at as read_at,
         case when p.id = r.picture_id then r.plate end as picture_plate,
         case when p.id = r.picture_id then r.confidence end as confidence,
         case when p.id = r.picture_id then r.doubtful end as doubtful,
         case when p.id = r.picture_id then r.plate_box end as plate_box,
         p.id as picture_id, p.taken_at as picture_at"
    };
}
pub(super) use seen_columns;

macro_rules! select {
    ($from:literal) => {
        concat!(
            "select ",
            who!("lease__holder", "h"),
            ", l.acquired_at as lease__acquired_at, l.expires_at as lease__expires_at, ",
            seen_columns!(),
            ", c.id as case__id, c.lane_id as case__lane, c.lot_id as case__lot, c.person_id as case__person,
                c.source as case__source, c.state as case__state, c.opened_at as case__opened_at,
                c.read_id as case__read, c.plate_read as case__plate_read, c.plate as case__plate,
                c.plate_color as case__plate_color, c.corrected as case__corrected, c.phone as case__phone,
                c.stay_id as case__stay, c.direction as case__direction, c.first_quote_fen as case__first_quote,
                c.call_id as case__call ",
            $from
        )
    };
}

impl Conn<'_> {
    /// What is committed of a lane now.
    pub(crate) async fn standing(&mut self, lane: &LaneId, now: Timestamp) -> Result<LaneRecord, StoreError> {
        // The lane's vehicle comes before the case's: a passed vehicle's case may outlast it.
        let sql = select!(
            "from (select $1 as lane_id) x
             left join lease l on l.lane_id = x.lane_id and l.open and (l.expires_at is null or l.expires_at > $2)
             left join person h on h.id = l.person_id
             left join \"case\" c on c.id = l.case_id
             left join lane_now n on n.lane_id = x.lane_id
             left join plate_read r on r.id = coalesce(n.read_id, c.read_id)
             left join picture p on p.id = coalesce(n.picture_id, r.picture_id)"
        );
        let row: LaneColumns = self.one(sql, args![lane, now]).await?;
        Ok(row.standing())
    }

    /// What is committed of a case, open or over; none: there is no such case.
    pub(crate) async fn standing_of_case(
        &mut self,
        case: &CaseId,
        now: Timestamp,
    ) -> Result<Option<LaneRecord>, StoreError> {
        let sql = select!(
            "from \"case\" c
             left join lease l on l.lane_id = c.lane_id and l.case_id = c.id and l.open
                and (l.expires_at is null or l.expires_at > $2)
             left join person h on h.id = l.person_id
             left join lane_now n on n.lane_id = c.lane_id and c.state = 'open'
             left join plate_read r on r.id = coalesce(n.read_id, c.read_id)
             left join picture p on p.id = coalesce(n.picture_id, r.picture_id)
             where c.id = $1"
        );
        let row: Option<LaneColumns> = self.optional(sql, args![case, now]).await?;
        Ok(row.map(LaneColumns::standing))
    }
}
