//! Orders to a barrier (R13, R25–R28, invariants 3 to 6).
//!
//! An order is checked, written down with its opening, committed, and only then sent, once, from a task of its own:
//! a desk that hangs up does not stop it half way. Its answer is written in a second transaction.

mod check;
mod finish;
mod pending_results;
mod send;
mod sweep;
#[cfg(test)]
mod tests;

pub use pending_results::PendingResults;
pub use sweep::{left_behind, run as sweep};

use crate::{
    actor::Actor,
    crash_points::{self, Point},
    error::{Error, Result},
    hub::Hub,
    ops::{
        case, release,
        view::{self, Basis, Page},
    },
    store::{Audience, Audit, Grounds, LockRows, NewOpening, OrderRow, StoreError, Tx},
};
pub(super) use check::{RaiseGrounds, digest, opening, text};
use check::{content, ready};
use lanedesk_domain::{
    ids::{CaseId, Fence, OrderId},
    order::{BarrierAction, OrderResult, deadline, is_late},
    time::Timestamp,
};
use lanedesk_wire::{
    barrier::{BarrierOrder, Order},
    case::Step,
    stream::{Told, ViewParts},
};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// An answer comes within this, whatever the device does; the contract says 12 s.
const ANSWER_WITHIN: Duration = Duration::from_millis(11_500);
/// How often an order that another request or hub sends is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Gives an order to the barrier of a case's lane, and answers what the device said.
pub async fn order(hub: &Hub, actor: &Actor, case: &CaseId, wanted: BarrierOrder) -> Result<Order> {
    let press = Press {
        id: wanted.order_id,
        fence: wanted.fence,
        action: wanted.action,
        made_at: wanted.made_at,
        content: content(case, &wanted),
    };
    // Looked up side by side: each look waits for the records once, and the person for the slowest.
    let (known, first) = tokio::join!(find(hub, press.id), prepare(hub, actor, case, &press, &wanted));
    let again = || prepare(hub, actor, case, &press, &wanted);
    Box::pin(give(hub, actor, &press, known?, Some(first), again)).await
}

/// What a person pressed, in the terms every order shares.
#[derive(Debug, Clone)]
pub(super) struct Press {
    pub(super) id: OrderId,
    pub(super) fence: Fence,
    pub(super) action: BarrierAction,
    pub(super) made_at: Option<Timestamp>,
    /// SHA-256 of what was ordered, hex: another content under one id is refused.
    pub(super) content: String,
}

/// The one way an order goes: `known` already, it is told; new, it is prepared, written down and sent. Where the lane has
/// gone on between the two, another vehicle or a payment, it is prepared again by what stands there then.
pub(super) async fn give<F: Future<Output = Result<OrderDraft>>>(
    hub: &Hub,
    actor: &Actor,
    press: &Press,
    known: Option<OrderRow>,
    mut first: Option<Result<OrderDraft>>,
    prepare: impl Fn() -> F,
) -> Result<Order> {
    let (until, content) = (Instant::now() + ANSWER_WITHIN, press.content.as_str());
    if let Some(before) = known {
        return repeated(hub, actor, before, content, until).await;
    }
    loop {
        let prepared = match first.take() {
            Some(prepared) => prepared,
            None => prepare().await,
        };
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(Error::Store(StoreError::GoneOn)) if Instant::now() < until => continue,
            // The same order may have been quicker by another way, and used up what this one would need.
            Err(refused) => match find(hub, press.id).await {
                Ok(Some(before)) => return repeated(hub, actor, before, content, until).await,
                _ => return Err(refused),
            },
        };
        let running = prepared.order.clone();
        let answer = send::start(hub.clone(), actor.clone(), prepared, until);
        return match timeout_at(until + Duration::from_millis(200), answer).await {
            Ok(Ok(Err(Error::Store(StoreError::NotUnique(_))))) => {
                let before = find(hub, press.id).await?;
                let before = before.ok_or_else(|| Error::Internal("an order vanished".to_owned()))?;
                repeated(hub, actor, before, content, until).await
            }
            Ok(Ok(Err(Error::Store(StoreError::GoneOn)))) if Instant::now() < until => continue,
            Ok(Ok(answered)) => answered,
            // The task has not answered in time: what is known then is what the record says.
            _ => awaited(hub, running, until).await,
        };
    }
}

/// What became of an order. One that is not here never arrived and will not act.
pub async fn by_id(hub: &Hub, actor: &Actor, id: OrderId) -> Result<Order> {
    let order = find(hub, id).await?.ok_or(Error::NotFound)?;
    actor.see(&order.lot)?;
    Ok(order.shown())
}

pub(super) async fn find(hub: &Hub, id: OrderId) -> Result<Option<OrderRow>> {
    let answered = hub.pending_results().answered(id);
    let row = hub.store().read().await?.conn().order(id).await?;
    Ok(row.map(|row| pending_results::newer(row, answered)))
}

/// The same order again: it acts no second time, its result is told as soon as it is known.
async fn repeated(hub: &Hub, actor: &Actor, before: OrderRow, content: &str, until: Instant) -> Result<Order> {
    if before.content != content || before.person != actor.id {
        return Err(Error::OrderIdUsed);
    }
    awaited(hub, before, until).await
}

async fn awaited(hub: &Hub, mut order: OrderRow, until: Instant) -> Result<Order> {
    while order.result == OrderResult::Running {
        if Instant::now() >= until {
            order.result = OrderResult::Unknown;
            send::UNANSWERED.clone_into(&mut order.detail);
            break;
        }
        sleep(LOOK_EVERY).await;
        // A look that fails says nothing; the order may well be on its way.
        if let Ok(Some(now)) = find(hub, order.id).await {
            order = now;
        }
    }
    Ok(order.shown())
}

/// An order that passed every check and is about to be written.
#[derive(Debug, Clone)]
pub(super) struct OrderDraft {
    pub(super) order: OrderRow,
    /// Only for orders that raise the arm.
    pub(super) opening: Option<NewOpening>,
    /// What an abnormal release adds to its opening.
    pub(super) abnormal: Option<Grounds>,
    /// What all of it was judged by.
    pub(super) basis: Basis,
}

async fn prepare(hub: &Hub, actor: &Actor, case: &CaseId, press: &Press, wanted: &BarrierOrder) -> Result<OrderDraft> {
    let (page, order) = stage(hub, actor, case, press).await?;
    let asked = ready(&page, wanted)?;
    let opening = check::opening(&page, &order, asked);
    Ok(OrderDraft { order, opening, abnormal: None, basis: Basis::of(&page).ok_or(Error::LeaseLost)? })
}

/// What every order is looked at for: lease, deadline, and the page as it is now.
pub(super) async fn stage(hub: &Hub, actor: &Actor, case: &CaseId, press: &Press) -> Result<(Page, OrderRow)> {
    hub.pending_results().settled(case).await;
    // The page is put together now, so its quote is a fresh one.
    let (held, page) = tokio::join!(case::held(hub, actor, case, press.fence), view::page_of_case(hub, actor, case));
    let held = held?;
    let (rules, now) = (hub.rules(), hub.clock().now());
    let made_at = press.made_at.unwrap_or(now);
    if is_late(made_at, now, rules.order_deadline_s) {
        return Err(Error::OrderLate);
    }
    let page = page?;
    let deadline_at = deadline(made_at, rules.order_deadline_s).min(deadline(now, rules.order_deadline_s));
    let order = OrderRow {
        id: press.id,
        case: case.clone(),
        lane: held.lane,
        lot: held.lot,
        person: actor.id.clone(),
        fence: press.fence,
        action: press.action,
        content: press.content.clone(),
        made_at,
        deadline_at,
        result: OrderResult::Running,
        detail: String::new(),
    };
    Ok((page, order))
}

/// The transaction that makes the order: without it nothing is sent.
pub(super) async fn accept(hub: &Hub, actor: &Actor, prepared: &OrderDraft) -> Result<()> {
    let rows = LockRows::lane(&prepared.order.lane);
    let (who, prepared) = (actor.clone(), prepared.clone());
    hub.write_at(rows, async move |tx, hub| {
        let (order, now) = (&prepared.order, hub.clock().now());
        if !tx.hold_lease(&order.lane, &who.id, order.fence, now).await? {
            return Err(Error::LeaseLost);
        }
        // Two presses of one person are two ids: the second waits for the first one's answer.
        if tx.order_in_flight(&order.case, Some(order.id)).await? {
            return Err(Error::OrderInFlight);
        }
        prepared.basis.stands(tx).await?;
        tx.add_order(order, hub.id()).await?;
        if let Some(opening) = &prepared.opening {
            tx.add_opening(opening).await?;
            if let Some(abnormal) = &prepared.abnormal {
                release::keep(tx, opening, abnormal, now).await?;
            }
        }
        record(tx, &who, &prepared, now).await?;
        let told = tell_accepted(tx, hub, order, now).await;
        crash_points::at(Point::OrderInWriting);
        told
    })
    .await
}

async fn record(tx: &mut Tx<'_>, actor: &Actor, prepared: &OrderDraft, now: Timestamp) -> Result<()> {
    let order = &prepared.order;
    let mut facts = vec![("action", order.action.to_string()), ("order", order.id.to_string())];
    facts.extend(prepared.abnormal.iter().flat_map(release::facts));
    tx.add_step(&order.case, now, Some(&actor.id), Step::Ordered, &facts).await?;
    let body = json!({
        "case": order.case, "lane": order.lane, "action": order.action, "fence": order.fence,
        "made_at": order.made_at, "content": order.content,
        "release": prepared.abnormal.as_ref().map(release::audited),
    });
    tx.audit(Audit::new(now, Some(&actor.id), "barrier.order", format!("order:{}", order.id), body)).await?;
    Ok(())
}

async fn tell_accepted(tx: &mut Tx<'_>, hub: &Hub, order: &OrderRow, now: Timestamp) -> Result<()> {
    let view = Told::View {
        lane: order.lane.clone(),
        case: Some(order.case.clone()),
        parts: Box::new(ViewParts { order: Some(Some(order.shown())), ..ViewParts::default() }),
    };
    let mut told = vec![(Audience::Lot(&order.lot), view)];
    if let Some(opening) = tx.opening_of_order(&hub.directory(), order.id).await? {
        let opening = Box::new(opening);
        told.push((Audience::Lot(&order.lot), Told::Opening { opening }));
    }
    Ok(tx.tell_all(now, &told).await?)
}
