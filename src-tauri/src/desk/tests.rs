//! What the desk keeps true by itself, against a small hub and a page that writes down what it is told.

mod call;
mod evidence;
mod export;
mod fake;
mod hub_photos;
mod preview;
mod release;

use crate::commands::{barrier::BarrierPress, session::Connection};
use fake::{FakeHub, Heard, desk_at, eventually, lease_lost, order_told};
use lanedesk_domain::{
    ids::{CaseId, LaneId},
    order::{BarrierAction, OrderResult},
};
use lanedesk_wire::{problem::Code, stream::Told};
use serde_json::json;

fn lane(id: &str) -> LaneId {
    id.parse().unwrap()
}

fn open_it() -> BarrierPress {
    BarrierPress { action: BarrierAction::Open, driver_phone: None, entry_reason: None, clear: None }
}

/// R13: the fence goes with every step, comes from the claim, and the page never names it.
#[tokio::test]
async fn a_step_carries_the_fence_of_the_last_claim() {
    let hub = FakeHub::serve().await;
    let (desk, _page) = desk_at(&hub).await;
    for fence in [7, 8] {
        hub.set(|told| told.fence = fence);
        let named = lane("E02");
        let take = |hub: lanedesk_client::Hub| async move { hub.claim(named).await };
        let claimed = desk.take(lane("E02"), take).await.unwrap();
        let step = |hub: lanedesk_client::Hub, id: CaseId, fence| async move {
            hub.correct_plate(id, fence, "粤B12345".into()).await
        };
        desk.step(claimed.case.id, step).await.unwrap();
    }
    assert_eq!(hub.get(|told| told.fences.clone()), [7, 8]);
}

/// R9, R13: a lane that was lost is told, notified, and its case takes no step any more.
#[tokio::test]
async fn a_lost_lane_takes_no_step() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    let case = fake::claim(&desk, "E02").await;
    hub.tell(lease_lost(&case, "E02", "expired"));
    eventually("the loss is told", || {
        page.heard(|heard| heard.frames.iter().any(|f| matches!(f.told, Told::LeaseLost { .. })))
    })
    .await;
    let problem = desk.order(case, open_it()).await.unwrap_err();
    assert_eq!(problem.code, Code::LeaseLost);
    assert!(hub.get(|told| told.orders.is_empty()), "nothing was sent");
    let notices = page.heard(|heard| heard.notices.clone());
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("彩悦大厦 · 东门出口"), "{notices:?}");
}

/// A press while an order is on its way is not a second order (R26).
#[tokio::test]
async fn two_presses_at_once_are_one_order() {
    let hub = FakeHub::serve().await;
    let (desk, _page) = desk_at(&hub).await;
    let case = fake::claim(&desk, "E02").await;
    let (first, second) = tokio::join!(desk.order(case.clone(), open_it()), desk.order(case, open_it()));
    let refused = [first, second].into_iter().find_map(Result::err);
    assert_eq!(refused.unwrap().code, Code::OrderInFlight);
    assert_eq!(hub.get(|told| told.orders.len()), 1);
}

/// SCREENS: the page of one lane is told, those of thousands of others are not.
#[tokio::test]
async fn only_the_lane_looked_at_is_told() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    desk.view_lane(lane("E02")).await.unwrap();
    let moved = |lane: &str| json!({"type": "view", "lane": lane, "barrier": {"state": "open", "online": true}});
    hub.tell(moved("W01"));
    hub.tell(moved("E02"));
    hub.tell(json!({"type": "lease", "lane": "W01"}));
    let kinds = |heard: &Heard| {
        let told = heard.frames.iter().filter_map(|frame| match &frame.told {
            Told::View { lane, .. } => Some(format!("view {lane}")),
            Told::Lease { lane, .. } => Some(format!("lease {lane}")),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    eventually("both are told", || page.heard(|heard| kinds(heard).len() == 2)).await;
    assert_eq!(page.heard(kinds), ["view E02", "lease W01"]);
}

/// A desk says which lane it shows, and says it again on every new line.
#[tokio::test]
async fn the_hub_is_told_which_lane_the_page_shows() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    desk.view_lane(lane("E02")).await.unwrap();
    desk.view_lane(lane("W01")).await.unwrap();
    let said = |lane: &str| json!({"type": "watch", "lanes": [lane]});
    eventually("the lane shown is watched", || hub.get(|told| told.watched.last() == Some(&said("W01")))).await;
    let before = hub.get(|told| told.watched.len());
    hub.cut_streams();
    eventually("it is watched on the new line too", || {
        hub.get(|told| told.watched.len() > before && told.watched.last() == Some(&said("W01")))
    })
    .await;
    drop(page);
}

/// R7: 「释放后提醒我」 tells once, also where the lane became free before anyone listened.
#[tokio::test]
async fn a_lane_waited_for_is_told_once() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    hub.set(|told| told.held_by = Some("p9"));
    desk.remind(lane("E02"), true).await.unwrap();
    assert!(page.heard(|heard| heard.free.is_empty()));
    for _ in 0..2 {
        hub.tell(json!({"type": "lease", "lane": "E02"}));
    }
    eventually("it is told", || page.heard(|heard| !heard.free.is_empty())).await;

    hub.set(|told| told.held_by = None);
    desk.remind(lane("W01"), true).await.unwrap();
    assert_eq!(page.heard(|heard| heard.free.clone()), ["E02", "W01"]);

    desk.remind(lane("E02"), true).await.unwrap();
    desk.remind(lane("E02"), false).await.unwrap();
    let told = page.heard(|heard| heard.free.len());
    assert_eq!(told, 3, "set on a free lane it tells at once; taken back it is silent");
}

/// Invariant 5: an order nobody answered stays `unknown` until the line is back, and is then asked about, not repeated.
#[tokio::test]
async fn an_unknown_order_is_settled_by_asking_when_the_line_is_back() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    let case = fake::claim(&desk, "E02").await;
    hub.set(|told| told.lose_answers = true);
    let order = desk.order(case.clone(), open_it()).await.unwrap();
    assert_eq!(order.result, OrderResult::Unknown);
    let sent = hub.get(|told| told.orders.len());

    hub.set(|told| told.lose_answers = false);
    hub.cut_streams();
    eventually("the page is told what became of it", || {
        page.heard(|heard| heard.frames.iter().any(|frame| order_told(frame, order.id, OrderResult::Opened)))
    })
    .await;
    assert_eq!(hub.get(|told| told.orders.len()), sent, "nothing was sent again");
}

/// SCREENS: 「连接已断开，暂不能开闸」: while the line is down no order is even tried.
#[tokio::test]
async fn no_order_is_tried_while_the_line_is_down() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    let case = fake::claim(&desk, "E02").await;
    hub.set(|told| told.refuse_streams = true);
    hub.cut_streams();
    eventually("the line is down", || page.heard(|heard| heard.connections.last() == Some(&Connection::Offline))).await;
    let problem = desk.order(case, open_it()).await.unwrap_err();
    assert_eq!(problem.code, Code::HubUnreachable);
    assert!(problem.detail.contains("暂不能开闸"));
    assert!(hub.get(|told| told.orders.is_empty()));
}

/// A session the hub has ended sends the person to the login page, once, whatever notices it first.
#[tokio::test]
async fn a_session_that_ended_is_told_once() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    hub.set(|told| told.session_over = true);
    for _ in 0..3 {
        let problem = desk.view_lane(lane("E02")).await.unwrap_err();
        assert_eq!(problem.code, Code::NoSession);
    }
    hub.cut_streams();
    assert_eq!(page.heard(|heard| heard.ended), 1);
    assert!(desk.status().await.person.is_none());
}

/// A page that was reloaded finds its work again; work that has meanwhile gone to somebody else is not shown as its own.
#[tokio::test]
async fn a_reloaded_page_finds_its_case() {
    let hub = FakeHub::serve().await;
    let (desk, _page) = desk_at(&hub).await;
    assert!(desk.current_case().await.unwrap().is_none());
    let case = fake::claim(&desk, "E02").await;
    let found = desk.current_case().await.unwrap().unwrap();
    assert_eq!((found.case.id, found.lease.fence.0), (case, 7));

    hub.set(|told| told.held_by = Some("p9"));
    assert!(desk.current_case().await.unwrap().is_none());
}
