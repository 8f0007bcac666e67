//! Payments and the stays they are for.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, IntegrationId, LaneId, LotId, PaymentId, StayId},
    money::Fen,
    phone::Phone,
    plate::Plate,
    tariff::StayPayment,
    time::Timestamp,
};

/// A payment about to be kept.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// Its id.
    pub id: PaymentId,
    /// Who told it.
    pub integration: IntegrationId,
    /// Their number for it.
    pub event_id: String,
    /// The lot.
    pub lot: LotId,
    /// The plate it is for.
    pub plate: Option<Plate>,
    /// The phone it is for.
    pub phone: Option<Phone>,
    /// How much.
    pub amount: Fen,
    /// When, by the payment system.
    pub paid_at: Timestamp,
    /// When it arrived.
    pub received_at: Timestamp,
    /// How, in the payment system's word.
    pub channel: Option<String>,
}

/// A payment that fits no stay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Unmatched {
    /// The payment.
    pub id: PaymentId,
    /// How much.
    pub amount: Fen,
    /// When.
    pub paid_at: Timestamp,
}

impl Conn<'_> {
    /// Keeps a payment, not yet put to a stay. False: this event was told before.
    pub(crate) async fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, StoreError> {
        let added = self
            .execute(
                "insert into payment (id, integration_id, event_id, lot_id, plate, phone, amount_fen, paid_at,
                    received_at, channel)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 on conflict (integration_id, event_id) do nothing",
                args![
                    &payment.id,
                    &payment.integration,
                    &payment.event_id,
                    &payment.lot,
                    payment.plate.as_ref().map(Plate::as_str),
                    payment.phone.as_ref().map(Phone::as_str),
                    payment.amount,
                    payment.paid_at,
                    payment.received_at,
                    payment.channel.as_deref()
                ],
            )
            .await?;
        Ok(added == 1)
    }

    /// Puts a payment to its stay; the stay keeps the sum, a surplus too.
    pub(crate) async fn match_payment(&mut self, payment: &NewPayment, stay: &StayId) -> Result<(), StoreError> {
        self.execute("update payment set stay_id = $2 where id = $1", args![&payment.id, stay]).await?;
        self.execute(
            "update stay set paid_fen = paid_fen + $2,
                paid_at = case when paid_at is null or paid_at < $3 then $3 else paid_at end
             where id = $1",
            args![stay, payment.amount, payment.paid_at],
        )
        .await
        .map(drop)
    }

    /// What was paid for a stay, oldest first.
    pub(crate) async fn payments_of(&mut self, stay: &StayId) -> Result<Vec<StayPayment>, StoreError> {
        let rows: Vec<(Fen, Timestamp)> = self
            .all(
                // What went to a debt of another stay does not count here.
                "select p.amount_fen - cast(coalesce((select sum(x.amount_fen) from debt_payment x
                    join debt d on d.id = x.debt_id
                    where x.payment_id = p.id and coalesce(d.stay_id, '') <> p.stay_id), 0) as bigint), p.paid_at
                 from payment p where p.stay_id = $1 order by p.paid_at, p.id",
                args![stay],
            )
            .await?;
        Ok(rows.into_iter().map(|(amount, at)| StayPayment { amount, at }).collect())
    }

    /// Payments of a lot that fit no stay, newest first.
    pub(crate) async fn unmatched_payments(&mut self, lot: &LotId, limit: i64) -> Result<Vec<Unmatched>, StoreError> {
        let sql = "select id, amount_fen as amount, paid_at from payment where lot_id = $1 and stay_id is null
                      and not exists (select 1 from debt_payment x where x.payment_id = payment.id)
                   order by id desc limit $2";
        self.all(sql, args![lot, limit]).await
    }

    /// Lanes of a stay's lot where its vehicle stands now or is worked on, with the open case if there is one.
    pub(crate) async fn lanes_showing(&mut self, stay: &StayId) -> Result<Vec<(LaneId, Option<CaseId>)>, StoreError> {
        self.all(
            "select c.lane_id, c.id from \"case\" c join stay s on s.lot_id = c.lot_id
                 where s.id = $1 and c.state = 'open' and (c.stay_id = s.id or c.plate = s.plate or c.phone = s.phone)
                 union
                 select r.lane_id, null from lane_now n join plate_read r on r.id = n.read_id
                    join stay s on s.lot_id = r.lot_id and s.plate = r.plate
                 where s.id = $1
                    and not exists (select 1 from \"case\" c where c.lane_id = r.lane_id and c.state = 'open')",
            args![stay],
        )
        .await
    }
}
