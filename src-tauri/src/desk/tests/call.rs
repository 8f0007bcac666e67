//! Calls: the lane that comes with one is held, the lane looked at is told, a ring is notified once (R13, R29, R30).

use super::fake::{FakeHub, Heard, claim, desk_at, eventually, page_of, refusal};
use super::lane;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use lanedesk_client::Hub;
use lanedesk_domain::ids::{CallId, CaseId};
use lanedesk_wire::{problem::Code, stream::Told};
use serde_json::{Value, json};

/// Calls by their ids: `taken` is somebody else's, `held` is at a lane that somebody else holds, any other is free.
pub(super) fn routes() -> Router<FakeHub> {
    Router::new().route("/api/calls/{call}/take", post(take)).route("/api/cases/{case}/move", post(moved))
}

fn call(id: &str, state: &str, by: Option<&str>) -> Value {
    let by = by.map(|id| json!({"id": id, "name": "李四", "role": "agent"}));
    json!({"id": id, "state": state, "caller": "13800138000", "by_hand": false, "overflow": false,
        "since": "2026-11-22T08:00:00Z", "by": by,
        "lot": {"id": "caiyue", "name": "彩悦大厦"}, "lane": {"id": "E02", "name": "东门出口", "code": "E02"}})
}

fn claimed(lane: &str, fence: i64) -> Value {
    let lease = json!({"fence": fence, "acquired_at": "2026-11-22T08:00:00Z", "expires_at": null});
    json!({"case": {"id": "c1"}, "lease": lease, "view": page_of(lane, Some("p1"))})
}

async fn take(State(hub): State<FakeHub>, Path(id): Path<String>) -> Response {
    if id == "taken" {
        return refusal(409, "call_taken");
    }
    let mut taken = if id == "held" {
        json!({"view": page_of("E02", Some("p9"))})
    } else {
        claimed("E02", hub.get(|told| told.fence))
    };
    taken["call"] = call(&id, "live", Some("p1"));
    (StatusCode::CREATED, Json(taken)).into_response()
}

async fn moved(State(hub): State<FakeHub>, Json(body): Json<Value>) -> Response {
    hub.set(|told| told.fences.push(body["fence"].as_i64().unwrap()));
    let lane = body["lane"].as_str().unwrap();
    (StatusCode::CREATED, Json(claimed(lane, 12))).into_response()
}

/// Types a plate, which needs a fence.
async fn step(desk: &crate::desk::Desk, case: CaseId) -> Result<(), Code> {
    let step = |hub: Hub, id: CaseId, fence| async move { hub.correct_plate(id, fence, "粤B12345".into()).await };
    let done = desk.step(case, step).await;
    done.map(drop).map_err(|problem| problem.code)
}

async fn take_it(desk: &crate::desk::Desk, id: &str) -> Result<bool, Code> {
    let id: CallId = id.parse().unwrap();
    let taken = desk.take_call(Some(lane("E02")), |hub: Hub| async move { hub.take_call(id).await }).await;
    taken.map(|taken| taken.lease.is_some()).map_err(|problem| problem.code)
}

#[tokio::test]
async fn the_lane_that_comes_with_a_call_is_held_and_can_be_left_for_another() {
    let hub = FakeHub::serve().await;
    let (desk, _page) = desk_at(&hub).await;
    let case: CaseId = "c1".parse().unwrap();
    assert_eq!(take_it(&desk, "free").await, Ok(true));
    step(&desk, case.clone()).await.unwrap();
    let there = desk.move_case(case.clone(), lane("W01")).await.unwrap();
    assert_eq!(there.view.lane.id, lane("W01"));
    step(&desk, case).await.unwrap();
    assert_eq!(hub.get(|told| told.fences.clone()), [7, 7, 12]);
}

#[tokio::test]
async fn a_call_at_a_lane_of_somebody_else_holds_nothing() {
    let hub = FakeHub::serve().await;
    let (desk, _page) = desk_at(&hub).await;
    assert_eq!(take_it(&desk, "held").await, Ok(false));
    let case = "c1".parse().unwrap();
    assert_eq!(step(&desk, case).await, Err(Code::LeaseLost));
}

/// R30: somebody else was first: the page goes on as it was.
#[tokio::test]
async fn a_call_that_is_gone_leaves_the_page_alone() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    desk.view_lane(lane("W01")).await.unwrap();
    assert_eq!(take_it(&desk, "taken").await, Err(Code::CallTaken));
    for name in ["E02", "W01"] {
        hub.tell(json!({"type": "view", "lane": name, "barrier": {"state": "open", "online": true}}));
    }
    let views = |heard: &Heard| {
        let told = heard.frames.iter().filter_map(|frame| match &frame.told {
            Told::View { lane, .. } => Some(lane.to_string()),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    eventually("the lane looked at is told", || page.heard(|heard| views(heard) == ["W01"])).await;
}

/// R29: one ring is one notification, with the lane and without the number.
#[tokio::test]
async fn a_ring_is_notified_once_and_only_to_whom_it_rings() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    claim(&desk, "E02").await;
    let frames = [
        call("a", "ringing", Some("p9")),
        call("a", "waiting", None),
        call("b", "ringing", Some("p1")),
        call("b", "ringing", Some("p1")),
        call("b", "live", Some("p1")),
    ];
    for call in frames {
        hub.tell(json!({"type": "call", "call": call}));
    }
    eventually("all are told", || {
        page.heard(|heard| {
            let calls = heard.frames.iter();
            calls.filter(|frame| matches!(frame.told, Told::Call { .. })).count() == 5
        })
    })
    .await;
    let notices = page.heard(|heard| heard.notices.clone());
    assert_eq!(notices, ["司机来电: 彩悦大厦 · 东门出口"]);
}
