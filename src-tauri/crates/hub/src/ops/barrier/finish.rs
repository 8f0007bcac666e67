//! Writing down what became of an order. Each result is written once and only becomes more certain.

use crate::{
    error::Result,
    hub::Hub,
    store::{Audience, Audit, LockRows, OrderRow, Tx},
};
use lanedesk_domain::{barrier::BarrierState, order::OrderResult, time::Timestamp};
use lanedesk_wire::{
    case::Step,
    stream::{Told, ViewParts},
};
use serde_json::json;
use std::time::Duration;

/// Why the debt of a release was given up.
const NOT_MOVED: &str = "未放行";

/// What the device said; tried until it is written or the hub ends.
pub(super) async fn answered(hub: &Hub, order: &OrderRow) {
    persist(hub, || turn(hub, order, &[OrderResult::Running])).await;
}

/// What was seen of the arm afterwards.
pub(super) async fn watched(hub: Hub, mut order: OrderRow, seen: Option<OrderResult>, last: BarrierState) {
    if let Some(result) = seen {
        order.result = result;
        order.detail = String::new();
        hub.metrics().order(result);
    }
    persist(&hub, || settle(&hub, &order, seen.is_some(), last)).await;
}

/// Tries until it holds; only the end of the hub ends it, and then the next start finds the order still running.
async fn persist<F: Future<Output = Result<()>>>(hub: &Hub, write: impl Fn() -> F) {
    let mut pause = Duration::from_millis(50);
    while let Err(error) = write().await {
        tracing::error!(%error, "an order's result could not be written yet");
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = hub.stopping() => return,
        }
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

/// Where the arm came to rest and what the order thereby became, in one: nobody sees the one without the other.
async fn settle(hub: &Hub, order: &OrderRow, seen: bool, last: BarrierState) -> Result<()> {
    let (order, rows) = (order.clone(), LockRows::lane(&order.lane));
    hub.write_at(rows, async move |tx, hub| {
        tx.barrier_after(order.id, last).await?;
        let before = [OrderResult::Accepted, OrderResult::Unknown];
        if seen {
            turn_in(tx, hub, &order, &before).await?;
        }
        Ok(())
    })
    .await
}

/// Turns the order to its result, from one of these; does nothing where it has become something else.
pub(super) async fn turn(hub: &Hub, order: &OrderRow, from: &[OrderResult]) -> Result<()> {
    let rows = LockRows::lane(&order.lane);
    let (order, from) = (order.clone(), from.to_vec());
    hub.write_at(rows, async move |tx, hub| turn_in(tx, hub, &order, &from).await).await
}

async fn turn_in(tx: &mut Tx<'_>, hub: &Hub, order: &OrderRow, from: &[OrderResult]) -> Result<()> {
    let now = hub.clock().now();
    tx.need_lane(&order.lane)?;
    let turned = tx.turn_order(order.id, from, order.result, &order.detail, now).await?;
    if turned && !order.result.may_have_moved() {
        // What a release used up or filed goes with the movement it was for.
        tx.void_debt_of_order(order.id, NOT_MOVED, now).await?;
        tx.give_approval_back(order.id).await?;
        tx.forgive_photos(order.id).await?;
    }
    if turned {
        record(tx, order, now).await?;
        tell(tx, hub, order, now).await?;
    }
    Ok(())
}

async fn record(tx: &mut Tx<'_>, order: &OrderRow, now: Timestamp) -> Result<()> {
    let facts =
        [("action", order.action.to_string()), ("result", order.result.to_string()), ("detail", order.detail.clone())];
    tx.add_step(&order.case, now, None, Step::OrderResult, &facts).await?;
    let body = json!({"case": order.case, "lane": order.lane, "result": order.result, "detail": order.detail});
    tx.audit(Audit::new(now, None, "barrier.result", format!("order:{}", order.id), body)).await?;
    Ok(())
}

async fn tell(tx: &mut Tx<'_>, hub: &Hub, order: &OrderRow, now: Timestamp) -> Result<()> {
    let result = Told::Order {
        order_id: order.id,
        case: order.case.clone(),
        result: order.result,
        detail: order.detail.clone(),
    };
    // The timeline is read below.
    tx.flush().await?;
    let open = tx.unresolved_order(&order.lane, now.plus_ms(-crate::ops::view::UNRESOLVED_MS)).await?;
    let view = Told::View {
        lane: order.lane.clone(),
        case: Some(order.case.clone()),
        parts: Box::new(ViewParts {
            order: Some(open.map(|open| open.shown())),
            timeline: Some(tx.timeline(&order.case).await?),
            ..ViewParts::default()
        }),
    };
    let mut told = vec![(Audience::Lot(&order.lot), result), (Audience::Lot(&order.lot), view)];
    if let Some(opening) = tx.opening_of_order(&hub.directory(), order.id).await? {
        let opening = Box::new(opening);
        told.push((Audience::Lot(&order.lot), Told::Opening { opening }));
    }
    Ok(tx.tell_all(now, &told).await?)
}
