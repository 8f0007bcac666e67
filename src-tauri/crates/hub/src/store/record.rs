//! Stays, payments, cases and openings by plate, phone or number (R41).

use super::{
    Arg, Conn, StoreError, opening,
    part::{lane, lot, name_lane, name_lot, who},
};
use crate::{args, directory::Directory};
use lanedesk_domain::ids::PersonId;
use lanedesk_wire::{
    opening::Opening,
    record::{CaseRecord, PaymentRecord, StayRecord},
};

/// Most rows of each kind.
const MOST: i64 = 50;

const LOT: &str = lot!("lot_id");
const CASE_LOT: &str = lot!("c.lot_id");
const CASE_LANE: &str = lane!("c.lane_id");
const PERSON: &str = who!("person", "p");

/// What is looked for, and where.
#[derive(Debug, Clone)]
pub struct RecordSearch {
    /// The lots of the person's scope, as a JSON list.
    pub lots: String,
    /// Part of a plate, with `%` around it.
    pub plate: String,
    /// A whole phone number.
    pub phone: String,
    /// A whole number of an order, payment, case, stay or opening.
    pub number: String,
    /// Only openings of this person.
    pub own: Option<PersonId>,
}

impl RecordSearch {
    /// `$1` lots, `$2` plate, `$3` phone, `$4` number, `$5` most rows.
    fn args(&self) -> Vec<Arg> {
        args![&self.lots, &self.plate, &self.phone, &self.number, MOST]
    }
}

impl Conn<'_> {
    /// Stays, newest first.
    pub(crate) async fn sought_stays(
        &mut self,
        directory: &Directory,
        sought: &RecordSearch,
    ) -> Result<Vec<StayRecord>, StoreError> {
        let sql = format!(
            "select id, {LOT}, plate, phone, case when left_at is null then 'inside' else 'outside' end as status,
                entered_at, left_at, paid_fen, release from stay
             where {} and (plate like $2 or phone = $3 or id = $4) order by entered_at desc limit $5",
            self.in_lots("lot_id", 1)
        );
        let mut rows: Vec<StayRecord> = self.all(&sql, sought.args()).await?;
        for row in &mut rows {
            name_lot(directory, &mut row.lot);
        }
        Ok(rows)
    }

    /// Payments, newest first.
    pub(crate) async fn sought_payments(
        &mut self,
        directory: &Directory,
        sought: &RecordSearch,
    ) -> Result<Vec<PaymentRecord>, StoreError> {
        let sql = format!(
            "select id, {LOT}, stay_id as stay, plate, amount_fen, paid_at, channel, event_id from payment
             where {} and (plate like $2 or phone = $3 or event_id = $4 or id = $4
                or stay_id in (select id from stay where plate like $2 or phone = $3 or id = $4))
             order by paid_at desc limit $5",
            self.in_lots("lot_id", 1)
        );
        let mut rows: Vec<PaymentRecord> = self.all(&sql, sought.args()).await?;
        for row in &mut rows {
            name_lot(directory, &mut row.lot);
        }
        Ok(rows)
    }

    /// Cases, newest first.
    pub(crate) async fn sought_cases(
        &mut self,
        directory: &Directory,
        sought: &RecordSearch,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        let sql = format!(
            "select c.id, {CASE_LOT}, {CASE_LANE}, {PERSON}, c.state, c.plate, c.opened_at, c.closed_at
             from \"case\" c join person p on p.id = c.person_id
             where {} and (c.plate like $2 or c.plate_read like $2 or c.phone = $3 or c.id = $4
                or c.id in (select o.case_id from \"order\" o where o.id = $4))
             order by c.opened_at desc limit $5",
            self.in_lots("c.lot_id", 1)
        );
        let mut rows: Vec<CaseRecord> = self.all(&sql, sought.args()).await?;
        for row in &mut rows {
            name_lot(directory, &mut row.lot);
            name_lane(directory, &mut row.lane);
        }
        Ok(rows)
    }

    /// Openings, newest first.
    pub(crate) async fn sought_openings(
        &mut self,
        directory: &Directory,
        sought: &RecordSearch,
    ) -> Result<Vec<Opening>, StoreError> {
        let lots = self.in_lots("o.lot_id", 1);
        let mut args = sought.args();
        args.push(sought.own.as_ref().map(PersonId::as_str).into());
        let rest = format!(
            "where {lots} and (o.plate like $2 or o.plate_read like $2 or o.phone = $3 or o.id = $4 or o.order_id = $4
                or o.case_id = $4) and ($6 is null or o.person_id = $6) order by o.id desc limit $5"
        );
        opening::read(self, directory, &rest, args).await
    }
}
