//! R22–R26: a release is one order, however often its sending has to be repeated.

use super::fake::{FakeHub, claim, desk_at, eventually, order_told};
use crate::commands::release::ReleasePress;
use lanedesk_domain::{ids::OrderId, order::OrderResult};
use lanedesk_wire::{problem::Code, release::Unpaid};
use serde_json::Value;

fn press() -> ReleasePress {
    ReleasePress {
        reason: "no_entry".into(),
        remark: "无进场记录".into(),
        photos: vec!["h0".parse().unwrap()],
        photos_later: false,
        unpaid: Some(Unpaid::Debt),
        driver_phone: None,
    }
}

fn sent(hub: &FakeHub) -> Vec<Value> {
    hub.get(|told| told.photos.releases.clone())
}

#[tokio::test]
async fn a_release_whose_answer_is_lost_is_sent_again_with_the_same_id() {
    let hub = FakeHub::serve().await;
    let (desk, _page) = desk_at(&hub).await;
    let case = claim(&desk, "E02").await;
    hub.set(|told| told.photos.lose_releases = 2);
    let released = desk.release(case, press()).await.unwrap();
    assert_eq!(released.result, OrderResult::Opened);
    assert_eq!(released.id.unwrap().as_str(), "o1");
    let sent = sent(&hub);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|body| *body == sent[0]), "the same order, the same time");
    assert_eq!(sent[0]["order_id"], released.order_id.to_string());
    assert_eq!((&sent[0]["fence"], &sent[0]["unpaid"]), (&7.into(), &"debt".into()));
    assert!(sent[0]["made_at"].as_str().unwrap().starts_with("2026-11-22T08:00:0"));
}

#[tokio::test]
async fn a_release_nobody_answers_is_unknown_until_the_line_is_back() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    let case = claim(&desk, "E02").await;
    hub.set(|told| {
        told.photos.lose_releases = usize::MAX;
        told.lose_answers = true;
    });
    let released = desk.release(case, press()).await.unwrap();
    assert_eq!((released.result, released.id), (OrderResult::Unknown, None));
    let times = sent(&hub).len();
    hub.set(|told| told.lose_answers = false);
    hub.cut_streams();
    let id: OrderId = released.order_id;
    eventually("its result is told", || {
        page.heard(|heard| heard.frames.iter().any(|frame| order_told(frame, id, OrderResult::Opened)))
    })
    .await;
    assert_eq!(sent(&hub).len(), times, "asked about, never sent again");
}

/// Nothing opens by itself after a reconnect (invariant 5).
#[tokio::test]
async fn nothing_is_released_while_the_line_is_down() {
    let hub = FakeHub::serve().await;
    let (desk, page) = desk_at(&hub).await;
    let case = claim(&desk, "E02").await;
    hub.set(|told| told.refuse_streams = true);
    hub.cut_streams();
    eventually("the line is down", || {
        page.heard(|heard| heard.connections.last() == Some(&crate::commands::session::Connection::Offline))
    })
    .await;
    let problem = desk.release(case, press()).await.unwrap_err();
    assert_eq!(problem.code, Code::HubUnreachable);
    assert!(sent(&hub).is_empty());
}
