//! Whose pages a desk is told of: those it names within its scope, and the lane its person holds, whichever way the hold
//! came and whichever hub the desk listens at (R3, R9, R12).

use super::{
    Place,
    desk::{Desk, Stream},
    on_each_engine,
};
use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use lanedesk_hub::{hub::Hub, testing::Engine};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// A lane in somebody's hands.
struct Held {
    case: String,
    fence: Value,
}

impl Held {
    async fn claimed(desk: &Desk, lane: &str) -> Self {
        let path = format!("/api/lanes/{lane}/claim");
        Self::of(desk.post(&path, json!({})).await.ok(201))
    }

    async fn taken_over(desk: &Desk, lane: &str) -> Self {
        let path = format!("/api/lanes/{lane}/take-over");
        let told = desk.post(&path, json!({"reason": "换班"}));
        Self::of(told.await.ok(201))
    }

    fn of(told: &Value) -> Self {
        Self { case: told["case"]["id"].as_str().unwrap().to_owned(), fence: told["lease"]["fence"].clone() }
    }

    /// Another page of it.
    async fn plate(&self, desk: &Desk, plate: &str) {
        let path = format!("/api/cases/{}/plate", self.case);
        let body = json!({"fence": self.fence, "plate": plate});
        desk.post(&path, body).await.ok(200);
    }
}

/// The next page with this plate.
async fn page(stream: &mut Stream, plate: &str) -> Value {
    loop {
        let frame = stream.next_of("view").await;
        if frame["vehicle"]["plate"] == plate {
            return frame;
        }
    }
}

/// Whether a page with this plate comes before E02 is told as claimed, or as free.
async fn hears(stream: &mut Stream, plate: &str, claimed: bool) -> bool {
    let mut heard = false;
    loop {
        let frame = stream.next().await.unwrap();
        heard |= frame["type"] == "view" && frame["vehicle"]["plate"] == plate;
        let marks = frame["type"] == "lease" && frame["lane"] == "E02";
        if marks && frame["holder"].is_object() == claimed {
            return heard;
        }
    }
}

/// Says what is watched, and goes on when the hub has heard it.
async fn watch(stream: &mut Stream, lanes: &[&str]) {
    let text = json!({"type": "watch", "lanes": lanes}).to_string();
    stream.0.send(Message::text(text)).await.unwrap();
    stream.0.send(Message::Ping(Bytes::new())).await.unwrap();
    while !matches!(stream.0.next().await.unwrap().unwrap(), Message::Pong(_)) {}
}

async fn id(desk: &Desk) -> Value {
    desk.get("/api/session").await.ok(200)["id"].clone()
}

#[tokio::test]
async fn a_held_lane_is_told_to_its_holder_after_a_cut_a_take_over_and_a_hand_over() {
    on_each_engine(|place| async move {
        let (guard, chief, agent) = (place.desk("guard").await, place.desk("chief").await, place.desk("agent").await);
        let mut theirs = guard.stream("").await.unwrap();
        let held = Held::claimed(&guard, "E01").await;
        held.plate(&guard, "粤B11111").await;
        let told = page(&mut theirs, "粤B11111").await;
        drop(theirs);
        held.plate(&guard, "粤B22222").await;
        let after = format!("?after={}", told["seq"].as_str().unwrap());
        let mut theirs = guard.stream(&after).await.unwrap();
        page(&mut theirs, "粤B22222").await;

        let mut above = chief.stream("").await.unwrap();
        above.next_of("hello").await;
        let taken = Held::taken_over(&chief, "E01").await;
        taken.plate(&chief, "粤B33333").await;
        page(&mut above, "粤B33333").await;
        agent.post("/api/lanes/E02/claim", json!({})).await.ok(201);
        assert!(!hears(&mut theirs, "粤B33333", true).await, "taken from them");

        let to = json!({"to": id(&guard).await, "note": "你来"});
        let path = format!("/api/cases/{}/hand-over", taken.case);
        chief.post(&path, to).await.ok(204);
        let held = Held::claimed(&guard, "E01").await;
        held.plate(&guard, "粤B44444").await;
        page(&mut theirs, "粤B44444").await;
        agent.post("/api/lanes/B01/claim", json!({})).await.ok(201);
        assert!(!hears(&mut above, "粤B44444", false).await, "given away");
    })
    .await;
}

#[tokio::test]
async fn a_held_lane_is_told_at_whichever_hub_its_holder_listens() {
    let place = Place::new(Engine::Postgres).await;
    let other = Hub::start(place.database.config(place.hub.clock.clone())).await.unwrap();
    let (guard, chief) = (place.desk("guard").await, place.desk("chief").await);
    let at_the_other = |desk: &Desk| {
        let mut there = Desk::new(other.addr);
        there.token.clone_from(&desk.token);
        there
    };
    let (guard_there, chief_there) = (at_the_other(&guard), at_the_other(&chief));
    let mut far = guard_there.stream("").await.unwrap();
    far.next_of("hello").await;
    let held = Held::claimed(&guard, "E01").await;
    held.plate(&guard, "粤B11111").await;
    let told = page(&mut far, "粤B11111").await;
    drop(far);
    held.plate(&guard_there, "粤B22222").await;
    let after = format!("?after={}", told["seq"].as_str().unwrap());
    let mut near = guard.stream(&after).await.unwrap();
    page(&mut near, "粤B22222").await;
    let mut above = chief.stream("").await.unwrap();
    above.next_of("hello").await;
    let taken = Held::taken_over(&chief_there, "E01").await;
    taken.plate(&chief_there, "粤B33333").await;
    page(&mut above, "粤B33333").await;
    other.stop().await;
}

#[tokio::test]
async fn a_lane_of_another_lot_is_not_watched_and_an_empty_list_watches_nothing() {
    on_each_engine(|place| async move {
        let (guard, agent, agent2) = (place.desk("guard").await, place.desk("agent").await, place.desk("agent2").await);
        let mut looks = guard.stream("").await.unwrap();
        watch(&mut looks, &["B01", "E01"]).await;
        let far = Held::claimed(&agent, "B01").await;
        far.plate(&agent, "粤B11111").await;
        let near = Held::claimed(&agent2, "E01").await;
        near.plate(&agent2, "粤B22222").await;
        let mut between = Vec::new();
        loop {
            let frame = looks.next_of("view").await;
            let last = frame["vehicle"]["plate"] == "粤B22222";
            between.push(frame["lane"].clone());
            if last {
                break;
            }
        }
        assert!(!between.contains(&json!("B01")), "{between:?}");
        watch(&mut looks, &[]).await;
        near.plate(&agent2, "粤B33333").await;
        agent.post("/api/lanes/E02/claim", json!({})).await.ok(201);
        assert!(!hears(&mut looks, "粤B33333", true).await);
    })
    .await;
}
