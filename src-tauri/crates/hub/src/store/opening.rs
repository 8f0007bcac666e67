//! The record of every manual opening.

mod list;

pub(crate) use list::{Filter, ListCursor};
pub(in crate::store) use list::{UNPAID, UNRESOLVED};

use super::{
    Arg, Conn, StoreError, Tx,
    part::{lane, lot, name_lane, name_lot, who},
};
use crate::{args, directory::Directory};
use lanedesk_domain::{
    assessment::Assessment,
    barrier::BarrierState,
    ids::{CaseId, LaneId, LotId, OpeningId, OrderId, PersonId, PhotoId, ReadId, StayId},
    lane::Direction,
    money::Fen,
    opening::{OpeningKind, Source},
    order::OrderResult,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::opening::Opening;

/// An opening about to be written, before its barrier is called.
#[derive(Debug, Clone)]
pub struct NewOpening {
    /// Its id.
    pub id: OpeningId,
    /// The order that asks for it.
    pub order: OrderId,
    /// The case.
    pub case: CaseId,
    /// By the rules or against them.
    pub kind: OpeningKind,
    /// The lot.
    pub lot: LotId,
    /// The lane.
    pub lane: LaneId,
    /// Which way the vehicle goes.
    pub direction: Direction,
    /// The plate in force.
    pub plate: Option<Plate>,
    /// The plate read.
    pub plate_read: Option<Plate>,
    /// As the camera saw it.
    pub plate_color: Option<String>,
    /// The driver's.
    pub phone: Option<Phone>,
    /// Why a visitor comes in.
    pub entry_reason: Option<String>,
    /// Who opens.
    pub person: PersonId,
    /// By lookup or by call.
    pub source: Source,
    /// The judgement now.
    pub assessment: Assessment,
    /// The plate read it answers.
    pub read: Option<ReadId>,
    /// The stay it settles.
    pub stay: Option<StayId>,
    /// Due now.
    pub due: Option<Fen>,
    /// First amount due in the case.
    pub first_quote: Option<Fen>,
    /// Paid for the stay so far.
    pub collected: Option<Fen>,
    /// The latest lane picture.
    pub picture_before: Option<PhotoId>,
    /// When the lane was claimed.
    pub claimed_at: Timestamp,
    /// When the order was made.
    pub at: Timestamp,
    /// Where the arm is.
    pub barrier_before: BarrierState,
}

const SELECT: &str = concat!(
    "select o.id, o.order_id, o.case_id as \"case\", o.call_id as call, o.kind, ",
    lot!("o.lot_id"),
    ", ",
    lane!("o.lane_id"),
    ", o.direction, o.plate, o.plate_read, o.plate_color, ",
    who!("person", "p"),
    ", o.source, o.assessment, o.stay_id as stay, o.due_fen, o.first_quote_fen, o.collected_fen, o.debt_id as debt,
    d.state as debt_state, o.unpaid, o.reason, o.remark, o.photos, o.photos_owed as photos_owed__missing,
    o.photos_due_at as photos_owed__due_at, ",
    who!("photos_owed__closed__by", "w"),
    ", case when w.id is not null then o.photos_closed_at end as photos_owed__closed__at,
    case when w.id is not null then coalesce(o.photos_closed_why, '') end as photos_owed__closed__reason,
    o.picture_before, o.picture_after, ",
    who!("approved_by", "a"),
    ", o.claimed_at, o.at, o.result, o.barrier_before, o.barrier_after, o.passage, o.release
    from opening o join person p on p.id = o.person_id left join person a on a.id = o.approved_by
        left join debt d on d.id = o.debt_id
        left join person w on w.id = o.photos_closed_by and o.photos_owed is not null "
);

/// Where a stored picture is to be had.
pub(crate) fn picture_path(id: &str) -> String {
    format!("/api/pictures/{id}")
}

fn shown(site: &Directory, mut row: Opening) -> Opening {
    name_lot(site, &mut row.lot);
    name_lane(site, &mut row.lane);
    for picture in [&mut row.picture_before, &mut row.picture_after].into_iter().flatten() {
        *picture = picture_path(picture);
    }
    row
}

/// The lots of a scope as one bound value.
pub(crate) fn lots_arg<'a>(lots: impl Iterator<Item = &'a LotId>) -> String {
    let ids: Vec<&LotId> = lots.collect();
    // Ids hold no characters that JSON escapes, so writing them cannot fail.
    serde_json::to_string(&ids).unwrap_or_default()
}

/// Openings by the rest of a query that begins with them as `o`.
pub(super) async fn read(
    conn: &mut Conn<'_>,
    directory: &Directory,
    rest: &str,
    args: Vec<Arg>,
) -> Result<Vec<Opening>, StoreError> {
    let rows: Vec<Opening> = conn.all(&format!("{SELECT} {rest}"), args).await?;
    Ok(rows.into_iter().map(|row| shown(directory, row)).collect())
}

impl Tx<'_> {
    /// Writes an opening that is about to be ordered.
    pub(crate) async fn add_opening(&mut self, new: &NewOpening) -> Result<(), StoreError> {
        self.execute(
            "insert into opening (id, order_id, case_id, call_id, kind, lot_id, lane_id, direction, plate, plate_read, plate_color,
                phone, entry_reason, person_id, source, assessment, read_id, stay_id, due_fen, first_quote_fen,
                collected_fen, photos, picture_before, claimed_at, at, result, barrier_before, barrier_after, passage)
             values ($1, $2, $3, (select c.call_id from \"case\" c where c.id = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '[]', $21,
                $22, $23, $24, $25, 'unknown', 'pending')",
            args![
                &new.id,
                new.order,
                &new.case,
                new.kind,
                &new.lot,
                &new.lane,
                new.direction,
                new.plate.as_ref().map(Plate::as_str),
                new.plate_read.as_ref().map(Plate::as_str),
                &new.plate_color,
                new.phone.as_ref().map(Phone::as_str),
                &new.entry_reason,
                &new.person,
                new.source,
                new.assessment,
                &new.read,
                &new.stay,
                new.due,
                new.first_quote,
                new.collected,
                &new.picture_before,
                new.claimed_at,
                new.at,
                OrderResult::Running,
                new.barrier_before
            ],
        )
        .await?;
        match &new.plate {
            Some(plate) => self.know_plate(plate.as_str()).await,
            None => Ok(()),
        }
    }

    /// Makes a plate be found by a part of it.
    async fn know_plate(&mut self, plate: &str) -> Result<(), StoreError> {
        let parts = list::parts_of(plate);
        if parts.is_empty() {
            return Ok(());
        }
        let rows: Vec<String> = (0..parts.len()).map(|n| format!("(${}, $1)", n + 2)).collect();
        let mut args = args![plate];
        args.extend(parts.into_iter().map(Arg::from));
        let sql = format!(
            "insert into plate_part (part, plate) values {} on conflict (part, plate) do nothing",
            rows.join(", ")
        );
        self.later(sql, args).await
    }
}

impl Conn<'_> {
    /// "The column is one of the lots bound here", as the engine says it.
    pub(crate) fn in_lots(&self, column: &str, place: usize) -> String {
        let set = self.pick("json_each", "jsonb_array_elements_text");
        let cast = self.pick("", "::jsonb");
        let value = self.pick("value", "value");
        format!("{column} in (select {value} from {set}(${place}{cast}))")
    }

    /// Where the arm was seen after the order.
    pub(crate) async fn barrier_after(&mut self, order: OrderId, state: BarrierState) -> Result<(), StoreError> {
        self.execute("update opening set barrier_after = $2 where order_id = $1", args![order, state]).await.map(drop)
    }

    /// The opening an order asked for.
    pub(crate) async fn opening_of_order(
        &mut self,
        directory: &Directory,
        order: OrderId,
    ) -> Result<Option<Opening>, StoreError> {
        let sql = format!("{SELECT} where o.order_id = $1");
        let row: Option<Opening> = self.optional(&sql, args![order]).await?;
        Ok(row.map(|row| shown(directory, row)))
    }

    /// An opening by id.
    pub(crate) async fn opening(
        &mut self,
        directory: &Directory,
        id: &OpeningId,
    ) -> Result<Option<Opening>, StoreError> {
        let sql = format!("{SELECT} where o.id = $1");
        let row: Option<Opening> = self.optional(&sql, args![id]).await?;
        Ok(row.map(|row| shown(directory, row)))
    }
}
