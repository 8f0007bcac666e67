//! Orders to barriers. A row is written before the device is called and becomes only more certain afterwards.

use super::{Conn, StoreError, Tx};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, Fence, LaneId, LotId, OrderId, PersonId},
    order::{BarrierAction, OrderResult},
    time::Timestamp,
};
use lanedesk_wire::barrier::Order;

/// An order's row.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct OrderRow {
    /// The desk's id for it.
    pub id: OrderId,
    /// Its case.
    pub case: CaseId,
    /// Its lane.
    pub lane: LaneId,
    /// Its lot.
    pub lot: LotId,
    /// Who gave it.
    pub person: PersonId,
    /// Under which fence.
    pub fence: Fence,
    /// Rise or come down.
    pub action: BarrierAction,
    /// SHA-256 of what was ordered, hex.
    pub content: String,
    /// When the person pressed.
    pub made_at: Timestamp,
    /// Never sent after it.
    pub deadline_at: Timestamp,
    /// What became of it.
    pub result: OrderResult,
    /// In words for people; empty while it runs.
    pub detail: String,
}

impl OrderRow {
    /// As people are shown it.
    pub fn shown(&self) -> Order {
        Order {
            id: self.id,
            case: self.case.clone(),
            action: self.action,
            result: self.result,
            detail: self.detail.clone(),
            at: self.made_at,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, case_id as \"case\", lane_id as lane, lot_id as lot, person_id as person, fence, action, content,
                made_at, deadline_at, result, detail from \"order\" ",
            $rest
        )
    };
}

impl Conn<'_> {
    /// An order by its id.
    pub(crate) async fn order(&mut self, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
        self.optional(select!("where id = $1"), args![id]).await
    }

    /// Turns an order from one of the results it may come from. False: it had become something else.
    pub(crate) async fn turn_order(
        &mut self,
        id: OrderId,
        from: &[OrderResult],
        to: OrderResult,
        detail: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let [first, second] = [from.first(), from.last()].map(|word| word.map(|w| w.as_str()));
        let turned = self
            .execute(
                "update \"order\" set result = $2, detail = $3, answered_at = coalesce(answered_at, $4)
                 where id = $1 and (result = $5 or result = $6)",
                args![id, to, detail, now, first, second],
            )
            .await?;
        if turned == 1 {
            self.execute("update opening set result = $2 where order_id = $1", args![id, to]).await?;
        }
        Ok(turned == 1)
    }

    /// Whether an order of this case is unanswered, besides the one that is named.
    pub(crate) async fn order_in_flight(
        &mut self,
        case: &CaseId,
        besides: Option<OrderId>,
    ) -> Result<bool, StoreError> {
        let row: Option<(String,)> = self
            .optional(
                "select id from \"order\" where case_id = $1 and result = 'running' and ($2 is null or id <> $2) limit 1",
                args![case, besides.map(|id| id.to_string())],
            )
            .await?;
        Ok(row.is_some())
    }

    /// The lane's newest order, where it is unanswered or unknown and not older than `since`.
    pub(crate) async fn unresolved_order(
        &mut self,
        lane: &LaneId,
        since: Timestamp,
    ) -> Result<Option<OrderRow>, StoreError> {
        let sql = select!("where lane_id = $1 and made_at >= $2 order by made_at desc limit 1");
        let row: Option<OrderRow> = self.optional(sql, args![lane, since]).await?;
        Ok(row.filter(|row| matches!(row.result, OrderResult::Running | OrderResult::Unknown)))
    }

    /// Orders that still run although they should have been answered; all but those of one hub where it is named.
    pub(crate) async fn orders_left_running(
        &mut self,
        deadline_before: Timestamp,
        not_by: Option<&str>,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let sql = select!("where result = 'running' and deadline_at < $1 and ($2 is null or hub <> $2) limit 100");
        self.all(sql, args![deadline_before, not_by]).await
    }
}

impl Tx<'_> {
    /// Writes an order that is about to be sent by this hub.
    pub(crate) async fn add_order(&mut self, order: &OrderRow, hub: &str) -> Result<(), StoreError> {
        self.need_lane(&order.lane)?;
        self.execute(
            "insert into \"order\" (id, case_id, lane_id, lot_id, person_id, fence, action, content, made_at, deadline_at,
                result, detail, hub)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            args![
                order.id,
                &order.case,
                &order.lane,
                &order.lot,
                &order.person,
                order.fence,
                order.action,
                &order.content,
                order.made_at,
                order.deadline_at,
                order.result,
                &order.detail,
                hub
            ],
        )
        .await
        .map(drop)
    }
}
