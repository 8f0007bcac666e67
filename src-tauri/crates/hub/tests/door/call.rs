//! Drivers' calls through the hub's own door (R2, R11, R29 to R32), told as a telephone system tells them.

mod flow;
mod line;
mod seats;
mod signed;
mod storm;
mod taking;

use super::{
    Place, SITE,
    desk::{Answer, Desk, Stream},
};
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::{
    signature::sign,
    testing::{ENGINES, Engine},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Two robots, one lane of each lot, and the telephone system.
const MORE: &str = r#"
[[robot]]
id = "r102"
number = "R-102"
phone = "0755-8212 0102"
key = "robot-key-0123456789"
[[robot]]
id = "r301"
number = "R-301"
phone = "0755-8212 0301"
key = "robot-key-0123456789"
[[lane]]
id = "R01"
lot = "cyds"
name = "西门出口"
code = "R01"
direction = "exit"
robot = "r102"
[[lane]]
id = "R02"
lot = "bj"
name = "北门出口"
code = "R02"
direction = "exit"
robot = "r301"
[[person]]
username = "south"
name = "何洁"
role = "agent"
password = "secret-1"
areas = ["south"]
[[seat]]
number = "8003"
[[integration]]
id = "tel"
kind = "telephony"
secret = "tel-secret"
[[integration]]
id = "tel2"
kind = "telephony"
secret = "tel2-secret"
"#;

/// The number of the driver.
const DRIVER: &str = "13826004417";

async fn place(engine: Engine) -> Place {
    Place::with(engine, &format!("{SITE}{MORE}")).await
}

/// Runs a case on each engine, one after the other.
async fn on_each<F: Future<Output = ()>>(case: impl Fn(Place) -> F) {
    for engine in ENGINES {
        case(place(engine).await).await;
    }
}

impl Place {
    fn now(&self) -> Timestamp {
        self.hub.clock.now()
    }

    /// An agent at a seat.
    async fn at_seat(&self, username: &str, number: &str) -> Desk {
        let desk = self.desk(username).await;
        desk.put("/api/seat", json!({"number": number})).await.ok(200);
        desk
    }

    /// An event as a telephone system sends it: signed, now.
    async fn tells(&self, event: Value) -> Answer {
        self.tells_as("tel", "tel-secret", self.now(), &event).await
    }

    async fn tells_as(&self, who: &str, secret: &str, at: Timestamp, event: &Value) -> Answer {
        let (body, at) = (event.to_string(), (at.0 / 1_000).to_string());
        let nobody = self.stranger();
        let request = nobody
            .request(Method::POST, "/api/integrations/telephony/events")
            .header("x-integration", who)
            .header("x-signature", sign(secret, &at, body.as_bytes()))
            .header("x-timestamp", at)
            .body(body);
        nobody.send(request).await
    }

    /// A call of the robot R-102 rings, at a seat or at none.
    async fn rings(&self, call: &str, seat: Option<&str>) {
        let event = self.event("ringing", call, seat);
        self.tells(event).await.ok(200);
    }

    async fn answered(&self, call: &str, seat: Option<&str>) {
        let event = self.event("answered", call, seat);
        self.tells(event).await.ok(200);
    }

    async fn ends(&self, call: &str) {
        let event = self.event("ended", call, None);
        self.tells(event).await.ok(200);
    }

    /// One number from a query.
    async fn database_count(&self, sql: &str) -> i64 {
        let rows: Vec<(i64,)> = self.database_rows(sql).await;
        rows[0].0
    }

    async fn database_rows<T: lanedesk_hub::store::Row>(&self, sql: &str) -> Vec<T> {
        let mut reader = self.hub.hub.store().read().await.unwrap();
        reader.conn().all(sql, vec![]).await.unwrap()
    }

    /// Waits until the hub has noted whose desks it listens to.
    async fn listens(&self) {
        for _ in 0..500 {
            if self.database_count("select count(*) from seat where heard_at is not null and lost_at is null").await > 0
            {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the hub listens to nobody");
    }

    /// The hub is stopped and begins again on the same records.
    async fn again(self, at: Timestamp) -> Self {
        let Self { database, hub } = self;
        hub.stop().await;
        let config = database.config(lanedesk_hub::clock::Clock::manual(at));
        let hub = lanedesk_hub::hub::Hub::start(config).await.unwrap();
        Self { database, hub }
    }

    fn event(&self, what: &str, call: &str, seat: Option<&str>) -> Value {
        let mut event = json!({
            "event_id": format!("{call}-{what}-{}", seat.unwrap_or("none")),
            "type": format!("call.{what}"), "call_id": call, "robot_number": "R-102", "caller": DRIVER,
            "occurred_at": self.now()
        });
        if let Some(seat) = seat {
            event["seat"] = seat.into();
        }
        event
    }
}

impl Desk {
    /// The same session at a hub that began again.
    fn at(&self, addr: std::net::SocketAddr) -> Self {
        Self { addr, ..self.clone() }
    }

    /// Calls in a state.
    async fn calls(&self, state: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/calls?state={state}")).await;
        answer.ok(200)["items"].as_array().unwrap().clone()
    }

    /// The one call in a state.
    async fn call(&self, state: &str) -> Value {
        let mut calls = self.calls(state).await;
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    async fn take(&self, call: &Value) -> Answer {
        let id = call["id"].as_str().unwrap();
        self.post(&format!("/api/calls/{id}/take"), json!({})).await
    }

    async fn lease(&self, lane: &str) -> Value {
        self.get(&format!("/api/lanes/{lane}")).await.ok(200)["lease"].clone()
    }

    /// How a seat stands.
    async fn seat(&self, number: &str) -> Value {
        let seats = self.get("/api/seats").await;
        let seats = seats.ok(200)["items"].as_array().unwrap().clone();
        let seat = seats.into_iter().find(|seat| seat["number"] == number);
        seat.unwrap()
    }
}

impl Stream {
    /// The next frame of a call in this state; others are passed over.
    async fn next_call(&mut self, state: &str) -> Value {
        loop {
            let frame = self.next_of("call").await;
            if frame["call"]["state"] == state {
                return frame;
            }
        }
    }
}
