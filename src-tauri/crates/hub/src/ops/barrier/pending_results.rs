//! Orders that a device has answered while the answer is still on its way into the records.
//!
//! The person is told as soon as the device has spoken, not one more commit later. Whoever asks in between is told the
//! same here, and what must not happen before the answer is written (close, hand-over, the next order) waits for it.

use crate::store::OrderRow;
use lanedesk_domain::{
    ids::{CaseId, OrderId},
    order::OrderResult,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};

/// A database slower than this is not waited for: the order then counts as in flight until its answer is written.
const WAIT: Duration = Duration::from_secs(1);

/// What this hub process knows before its records do.
#[derive(Debug, Default)]
pub struct PendingResults {
    answered: Mutex<HashMap<OrderId, OrderRow>>,
    written: Notify,
}

impl PendingResults {
    /// The device has answered; the record follows.
    pub(super) fn begin(&self, order: &OrderRow) {
        self.rows().insert(order.id, order.clone());
    }

    /// The answer is written, or the hub ends.
    pub(super) fn end(&self, id: OrderId) {
        self.rows().remove(&id);
        self.written.notify_waiters();
    }

    /// An order as its device answered it. Asked before the records are read, so that nothing falls between the two.
    pub(super) fn answered(&self, id: OrderId) -> Option<OrderRow> {
        self.rows().get(&id).cloned()
    }

    /// Waits until every answer of this case is written.
    pub(crate) async fn settled(&self, case: &CaseId) {
        self.wait(|order| order.case == *case).await;
    }

    /// Waits until every answer that is known now is written: a list that is read next shows them.
    pub(crate) async fn all_settled(&self) {
        let now: HashSet<OrderId> = self.rows().keys().copied().collect();
        if !now.is_empty() {
            self.wait(|order| now.contains(&order.id)).await;
        }
    }

    async fn wait(&self, waited_for: impl Fn(&OrderRow) -> bool) {
        let written = async {
            loop {
                let next = self.written.notified();
                let mut next = std::pin::pin!(next);
                // Listening begins before the look, so that no end is missed.
                next.as_mut().enable();
                if !self.rows().values().any(&waited_for) {
                    return;
                }
                next.await;
            }
        };
        // Too slow: the records decide, and say that the order is in flight.
        let _ = timeout(WAIT, written).await;
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<OrderId, OrderRow>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The record of an order, made newer by what the device has said since.
pub(super) fn newer(row: OrderRow, answered: Option<OrderRow>) -> OrderRow {
    match answered {
        Some(answered) if row.result == OrderResult::Running => answered,
        _ => row,
    }
}
