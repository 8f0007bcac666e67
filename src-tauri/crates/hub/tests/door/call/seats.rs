//! R2, R4: who sits where and how the seat stands, told to agents and supervisors; a lost desk frees it in time.

use super::*;
use std::time::Duration;

impl Stream {
    /// The next word on a seat.
    async fn next_seat(&mut self, number: &str) -> Value {
        loop {
            let frame = self.next_of("seat").await;
            if frame["seat"]["number"] == number {
                return frame["seat"].clone();
            }
        }
    }

    /// Hears on until a seat stands so.
    async fn seat_stands(&mut self, number: &str, state: &str) -> Value {
        loop {
            let seat = self.next_seat(number).await;
            if seat["state"] == state {
                return seat;
            }
        }
    }
}

#[tokio::test]
async fn everybody_who_sees_the_queue_hears_how_seats_stand() {
    on_each(|place| async move {
        let (chief, agent) = (place.desk("chief").await, place.desk("agent").await);
        let mut stream = chief.stream("").await.unwrap();
        agent.put("/api/seat", json!({"number": "8001"})).await.ok(200);
        let seat = stream.next_seat("8001").await;
        assert_eq!((&seat["person"]["name"], &seat["state"]), (&json!("李四"), &json!("free")));
        let away = agent.put("/api/seat/state", json!({"state": "away"})).await;
        assert_eq!(away.ok(200)["state"], "away");
        assert_eq!(stream.next_seat("8001").await["state"], "away");
        agent.put("/api/seat/state", json!({"state": "free"})).await.ok(200);
        assert_eq!(stream.next_seat("8001").await["state"], "free");
        // A lane that is looked up keeps calls away as well.
        let claim = agent.post("/api/lanes/E01/claim", json!({})).await;
        assert_eq!(stream.next_seat("8001").await["state"], "busy");
        let case = claim.ok(201)["case"]["id"].as_str().unwrap();
        agent.post(&format!("/api/cases/{case}/close"), json!({})).await.ok(204);
        assert_eq!(stream.next_seat("8001").await["state"], "free");
        agent.delete("/api/seat").await.ok(204);
        assert!(stream.next_seat("8001").await.get("person").is_none());
    })
    .await;
}

#[tokio::test]
async fn an_away_seat_gets_no_calls_and_only_somebody_at_a_seat_can_be_away() {
    on_each(|place| async move {
        let (agent, other) = (place.at_seat("agent", "8001").await, place.desk("agent2").await);
        other.put("/api/seat/state", json!({"state": "away"})).await.refused(409, "seat_required");
        agent.put("/api/seat/state", json!({"state": "away"})).await.ok(200);
        place.rings("c1", Some("8001")).await;
        agent.call("waiting").await;
        assert!(agent.lease("R01").await.is_null());
    })
    .await;
}

/// A desk whose stream is cut keeps its seat, and gets calls, through the grace period; then the seat is free.
#[tokio::test]
async fn a_lost_desk_gets_calls_through_its_grace_and_then_frees_its_seat() {
    on_each(|place| async move {
        let (agent, chief) = (place.at_seat("agent", "8001").await, place.desk("chief").await);
        let mut watch = chief.stream("").await.unwrap();
        let stream = agent.stream("").await.unwrap();
        place.listens().await;
        drop(stream);
        watch.seat_stands("8001", "lost").await;
        place.hub.clock.advance(Duration::from_secs(60));
        place.rings("c1", Some("8001")).await;
        assert_eq!(agent.call("live").await["by"]["name"], "李四", "still bound");
        place.ends("c1").await;
        // Back in time: the seat is theirs on.
        let stream = agent.stream("").await.unwrap();
        watch.seat_stands("8001", "after_call").await;
        place.hub.clock.advance(Duration::from_secs(121));
        assert_eq!(agent.seat("8001").await["person"]["name"], "李四");
        place.listens().await;
        drop(stream);
        watch.seat_stands("8001", "lost").await;
        place.hub.clock.advance(Duration::from_secs(121));
        loop {
            if watch.next_seat("8001").await.get("person").is_none() {
                break;
            }
        }
        assert!(agent.get("/api/session").await.ok(200).get("seat").is_none());
        place.rings("c2", Some("8001")).await;
        agent.call("waiting").await;
    })
    .await;
}

/// A person without any open stream, such as one who works by program, keeps the seat: nothing was cut.
#[tokio::test]
async fn a_seat_nobody_ever_listened_at_is_not_lost() {
    on_each(|place| async move {
        let agent = place.at_seat("agent", "8001").await;
        for _ in 0..5 {
            place.hub.clock.advance(Duration::from_secs(600));
            place.rings("late", None).await;
        }
        assert_eq!(agent.seat("8001").await["state"], "free");
    })
    .await;
}

/// The binding survives a restart of the hub, however long it takes, and the desk's grace begins anew.
#[tokio::test]
async fn a_binding_survives_a_restart_of_the_hub() {
    for engine in ENGINES {
        let mut place = place(engine).await;
        let agent = place.at_seat("agent", "8001").await;
        let stream = agent.stream("").await.unwrap();
        place.listens().await;
        let later = place.now().plus_minutes(10);
        place = place.again(later).await;
        drop(stream);
        let agent = agent.at(place.hub.addr);
        assert_eq!(agent.get("/api/session").await.ok(200)["seat"], "8001");
        place.hub.clock.advance(Duration::from_secs(30));
        let mut stream = agent.stream("").await.unwrap();
        place.listens().await;
        place.hub.clock.advance(Duration::from_secs(600));
        place.rings("c1", Some("8001")).await;
        assert_eq!(stream.next_call("ringing").await["call"]["seat"], "8001");
    }
}

/// Whoever logs out at their last desk has left their seat.
#[tokio::test]
async fn logging_out_everywhere_frees_the_seat() {
    on_each(|place| async move {
        let (first, second) = (place.at_seat("agent", "8001").await, place.desk("agent").await);
        let other = place.desk("agent2").await;
        second.delete("/api/session").await.ok(204);
        assert_eq!(other.seat("8001").await["person"]["name"], "李四");
        first.delete("/api/session").await.ok(204);
        assert!(other.seat("8001").await.get("person").is_none());
    })
    .await;
}
