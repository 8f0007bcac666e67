//! 代收现金 (R39): lot staff say what they took; it is a payment from that moment on.

use super::{
    case::{self, HeldCase},
    opening::{scope, time},
    payment,
    stay::lanes_of,
    view::{self, Basis},
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Audit, CashFilter, LockRows, NewCash, NewPayment, Tx},
};
use lanedesk_domain::{
    debt::MOST_FEN,
    ids::{CaseId, IntegrationId, LotId, PaymentId, PersonId},
    offers::{Op, offered},
    person::Permission,
    plate::Plate,
    time::Timestamp,
    zone::{HOUR_MS, Zone},
};
use lanedesk_wire::{
    case::Step,
    cash::{Cash, CashTotal, TakeCash},
    list::Page,
};
use serde_json::json;

/// The payments' integration that means cash.
const CASH: &str = "cash";

fn invalid(field: &'static str) -> Error {
    Error::Invalid { field, why: "not_acceptable" }
}

/// Records cash in a case one holds. The same id again changes nothing and answers the same.
pub async fn take(hub: &Hub, actor: &Actor, case: &CaseId, wanted: &TakeCash) -> Result<Cash> {
    let held = case::held(hub, actor, case, wanted.fence).await?;
    if wanted.id.is_empty() || wanted.id.len() > 40 {
        return Err(invalid("id"));
    }
    if let Some(before) = hub.store().read().await?.conn().cash_of(&hub.directory(), &wanted.id).await? {
        return if before.case == *case && before.person.id == actor.id { Ok(before) } else { Err(Error::OrderIdUsed) };
    }
    view::by_page(|| record(hub, actor, &held, wanted)).await?;
    let mut reader = hub.store().read().await?;
    let kept = reader.conn().cash_of(&hub.directory(), &wanted.id).await?;
    kept.ok_or(Error::NotFound)
}

async fn record(hub: &Hub, actor: &Actor, held: &HeldCase, wanted: &TakeCash) -> Result<()> {
    let case = &held.case;
    let page = view::page_of_case(hub, actor, case).await?;
    offered(&page.facts, Op::RecordCash).ok_or(Error::NotOffered)?;
    if !(1..=MOST_FEN).contains(&wanted.amount_fen.0) {
        return Err(invalid("amount_fen"));
    }
    let row = page.standing.case.as_ref().ok_or(Error::NotFound)?;
    let stay = page.known.as_ref().and_then(|known| known.stay());
    let new = NewCash {
        id: wanted.id.clone(),
        case: case.clone(),
        lot: held.lot.clone(),
        lane: held.lane.clone(),
        stay: stay.map(|stay| stay.id.clone()),
        plate: row.plate.as_ref().map(|plate| plate.as_str().to_owned()),
        person: actor.id.clone(),
        amount: wanted.amount_fen,
        at: hub.clock().now(),
    };
    let basis = Basis::of(&page).ok_or(Error::NotFound)?;
    write(hub, new, held, basis).await
}

async fn write(hub: &Hub, new: NewCash, held: &HeldCase, basis: Basis) -> Result<()> {
    let rows = LockRows::lanes(&lanes_of(&hub.directory(), &new.lot)).and_lane(&new.lane);
    let held = held.clone();
    hub.write_at(rows, async move |tx, hub| {
        held.holds(tx, new.at).await?;
        basis.stands(tx).await?;
        if !tx.add_cash(&new).await? {
            return Ok(());
        }
        recorded(tx, &new).await?;
        payment::take_in(tx, hub, &as_payment(&new)?, new.stay.as_ref(), new.at).await?;
        view::tell(tx, hub, &new.lane, new.at).await
    })
    .await
}

/// The money, as every other payment is kept.
fn as_payment(cash: &NewCash) -> Result<NewPayment> {
    let integration: IntegrationId = CASH.parse().map_err(|_| Error::Internal("the word cash".to_owned()))?;
    Ok(NewPayment {
        id: PaymentId::new(),
        integration,
        event_id: cash.id.clone(),
        lot: cash.lot.clone(),
        plate: cash.plate.as_deref().and_then(Plate::from_reading),
        phone: None,
        amount: cash.amount,
        paid_at: cash.at,
        received_at: cash.at,
        channel: Some(CASH.to_owned()),
    })
}

async fn recorded(tx: &mut Tx<'_>, cash: &NewCash) -> Result<()> {
    let facts = [("amount_fen", cash.amount.0.to_string())];
    tx.add_step(&cash.case, cash.at, Some(&cash.person), Step::CashRecorded, &facts).await?;
    let body = json!({"case": cash.case, "stay": cash.stay, "amount_fen": cash.amount});
    tx.audit(Audit::new(cash.at, Some(&cash.person), "cash.take", format!("cash:{}", cash.id), body)).await?;
    Ok(())
}

/// Which cash is looked at.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CashQuery {
    /// A lot's id.
    pub lot: Option<String>,
    /// Who took it; lot staff see their own only.
    pub person: Option<String>,
    /// Taken at or after.
    pub from: Option<String>,
    /// Taken before.
    pub to: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// None: nothing can fit.
fn filter(hub: &Hub, actor: &Actor, which: CashQuery) -> Result<Option<CashFilter>> {
    let mut person: Option<PersonId> = match which.person.filter(|text| !text.is_empty()).map(|text| text.parse()) {
        Some(Err(_)) => return Ok(None),
        Some(Ok(person)) => Some(person),
        None => None,
    };
    if !actor.role.may(Permission::CashOfOthers) {
        if person.is_some_and(|person| person != actor.id) {
            return Ok(None);
        }
        person = Some(actor.id.clone());
    }
    let lots = match which.lot.filter(|text| !text.is_empty()) {
        None => scope(hub, actor),
        Some(lot) => match lot.parse::<LotId>() {
            Ok(lot) if actor.may_see(&lot) => Some(vec![lot]),
            _ => return Ok(None),
        },
    };
    let behind = which.cursor.and_then(|cursor| {
        let (at, id) = cursor.split_once('_')?;
        Some((Timestamp(at.parse().ok()?), id.to_owned()))
    });
    Ok(Some(CashFilter {
        lots,
        person,
        from: time(which.from, "from")?,
        to: time(which.to, "to")?,
        behind,
        limit: i64::from(which.limit.unwrap_or(50).clamp(1, 500)),
    }))
}

/// Cash taken, newest first.
pub async fn list(hub: &Hub, actor: &Actor, which: CashQuery) -> Result<Page<Cash>> {
    let Some(filter) = filter(hub, actor, which)? else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let items = hub.store().read().await?.conn().cash(&hub.directory(), &filter).await?;
    let full = i64::try_from(items.len()).unwrap_or_default() == filter.limit;
    let next = items.last().filter(|_| full).map(|last| format!("{}_{}", last.at.0, last.id));
    Ok(Page { items, next })
}

/// Sums by person and shift, newest shift first.
pub async fn totals(hub: &Hub, actor: &Actor, which: CashQuery) -> Result<Page<CashTotal>> {
    let Some(filter) = filter(hub, actor, which)? else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let shift_ms = i64::from(hub.rules().shift_hours) * HOUR_MS;
    let sums = hub.store().read().await?.conn().cash_sums(&filter, shift_ms).await?;
    let total = |(person, shift, count, amount_fen): (_, i64, i64, _)| {
        let begins = |shift: i64| Zone::local().at_clock_ms(shift * shift_ms);
        CashTotal {
            person,
            from: begins(shift),
            to: begins(shift + 1),
            count: u32::try_from(count).unwrap_or(u32::MAX),
            amount_fen,
        }
    };
    Ok(Page { items: sums.into_iter().map(total).collect(), next: None })
}
