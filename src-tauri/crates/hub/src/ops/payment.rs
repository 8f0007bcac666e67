//! Payments told by a payment system. What a stay owes is reckoned in `vehicle`.

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{debt, robot, stay::lanes_of, view},
    store::{Audit, LockRows, NewPayment, StayRow, StoreError, Tx, Unmatched},
};
use lanedesk_domain::{
    ids::{IntegrationId, LotId, PaymentId, StayId},
    person::Permission,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::{case::Step, payment::PaymentEvent};

/// What became of a payment that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// Put to its stay, or to a debt.
    Matched,
    /// Kept, and listed as fitting no stay and no debt.
    Unmatched,
    /// Told before; nothing was done.
    Repeated,
}

/// Takes a payment whose sender is known to be the integration. Durable when this answers.
pub async fn take(hub: &Hub, from: &IntegrationId, event: &PaymentEvent) -> Result<PaymentOutcome> {
    let payment = check(hub, from, event)?;
    let stay = event.stay.clone();
    let rows = LockRows::lanes(&lanes_of(&hub.directory(), &payment.lot));
    hub.write_at(rows, async move |tx, hub| {
        let now = hub.clock().now();
        take_in(tx, hub, &payment, stay.as_ref(), now).await
    })
    .await
}

/// Keeps a payment and puts it to its stay, or to a debt. Whatever page its vehicle stands on shows it afterwards.
pub(super) async fn take_in(
    tx: &mut Tx<'_>,
    hub: &Hub,
    payment: &NewPayment,
    stay: Option<&StayId>,
    now: Timestamp,
) -> Result<PaymentOutcome> {
    tx.need_lanes(&lanes_of(&hub.directory(), &payment.lot))?;
    if !tx.add_payment(payment).await? {
        return Ok(PaymentOutcome::Repeated);
    }
    let stay = match stay {
        Some(id) => tx.stay(id).await?.filter(|stay| stay.lot == payment.lot),
        None => find(tx, payment).await?,
    };
    audit(tx, payment, stay.as_ref(), now).await?;
    match stay {
        Some(stay) => put(tx, hub, payment, &stay, now).await,
        None if debt::instead_of_stay(tx, hub, payment, now).await? => Ok(PaymentOutcome::Matched),
        None => Ok(PaymentOutcome::Unmatched),
    }
}

/// Only what no retry could mend is refused; a payment for an unknown vehicle is kept.
fn check(hub: &Hub, from: &IntegrationId, event: &PaymentEvent) -> Result<NewPayment> {
    let invalid = |field| Error::Invalid { field, why: "not_acceptable" };
    let now = hub.clock().now();
    if event.event_id.is_empty() || event.event_id.len() > 200 {
        return Err(invalid("event_id"));
    }
    if !(1..=100_000_000).contains(&event.amount_fen.0) {
        return Err(invalid("amount_fen"));
    }
    if !hub.directory().lots.contains_key(&event.lot) {
        return Err(invalid("lot"));
    }
    Ok(NewPayment {
        id: PaymentId::new(),
        integration: from.clone(),
        event_id: event.event_id.clone(),
        lot: event.lot.clone(),
        plate: event.plate.as_deref().and_then(Plate::from_reading),
        phone: event.phone.as_deref().and_then(|phone| Phone::parse(phone).ok()),
        amount: event.amount_fen,
        // A payment system's clock may run ahead; nothing was paid later than it was told.
        paid_at: event.paid_at.min(now),
        received_at: now,
        channel: event.channel.clone(),
    })
}

/// The stay inside the lot that a payment is for: by its plate, else by the driver's phone.
async fn find(tx: &mut Tx<'_>, payment: &NewPayment) -> Result<Option<StayRow>, StoreError> {
    let lot: &LotId = &payment.lot;
    if let Some(plate) = &payment.plate
        && let Some(stay) = tx.stay_inside(lot, plate).await?
    {
        return Ok(Some(stay));
    }
    match &payment.phone {
        Some(phone) => tx.stay_by_phone(lot, phone).await,
        None => Ok(None),
    }
}

/// Payments of a lot that fit no stay, newest first.
pub async fn unmatched(hub: &Hub, actor: &Actor, lot: &LotId, limit: i64) -> Result<Vec<Unmatched>> {
    actor.allow(Permission::Records)?;
    actor.see(lot)?;
    let mut reader = hub.store().read().await?;
    Ok(reader.conn().unmatched_payments(lot, limit).await?)
}

/// Puts the payment to the stay and turns every page that shows it.
async fn put(
    tx: &mut Tx<'_>,
    hub: &Hub,
    payment: &NewPayment,
    stay: &StayRow,
    now: Timestamp,
) -> Result<PaymentOutcome> {
    let owes = debt::owes(tx, hub, stay, now).await;
    tx.match_payment(payment, &stay.id).await?;
    debt::after_stay(tx, hub, payment, stay, owes, now).await?;
    for (lane, case) in tx.lanes_showing(&stay.id).await? {
        if let Some(case) = &case {
            let facts = [("amount_fen", payment.amount.0.to_string())];
            tx.add_step(case, now, None, Step::Paid, &facts).await?;
        }
        view::tell(tx, hub, &lane, now).await?;
        robot::paid(tx, hub, &lane, now).await?;
    }
    Ok(PaymentOutcome::Matched)
}

async fn audit(
    tx: &mut Tx<'_>,
    payment: &NewPayment,
    stay: Option<&StayRow>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = serde_json::json!({
        "integration": payment.integration,
        "event": payment.event_id,
        "lot": payment.lot,
        "stay": stay.map(|stay| &stay.id),
        "amount_fen": payment.amount,
    });
    tx.audit(Audit::new(now, None, "payment.take", format!("payment:{}", payment.id), body)).await
}
