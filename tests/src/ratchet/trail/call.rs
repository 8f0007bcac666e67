//! A seat, a driver's call in the queue, one that was abandoned, and one opened by hand.

use super::{Trail, post};
use crate::harness::{Answer, Person};
use lanedesk_hub::signature::sign;
use reqwest::Method;
use serde_json::{Value, json};

/// An event as the demo site's telephone system signs it.
fn event(trail: &Trail, call: &str, what: &str) -> reqwest::RequestBuilder {
    let now = trail.world.now();
    let body = json!({"event_id": format!("{call}-{what}"), "type": format!("call.{what}"), "call_id": call,
        "lane": "W01", "caller": "13826004417", "occurred_at": now})
    .to_string();
    let at = (now.0 / 1000).to_string();
    trail
        .world
        .stranger()
        .request(Method::POST, "/api/integrations/telephony/events")
        .header("x-integration", "tel")
        .header("x-signature", sign("lanedesk-demo-tel", &at, body.as_bytes()))
        .header("x-timestamp", at)
        .body(body)
}

async fn tell(trail: &Trail, call: &str, what: &str) -> Answer {
    Person::send(event(trail, call, what)).await
}

pub(super) async fn calling(trail: &mut Trail) {
    let agent = trail.world.person("agent").await;
    let seat = json!({"number": "8001"});
    agent.call(Method::PUT, "/api/seat", Some(&seat)).await.ok();
    let away = json!({"state": "free"});
    let told = agent.call(Method::PUT, "/api/seat/state", Some(&away));
    trail.step("PUT /api/seat/state", told).await;

    let rings = Person::send(event(trail, "c1", "ringing"));
    trail.step("POST /api/integrations/telephony/events", rings).await;
    let waits: Value = agent.get("/api/calls?state=waiting").await.ok();
    let call = waits["items"][0]["id"].as_str().unwrap();
    let take = post(&agent, format!("/api/calls/{call}/take"), json!({}));
    let taken = trail.step("POST /api/calls/{call}/take", take).await;
    tell(trail, "c1", "ended").await.ok();
    let case = taken["case"]["id"].as_str().unwrap();
    post(&agent, format!("/api/cases/{case}/close"), json!({})).await.ok();

    tell(trail, "c2", "ringing").await.ok();
    tell(trail, "c2", "ended").await.ok();
    let gone: Value = agent.get("/api/calls?state=abandoned").await.ok();
    let call = gone["items"][0]["id"].as_str().unwrap();
    let back = post(&agent, format!("/api/calls/{call}/called-back"), json!({}));
    trail.step("POST /api/calls/{call}/called-back", back).await;

    let by_hand = post(&agent, "/api/calls".to_owned(), json!({"lane": "W01"}));
    let opened = trail.step("POST /api/calls", by_hand).await;
    let case = opened["case"]["id"].as_str().unwrap();
    post(&agent, format!("/api/cases/{case}/close"), json!({})).await.ok();
    agent.call(Method::DELETE, "/api/seat", None).await;
}
