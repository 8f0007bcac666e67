//! Follow-up debts: what was not paid at the gate and is asked for at the next visit (R38).

use super::{
    Arg, Conn, NewOpening, StoreError,
    lease::holder,
    opening::{lane_ref, lot_ref},
};
use crate::{
    args,
    directory::{Directory, parsed, parsed_opt},
};
use lanedesk_domain::{
    ids::{CaseId, DebtId, LaneId, LotId, OpeningId, OrderId, PaymentId, PersonId, StayId},
    money::Fen,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::debt::{Debt, DebtNow};

/// A debt about to be filed.
#[derive(Debug, Clone)]
pub struct NewDebt {
    /// Its id.
    pub id: DebtId,
    /// The lot.
    pub lot: LotId,
    /// The lane it is filed at.
    pub lane: LaneId,
    /// The case.
    pub case: CaseId,
    /// The opening it comes from.
    pub opening: Option<OpeningId>,
    /// The stay it is owed for.
    pub stay: Option<StayId>,
    /// The plate.
    pub plate: Option<Plate>,
    /// The driver's.
    pub phone: Option<Phone>,
    /// What is owed.
    pub amount: Fen,
    /// Who files it.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
}

/// What of a vehicle's debts is still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The debt.
    pub id: DebtId,
    /// Its case.
    pub case: CaseId,
    /// The stay it is owed for.
    pub stay: Option<StayId>,
    /// Still to be paid.
    pub left: Fen,
}

#[derive(serde::Deserialize)]
struct Columns {
    id: String,
    lot_id: String,
    lane_id: String,
    case_id: String,
    opening_id: Option<String>,
    stay_id: Option<String>,
    plate: Option<String>,
    phone: Option<String>,
    amount_fen: i64,
    person_id: String,
    name: String,
    role: String,
    filed_at: i64,
    state: String,
    ended_at: Option<i64>,
    note: Option<String>,
}

impl Columns {
    fn shown(self, directory: &Directory) -> Result<Debt, StoreError> {
        Ok(Debt {
            id: parsed(&self.id)?,
            lot: lot_ref(directory, parsed(&self.lot_id)?),
            lane: lane_ref(directory, parsed(&self.lane_id)?),
            case: parsed(&self.case_id)?,
            opening: parsed_opt(self.opening_id.as_deref())?,
            stay: parsed_opt(self.stay_id.as_deref())?,
            plate: self.plate,
            phone: self.phone,
            amount_fen: Fen(self.amount_fen),
            person: holder(&self.person_id, self.name, &self.role)?,
            filed_at: Timestamp(self.filed_at),
            state: parsed(&self.state)?,
            ended_at: self.ended_at.map(Timestamp),
            note: self.note,
        })
    }
}

const SELECT: &str =
    "select d.id, d.lot_id, d.lane_id, d.case_id, d.opening_id, d.stay_id, d.plate, d.phone, d.amount_fen,
    d.person_id, p.name, p.role, d.filed_at, d.state, d.ended_at, d.note
    from debt d join person p on p.id = d.person_id ";

/// Which debts a list shows; what is not given does not filter.
#[derive(Debug, Clone, Default)]
pub(crate) struct DebtFilter {
    pub(crate) lot: Option<String>,
    pub(crate) plate: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) before: Option<DebtId>,
    pub(crate) limit: i64,
}

impl Conn<'_> {
    /// Files a debt.
    pub(crate) async fn add_debt(&mut self, new: &NewDebt) -> Result<(), StoreError> {
        self.execute(
            "insert into debt (id, lot_id, lane_id, case_id, opening_id, stay_id, plate, phone, amount_fen, paid_fen,
                person_id, filed_at, state)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, 'open')",
            args![
                &new.id,
                &new.lot,
                &new.lane,
                &new.case,
                &new.opening,
                &new.stay,
                new.plate.as_ref().map(Plate::as_str),
                new.phone.as_ref().map(Phone::as_str),
                new.amount,
                &new.person,
                new.at
            ],
        )
        .await
        .map(drop)
    }

    /// A debt by id.
    pub(crate) async fn debt(&mut self, directory: &Directory, id: &DebtId) -> Result<Option<Debt>, StoreError> {
        let sql = format!("{SELECT} where d.id = $1");
        let row: Option<Columns> = self.optional(&sql, args![id]).await?;
        row.map(|row| row.shown(directory)).transpose()
    }

    /// Debts of these lots, newest first.
    pub(crate) async fn debts(
        &mut self,
        directory: &Directory,
        lots: &str,
        filter: &DebtFilter,
    ) -> Result<Vec<Debt>, StoreError> {
        let mut args: Vec<Arg> = args![lots];
        let mut sql = format!("{SELECT} where {}", self.in_lots("d.lot_id", 1));
        let mut and = |condition: &str, value: Option<Arg>| {
            if let Some(value) = value {
                args.push(value);
                sql = format!("{sql} and d.{condition} ${}", args.len());
            }
        };
        and("lot_id =", filter.lot.as_deref().map(Arg::from));
        and("plate =", filter.plate.as_deref().map(Arg::from));
        and("state =", filter.state.as_deref().map(Arg::from));
        and("person_id =", filter.person.as_deref().map(Arg::from));
        and("filed_at >=", filter.from.map(Arg::from));
        and("filed_at <", filter.to.map(Arg::from));
        and("id <", filter.before.as_ref().map(Arg::from));
        args.push(filter.limit.into());
        let sql = format!("{sql} order by d.id desc limit ${}", args.len());
        let rows: Vec<Columns> = self.all(&sql, args).await?;
        rows.into_iter().map(|row| row.shown(directory)).collect()
    }

    /// What a vehicle still owes at a lot, oldest first: by its plate or its driver's phone.
    pub(crate) async fn owed(
        &mut self,
        lot: &LotId,
        plate: Option<&Plate>,
        phone: Option<&Phone>,
    ) -> Result<Vec<Owed>, StoreError> {
        let rows: Vec<(String, String, Option<String>, i64)> = self
            .all(
                "select id, case_id, stay_id, amount_fen - paid_fen from debt
                 where lot_id = $1 and state = 'open' and (plate = $2 or phone = $3) order by id",
                args![lot, plate.map(Plate::as_str), phone.map(Phone::as_str)],
            )
            .await?;
        rows.into_iter()
            .map(|(id, case, stay, left)| {
                Ok(Owed { id: parsed(&id)?, case: parsed(&case)?, stay: parsed_opt(stay.as_deref())?, left: Fen(left) })
            })
            .collect()
    }

    /// The same in sum, for a page; what the page's own case filed is not from before.
    pub(crate) async fn debt_now(
        &mut self,
        lot: &LotId,
        plate: Option<&Plate>,
        phone: Option<&Phone>,
        case: Option<&CaseId>,
    ) -> Result<Option<DebtNow>, StoreError> {
        let (count, sum, newest): (i64, i64, Option<i64>) = self
            .one(
                "select count(*), cast(coalesce(sum(amount_fen - paid_fen), 0) as bigint), max(filed_at) from debt
                 where lot_id = $1 and state = 'open' and (plate = $2 or phone = $3) and ($4 is null or case_id <> $4)",
                args![lot, plate.map(Plate::as_str), phone.map(Phone::as_str), case.map(CaseId::as_str)],
            )
            .await?;
        Ok(newest.map(|newest| DebtNow {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            amount_fen: Fen(sum),
            newest: Timestamp(newest),
        }))
    }

    /// A debt of the case that says the same, filed a moment ago by a press that was repeated.
    pub(crate) async fn same_debt(&mut self, new: &NewDebt) -> Result<Option<DebtId>, StoreError> {
        let row: Option<(String,)> = self
            .optional(
                "select id from debt where case_id = $1 and state = 'open' and amount_fen = $2 and opening_id is null
                    and coalesce(plate, '') = coalesce($3, '') and coalesce(phone, '') = coalesce($4, '')",
                args![
                    &new.case,
                    new.amount,
                    new.plate.as_ref().map(Plate::as_str),
                    new.phone.as_ref().map(Phone::as_str)
                ],
            )
            .await?;
        row.map(|(id,)| parsed(&id)).transpose()
    }

    /// Puts part of a payment to a debt, which is settled when nothing is left.
    pub(crate) async fn pay_debt(
        &mut self,
        debt: &DebtId,
        payment: &PaymentId,
        amount: Fen,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into debt_payment (payment_id, debt_id, amount_fen) values ($1, $2, $3)",
            args![payment, debt, amount],
        )
        .await?;
        self.execute(
            "update debt set paid_fen = paid_fen + $2,
                state = case when paid_fen + $2 >= amount_fen then 'settled' else state end,
                ended_at = case when paid_fen + $2 >= amount_fen then $3 else ended_at end
             where id = $1",
            args![debt, amount, now],
        )
        .await
        .map(drop)
    }

    /// What of a payment went to debts is not the stay's.
    pub(crate) async fn take_from_stay(&mut self, stay: &StayId, amount: Fen) -> Result<(), StoreError> {
        let sql = "update stay set paid_fen = paid_fen - $2 where id = $1";
        self.execute(sql, args![stay, amount]).await.map(drop)
    }

    /// Gives an open debt up. False: it is not open.
    pub(crate) async fn waive_debt(
        &mut self,
        id: &DebtId,
        person: &PersonId,
        note: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let waived = self
            .execute(
                "update debt set state = 'waived', ended_at = $3, ended_by = $2, note = $4 where id = $1 and state = 'open'",
                args![id, person, now, note],
            )
            .await?;
        Ok(waived == 1)
    }

    /// Debts of earlier releases of this vehicle, which has not passed since, give way to what is said now: it owes for
    /// its stay once.
    pub(crate) async fn supersede_debts(
        &mut self,
        opening: &NewOpening,
        note: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "update debt set state = 'waived', ended_at = $3, note = $4
             where case_id = $1 and state = 'open' and paid_fen = 0 and coalesce(plate, '') = coalesce($2, '')
                and exists (select 1 from opening o where o.id = debt.opening_id and o.passage <> 'passed')",
            args![&opening.case, opening.plate.as_ref().map(Plate::as_str), now, note],
        )
        .await
        .map(drop)
    }

    /// A release whose arm never moved leaves no debt.
    pub(crate) async fn void_debt_of_order(
        &mut self,
        order: OrderId,
        note: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "update debt set state = 'waived', ended_at = $2, note = $3
             where opening_id in (select id from opening where order_id = $1) and state = 'open' and paid_fen = 0",
            args![order, now, note],
        )
        .await
        .map(drop)
    }

    /// Nor does one whose vehicle stayed inside: it still owes for its stay.
    pub(crate) async fn void_debt_of_opening(
        &mut self,
        opening: &OpeningId,
        note: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "update debt set state = 'waived', ended_at = $2, note = $3
             where opening_id = $1 and state = 'open' and paid_fen = 0",
            args![opening, now, note],
        )
        .await
        .map(drop)
    }

    /// Lanes of a lot where this vehicle stands now or is worked on.
    pub(crate) async fn lanes_with(
        &mut self,
        lot: &LotId,
        plate: Option<&Plate>,
        phone: Option<&Phone>,
    ) -> Result<Vec<LaneId>, StoreError> {
        let rows: Vec<(String,)> = self
            .all(
                "select lane_id from \"case\" where lot_id = $1 and state = 'open' and (plate = $2 or phone = $3)
                 union
                 select r.lane_id from lane_now n join plate_read r on r.id = n.read_id
                 where r.lot_id = $1 and r.plate = $2",
                args![lot, plate.map(Plate::as_str), phone.map(Phone::as_str)],
            )
            .await?;
        rows.into_iter().map(|(lane,)| parsed(&lane)).collect()
    }
}
