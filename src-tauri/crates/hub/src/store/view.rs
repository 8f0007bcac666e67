//! What a page begins with: a lane's lease, its case and the vehicle that stands there, in one look.

use super::{Conn, StoreError, case::CaseRow, lease::holder, opening::picture_path};
use crate::{
    args,
    directory::{parsed, parsed_opt},
};
use lanedesk_domain::{
    ids::{CaseId, LaneId, ReadId},
    lane::Direction,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{case::LeaseNow, lane::Picture};

/// A plate read.
#[derive(Debug, Clone)]
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
pub struct Standing {
    /// Who holds it.
    pub lease: Option<LeaseNow>,
    /// The case worked there, or the case that was asked for.
    pub case: Option<CaseRow>,
    /// The vehicle there, or the case's.
    pub read: Option<ReadNow>,
    /// The newest picture of it.
    pub picture: Option<Picture>,
    /// That picture's id.
    pub picture_id: Option<lanedesk_domain::ids::PhotoId>,
}

#[derive(serde::Deserialize)]
struct Columns {
    acquired_at: Option<i64>,
    expires_at: Option<i64>,
    holder_id: Option<String>,
    holder_name: Option<String>,
    holder_role: Option<String>,
    case_id: Option<String>,
    seen: Seen,
    case: MaybeCase,
}

/// The columns of a lane's read and picture.
#[derive(serde::Deserialize)]
pub(super) struct Seen {
    read_id: Option<String>,
    read_plate: Option<String>,
    read_color: Option<String>,
    read_direction: Option<String>,
    /// Of the picture's own read; a later still of the vehicle was read by nobody.
    picture_plate: Option<String>,
    confidence: Option<i64>,
    doubtful: Option<String>,
    plate_box: Option<String>,
    read_at: Option<i64>,
    picture_id: Option<String>,
    picture_at: Option<i64>,
}

/// A case's columns where there may be none.
#[expect(clippy::struct_field_names, reason = "the read has columns of the same names")]
#[derive(serde::Deserialize)]
struct MaybeCase {
    c_lane_id: Option<String>,
    c_lot_id: Option<String>,
    c_person_id: Option<String>,
    c_source: Option<String>,
    c_state: Option<String>,
    c_opened_at: Option<i64>,
    c_read_id: Option<String>,
    c_plate_read: Option<String>,
    c_plate: Option<String>,
    c_plate_color: Option<String>,
    c_corrected: Option<bool>,
    c_phone: Option<String>,
    c_stay_id: Option<String>,
    c_direction: Option<String>,
    c_first_quote_fen: Option<i64>,
    c_call_id: Option<String>,
}

impl MaybeCase {
    fn row(self, id: Option<String>) -> Result<Option<CaseRow>, StoreError> {
        let Some(id) = id else { return Ok(None) };
        let there = |text: Option<String>| text.ok_or_else(|| StoreError::Corrupt(format!("case {id} lacks a value")));
        Ok(Some(CaseRow {
            id: parsed(&id)?,
            lane: parsed(&there(self.c_lane_id)?)?,
            lot: parsed(&there(self.c_lot_id)?)?,
            person: parsed(&there(self.c_person_id)?)?,
            source: parsed(&there(self.c_source)?)?,
            state: parsed(&there(self.c_state)?)?,
            opened_at: Timestamp(self.c_opened_at.unwrap_or_default()),
            read: parsed_opt(self.c_read_id.as_deref())?,
            plate_read: parsed_opt(self.c_plate_read.as_deref())?,
            plate: parsed_opt(self.c_plate.as_deref())?,
            plate_color: self.c_plate_color,
            corrected: self.c_corrected.unwrap_or_default(),
            phone: parsed_opt(self.c_phone.as_deref())?,
            stay: parsed_opt(self.c_stay_id.as_deref())?,
            direction: parsed_opt(self.c_direction.as_deref())?,
            first_quote: self.c_first_quote_fen.map(lanedesk_domain::money::Fen),
            call: parsed_opt(self.c_call_id.as_deref())?,
        }))
    }
}

impl Columns {
    fn standing(self) -> Result<Standing, StoreError> {
        let lease = match (self.holder_id, self.holder_name, self.holder_role, self.acquired_at) {
            (Some(id), Some(name), Some(role), Some(acquired_at)) => Some(LeaseNow {
                holder: holder(&id, name, &role)?,
                acquired_at: Timestamp(acquired_at),
                expires_at: self.expires_at.map(Timestamp),
            }),
            _ => None,
        };
        Ok(Standing { lease, case: self.case.row(self.case_id)?, ..self.seen.standing()? })
    }
}

impl Seen {
    /// What is seen, with nobody there to work on it.
    pub(super) fn standing(self) -> Result<Standing, StoreError> {
        let plate: Option<Plate> = parsed_opt(self.read_plate.as_deref())?;
        let taken_at = self.picture_at.or(self.read_at);
        let picture = match (&self.picture_id, taken_at) {
            (Some(id), Some(at)) => Some(Picture {
                url: picture_path(id),
                plate: self.picture_plate,
                confidence: self.confidence.and_then(|n| u8::try_from(n).ok()),
                doubtful: json(self.doubtful.as_deref())?.unwrap_or_default(),
                plate_box: json(self.plate_box.as_deref())?,
                taken_at: Timestamp(at),
                lane_name: None,
            }),
            _ => None,
        };
        let read = match self.read_id {
            Some(id) => Some(ReadNow {
                id: parsed(&id)?,
                plate,
                color: self.read_color,
                direction: parsed_opt(self.read_direction.as_deref())?,
            }),
            None => None,
        };
        Ok(Standing { lease: None, case: None, read, picture, picture_id: parsed_opt(self.picture_id.as_deref())? })
    }
}

fn json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(serde_json::from_str).transpose().map_err(|e| StoreError::Corrupt(e.to_string()))
}

/// The columns of [`Seen`], from `plate_read r` and `picture p`.
macro_rules! seen_columns {
    () => {
        "r.id as read_id, r.plate as read_plate, r.color as read_color, r.direction as read_direction,
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
            "select l.acquired_at, l.expires_at, h.id as holder_id, h.name as holder_name, h.role as holder_role,
                c.id as case_id, ",
            seen_columns!(),
            ", c.lane_id as c_lane_id, c.lot_id as c_lot_id, c.person_id as c_person_id, c.source as c_source,
                c.state as c_state, c.opened_at as c_opened_at, c.read_id as c_read_id, c.plate_read as c_plate_read,
                c.plate as c_plate, c.plate_color as c_plate_color, c.corrected as c_corrected, c.phone as c_phone,
                c.stay_id as c_stay_id, c.direction as c_direction, c.first_quote_fen as c_first_quote_fen,
                c.call_id as c_call_id ",
            $from
        )
    };
}

impl Conn<'_> {
    /// What is committed of a lane now.
    pub(crate) async fn standing(&mut self, lane: &LaneId, now: Timestamp) -> Result<Standing, StoreError> {
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
        let row: Columns = self.one(sql, args![lane, now]).await?;
        row.standing()
    }

    /// What is committed of a case, open or over; none: there is no such case.
    pub(crate) async fn standing_of_case(
        &mut self,
        case: &CaseId,
        now: Timestamp,
    ) -> Result<Option<Standing>, StoreError> {
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
        let row: Option<Columns> = self.optional(sql, args![case, now]).await?;
        row.map(Columns::standing).transpose()
    }
}
