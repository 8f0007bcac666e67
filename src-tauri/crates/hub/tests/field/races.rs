//! What meets at one lane happens one after the other (invariant 14): reads against claims, payments against pages, four
//! people against each other; on both engines, and over two hubs on one PostgreSQL.

use crate::{
    lot::{Lot, SECRET, now},
    stream::Stream,
};
use futures::future::{join, join_all};
use lanedesk_hub::{
    hub::Hub,
    serve::RunningHub,
    signature::sign,
    testing::{ENGINES, Engine},
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};

/// One of the hubs of a lot, and somebody's session at it.
struct Door {
    http: Client,
    addr: SocketAddr,
    token: String,
}

impl Door {
    async fn of(lot: &Lot, addr: SocketAddr, username: &str) -> Self {
        Self { http: Client::builder().no_proxy().build().unwrap(), addr, token: lot.log_in(username).await }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("http://{}{path}", self.addr);
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let told = request.send().await.unwrap();
        let status = told.status().as_u16();
        (status, told.json().await.unwrap_or(Value::Null))
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn claim(&self, lane: &str) -> (u16, Value) {
        self.post(&format!("/api/lanes/{lane}/claim"), json!({})).await
    }

    async fn view(&self, lane: &str) -> Value {
        let (status, view) = self.send(Method::GET, &format!("/api/lanes/{lane}"), None).await;
        assert_eq!(status, 200);
        view
    }

    async fn close(&self, claimed: &Value) {
        let case = claimed["case"]["id"].as_str().unwrap();
        let (status, told) = self.post(&format!("/api/cases/{case}/close"), json!({})).await;
        assert_eq!(status, 204, "{told}");
    }

    /// What a lane's camera pushes.
    async fn read(&self, lane: &str, uuid: &str, plate: &str, by_itself: bool) {
        let at = now();
        let gate = u8::from(!by_itself);
        let event = format!(
            "<EventNotificationAlert><dateTime>{at}</dateTime><eventType>ANPR</eventType><UUID>{uuid}</UUID>\
             <ANPR><licensePlate>{plate}</licensePlate><confidenceLevel>97</confidenceLevel>\
             <barrierGateCtrlType>{gate}</barrierGateCtrlType></ANPR></EventNotificationAlert>"
        );
        let (key, addr) = (format!("push-key-of-lane-{}", lane.to_lowercase()), self.addr);
        let url = format!("http://{addr}/api/devices/cam-{lane}/hikvision?key={key}");
        let request = self.http.post(url).header("Content-Type", "application/xml");
        assert_eq!(request.body(event).send().await.unwrap().status(), 200);
    }

    async fn pay(&self, lot: &Lot, id: &str, plate: &str, amount: i64) {
        let at = lot.hub.clock.now();
        let event = json!({
            "event_id": id, "lot": "cy", "plate": plate, "amount_fen": amount, "paid_at": at.to_string(),
        });
        let (seconds, body) = ((at.0 / 1000).to_string(), event.to_string());
        let signature = sign(SECRET, &seconds, body.as_bytes());
        let url = format!("http://{}/api/integrations/payments/events", self.addr);
        let request = self.http.post(url).header("X-Integration", "pay");
        let request = request
            .header("X-Timestamp", &seconds)
            .header("X-Signature", signature)
            .header("Content-Type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), 200);
    }
}

/// A lot with one hub on each engine, and with two on PostgreSQL.
async fn each_house<F: Future<Output = ()>>(case: impl Fn(Lot, Option<RunningHub>) -> F) {
    for engine in ENGINES {
        case(Lot::open(engine).await, None).await;
    }
    let lot = Lot::open(Engine::Postgres).await;
    let second = Hub::start(lot.database.config(lot.hub.clock.clone())).await;
    case(lot, Some(second.unwrap())).await;
}

fn plate(n: usize) -> String {
    format!("粤B{:05}", 30_000 + n * 137)
}

/// Issue 17, 1: the car before stayed on the page, or none was there.
#[tokio::test(flavor = "multi_thread")]
async fn a_car_read_while_its_lane_is_claimed_is_on_the_page() {
    each_house(|lot, second| async move {
        let there = second.as_ref().map_or(lot.hub.addr, |hub| hub.addr);
        let (here, there) = (Door::of(&lot, lot.hub.addr, "guard").await, Door::of(&lot, there, "guard").await);
        for n in 0..40 {
            let (plate, uuid) = (plate(n), format!("read-{n}"));
            let read = async {
                tokio::time::sleep(Duration::from_micros(300 * (n as u64 % 13))).await;
                there.read("E01", &uuid, &plate, false).await;
            };
            let ((status, claimed), ()) = join(here.claim("E01"), read).await;
            assert_eq!(status, 201, "{claimed}");
            let view = there.view("E01").await;
            assert_eq!(view["case"]["plate"], plate, "round {n}: the case");
            assert_eq!(view["vehicle"]["plate"], plate, "round {n}: the page");
            here.close(&claimed).await;
        }
    })
    .await;
}

/// Issue 17, 1: cars were judged unlicensed, owed nothing, or had paid and were not let out.
#[tokio::test(flavor = "multi_thread")]
async fn cars_that_come_pay_and_leave_in_quick_order_are_all_let_out() {
    each_house(|lot, second| async move {
        let there = second.as_ref().map_or(lot.hub.addr, |hub| hub.addr);
        let (here, there) = (Door::of(&lot, lot.hub.addr, "guard").await, Door::of(&lot, there, "guard").await);
        let entries: Vec<(String, String)> = (0..15).map(|n| (format!("in-{n}"), plate(100 + n))).collect();
        lot.hold_up("E01").await;
        for (uuid, plate) in &entries {
            there.read("E01", uuid, plate, true).await;
        }
        lot.minutes_pass(61);
        for (n, (_, plate)) in entries.iter().enumerate() {
            let (out, pays) = (format!("out-{n}"), format!("pays-{n}"));
            // The exit's read meets the claim, the payment meets both.
            let ((status, claimed), (), ()) =
                tokio::join!(here.claim("E02"), there.read("E02", &out, plate, false), async {
                    tokio::time::sleep(Duration::from_millis(n as u64 % 4)).await;
                    here.pay(&lot, &pays, plate, 900).await;
                });
            assert_eq!(status, 201, "{claimed}");
            let view = there.view("E02").await;
            let seen = (&view["vehicle"]["plate"], &view["assessment"]);
            assert_eq!(seen, (&json!(plate), &json!("temporary")), "car {n}");
            assert_eq!(view["payment"]["paid_fen"], 900, "car {n}: {}", view["payment"]);
            let case = claimed["case"]["id"].as_str().unwrap();
            let fence = &claimed["lease"]["fence"];
            let order = json!({"order_id": uuid::Uuid::now_v7(), "fence": fence, "action": "open"});
            let (status, told) = here.post(&format!("/api/cases/{case}/barrier"), order).await;
            assert_eq!(status, 200, "car {n} had paid: {told}");
            let path = format!("/api/cases/{case}/passed");
            let (status, told) = here.post(&path, json!({"fence": fence})).await;
            assert_eq!(status, 200, "car {n} went through: {told}");
            here.close(&claimed).await;
        }
        let left = "select count(*) from stay where left_at is not null and release = 'normal'";
        assert_eq!(lot.one::<(i64,)>(left).await.0, 15);
    })
    .await;
}

/// Issue 17, 1: what was told last is what is so. A page that a payment met must be told after it.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_page_told_of_a_lane_is_the_page_it_has() {
    each_house(|lot, second| async move {
        let there = second.as_ref().map_or(lot.hub.addr, |hub| hub.addr);
        let (here, there) = (Door::of(&lot, lot.hub.addr, "guard").await, Door::of(&lot, there, "guard").await);
        let mut stream = Stream::at(there.addr, &there.token, "").await;
        stream.watch(&["E02"]).await;
        lot.hold_up("E01").await;
        for n in 0..10 {
            there.read("E01", &format!("in-{n}"), &plate(200 + n), true).await;
        }
        lot.minutes_pass(61);
        for n in 0..10 {
            let (out, pays, plate) = (format!("out-{n}"), format!("pays-{n}"), plate(200 + n));
            join(there.read("E02", &out, &plate, false), here.pay(&lot, &pays, &plate, 900)).await;
            // Told after both: what was heard before it is all there was.
            let (status, claimed) = here.claim("W02").await;
            assert_eq!(status, 201, "{claimed}");
            stream
                .until("the claim", |frame| {
                    frame["type"] == "lease" && frame["lane"] == "W02" && frame["holder"].is_object()
                })
                .await;
            here.close(&claimed).await;
            let mut pages = stream.frames.iter().filter(|frame| frame["type"] == "view");
            let told = pages.rfind(|view| view["lane"] == "E02" && view["payment"].is_object()).unwrap();
            assert_eq!(told["vehicle"]["plate"], plate, "round {n}");
            assert_eq!(told["payment"]["paid_fen"], 900, "round {n}: {}", told["payment"]);
        }
    })
    .await;
}

/// Issue 17, 2: several were told 503.
#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_claims_by_four_people_are_given_or_refused_and_none_fails() {
    each_house(|lot, second| async move {
        let people = ["p0", "p1", "p2", "p3"].map(|name| {
            format!(
                "[[person]]\nusername = \"{name}\"\nname = \"人{name}\"\nrole = \"agent\"\n\
                 password = \"lanedesk-demo\"\nlots = [\"cy\"]\n"
            )
        });
        let people = people.concat();
        lot.database.import(&people, now()).await.unwrap();
        let there = second.as_ref().map_or(lot.hub.addr, |hub| hub.addr);
        let mut doors = Vec::new();
        for n in 0..4 {
            let addr = if n % 2 == 0 { lot.hub.addr } else { there };
            doors.push(Door::of(&lot, addr, &format!("p{n}")).await);
        }
        let claims = (0..64).map(|n| doors[n % 4].claim(["E01", "E02", "W02"][n / 4 % 3]));
        let answers: Vec<u16> = join_all(claims).await.into_iter().map(|(status, _)| status).collect();
        assert!(answers.iter().all(|status| [201, 409].contains(status)), "{answers:?}");
        assert!(answers.contains(&201));
        let open = "select count(*) from lease where open";
        let people = "select count(distinct person_id) from lease where open";
        assert_eq!(lot.one::<(i64,)>(open).await, lot.one::<(i64,)>(people).await);
        let strays = "select count(*) from \"case\" c where c.state = 'open'
            and not exists (select 1 from lease l where l.open and l.case_id = c.id)";
        assert_eq!(lot.one::<(i64,)>(strays).await.0, 0, "no case is open that nobody works");
    })
    .await;
}
