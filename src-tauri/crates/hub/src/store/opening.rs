//! The record of every manual opening.

mod list;

pub(crate) use list::{Behind, Filter};
pub(in crate::store) use list::{UNPAID, UNRESOLVED};

use super::{Arg, Conn, StoreError, Tx, lease::holder};
use crate::{
    args,
    directory::{Directory, parsed, parsed_opt},
};
use lanedesk_domain::{
    assessment::Assessment,
    barrier::BarrierState,
    ids::{CallId, CaseId, LaneId, LotId, OpeningId, OrderId, PersonId, PhotoId, ReadId, StayId},
    lane::Direction,
    money::Fen,
    opening::{OpeningKind, Source},
    order::OrderResult,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{
    opening::{LaneRef, Opening, PhotosClosed, PhotosOwed},
    problem::Holder,
    search::LotRef,
};

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

#[derive(serde::Deserialize)]
struct Columns {
    id: String,
    order_id: String,
    case_id: String,
    call_id: Option<String>,
    kind: String,
    lot_id: String,
    lane_id: String,
    direction: String,
    plate: Option<String>,
    plate_read: Option<String>,
    plate_color: Option<String>,
    person_id: String,
    name: String,
    role: String,
    source: String,
    assessment: String,
    stay_id: Option<String>,
    due_fen: Option<i64>,
    first_quote_fen: Option<i64>,
    collected_fen: Option<i64>,
    reason: Option<String>,
    remark: Option<String>,
    photos: String,
    picture_before: Option<String>,
    picture_after: Option<String>,
    approved_by: Option<String>,
    approver_name: Option<String>,
    approver_role: Option<String>,
    claimed_at: i64,
    at: i64,
    result: String,
    barrier_before: String,
    barrier_after: String,
    passage: String,
    release: Option<String>,
    debt_id: Option<String>,
    debt_state: Option<String>,
    unpaid: Option<String>,
    photos_owed: Option<i64>,
    photos_due_at: Option<i64>,
    photos_closed_at: Option<i64>,
    photos_closed_by: Option<String>,
    photos_closed_why: Option<String>,
    closer_name: Option<String>,
    closer_role: Option<String>,
}

const SELECT: &str = "select o.id, o.order_id, o.case_id, o.call_id, o.kind, o.lot_id, o.lane_id, o.direction, o.plate,
    o.plate_read, o.plate_color, o.person_id, p.name, p.role, o.source, o.assessment, o.stay_id, o.due_fen,
    o.first_quote_fen, o.collected_fen, o.reason, o.remark, o.photos, o.picture_before, o.picture_after, o.approved_by,
    a.name as approver_name, a.role as approver_role, o.claimed_at, o.at, o.result, o.barrier_before, o.barrier_after,
    o.passage, o.release, o.debt_id, d.state as debt_state, o.unpaid, o.photos_owed, o.photos_due_at,
    o.photos_closed_at, o.photos_closed_by, o.photos_closed_why, w.name as closer_name, w.role as closer_role
    from opening o join person p on p.id = o.person_id left join person a on a.id = o.approved_by
        left join debt d on d.id = o.debt_id left join person w on w.id = o.photos_closed_by ";

/// A lot by id and name; one that is no longer in the site goes by its id.
pub(crate) fn lot_ref(directory: &Directory, id: LotId) -> LotRef {
    let name = directory.lots.get(&id).map_or_else(|| id.to_string(), |lot| lot.name.clone());
    LotRef { id, name }
}

/// A lane by id, name and code; one that is no longer in the site goes by its id.
pub(crate) fn lane_ref(directory: &Directory, id: LaneId) -> LaneRef {
    let (name, code) = directory
        .lanes
        .get(&id)
        .map_or_else(|| (id.to_string(), String::new()), |lane| (lane.name.clone(), lane.code.clone()));
    LaneRef { id, name, code }
}

/// Where a stored picture is to be had.
pub(crate) fn picture_path(id: &str) -> String {
    format!("/api/pictures/{id}")
}

impl Columns {
    fn shown(self, directory: &Directory) -> Result<Opening, StoreError> {
        let photos_owed = self.owed()?;
        let approved_by: Option<Holder> = match (self.approved_by, self.approver_name, self.approver_role) {
            (Some(id), Some(name), Some(role)) => Some(holder(&id, name, &role)?),
            _ => None,
        };
        Ok(Opening {
            id: parsed(&self.id)?,
            order_id: parsed(&self.order_id)?,
            case: parsed(&self.case_id)?,
            call: parsed_opt::<CallId>(self.call_id.as_deref())?,
            kind: parsed(&self.kind)?,
            lot: lot_ref(directory, parsed(&self.lot_id)?),
            lane: lane_ref(directory, parsed(&self.lane_id)?),
            direction: parsed(&self.direction)?,
            plate: self.plate,
            plate_read: self.plate_read,
            plate_color: self.plate_color,
            person: holder(&self.person_id, self.name, &self.role)?,
            source: parsed(&self.source)?,
            assessment: parsed(&self.assessment)?,
            stay: parsed_opt(self.stay_id.as_deref())?,
            due_fen: self.due_fen.map(Fen),
            first_quote_fen: self.first_quote_fen.map(Fen),
            collected_fen: self.collected_fen.map(Fen),
            debt: parsed_opt(self.debt_id.as_deref())?,
            debt_state: parsed_opt(self.debt_state.as_deref())?,
            unpaid: self.unpaid.as_deref().map(parsed).transpose()?,
            photos_owed,
            reason: self.reason,
            remark: self.remark,
            photos: serde_json::from_str(&self.photos)
                .map_err(|e| StoreError::Corrupt(format!("photos of an opening: {e}")))?,
            picture_before: self.picture_before.as_deref().map(picture_path),
            picture_after: self.picture_after.as_deref().map(picture_path),
            approved_by,
            claimed_at: Timestamp(self.claimed_at),
            at: Timestamp(self.at),
            result: parsed(&self.result)?,
            barrier_before: parsed(&self.barrier_before)?,
            barrier_after: parsed(&self.barrier_after)?,
            passage: parsed(&self.passage)?,
            release: parsed_opt(self.release.as_deref())?,
        })
    }

    fn owed(&self) -> Result<Option<PhotosOwed>, StoreError> {
        let (Some(missing), Some(due_at)) = (self.photos_owed, self.photos_due_at) else {
            return Ok(None);
        };
        let wrong = |_| StoreError::Corrupt(format!("{missing} photos owed"));
        Ok(Some(PhotosOwed {
            missing: u32::try_from(missing).map_err(wrong)?,
            due_at: Timestamp(due_at),
            closed: self.photos_closed()?,
        }))
    }

    fn photos_closed(&self) -> Result<Option<PhotosClosed>, StoreError> {
        let (Some(at), Some(id)) = (self.photos_closed_at, &self.photos_closed_by) else {
            return Ok(None);
        };
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        let role = self.closer_role.as_deref().unwrap_or_default();
        Ok(Some(PhotosClosed {
            by: holder(id, said(&self.closer_name), role)?,
            at: Timestamp(at),
            reason: said(&self.photos_closed_why),
        }))
    }
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
    let rows: Vec<Columns> = conn.all(&format!("{SELECT} {rest}"), args).await?;
    rows.into_iter().map(|row| row.shown(directory)).collect()
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
        let row: Option<Columns> = self.optional(&sql, args![order]).await?;
        row.map(|row| row.shown(directory)).transpose()
    }

    /// An opening by id.
    pub(crate) async fn opening(
        &mut self,
        directory: &Directory,
        id: &OpeningId,
    ) -> Result<Option<Opening>, StoreError> {
        let sql = format!("{SELECT} where o.id = $1");
        let row: Option<Columns> = self.optional(&sql, args![id]).await?;
        row.map(|row| row.shown(directory)).transpose()
    }
}
