//! R13, R18, R25–R28 and invariants 3 to 6, with an arm that does what the test says.

mod arm;
mod offered;

use super::{left_behind, order};
use crate::{
    actor::Actor,
    error::Error,
    hub::Hub,
    ops::{
        case::close,
        fixture::{Scene, lane},
        lease::{claim, take_over},
        opening,
    },
    testing::{ENGINES, Engine},
};
use arm::{Answer, Arm};
use lanedesk_domain::{
    ids::{Fence, OrderId},
    order::{BarrierAction, OrderResult},
    person::Role,
    time::Timestamp,
};
use lanedesk_wire::{
    barrier::{BarrierOrder, Order},
    case::{Claimed, CloseCase},
};
use std::{sync::Arc, time::Duration};

/// A scene with an arm at a lane, a vehicle with a pass before it, and somebody who holds it.
struct At {
    scene: Scene,
    arm: Arc<Arm>,
    li: Actor,
    held: Claimed,
}

async fn at(engine: Engine, id: &str, plate: Option<&str>) -> At {
    let scene = Scene::new(engine).await;
    let arm = Arc::new(Arm::default());
    let hub = &scene.hub;
    hub.runtime().place_barrier(&hub.directory(), &lane(id), arm.clone());
    scene.arrives(id, plate).await;
    let li = scene.person("li", Role::Agent).await;
    let held = claim(hub, &li, &lane(id)).await.unwrap();
    At { scene, arm, li, held }
}

fn open(fence: Fence) -> BarrierOrder {
    BarrierOrder {
        order_id: OrderId::new(),
        fence,
        action: BarrierAction::Open,
        driver_phone: None,
        entry_reason: None,
        clear: None,
        made_at: None,
    }
}

impl At {
    fn hub(&self) -> &Hub {
        &self.scene.hub
    }

    async fn order(&self, wanted: BarrierOrder) -> Result<Order, Error> {
        order(self.hub(), &self.li, &self.held.case.id, wanted).await
    }

    async fn open(&self) -> Result<Order, Error> {
        self.order(open(self.held.lease.fence)).await
    }

    /// Gives the order in a task of its own and waits until the arm's device has it.
    async fn open_and_hold(&self) -> tokio::task::JoinHandle<Result<Order, Error>> {
        self.arm.answers(Answer::Hold);
        let (hub, who, held) = (self.hub().clone(), self.li.clone(), self.held.clone());
        let ordered = tokio::spawn(async move { order(&hub, &who, &held.case.id, open(held.lease.fence)).await });
        self.arm.asked().await;
        ordered
    }
}

#[tokio::test]
async fn an_opening_is_written_before_the_arm_is_called_and_completed_after() {
    for engine in ENGINES {
        let at = at(engine, "in", Some("粤B12345")).await;
        let ordered = at.open_and_hold().await;
        let running = "select count(*) from opening where result = 'running'";
        assert_eq!(at.scene.count(running).await, 1, "R25: written first");
        at.arm.let_go();
        let order = ordered.await.unwrap().unwrap();
        assert_eq!(order.result, OrderResult::Accepted);
        let list = opening::list(at.hub(), &at.li, opening::OpeningQuery::default()).await.unwrap();
        let [opened] = &list.items[..] else { panic!("one opening") };
        assert_eq!((opened.order_id, opened.result), (order.id, OrderResult::Accepted));
        assert_eq!(opened.plate.as_deref(), Some("粤B12345"));
        assert_eq!(opened.assessment.as_str(), "pass_valid");
        assert_eq!(at.arm.moved(), 1);
    }
}

#[tokio::test]
async fn the_same_order_sent_again_acts_once_and_tells_the_same() {
    for engine in ENGINES {
        let at = at(engine, "in", Some("粤B12345")).await;
        let wanted = open(at.held.lease.fence);
        let again = || at.order(wanted.clone());
        let (one, two, three) = tokio::join!(again(), again(), again());
        let later = again().await.unwrap();
        for order in [one, two, three] {
            assert_eq!(order.unwrap(), later, "R26");
        }
        assert_eq!(at.arm.moved(), 1, "R26: once");
        let mut other = wanted.clone();
        other.clear = Some(true);
        assert!(matches!(at.order(other).await, Err(Error::OrderIdUsed)));
    }
}

#[tokio::test]
async fn two_hubs_with_one_order_move_the_arm_once() {
    let at = at(Engine::Postgres, "in", Some("粤B12345")).await;
    let other = Scene::another(&at.scene.database, at.hub().clock().clone()).await;
    other.runtime().place_barrier(&other.directory(), &lane("in"), at.arm.clone());
    let wanted = open(at.held.lease.fence);
    let (one, two) = tokio::join!(
        order(at.hub(), &at.li, &at.held.case.id, wanted.clone()),
        order(&other, &at.li, &at.held.case.id, wanted.clone()),
    );
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(at.arm.moved(), 1, "invariant 5");
}

#[tokio::test]
async fn an_order_past_its_deadline_is_dead() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let mut wanted = open(at.held.lease.fence);
    wanted.made_at = Some(at.hub().clock().now().plus_ms(-10_001));
    assert!(matches!(at.order(wanted).await, Err(Error::OrderLate)), "R26");
    assert_eq!(at.arm.moved(), 0);
}

#[tokio::test]
async fn a_stale_fence_never_reaches_the_arm() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let again = claim(at.hub(), &at.li, &lane("in")).await.unwrap();
    assert!(matches!(at.open().await, Err(Error::LeaseLost)), "R13: the first claim's fence");
    at.hub().clock().advance(Duration::from_secs(600));
    let late = at.order(open(again.lease.fence)).await;
    assert!(matches!(late, Err(Error::LeaseLost)), "R13: over");
    assert_eq!(at.arm.moved(), 0);
    assert_eq!(at.scene.count("select count(*) from \"order\"").await, 0);
}

#[tokio::test]
async fn a_lane_taken_over_between_record_and_call_is_not_opened() {
    for engine in ENGINES {
        let at = at(engine, "in", Some("粤B12345")).await;
        let ordered = at.open_and_hold().await;
        let chief = at.scene.person("chief", Role::Supervisor).await;
        take_over(at.hub(), &chief, &lane("in"), "急").await.unwrap();
        at.arm.let_go();
        let order = ordered.await.unwrap().unwrap();
        assert_eq!(order.result, OrderResult::Failed, "invariant 3");
        assert_eq!(at.arm.moved(), 0);
    }
}

#[tokio::test]
async fn an_order_that_waited_past_its_deadline_is_not_sent() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let ordered = at.open_and_hold().await;
    at.hub().clock().advance(Duration::from_secs(11));
    at.arm.let_go();
    assert_eq!(ordered.await.unwrap().unwrap().result, OrderResult::Failed, "invariant 6");
    assert_eq!(at.arm.moved(), 0);
}

#[tokio::test]
async fn what_was_sent_and_not_answered_is_unknown_and_shown_to_the_next_holder() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    at.arm.answers(Answer::MoveAndLose);
    let order = at.open().await.unwrap();
    assert_eq!(order.result, OrderResult::Unknown, "R26");
    assert_eq!(at.arm.moved(), 1, "never repeated");
    close(at.hub(), &at.li, &at.held.case.id, &CloseCase::default()).await.unwrap();
    let wang = at.scene.person("wang", Role::LotStaff).await;
    let next = claim(at.hub(), &wang, &lane("in")).await.unwrap();
    assert_eq!(next.view.order.unwrap().id, order.id, "invariant 3");
}

#[tokio::test]
async fn a_refusal_is_told_in_the_devices_words() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    at.arm.answers(Answer::Refuse);
    let order = at.open().await.unwrap();
    assert_eq!((order.result, order.detail.as_str()), (OrderResult::Refused, "notSupport"));
}

#[tokio::test]
async fn a_case_with_an_order_in_flight_is_not_closed() {
    for engine in ENGINES {
        let at = at(engine, "in", Some("粤B12345")).await;
        let ordered = at.open_and_hold().await;
        let how = CloseCase::default();
        let refused = close(at.hub(), &at.li, &at.held.case.id, &how).await;
        assert!(matches!(refused, Err(Error::OrderInFlight)), "R20");
        at.arm.let_go();
        ordered.await.unwrap().unwrap();
        close(at.hub(), &at.li, &at.held.case.id, &how).await.expect("answered");
    }
}

/// The answer is not one commit late, and still nobody meets it half way.
#[tokio::test]
async fn an_answered_order_is_answered_for_whoever_asks_next() {
    for engine in ENGINES {
        let at = at(engine, "in", Some("粤B12345")).await;
        let case = &at.held.case.id;
        for _ in 0..20 {
            let order = at.open().await.unwrap();
            let again = super::by_id(at.hub(), &at.li, order.id).await.unwrap();
            assert_eq!(again.result, OrderResult::Accepted);
        }
        close(at.hub(), &at.li, case, &CloseCase::default()).await.expect("R20: nothing is in flight any more");
    }
}

#[tokio::test]
async fn two_presses_are_not_two_orders_at_once() {
    for engine in ENGINES {
        let at = at(engine, "in", Some("粤B12345")).await;
        let ordered = at.open_and_hold().await;
        assert!(matches!(at.open().await, Err(Error::OrderInFlight)), "the older desk opened a slow barrier twice");
        at.arm.let_go();
        ordered.await.unwrap().unwrap();
        assert_eq!(at.arm.moved(), 1);
    }
}

#[tokio::test]
async fn no_record_no_movement() {
    for engine in ENGINES {
        let at = at(engine, "in", Some("粤B12345")).await;
        at.scene.sql("alter table opening rename to opening_away", vec![]).await;
        assert!(at.open().await.is_err());
        assert_eq!(at.arm.moved(), 0, "R25, invariant 4");
        assert_eq!(at.scene.count("select count(*) from \"order\"").await, 0, "whole or not at all");
        at.scene.sql("alter table opening_away rename to opening", vec![]).await;
        at.hub().store().close().await;
        assert!(matches!(at.open().await, Err(Error::Store(_))));
        assert_eq!(at.arm.moved(), 0);
    }
}

#[tokio::test]
async fn a_result_that_cannot_be_written_is_answered_and_written_later() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let ordered = at.open_and_hold().await;
    at.scene.sql("alter table case_event rename to away", vec![]).await;
    at.arm.let_go();
    assert_eq!(ordered.await.unwrap().unwrap().result, OrderResult::Accepted, "told all the same");
    at.scene.sql("alter table away rename to case_event", vec![]).await;
    let written = "select count(*) from opening where result = 'accepted'";
    while at.scene.count(written).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_order_left_by_a_dead_hub_becomes_unknown_and_is_never_sent() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let ordered = at.open_and_hold().await;
    ordered.abort();
    let other = Scene::another(&at.scene.database, at.hub().clock().clone()).await;
    other.runtime().place_barrier(&other.directory(), &lane("in"), at.arm.clone());
    left_behind(&other, Timestamp(i64::MAX), Some(other.id())).await.unwrap();
    let list = opening::list(&other, &at.li, opening::OpeningQuery::default()).await.unwrap();
    assert_eq!(list.items[0].result, OrderResult::Unknown, "invariant 5");
    assert_eq!(at.arm.moved(), 0);
}

#[tokio::test]
async fn a_desk_that_hangs_up_does_not_stop_its_order_half_way() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let ordered = at.open_and_hold().await;
    ordered.abort();
    at.arm.let_go();
    let written = "select count(*) from opening where result = 'accepted'";
    while at.scene.count(written).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(at.arm.moved(), 1);
}

#[tokio::test]
async fn an_arm_that_is_seen_up_makes_the_order_opened() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    crate::runtime::start(at.hub(), at.hub().stop());
    assert_eq!(at.open().await.unwrap().result, OrderResult::Accepted);
    let seen = "select count(*) from opening where result = 'opened' and barrier_after = 'open'";
    while at.scene.count(seen).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    at.hub().stop().cancel();
}

#[tokio::test]
async fn an_order_is_looked_up_by_its_id_in_ones_own_lots_only() {
    let at = at(Engine::Sqlite, "in", Some("粤B12345")).await;
    let order = at.open().await.unwrap();
    assert_eq!(super::by_id(at.hub(), &at.li, order.id).await.unwrap(), order);
    let unknown = super::by_id(at.hub(), &at.li, OrderId::new()).await;
    assert!(matches!(unknown, Err(Error::NotFound)), "it never arrived and will not act");
    let mut stranger = at.li.clone();
    stranger.scope = Arc::default();
    assert!(matches!(super::by_id(at.hub(), &stranger, order.id).await, Err(Error::NotFound)));
}
