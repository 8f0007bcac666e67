//! What this person works now: the lane held and its fence, the lane looked at, reminders, orders without an answer.

use super::{Desk, now};
use crate::{
    commands::{Reply, barrier::BarrierPress, live::LiveEnd, search::RecentLane, session::Connection},
    notify::Notice,
};
use lanedesk_client::{CallError, Hub};
use lanedesk_domain::{
    ids::{CallId, CaseId, Fence, LaneId, OrderId},
    order::OrderResult,
};
use lanedesk_wire::{
    barrier::{BarrierOrder, Order},
    case::{CaseRef, Claimed, Lease},
    lane::View,
    problem::{Code, Problem},
};
use std::collections::{HashMap, HashSet};

/// The lane this person holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLane {
    /// The case worked there.
    pub case: CaseId,
    /// The lane.
    pub lane: LaneId,
    /// Sent with every order (R13).
    pub fence: Fence,
}

/// What is being worked; gone with the session.
#[derive(Debug, Default)]
pub(super) struct CurrentWork {
    pub(super) held: Option<HeldLane>,
    /// The case of an opening that owes photos, which are being brought (R24).
    pub(super) bringing: Option<CaseId>,
    /// The lane the page looks at; its changes are told, those of thousands of others are not.
    pub(super) watched: Option<LaneId>,
    /// Calls that ring here and were notified.
    pub(super) rung: HashSet<CallId>,
    /// Lanes to tell of when they become free.
    pub(super) reminders: HashSet<LaneId>,
    /// Names of lanes seen, for notifications: lot and lane as people say them.
    pub(super) names: HashMap<LaneId, String>,
    /// Orders whose result nobody knows yet; asked about when the line comes back.
    pub(super) unsettled: HashMap<OrderId, Order>,
    /// Cases with an order on its way: a second press meanwhile is not a second order.
    ordering: HashSet<CaseId>,
}

impl Desk {
    /// The page shows this lane from now on: its changes are told, those of thousands of others are not.
    pub(super) fn watch(&self, lane: Option<LaneId>) {
        let mut state = self.state();
        state.work.watched.clone_from(&lane);
        if let Some(stream) = &state.stream {
            stream.watch(lane.into_iter().collect());
        }
    }

    /// Looks at a lane; from before the look on, its changes are told.
    pub async fn view_lane(&self, lane: LaneId) -> Reply<View> {
        self.watch(Some(lane.clone()));
        let view = self.ask(|hub| async move { hub.view_lane(lane).await }).await?;
        self.learn_name(&view);
        Ok(view)
    }

    /// Takes a lane by whichever way `take` asks for it.
    pub async fn take<F>(&self, lane: LaneId, take: impl FnOnce(Hub) -> F) -> Reply<Claimed>
    where
        F: Future<Output = Result<Claimed, CallError>>,
    {
        self.watch(Some(lane));
        let claimed = self.ask(take).await?;
        self.hold(&claimed).await;
        Ok(claimed)
    }

    /// The case worked now: the one held, or one this person still holds on the hub since before a restart.
    pub async fn current_case(&self) -> Reply<Option<Claimed>> {
        self.status().await;
        let held = self.state().work.held.clone();
        match held {
            Some(held) => self.held_case(held).await,
            None => self.case_before_restart().await,
        }
    }

    async fn held_case(&self, held: HeldLane) -> Reply<Option<Claimed>> {
        let case = held.case.clone();
        let asked = self.ask(|hub| async move { hub.view_case(case).await }).await;
        let view = match asked {
            Ok(view) => view,
            Err(problem) if matches!(problem.code, Code::NotFound | Code::CaseClosed) => {
                self.let_go(&held.case);
                return Ok(None);
            }
            Err(problem) => return Err(problem),
        };
        let Some(lease) = self.own_lease(&view, held.fence) else {
            self.let_go(&held.case);
            return Ok(None);
        };
        let case = CaseRef { id: held.case };
        Ok(Some(Claimed { case, lease, view }))
    }

    /// After a restart the fence is gone, but the lane may still be this person's: claiming it again gives a new fence
    /// and keeps the case (R10).
    async fn case_before_restart(&self) -> Reply<Option<Claimed>> {
        let remembered = self.store().remembered::<LaneId>("lane_held").await;
        let (Some(lane), true) = (remembered, self.state().hub.is_some()) else {
            return Ok(None);
        };
        let looked = lane.clone();
        let view = self.ask(|hub| async move { hub.view_lane(looked).await }).await?;
        if self.own_lease(&view, Fence(0)).is_none() {
            self.stored(self.store().forget("lane_held").await)?;
            return Ok(None);
        }
        let again = lane.clone();
        let take = |hub: Hub| async move { hub.claim(again).await };
        self.take(lane, take).await.map(Some)
    }

    fn own_lease(&self, view: &View, fence: Fence) -> Option<Lease> {
        let lease = view.lease.as_ref()?;
        let mine = self.state().person.as_ref()?.id == lease.holder.id;
        mine.then_some(Lease { fence, acquired_at: lease.acquired_at, expires_at: lease.expires_at })
    }

    pub(super) async fn hold(&self, claimed: &Claimed) {
        let lane = claimed.view.lane.id.clone();
        self.learn_name(&claimed.view);
        self.state().work.held =
            Some(HeldLane { case: claimed.case.id.clone(), lane: lane.clone(), fence: claimed.lease.fence });
        let store = self.store();
        let kept =
            [store.worked(&self.owner(), &recent(&claimed.view)).await, store.remember("lane_held", &lane).await];
        for error in kept.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "the lane will not be among the recent ones");
        }
    }

    /// A step of a case, with the fence it needs. A lane that turns out to be lost is let go of.
    pub async fn step<T, F>(&self, case: CaseId, step: impl FnOnce(Hub, CaseId, Fence) -> F) -> Reply<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let fence = self.fence(&case)?;
        let named = case.clone();
        let done = self.ask(|hub| step(hub, named, fence)).await;
        if let Err(problem) = &done
            && matches!(problem.code, Code::LeaseLost | Code::CaseClosed)
        {
            self.let_go(&case);
        }
        done
    }

    /// Ends a case by whichever way `end` asks for it; the lane is no longer held.
    pub async fn end_case<F>(&self, case: CaseId, end: impl FnOnce(Hub, CaseId) -> F) -> Reply<()>
    where
        F: Future<Output = Result<(), CallError>>,
    {
        let named = case.clone();
        self.ask(|hub| end(hub, named)).await?;
        self.let_go(&case);
        if let Err(error) = self.store().forget("lane_held").await {
            tracing::warn!(%error, "local store");
        }
        Ok(())
    }

    /// One press, one order (R26).
    pub async fn order(&self, case: CaseId, press: BarrierPress) -> Reply<Order> {
        let fence = self.fence(&case)?;
        let order = BarrierOrder {
            order_id: OrderId::new(),
            fence,
            action: press.action,
            driver_phone: press.driver_phone,
            entry_reason: press.entry_reason,
            clear: press.clear,
            made_at: None,
        };
        let at = case.clone();
        let order = self.one_order(&case, |hub| async move { hub.order_barrier(at, order).await }).await?;
        self.remember_unsettled(&order);
        Ok(order)
    }

    /// Sends an order of a case, by whichever way `send` does it: one at a time, and none while the line is known to
    /// be down.
    pub(super) async fn one_order<T, F>(&self, case: &CaseId, send: impl FnOnce(Hub) -> F) -> Reply<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        if self.state().connection == Connection::Offline {
            let language = self.settings().language;
            return Err(CallError::NoHubTime { language }.into());
        }
        if !self.state().work.ordering.insert(case.clone()) {
            return Err(self.order_on_its_way());
        }
        let done = self.ask(send).await;
        self.state().work.ordering.remove(case);
        done
    }

    /// An order nobody answered is asked about again when the line is back.
    pub(super) fn remember_unsettled(&self, order: &Order) {
        if order.result == OrderResult::Unknown {
            let unsettled = &mut self.state().work.unsettled;
            unsettled.insert(order.id, order.clone());
        }
    }

    /// What became of an order, asked now.
    pub async fn order_result(&self, id: OrderId) -> Reply<Order> {
        let found = self.ask(|hub| async move { hub.order(id).await }).await?;
        if let Some(order) = found {
            if order.result != OrderResult::Unknown {
                self.state().work.unsettled.remove(&id);
            }
            return Ok(order);
        }
        let waiting = self.state().work.unsettled.remove(&id);
        match waiting {
            Some(order) => Ok(self.hub()?.never_arrived(order)),
            None => Err(self.no_such_order()),
        }
    }

    /// Reminds once when a lane becomes free, or no longer.
    pub async fn remind(&self, lane: LaneId, on: bool) -> Reply<()> {
        if !on {
            self.state().work.reminders.remove(&lane);
            return Ok(());
        }
        self.state().work.reminders.insert(lane.clone());
        // It may have become free just before: looked at once, after the reminder is set.
        self.look_for_freedom(lane).await
    }

    /// Tells of a lane one wanted to be reminded of, if nobody holds it.
    pub(super) async fn look_for_freedom(&self, lane: LaneId) -> Reply<()> {
        let looked = lane.clone();
        let view = self.ask(|hub| async move { hub.view_lane(looked).await }).await?;
        self.learn_name(&view);
        if view.lease.is_none() {
            self.tell_free(&lane);
        }
        Ok(())
    }

    /// Tells of a lane that became free, if that was wanted, once.
    pub(super) fn tell_free(&self, lane: &LaneId) {
        if self.state().work.reminders.remove(lane) {
            let name = self.name_of(lane);
            self.notify(&Notice::LaneFree { name: &name });
            self.page().lane_free(lane.clone(), name);
        }
    }

    /// Forgets the lane held for this case, and lets the camera go; another case held meanwhile stays.
    pub(super) fn let_go(&self, case: &CaseId) {
        self.forget_thumbs(case);
        let mine = |held: &mut HeldLane| held.case == *case;
        let held = self.state().work.held.take_if(mine);
        if held.is_some() {
            self.end_lives(LiveEnd::CaseOver);
            self.stop_preview();
        }
    }

    /// Lot and lane as people say them; the id where the lane was never seen.
    pub(super) fn name_of(&self, lane: &LaneId) -> String {
        let name = self.state().work.names.get(lane).cloned();
        name.unwrap_or_else(|| lane.to_string())
    }

    pub(super) fn learn_name(&self, view: &View) {
        let name = format!("{} · {}", view.lot.name, view.lane.name);
        self.state().work.names.insert(view.lane.id.clone(), name);
    }

    /// Refuses what only the holder of a case may do.
    pub(super) fn holds(&self, case: &CaseId) -> Reply<()> {
        self.fence(case).map(drop)
    }

    pub(super) fn fence(&self, case: &CaseId) -> Reply<Fence> {
        let held = self.state().work.held.clone();
        match held {
            Some(held) if held.case == *case => Ok(held.fence),
            _ => Err(self.lost()),
        }
    }

    fn lost(&self) -> Box<Problem> {
        self.problem(
            Code::LeaseLost,
            ("锁定已结束", "No longer yours"),
            (
                "锁定已结束，道口已释放。未完成的操作不会再执行，已填内容已保存。",
                "The lane is no longer locked for you. Nothing unfinished will be done; what you filled in is kept.",
            ),
        )
    }

    fn order_on_its_way(&self) -> Box<Problem> {
        self.problem(
            Code::OrderInFlight,
            ("指令执行中", "An order is on its way"),
            ("上一条指令还没有回执，请等结果。", "The last order is not answered yet. Wait for its result."),
        )
    }

    fn no_such_order(&self) -> Box<Problem> {
        self.problem(
            Code::NotFound,
            ("没有这条指令", "No such order"),
            ("中心没有收到这条指令，不会执行。", "The hub never received this order; it will not act."),
        )
    }
}

fn recent(view: &View) -> RecentLane {
    RecentLane {
        lane: view.lane.id.clone(),
        lane_name: view.lane.name.clone(),
        code: view.lane.code.clone(),
        direction: view.lane.direction,
        lot: view.lot.id.clone(),
        lot_name: view.lot.name.clone(),
        used_at: now(),
    }
}
