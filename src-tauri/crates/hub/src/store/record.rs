//! Stays, payments, cases and openings by plate, phone or number (R41).

use super::{
    Arg, Conn, StoreError,
    lease::holder,
    opening::{self, lane_ref, lot_ref},
};
use crate::{
    args,
    directory::{Directory, parsed, parsed_opt},
};
use lanedesk_domain::{ids::PersonId, money::Fen, stay::VehicleStatus, time::Timestamp};
use lanedesk_wire::{
    opening::Opening,
    record::{CaseRecord, PaymentRecord, StayRecord},
};

/// Most rows of each kind.
const MOST: i64 = 50;

/// What is looked for, and where.
#[derive(Debug, Clone)]
pub struct Sought {
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

impl Sought {
    /// `$1` lots, `$2` plate, `$3` phone, `$4` number, `$5` most rows.
    fn args(&self) -> Vec<Arg> {
        args![&self.lots, &self.plate, &self.phone, &self.number, MOST]
    }
}

#[derive(serde::Deserialize)]
struct StayColumns {
    id: String,
    lot_id: String,
    plate: Option<String>,
    phone: Option<String>,
    entered_at: i64,
    left_at: Option<i64>,
    paid_fen: i64,
    release: Option<String>,
}

#[derive(serde::Deserialize)]
struct PaymentColumns {
    id: String,
    lot_id: String,
    stay_id: Option<String>,
    plate: Option<String>,
    amount_fen: i64,
    paid_at: i64,
    channel: Option<String>,
    event_id: String,
}

#[derive(serde::Deserialize)]
struct CaseColumns {
    id: String,
    lot_id: String,
    lane_id: String,
    person_id: String,
    name: String,
    role: String,
    state: String,
    plate: Option<String>,
    opened_at: i64,
    closed_at: Option<i64>,
}

impl Conn<'_> {
    /// Stays, newest first.
    pub(crate) async fn sought_stays(
        &mut self,
        directory: &Directory,
        sought: &Sought,
    ) -> Result<Vec<StayRecord>, StoreError> {
        let sql = format!(
            "select id, lot_id, plate, phone, entered_at, left_at, paid_fen, release from stay
             where {} and (plate like $2 or phone = $3 or id = $4) order by entered_at desc limit $5",
            self.in_lots("lot_id", 1)
        );
        let rows: Vec<StayColumns> = self.all(&sql, sought.args()).await?;
        rows.into_iter()
            .map(|row| {
                Ok(StayRecord {
                    id: parsed(&row.id)?,
                    lot: lot_ref(directory, parsed(&row.lot_id)?),
                    plate: row.plate,
                    phone: row.phone,
                    status: match row.left_at {
                        None => VehicleStatus::Inside,
                        Some(_) => VehicleStatus::Outside,
                    },
                    entered_at: Timestamp(row.entered_at),
                    left_at: row.left_at.map(Timestamp),
                    paid_fen: Fen(row.paid_fen),
                    release: parsed_opt(row.release.as_deref())?,
                })
            })
            .collect()
    }

    /// Payments, newest first.
    pub(crate) async fn sought_payments(
        &mut self,
        directory: &Directory,
        sought: &Sought,
    ) -> Result<Vec<PaymentRecord>, StoreError> {
        let sql = format!(
            "select id, lot_id, stay_id, plate, amount_fen, paid_at, channel, event_id from payment
             where {} and (plate like $2 or phone = $3 or event_id = $4 or id = $4
                or stay_id in (select id from stay where plate like $2 or phone = $3 or id = $4))
             order by paid_at desc limit $5",
            self.in_lots("lot_id", 1)
        );
        let rows: Vec<PaymentColumns> = self.all(&sql, sought.args()).await?;
        rows.into_iter()
            .map(|row| {
                Ok(PaymentRecord {
                    id: parsed(&row.id)?,
                    lot: lot_ref(directory, parsed(&row.lot_id)?),
                    stay: parsed_opt(row.stay_id.as_deref())?,
                    plate: row.plate,
                    amount_fen: Fen(row.amount_fen),
                    paid_at: Timestamp(row.paid_at),
                    channel: row.channel,
                    event_id: row.event_id,
                })
            })
            .collect()
    }

    /// Cases, newest first.
    pub(crate) async fn sought_cases(
        &mut self,
        directory: &Directory,
        sought: &Sought,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        let sql = format!(
            "select c.id, c.lot_id, c.lane_id, c.person_id, p.name, p.role, c.state, c.plate, c.opened_at, c.closed_at
             from \"case\" c join person p on p.id = c.person_id
             where {} and (c.plate like $2 or c.plate_read like $2 or c.phone = $3 or c.id = $4
                or c.id in (select o.case_id from \"order\" o where o.id = $4))
             order by c.opened_at desc limit $5",
            self.in_lots("c.lot_id", 1)
        );
        let rows: Vec<CaseColumns> = self.all(&sql, sought.args()).await?;
        rows.into_iter()
            .map(|row| {
                Ok(CaseRecord {
                    id: parsed(&row.id)?,
                    lot: lot_ref(directory, parsed(&row.lot_id)?),
                    lane: lane_ref(directory, parsed(&row.lane_id)?),
                    person: holder(&row.person_id, row.name, &row.role)?,
                    state: parsed(&row.state)?,
                    plate: row.plate,
                    opened_at: Timestamp(row.opened_at),
                    closed_at: row.closed_at.map(Timestamp),
                })
            })
            .collect()
    }

    /// Openings, newest first.
    pub(crate) async fn sought_openings(
        &mut self,
        directory: &Directory,
        sought: &Sought,
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
