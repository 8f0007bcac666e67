//! A small lot with its devices, its hub, and somebody at a desk.

use lanedesk_domain::{
    barrier::BarrierState,
    ids::{LaneId, LotId},
    order::BarrierAction,
    person::{LotNode, Role, Scope},
    time::Timestamp,
};
use lanedesk_hub::{
    actor::Actor,
    args,
    serve::RunningHub,
    signature::sign,
    store::Row,
    testing::{Database, Engine},
};
use lotsim::{Config, Lane, LaneConfig, Lotsim};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// The secret of the payment system.
pub(crate) const SECRET: &str = "payments-secret";
/// The key with which E01's camera calls the hub.
pub(crate) const PUSH_KEY: &str = "push-key-of-lane-e01";

/// A lot whose time stands still until it is moved: entry E01, exit E02, and W02 that goes both ways.
pub(crate) struct Lot {
    pub(crate) sim: Lotsim,
    pub(crate) hub: RunningHub,
    pub(crate) database: Database,
    http: Client,
    token: String,
}

/// A case somebody holds.
pub(crate) struct Held {
    pub(crate) case: String,
    pub(crate) fence: i64,
    pub(crate) view: Value,
}

pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp(i64::try_from(since.unwrap().as_millis()).unwrap())
}

impl Lot {
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_with(engine, |_| {}).await
    }

    /// The same with lanes changed before they start.
    pub(crate) async fn open_with(engine: Engine, change: impl Fn(&mut LaneConfig)) -> Self {
        let mut lanes = ["E01", "E02", "W02"].map(LaneConfig::quick);
        lanes.iter_mut().for_each(change);
        let sim = Lotsim::start(Config::of(lanes)).await.unwrap();
        let database = Database::new(engine).await.unwrap();
        let hub = database.start(&site(&sim), now()).await.unwrap();
        let http = Client::builder().no_proxy().build().unwrap();
        let mut lot = Self { sim, hub, database, http, token: String::new() };
        lot.token = lot.log_in("guard").await;
        lot.cameras_are_heard().await;
        lot
    }

    /// Sessions end with time.
    pub(crate) async fn log_in_again(&mut self) {
        self.token = self.log_in("guard").await;
    }

    pub(crate) async fn log_in(&self, username: &str) -> String {
        let login = json!({"username": username, "password": "lanedesk-demo"});
        let told = self.call(Method::POST, "/api/session", Some(login)).await;
        assert_eq!(told.status(), StatusCode::CREATED);
        let told: Value = told.json().await.unwrap();
        told["token"].as_str().unwrap().to_owned()
    }

    /// Waits until every device was reached.
    async fn cameras_are_heard(&self) {
        self.until("devices are online", async || {
            let health = self.get("/api/health").await;
            (health["devices"]["online"] == 3).then_some(())
        })
        .await;
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn device(&self, code: &str) -> Lane {
        self.sim.lane(code)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.hub.addr)
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.http.request(method, self.url(path));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let told = self.call(Method::GET, path, None).await;
        assert_eq!(told.status(), StatusCode::OK, "{path}");
        told.json().await.unwrap()
    }

    /// Posts and expects success.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let told = self.call(Method::POST, path, Some(body)).await;
        let (status, text) = (told.status(), told.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub(crate) async fn view(&self, lane: &str) -> Value {
        self.get(&format!("/api/lanes/{lane}")).await
    }

    /// Takes a lane, and waits until the camera's answer to the question that goes with it is known.
    pub(crate) async fn claim(&self, lane: &str) -> Held {
        let (before, device) = (self.reads(lane).await, self.device(lane));
        let mut claimed = self.post(&format!("/api/lanes/{lane}/claim"), json!({})).await;
        let vehicle = device.vehicle();
        let reads = vehicle.is_some_and(|vehicle| vehicle.reading().is_some());
        let faults = device.facts().faults;
        let mute = faults.iter().any(|fault| fault == "silent" || fault == "offline");
        if reads && !mute {
            self.until("the camera answered", async || (self.reads(lane).await > before).then_some(())).await;
        }
        Held {
            case: claimed["case"]["id"].as_str().unwrap().to_owned(),
            fence: claimed["lease"]["fence"].as_i64().unwrap(),
            view: claimed["view"].take(),
        }
    }

    pub(crate) async fn correct(&self, held: &Held, plate: &str) -> Value {
        let body = json!({"fence": held.fence, "plate": plate});
        self.post(&format!("/api/cases/{}/plate", held.case), body).await
    }

    pub(crate) async fn passed(&self, held: &Held) -> Value {
        let body = json!({"fence": held.fence});
        self.post(&format!("/api/cases/{}/passed", held.case), body).await
    }

    /// Raises the barrier and waits until it is seen up.
    pub(crate) async fn raise(&self, held: &Held) {
        self.second_passes();
        let body = json!({
            "order_id": uuid::Uuid::now_v7(), "fence": held.fence, "action": "open",
            "driver_phone": "13812345678", "entry_reason": "访客",
        });
        let told = self.post(&format!("/api/cases/{}/barrier", held.case), body).await;
        let result = told["order"]["result"].as_str().unwrap().to_owned();
        assert!(["accepted", "opened"].contains(&result.as_str()), "{result}");
    }

    /// Somebody at the gate holds its arm up, and the hub has seen it.
    pub(crate) async fn hold_up(&self, code: &str) {
        self.device(code).press(BarrierAction::Open);
        let lane = Self::lane_id(code);
        self.hub.hub.runtime().attend(&lane);
        self.until("the arm is seen up", async || {
            (self.hub.hub.runtime().barrier_now(&lane).state == BarrierState::Open).then_some(())
        })
        .await;
    }

    /// A vehicle comes and its read is known to the hub.
    pub(crate) async fn arrive(&self, lane: &str, vehicle: lotsim::Vehicle) {
        self.second_passes();
        let before = self.reads(lane).await;
        self.device(lane).arrive(vehicle);
        self.until("the read is known", async || (self.reads(lane).await > before).then_some(())).await;
    }

    /// Writes an opening as one that was recorded and accepted, for what no offer leads to yet.
    pub(crate) async fn recorded_opening(
        &self,
        held: &Held,
        direction: &'static str,
        plate: Option<&'static str>,
        phone: Option<&'static str>,
    ) {
        let (case, fence, now) = (held.case.clone(), held.fence, self.hub.clock.now());
        let write = self.hub.hub.store().write(async move |tx| {
            let order = uuid::Uuid::now_v7().to_string();
            tx.execute(
                "insert into \"order\" (id, case_id, lane_id, lot_id, person_id, fence, action, content, made_at,
                        deadline_at, result, detail, answered_at, hub)
                     select $1, id, lane_id, lot_id, person_id, $3, 'open', '', $4, $4, 'accepted', '', $4, ''
                     from \"case\" where id = $2",
                args![order.as_str(), case.as_str(), fence, now],
            )
            .await?;
            tx.execute(
                "insert into opening (id, order_id, case_id, kind, lot_id, lane_id, direction, plate, phone, person_id,
                        source, assessment, photos, claimed_at, at, result, barrier_before, barrier_after, passage)
                     select $1, $1, id, 'abnormal', lot_id, lane_id, $3, $4, $5, person_id, 'query', 'unlicensed', '[]',
                        $6, $6, 'accepted', 'closed', 'unknown', 'pending' from \"case\" where id = $2",
                args![order.as_str(), case.as_str(), direction, plate, phone, now],
            )
            .await?;
            Ok::<_, lanedesk_hub::store::StoreError>(())
        });
        write.await.unwrap();
    }

    /// Somebody who may see everything at the lot.
    pub(crate) fn chief() -> Actor {
        let lots = [LotNode { id: Self::lot_id(), area: "all".parse().unwrap() }];
        Actor {
            id: "chief".parse().unwrap(),
            name: "周敏".to_owned(),
            role: Role::Supervisor,
            scope: Arc::new(Scope::resolve(&[], &lots, &[], &[Self::lot_id()])),
        }
    }

    pub(crate) fn second_passes(&self) {
        self.hub.clock.advance(Duration::from_secs(1));
    }

    pub(crate) fn minutes_pass(&self, minutes: u64) {
        self.hub.clock.advance(Duration::from_secs(60 * minutes));
    }

    pub(crate) async fn reads(&self, lane: &str) -> i64 {
        let sql = format!("select count(*) from plate_read where lane_id = '{lane}'");
        self.one::<(i64,)>(&sql).await.0
    }

    pub(crate) async fn rows<T: Row>(&self, sql: &str) -> Vec<T> {
        let mut reader = self.hub.hub.store().read().await.unwrap();
        reader.conn().all(sql, vec![]).await.unwrap()
    }

    pub(crate) async fn one<T: Row>(&self, sql: &str) -> T {
        self.rows(sql).await.pop().unwrap()
    }

    /// Waits until something is so, and hands it on.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let wait = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
        waited.unwrap_or_else(|_| panic!("never: {what}"))
    }

    /// Sends a payment as the payment system does.
    pub(crate) async fn pay(&self, event: &Value) -> StatusCode {
        let seconds = (self.hub.clock.now().0 / 1000).to_string();
        let body = event.to_string();
        let signature = sign(SECRET, &seconds, body.as_bytes());
        self.send_payment("pay", &seconds, &signature, body).await
    }

    pub(crate) async fn send_payment(&self, from: &str, seconds: &str, signature: &str, body: String) -> StatusCode {
        let url = self.url("/api/integrations/payments/events");
        let request = self
            .http
            .post(url)
            .header("X-Integration", from)
            .header("X-Timestamp", seconds)
            .header("X-Signature", signature)
            .header("Content-Type", "application/json")
            .body(body);
        request.send().await.unwrap().status()
    }

    /// Posts an event as E01's camera does.
    pub(crate) async fn push(&self, key: &str, xml: &str) -> StatusCode {
        self.push_to("E01", key, xml).await
    }

    /// Posts an event as a lane's camera does.
    pub(crate) async fn push_to(&self, lane: &str, key: &str, xml: &str) -> StatusCode {
        let url = self.url(&format!("/api/devices/cam-{lane}/hikvision?key={key}"));
        let request = self.http.post(url).header("Content-Type", "application/xml").body(xml.to_owned());
        request.send().await.unwrap().status()
    }

    pub(crate) async fn bytes(&self, path: &str) -> Response {
        self.call(Method::GET, path, None).await
    }

    pub(crate) fn lot_id() -> LotId {
        "cy".parse().unwrap()
    }

    pub(crate) fn lane_id(code: &str) -> LaneId {
        code.parse().unwrap()
    }
}

/// An event as a camera writes it, by its own clock that is right.
pub(crate) fn event(uuid: &str, plate: &str, seconds_ago: i64, extra: &str) -> String {
    let at = now().plus_seconds(-seconds_ago);
    format!(
        "<EventNotificationAlert><dateTime>{at}</dateTime><eventType>ANPR</eventType><UUID>{uuid}</UUID>\
         <ANPR><licensePlate>{plate}</licensePlate><confidenceLevel>97</confidenceLevel>{extra}</ANPR>\
         </EventNotificationAlert>"
    )
}

fn site(sim: &Lotsim) -> String {
    let mut site = String::from(
        r#"
        [[area]]
        id = "all"
        name = "全部"
        [[lot]]
        id = "cy"
        name = "彩悦大厦"
        area = "all"
        manager = "王强"
        manager_phone = "13826004417"
        leave_minutes = 15
        [[person]]
        username = "guard"
        name = "张三"
        role = "lot_staff"
        password = "lanedesk-demo"
        lots = ["cy"]
        [[person]]
        username = "agent"
        name = "李四"
        role = "agent"
        password = "lanedesk-demo"
        lots = ["cy"]
        [[person]]
        username = "chief"
        name = "周敏"
        role = "supervisor"
        password = "lanedesk-demo"
        lots = ["cy"]
        [[reason]]
        code = "misread"
        text = "识别错误"
        direction = "any"
        remark = false
        [[reason]]
        code = "emergency"
        text = "应急车辆"
        direction = "any"
        remark = false
        photos_min = 0
        [[reason]]
        code = "paid_but_stuck"
        text = "已缴费未抬杆"
        direction = "exit"
        remark = false
        [[reason]]
        code = "other"
        text = "其他"
        direction = "any"
        remark = true
        [[reason]]
        code = "police"
        text = "公务"
        direction = "any"
        remark = false
        photos_min = 0
        approval = true
        [[tariff]]
        lot = "cy"
        free_minutes = 15
        first_minutes = 60
        first_fen = 500
        step_minutes = 60
        step_fen = 400
        day_cap_fen = 4000
        [[pass]]
        lot = "cy"
        plates = ["粤B12345", "粤B54321"]
        status = "active"
        valid_from = "2020-01-01T00:00:00Z"
        valid_to = "2099-01-01T00:00:00Z"
        spaces = 1
        "#,
    );
    let pay = format!("[[integration]]\nid = \"pay\"\nkind = \"payments\"\nsecret = \"{SECRET}\"\n");
    site.push_str(&pay);
    for (code, direction) in [("E01", "entry"), ("E02", "exit"), ("W02", "both")] {
        site.push_str(&lane_of_site(&sim.lane(code), direction));
    }
    site
}

fn lane_of_site(lane: &Lane, direction: &str) -> String {
    let (code, url) = (lane.code(), lane.url());
    let (user, password) = (lotsim::demo::USERNAME, lotsim::demo::PASSWORD);
    let push_key = format!("push-key-of-lane-{}", code.to_lowercase());
    let rtsp = lane.rtsp_url();
    format!(
        "[[device]]\nid = \"cam-{code}\"\ndriver = \"hikvision\"\nurl = \"{url}\"\nusername = \"{user}\"\n\
         password = \"{password}\"\nrtsp = \"{rtsp}\"\npush_key = \"{push_key}\"\n\
         [[lane]]\nid = \"{code}\"\nlot = \"cy\"\nname = \"{code}\"\ncode = \"{code}\"\ndirection = \"{direction}\"\n\
         barrier = \"cam-{code}\"\nplate_camera = \"cam-{code}\"\nenvironment_cameras = [\"cam-W02\"]\n{}",
        if code == "E02" { "id_camera = \"cam-W02\"\n" } else { "" }
    )
}
