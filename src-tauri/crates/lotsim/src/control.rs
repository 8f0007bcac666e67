//! The control API: what a person or a test outside this process does at the site.

use crate::{Cause, Command, Fault, Journal, Lane, LaneFacts, Movement, Vehicle};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use lanedesk_domain::order::BarrierAction;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `POST /lanes/{lane}/leave`
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Departure {
    /// It turns back without passing.
    #[serde(default)]
    pub back: bool,
}

/// `POST /lanes/{lane}/fault`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetFault {
    /// A fault's word, or `clear`.
    pub fault: String,
}

/// `POST /lanes/{lane}/press`
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Press {
    /// Which button of the remote control.
    pub action: BarrierAction,
}

/// `GET /journal`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JournalRows {
    /// Movements from the number asked for on.
    pub movements: Vec<Movement>,
    /// Every order that reached a device.
    pub commands: Vec<Command>,
}

#[derive(Debug, Deserialize)]
struct JournalStart {
    #[serde(default)]
    from: u64,
}

#[derive(Clone)]
struct SiteControl {
    lanes: Arc<[Lane]>,
    journal: Arc<Journal>,
}

/// Why a call was refused.
enum CallRefusal {
    NoLane,
    Fault(crate::BadFault),
    NotPossible(&'static str),
}

impl IntoResponse for CallRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::NoLane => (StatusCode::NOT_FOUND, "no such lane").into_response(),
            Self::Fault(bad) => (StatusCode::UNPROCESSABLE_ENTITY, bad.to_string()).into_response(),
            Self::NotPossible(why) => (StatusCode::CONFLICT, why).into_response(),
        }
    }
}

impl SiteControl {
    fn lane(&self, code: &str) -> Result<&Lane, CallRefusal> {
        let lane = self.lanes.iter().find(|lane| lane.code() == code);
        lane.ok_or(CallRefusal::NoLane)
    }
}

pub(crate) fn routes(lanes: Vec<Lane>, journal: Arc<Journal>) -> Router {
    let site = SiteControl { lanes: lanes.into(), journal };
    Router::new()
        .route("/lanes", get(lanes_now))
        .route("/lanes/{lane}", get(lane_now))
        .route("/lanes/{lane}/picture.jpg", get(picture))
        .route("/lanes/{lane}/vehicle", post(vehicle))
        .route("/lanes/{lane}/leave", post(leave))
        .route("/lanes/{lane}/fault", post(fault))
        .route("/lanes/{lane}/press", post(press))
        .route("/lanes/{lane}/replay", post(replay))
        .route("/journal", get(rows))
        .with_state(site)
}

async fn lanes_now(State(site): State<SiteControl>) -> Json<Vec<LaneFacts>> {
    Json(site.lanes.iter().map(Lane::facts).collect())
}

async fn lane_now(State(site): State<SiteControl>, Path(code): Path<String>) -> Result<Json<LaneFacts>, CallRefusal> {
    Ok(Json(site.lane(&code)?.facts()))
}

async fn picture(State(site): State<SiteControl>, Path(code): Path<String>) -> Result<Response, CallRefusal> {
    let jpeg = site.lane(&code)?.picture().await;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

async fn vehicle(
    State(site): State<SiteControl>,
    Path(code): Path<String>,
    Json(vehicle): Json<Vehicle>,
) -> Result<Json<LaneFacts>, CallRefusal> {
    let lane = site.lane(&code)?;
    lane.arrive(vehicle);
    Ok(Json(lane.facts()))
}

async fn leave(
    State(site): State<SiteControl>,
    Path(code): Path<String>,
    Json(leave): Json<Departure>,
) -> Result<Json<LaneFacts>, CallRefusal> {
    let lane = site.lane(&code)?;
    if leave.back {
        lane.back_out();
    } else if !lane.drive_through() {
        return Err(CallRefusal::NotPossible("no vehicle, or the bar is not up; leave with --back turns round"));
    }
    Ok(Json(lane.facts()))
}

async fn fault(
    State(site): State<SiteControl>,
    Path(code): Path<String>,
    Json(set): Json<SetFault>,
) -> Result<Json<LaneFacts>, CallRefusal> {
    let lane = site.lane(&code)?;
    if set.fault == "clear" {
        lane.clear_faults();
    } else {
        lane.fault(set.fault.parse::<Fault>().map_err(CallRefusal::Fault)?);
    }
    Ok(Json(lane.facts()))
}

async fn press(
    State(site): State<SiteControl>,
    Path(code): Path<String>,
    Json(press): Json<Press>,
) -> Result<Json<LaneFacts>, CallRefusal> {
    let lane = site.lane(&code)?;
    lane.drive_bar(press.action == BarrierAction::Open, Cause::Remote);
    Ok(Json(lane.facts()))
}

async fn replay(State(site): State<SiteControl>, Path(code): Path<String>) -> Result<StatusCode, CallRefusal> {
    site.lane(&code)?.replay();
    Ok(StatusCode::NO_CONTENT)
}

async fn rows(State(site): State<SiteControl>, Query(from): Query<JournalStart>) -> Json<JournalRows> {
    let mut movements = site.journal.movements();
    movements.retain(|movement| movement.seq >= from.from);
    Json(JournalRows { movements, commands: site.journal.commands() })
}
