//! A small server that speaks the hub's contract and can misbehave on purpose.

use axum::{
    Json, Router,
    body::Body,
    extract::{
        Path, Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use lanedesk_domain::{
    ids::{CaseId, OrderId},
    order::OrderResult,
};
use lanedesk_wire::barrier::{BarrierOrder, Order, OrderAnswer};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

/// What the server does with the next order.
#[derive(Clone, Copy)]
pub(crate) enum Mood {
    /// Takes it and answers.
    Answer,
    /// Takes it, keeps it, and cuts the connection before the answer.
    TakeAndCut,
    /// Cuts the connection without taking it.
    Cut,
    /// Refuses it with this status and code.
    Refuse(u16, &'static str),
}

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) moods: VecDeque<Mood>,
    pub(crate) orders: Vec<BarrierOrder>,
    /// Orders that were taken; each acts once.
    pub(crate) taken: HashMap<OrderId, Order>,
    /// The `after` of every stream that was opened.
    pub(crate) after: Vec<Option<String>>,
    pub(crate) authorised: Vec<String>,
    /// Scripts of the streams to come: frames, then the connection is cut.
    pub(crate) streams: VecDeque<Vec<serde_json::Value>>,
}

#[derive(Clone, Default)]
pub(crate) struct TestHub(Arc<Mutex<Seen>>);

impl TestHub {
    pub(crate) fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().expect("nobody panicked with it"))
    }

    pub(crate) async fn serve(&self) -> String {
        let router = Router::new()
            .route("/api/session", post(login).get(person).delete(gone))
            .route("/api/cases/{case}/barrier", post(barrier))
            .route("/api/orders/{id}", get(order))
            .route("/api/stream", get(stream))
            .route("/api/lanes/{lane}/picture", get(picture))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }
}

/// An answer whose body breaks off: to the client the connection broke.
fn cut() -> Response {
    let broken = futures::stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("cut"))]);
    Response::builder().header(header::CONTENT_LENGTH, 1000).body(Body::from_stream(broken)).expect("a response")
}

fn refusal(status: u16, code: &str) -> Response {
    let body = serde_json::json!({"type": format!("urn:lanedesk:{code}"), "title": "t", "status": status, "detail": "d", "code": code});
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

async fn login(headers: HeaderMap, Json(body): Json<serde_json::Value>) -> Response {
    if body["password"] != "right" {
        let language = headers[header::ACCEPT_LANGUAGE].to_str().expect("text");
        assert_eq!(language, "zh-CN");
        return refusal(401, "bad_credentials");
    }
    let session = serde_json::json!({"token": "t0p-secret", "expires_at": "2030-01-01T00:00:00Z",
        "person": {"id": "p1", "name": "张三", "role": "lot_staff"}});
    (StatusCode::CREATED, Json(session)).into_response()
}

async fn person(headers: HeaderMap) -> Response {
    if headers.get(header::AUTHORIZATION).is_some_and(|v| v == "Bearer t0p-secret") {
        return Json(serde_json::json!({"id": "p1", "name": "张三", "role": "lot_staff"})).into_response();
    }
    refusal(401, "no_session")
}

async fn gone() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn barrier(State(hub): State<TestHub>, Path(case): Path<CaseId>, Json(order): Json<BarrierOrder>) -> Response {
    let mood = hub.seen(|seen| {
        seen.orders.push(order.clone());
        seen.moods.pop_front().unwrap_or(Mood::Answer)
    });
    let taken = Order {
        id: order.order_id,
        case,
        action: order.action,
        result: OrderResult::Accepted,
        detail: String::new(),
        at: order.made_at.expect("the desk says when it was pressed"),
    };
    match mood {
        Mood::Answer => {
            let order = hub.seen(|seen| seen.taken.entry(order.order_id).or_insert(taken).clone());
            Json(OrderAnswer { order }).into_response()
        }
        Mood::TakeAndCut => {
            hub.seen(|seen| seen.taken.insert(order.order_id, taken));
            cut()
        }
        Mood::Cut => cut(),
        Mood::Refuse(status, code) => refusal(status, code),
    }
}

async fn order(State(hub): State<TestHub>, Path(id): Path<OrderId>) -> Response {
    match hub.seen(|seen| seen.taken.get(&id).cloned()) {
        Some(order) => Json(OrderAnswer { order }).into_response(),
        None => refusal(404, "not_found"),
    }
}

async fn picture() -> Response {
    ([(header::CONTENT_TYPE, "image/jpeg")], vec![0xff_u8, 0xd8]).into_response()
}

async fn stream(
    State(hub): State<TestHub>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let bearer = headers[header::AUTHORIZATION].to_str().expect("text").to_owned();
    if bearer != "Bearer t0p-secret" {
        return refusal(401, "no_session");
    }
    let script = hub.seen(|seen| {
        seen.after.push(query.get("after").cloned());
        seen.authorised.push(bearer);
        seen.streams.pop_front()
    });
    upgrade.on_upgrade(move |socket| play(socket, script))
}

async fn play(mut socket: WebSocket, script: Option<Vec<serde_json::Value>>) {
    let last = script.is_none();
    for frame in script.unwrap_or_else(|| vec![hello("90")]) {
        if socket.send(Message::Text(frame.to_string().into())).await.is_err() {
            return;
        }
    }
    // The last stream stays open and silent, as a dead one would be.
    if last {
        std::future::pending::<()>().await;
    }
}

pub(crate) fn hello(seq: &str) -> serde_json::Value {
    serde_json::json!({"type": "hello", "seq": seq, "now": "2026-11-22T08:00:00Z"})
}
