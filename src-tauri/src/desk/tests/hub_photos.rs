//! The fake hub's side of photos, releases and exports.

use super::fake::{FakeHub, refusal};
use axum::{
    Json, Router,
    body::Body,
    extract::{Multipart, Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde_json::{Value, json};
use std::time::Duration;

/// What the hub does with photos.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::desk) enum Mood {
    /// Keeps them.
    #[default]
    Keeps,
    /// Is not there: something on the way answers.
    Away,
    /// Keeps them, and the answer is lost.
    LosesAnswers,
    /// Refuses them with this code.
    Refuses(u16, &'static str),
    /// Thinks about them for long.
    Slow,
}

/// A photo the hub was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Received {
    pub(in crate::desk) source: String,
    pub(in crate::desk) taken_at: String,
    pub(in crate::desk) bytes: Vec<u8>,
}

/// What was sent and what is kept.
#[derive(Debug, Default)]
pub(in crate::desk) struct Photos {
    pub(in crate::desk) mood: Mood,
    /// Every sending that arrived.
    pub(in crate::desk) received: Vec<Received>,
    /// Different photos, in order: the same bytes are one.
    pub(in crate::desk) kept: Vec<Vec<u8>>,
    pub(in crate::desk) dropped: Vec<String>,
    pub(in crate::desk) releases: Vec<Value>,
    /// So many releases are taken and their answers lost.
    pub(in crate::desk) lose_releases: usize,
    /// Pieces of an export; `None` stands for a hub that falls silent.
    pub(in crate::desk) export: Vec<Option<&'static str>>,
}

pub(in crate::desk) fn routes() -> Router<FakeHub> {
    Router::new()
        .route("/api/cases/{case}/photos", post(photo))
        .route("/api/cases/{case}/photos/from-lane", post(from_lane))
        .route("/api/cases/{case}/photos/{id}", delete(dropped))
        .route("/api/cases/{case}/release", get(form).post(release))
        .route("/api/openings/export", get(export))
}

fn answer(nth: usize) -> Value {
    json!({"id": format!("h{nth}"), "sha256": "ab", "width": 640, "height": 480,
        "taken_at": "2026-11-22T08:00:00Z", "source": "device_camera"})
}

async fn photo(State(hub): State<FakeHub>, mut form: Multipart) -> Response {
    let mood = hub.get(|told| told.photos.mood);
    if mood == Mood::Away {
        return (StatusCode::BAD_GATEWAY, "<h1>Bad Gateway</h1>").into_response();
    }
    let mut photo = Received { source: String::new(), taken_at: String::new(), bytes: Vec::new() };
    while let Some(field) = form.next_field().await.unwrap() {
        match field.name().unwrap() {
            "source" => photo.source = field.text().await.unwrap(),
            "taken_at" => photo.taken_at = field.text().await.unwrap(),
            _ => photo.bytes = field.bytes().await.unwrap().to_vec(),
        }
    }
    let mut nth = 0;
    hub.set(|told| {
        let kept = &mut told.photos.kept;
        nth = kept.iter().position(|bytes| *bytes == photo.bytes).unwrap_or(kept.len());
        if nth == kept.len() && !matches!(mood, Mood::Refuses(..)) {
            kept.push(photo.bytes.clone());
        }
        told.photos.received.push(photo);
    });
    match mood {
        Mood::Refuses(status, code) => return refusal(status, code),
        Mood::LosesAnswers => return (StatusCode::BAD_GATEWAY, "").into_response(),
        Mood::Slow => tokio::time::sleep(Duration::from_millis(300)).await,
        Mood::Keeps | Mood::Away => {}
    }
    (StatusCode::CREATED, Json(answer(nth))).into_response()
}

async fn from_lane(State(hub): State<FakeHub>, Json(body): Json<Value>) -> Response {
    hub.set(|told| told.fences.push(body["fence"].as_i64().unwrap()));
    (StatusCode::CREATED, Json(answer(9))).into_response()
}

async fn dropped(State(hub): State<FakeHub>, Path((_, id)): Path<(String, String)>) -> StatusCode {
    hub.set(|told| told.photos.dropped.push(id));
    StatusCode::NO_CONTENT
}

async fn form(State(hub): State<FakeHub>) -> Response {
    let there = hub.get(|told| (0..told.photos.kept.len()).map(answer).collect::<Vec<_>>());
    Json(json!({"direction": "exit", "reasons": [], "own_camera": true, "lane_camera": true,
        "approval": false, "photos": there}))
    .into_response()
}

async fn release(State(hub): State<FakeHub>, Json(body): Json<Value>) -> Response {
    let id = body["order_id"].clone();
    let mut lost = false;
    hub.set(|told| {
        told.photos.releases.push(body);
        lost = told.photos.releases.len() <= told.photos.lose_releases;
    });
    if lost {
        return (StatusCode::BAD_GATEWAY, "").into_response();
    }
    let opening = json!({"id": "o1", "order_id": id, "result": "opened", "detail": ""});
    Json(json!({ "opening": opening })).into_response()
}

async fn export(State(hub): State<FakeHub>) -> Response {
    let pieces = hub.get(|told| told.photos.export.clone());
    let pieces = futures::stream::unfold(pieces.into_iter(), async |mut pieces| match pieces.next()? {
        Some(piece) => Some((Ok::<_, std::io::Error>(piece), pieces)),
        None => std::future::pending().await,
    });
    let kind = [(header::CONTENT_TYPE, "text/csv")];
    (kind, Body::from_stream(pieces)).into_response()
}
