//! Follow-up debts: what was not paid at the gate and is asked for at the next visit (R38).

use super::{
    Arg, Conn, NewOpening, StoreError,
    part::{lane, lot, name_lane, name_lot, who},
};
use crate::{args, directory::Directory};
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Balance {
    /// The debt.
    pub id: DebtId,
    /// Its case.
    pub case: CaseId,
    /// The stay it is owed for.
    pub stay: Option<StayId>,
    /// Still to be paid.
    pub left: Fen,
}

const SELECT: &str = concat!(
    "select d.id, ",
    lot!("d.lot_id"),
    ", ",
    lane!("d.lane_id"),
    ", d.case_id as \"case\", d.opening_id as opening, d.stay_id as stay, d.plate, d.phone, d.amount_fen, ",
    who!("person", "p"),
    ", d.filed_at, d.state, d.ended_at, d.note from debt d join person p on p.id = d.person_id "
);

fn shown(site: &Directory, mut row: Debt) -> Debt {
    name_lot(site, &mut row.lot);
    name_lane(site, &mut row.lane);
    row
}

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
        let row: Option<Debt> = self.optional(&sql, args![id]).await?;
        Ok(row.map(|row| shown(directory, row)))
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
        let rows: Vec<Debt> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|row| shown(directory, row)).collect())
    }

    /// What a vehicle still owes at a lot, oldest first: by its plate or its driver's phone.
    pub(crate) async fn owed(
        &mut self,
        lot: &LotId,
        plate: Option<&Plate>,
        phone: Option<&Phone>,
    ) -> Result<Vec<Balance>, StoreError> {
        let sql = "select id, case_id as \"case\", stay_id as stay, amount_fen - paid_fen as \"left\" from debt
                   where lot_id = $1 and state = 'open' and (plate = $2 or phone = $3) order by id";
        self.all(sql, args![lot, plate.map(Plate::as_str), phone.map(Phone::as_str)]).await
    }

    /// The same in sum, for a page; what the page's own case filed is not from before.
    pub(crate) async fn debt_now(
        &mut self,
        lot: &LotId,
        plate: Option<&Plate>,
        phone: Option<&Phone>,
        case: Option<&CaseId>,
    ) -> Result<Option<DebtNow>, StoreError> {
        let (count, amount_fen, newest): (i64, Fen, Option<Timestamp>) = self
            .one(
                "select count(*), cast(coalesce(sum(amount_fen - paid_fen), 0) as bigint), max(filed_at) from debt
                 where lot_id = $1 and state = 'open' and (plate = $2 or phone = $3) and ($4 is null or case_id <> $4)",
                args![lot, plate.map(Plate::as_str), phone.map(Phone::as_str), case.map(CaseId::as_str)],
            )
            .await?;
        Ok(newest.map(|newest| DebtNow { count: u32::try_from(count).unwrap_or(u32::MAX), amount_fen, newest }))
    }

    /// A debt of the case that says the same, filed a moment ago by a press that was repeated.
    pub(crate) async fn same_debt(&mut self, new: &NewDebt) -> Result<Option<DebtId>, StoreError> {
        let row: Option<(DebtId,)> = self
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
        Ok(row.map(|(id,)| id))
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
        let rows: Vec<(LaneId,)> = self
            .all(
                "select lane_id from \"case\" where lot_id = $1 and state = 'open' and (plate = $2 or phone = $3)
                 union
                 select r.lane_id from lane_now n join plate_read r on r.id = n.read_id
                 where r.lot_id = $1 and r.plate = $2",
                args![lot, plate.map(Plate::as_str), phone.map(Phone::as_str)],
            )
            .await?;
        Ok(rows.into_iter().map(|(lane,)| lane).collect())
    }
}
