//! A hub of a few routes and a page that writes down what it is told.

use super::hub_photos::{Photos, routes};
use crate::{
    camera::SystemCamera,
    commands::session::Connection,
    desk::{Desk, Parts},
    events::{ConnectionChanged, EvidenceChanged, ExportProgress, Page, PreviewEnded},
    keyring::Keyring,
    notify::Notice,
    seal::Seal,
    store::Store,
};
use axum::{
    Json, Router,
    extract::{
        Path, State,
        ws::{Message, WebSocketUpgrade},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use lanedesk_client::{Hub, Language, Pace};
use lanedesk_domain::{
    ids::{CaseId, LaneId, OrderId},
    order::OrderResult,
};
use lanedesk_wire::{
    site::ImportProgress,
    stream::{Frame, Told},
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// What the hub is set to and what it was sent.
#[derive(Default)]
pub(super) struct Switches {
    pub(super) fence: i64,
    pub(super) fences: Vec<i64>,
    pub(super) orders: Vec<Value>,
    /// Who holds every lane; `p1` is the person of these tests.
    pub(super) held_by: Option<&'static str>,
    /// Orders are taken and their answers lost; lookups fail.
    pub(super) lose_answers: bool,
    pub(super) refuse_streams: bool,
    pub(super) session_over: bool,
    /// The lists of lanes that desks said they watch.
    pub(super) watched: Vec<Value>,
    pub(super) photos: Photos,
}

#[derive(Clone)]
pub(super) struct FakeHub {
    state: Arc<Mutex<Switches>>,
    frames: broadcast::Sender<Value>,
    /// Counts the times all streams were cut.
    cuts: Arc<watch::Sender<u32>>,
    pub(super) url: String,
}

impl FakeHub {
    pub(super) async fn serve() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hub = Self {
            state: Arc::new(Mutex::new(Switches { fence: 7, ..Switches::default() })),
            frames: broadcast::channel(64).0,
            cuts: Arc::new(watch::channel(0).0),
            url: format!("http://{}", listener.local_addr().unwrap()),
        };
        let router = Router::new()
            .route("/api/session", post(login))
            .route("/api/lanes/{lane}", get(view))
            .route("/api/lanes/{lane}/claim", post(claimed))
            .route("/api/cases/{case}", get(case_view))
            .route("/api/cases/{case}/plate", post(step))
            .route("/api/cases/{case}/barrier", post(barrier))
            .route("/api/orders/{id}", get(order))
            .route("/api/stream", get(stream))
            .merge(routes())
            .merge(super::call::routes())
            .with_state(hub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        hub
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.state.lock().unwrap());
    }
    pub(super) fn get<T>(&self, look: impl FnOnce(&Switches) -> T) -> T {
        look(&self.state.lock().unwrap())
    }
    pub(super) fn tell(&self, mut frame: Value) {
        frame["seq"] = json!("5");
        self.frames.send(frame).unwrap();
    }
    pub(super) fn cut_streams(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

pub(super) fn refusal(status: u16, code: &str) -> Response {
    let body = json!({"type": "t", "title": "t", "status": status, "detail": "d", "code": code});
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

pub(super) fn page_of(lane: &str, held_by: Option<&str>) -> Value {
    let lease = held_by.map(|id| {
        json!({"holder": {"id": id, "name": "张三", "role": "lot_staff"},
            "acquired_at": "2026-11-22T08:00:00Z", "expires_at": "2026-11-22T08:10:00Z"})
    });
    json!({
        "lot": {"id": "caiyue", "name": "彩悦大厦", "manager": "王强", "manager_phone": "1", "outsiders": true, "leave_minutes": 15},
        "lane": {"id": lane, "name": "东门出口", "code": lane, "direction": "exit", "environment_cameras": [], "id_camera": false},
        "barrier": {"state": "closed", "online": true},
        "assessment": "pass_valid", "candidates": [], "offers": [], "timeline": [], "lease": lease,
    })
}

async fn login() -> Response {
    let person = json!({"id": "p1", "name": "张三", "role": "lot_staff"});
    let session = json!({"token": "secret", "expires_at": "2030-01-01T00:00:00Z", "person": person});
    (StatusCode::CREATED, Json(session)).into_response()
}

async fn view(State(hub): State<FakeHub>, Path(lane): Path<String>) -> Response {
    if hub.get(|told| told.session_over) {
        return refusal(401, "no_session");
    }
    Json(page_of(&lane, hub.get(|told| told.held_by))).into_response()
}

async fn case_view(State(hub): State<FakeHub>) -> Response {
    Json(page_of("E02", hub.get(|told| told.held_by))).into_response()
}

async fn claimed(State(hub): State<FakeHub>, Path(lane): Path<String>) -> Response {
    hub.set(|told| told.held_by = Some("p1"));
    let fence = hub.get(|told| told.fence);
    let lease = json!({"fence": fence, "acquired_at": "2026-11-22T08:00:00Z", "expires_at": "2026-11-22T08:10:00Z"});
    let claimed = json!({"case": {"id": "c1"}, "lease": lease, "view": page_of(&lane, Some("p1"))});
    (StatusCode::CREATED, Json(claimed)).into_response()
}

async fn step(State(hub): State<FakeHub>, Json(body): Json<Value>) -> Response {
    hub.set(|told| told.fences.push(body["fence"].as_i64().unwrap()));
    Json(page_of("E02", Some("p1"))).into_response()
}

fn order_of(id: &Value) -> Value {
    json!({"order": {"id": id, "case": "c1", "action": "open", "result": "opened", "detail": "", "at": "2026-11-22T08:00:00Z"}})
}

async fn barrier(State(hub): State<FakeHub>, Json(body): Json<Value>) -> Response {
    let lost = hub.get(|told| told.lose_answers);
    hub.set(|told| told.orders.push(body.clone()));
    if lost {
        return refusal(500, "internal");
    }
    // Long enough for a second press to come while this one is on its way.
    tokio::time::sleep(Duration::from_millis(100)).await;
    Json(order_of(&body["order_id"])).into_response()
}

async fn order(State(hub): State<FakeHub>, Path(id): Path<String>) -> Response {
    if hub.get(|told| told.lose_answers) {
        return refusal(500, "internal");
    }
    Json(order_of(&json!(id))).into_response()
}

async fn stream(State(hub): State<FakeHub>, upgrade: WebSocketUpgrade) -> Response {
    if hub.get(|told| told.refuse_streams) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (mut frames, mut cuts) = (hub.frames.subscribe(), hub.cuts.subscribe());
    upgrade.on_upgrade(async move |mut socket| {
        let hello = json!({"type": "hello", "seq": "1", "now": "2026-11-22T08:00:00Z"});
        let mut next = hello;
        while socket.send(Message::Text(next.to_string().into())).await.is_ok() {
            tokio::select! {
                frame = frames.recv() => next = frame.unwrap(),
                _ = cuts.changed() => return,
                said = socket.recv() => {
                    let Some(Ok(Message::Text(text))) = said else { return };
                    let said: Value = serde_json::from_str(&text).unwrap();
                    hub.set(|told| told.watched.push(said));
                    next = json!({"type": "heartbeat", "seq": "2", "now": "2026-11-22T08:00:00Z"});
                }
            }
        }
    })
}

/// What the page was told.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) frames: Vec<Frame>,
    pub(super) connections: Vec<Connection>,
    pub(super) notices: Vec<String>,
    pub(super) free: Vec<String>,
    pub(super) ended: u32,
    pub(super) evidence: Vec<EvidenceChanged>,
    pub(super) previews_ended: Vec<PreviewEnded>,
    pub(super) exported: Vec<ExportProgress>,
}

#[derive(Clone, Default)]
pub(super) struct Recording(Arc<Mutex<Heard>>);

impl Recording {
    pub(super) fn heard<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.0.lock().unwrap())
    }
}

impl Page for Recording {
    fn hub_told(&self, frame: Frame) {
        self.0.lock().unwrap().frames.push(frame);
    }
    fn connection_changed(&self, changed: ConnectionChanged) {
        self.0.lock().unwrap().connections.push(changed.connection);
    }
    fn session_ended(&self) {
        self.0.lock().unwrap().ended += 1;
    }
    fn lane_free(&self, lane: LaneId, _name: String) {
        self.0.lock().unwrap().free.push(lane.to_string());
    }
    fn evidence_changed(&self, changed: EvidenceChanged) {
        self.0.lock().unwrap().evidence.push(changed);
    }
    fn preview_ended(&self, ended: PreviewEnded) {
        self.0.lock().unwrap().previews_ended.push(ended);
    }
    fn export_progress(&self, progress: ExportProgress) {
        self.0.lock().unwrap().exported.push(progress);
    }
    fn import_told(&self, _progress: ImportProgress) {}
    fn notify(&self, notice: &Notice<'_>, language: Language) {
        let (title, body) = notice.words(language);
        self.0.lock().unwrap().notices.push(format!("{title}: {body}"));
    }
}

/// Periods a test can wait for.
pub(super) fn quick() -> Pace {
    Pace {
        photo_again: Duration::from_millis(50),
        order_deadline: Duration::from_millis(500),
        order_answer: Duration::from_millis(800),
        order_again: Duration::from_millis(50),
        order_lookup: Duration::from_millis(300),
        first_pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(50),
        ..Pace::default()
    }
}

/// A desk without a store, logged in at this hub, its stream up.
pub(super) async fn desk_at(hub: &FakeHub) -> (Desk, Recording) {
    let page = Recording::default();
    let parts = Parts {
        store: Store::closed(),
        keyring: Keyring::default(),
        seal: Seal::new(Keyring::default(), None),
        camera: Box::new(SystemCamera),
        page: Box::new(page.clone()),
        downloads: std::env::temp_dir(),
        preset_hub: None,
        trust: lanedesk_client::Trust::default(),
        pace: quick(),
    };
    let desk = desk_with(hub, parts, &page).await;
    (desk, page)
}

/// A desk of these parts, logged in at this hub, its stream up.
pub(super) async fn desk_with(hub: &FakeHub, parts: Parts, page: &Recording) -> Desk {
    let desk = Desk::new(parts).await;
    desk.login(&hub.url, "guard".into(), "right".into(), None).await.unwrap();
    eventually("the stream is up", || page.heard(|heard| heard.connections.last() == Some(&Connection::Online))).await;
    desk
}

pub(super) async fn claim(desk: &Desk, lane: &str) -> CaseId {
    let lane: LaneId = lane.parse().unwrap();
    let named = lane.clone();
    let take = |hub: Hub| async move { hub.claim(named).await };
    desk.take(lane, take).await.unwrap().case.id
}

pub(super) fn lease_lost(case: &CaseId, lane: &str, why: &str) -> Value {
    json!({"type": "lease_lost", "case": case, "lane": lane, "why": why})
}

pub(super) fn order_told(frame: &Frame, id: OrderId, wanted: OrderResult) -> bool {
    matches!(&frame.told, Told::Order { order_id, result, .. } if *order_id == id && *result == wanted)
}

/// Waits until it is so, 5 s at most.
pub(super) async fn eventually(what: &str, so: impl Fn() -> bool) {
    for _ in 0..500 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}: not within 5 s");
}
