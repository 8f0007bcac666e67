//! How payments settle debts: what comes for a vehicle without an open stay, and what its stay does not need.

use crate::{
    error::Result,
    hub::Hub,
    ops::{
        vehicle::{StayQuery, look_up},
        view,
    },
    store::{Audit, Balance, NewPayment, StayRow, Tx},
};
use lanedesk_domain::{
    debt::{spread, surplus},
    ids::LotId,
    lane::Direction,
    money::Fen,
    phone::Phone,
    plate::Plate,
    time::Timestamp,
};
use lanedesk_wire::debt::Debt;
use serde_json::json;

/// A payment for a vehicle that is not inside: pays its debts, oldest first. False: it has none.
pub(in crate::ops) async fn instead_of_stay(
    tx: &mut Tx<'_>,
    hub: &Hub,
    payment: &NewPayment,
    now: Timestamp,
) -> Result<bool> {
    let owed = owed(tx, payment.plate.as_ref(), payment.phone.as_ref(), &payment.lot).await?;
    if owed.is_empty() {
        return Ok(false);
    }
    settle(tx, payment, payment.amount, &owed, now).await?;
    tell(tx, hub, payment, now).await?;
    Ok(true)
}

/// A payment that was put to a stay. Where the stay has left, it pays the debt filed for it; where the stay is inside,
/// what it does not need now pays what is owed from before. `needs`: what the stay owed before this payment.
pub(in crate::ops) async fn after_stay(
    tx: &mut Tx<'_>,
    hub: &Hub,
    payment: &NewPayment,
    stay: &StayRow,
    needs: Option<Fen>,
    now: Timestamp,
) -> Result<()> {
    let mut owed = owed(tx, stay.plate.as_ref(), stay.phone.as_ref(), &payment.lot).await?;
    let of_stay = |owed: &Balance| owed.stay.as_ref() == Some(&stay.id);
    let amount = match needs {
        // Left: only its own debt; anything more is kept on the stay.
        None => {
            owed.retain(of_stay);
            payment.amount
        }
        Some(needs) => {
            owed.retain(|owed| !of_stay(owed));
            surplus(payment.amount, needs)
        }
    };
    let paid = settle(tx, payment, amount, &owed, now).await?;
    if needs.is_some() {
        tx.take_from_stay(&stay.id, paid).await?;
    }
    if !owed.is_empty() {
        tell(tx, hub, payment, now).await?;
    }
    Ok(())
}

/// What a stay owes now; none: it has left.
pub(in crate::ops) async fn owes(tx: &mut Tx<'_>, hub: &Hub, stay: &StayRow, now: Timestamp) -> Option<Fen> {
    if stay.left_at.is_some() {
        return None;
    }
    let asked = StayQuery { plate: stay.plate.as_ref(), stay: Some(&stay.id), phone: None, case: None };
    let known = look_up(tx, &stay.lot, asked, true, now).await;
    let judged = known.judge(Some(Direction::Exit));
    let quote = known.quote(&hub.directory(), &stay.lot, judged);
    // What cannot be told is not taken for a surplus.
    Some(quote.map_or(Fen(i64::MAX), |quote| quote.dues.due))
}

async fn owed(tx: &mut Tx<'_>, plate: Option<&Plate>, phone: Option<&Phone>, lot: &LotId) -> Result<Vec<Balance>> {
    if plate.is_none() && phone.is_none() {
        return Ok(Vec::new());
    }
    Ok(tx.owed(lot, plate, phone).await?)
}

async fn settle(tx: &mut Tx<'_>, payment: &NewPayment, amount: Fen, owed: &[Balance], now: Timestamp) -> Result<Fen> {
    let mut paid = Fen(0);
    let left: Vec<Fen> = owed.iter().map(|owed| owed.left).collect();
    for (owed, goes) in owed.iter().zip(spread(amount, &left)) {
        if goes.0 == 0 {
            continue;
        }
        paid = paid + goes;
        tx.pay_debt(&owed.id, &payment.id, goes, now).await?;
        let body = json!({"payment": payment.id, "amount_fen": goes, "left_fen": owed.left - goes});
        tx.audit(Audit::new(now, None, "debt.pay", format!("debt:{}", owed.id), body)).await?;
    }
    Ok(paid)
}

/// Pages that show the vehicle show what is owed now.
async fn tell(tx: &mut Tx<'_>, hub: &Hub, payment: &NewPayment, now: Timestamp) -> Result<()> {
    let (plate, phone) = (payment.plate.as_ref(), payment.phone.as_ref());
    for lane in tx.lanes_with(&payment.lot, plate, phone).await? {
        view::tell(tx, hub, &lane, now).await?;
    }
    Ok(())
}

/// The same for a debt that was given up.
pub(super) async fn tell_pages(tx: &mut Tx<'_>, hub: &Hub, debt: &Debt, now: Timestamp) -> Result<()> {
    let plate = debt.plate.as_deref().and_then(Plate::from_reading);
    let phone = debt.phone.as_deref().and_then(|phone| Phone::parse(phone).ok());
    for lane in tx.lanes_with(&debt.lot.id, plate.as_ref(), phone.as_ref()).await? {
        view::tell(tx, hub, &lane, now).await?;
    }
    Ok(())
}
