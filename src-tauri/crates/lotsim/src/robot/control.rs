//! The driver's script on the control API.

use super::{DriverError, Robot, RobotFault, RobotNow};
use crate::{Lane, Vehicle};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Clone)]
struct Drivers {
    robots: Arc<[Robot]>,
    lanes: Arc<[Lane]>,
}

/// Why a call was refused.
enum RobotCallRefusal {
    NoRobot,
    NotPossible(&'static str),
    Driver(DriverError),
}

impl From<DriverError> for RobotCallRefusal {
    fn from(error: DriverError) -> Self {
        Self::Driver(error)
    }
}

impl IntoResponse for RobotCallRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::NoRobot => (StatusCode::NOT_FOUND, "no such robot").into_response(),
            Self::NotPossible(why) => (StatusCode::CONFLICT, why).into_response(),
            // What waiting may mend is told apart from what it will not.
            Self::Driver(error @ (DriverError::Refused(_) | DriverError::Http(_))) => {
                (StatusCode::BAD_GATEWAY, error.to_string()).into_response()
            }
            Self::Driver(error) => (StatusCode::CONFLICT, error.to_string()).into_response(),
        }
    }
}

impl Drivers {
    fn robot(&self, number: &str) -> Result<&Robot, RobotCallRefusal> {
        let mut robots = self.robots.iter();
        let robot = robots.find(|robot| robot.config().number == number);
        robot.ok_or(RobotCallRefusal::NoRobot)
    }

    fn lane(&self, robot: &Robot) -> Option<&Lane> {
        let code = &robot.config().lane;
        self.lanes.iter().find(|lane| lane.code() == code)
    }
}

/// What the driver before a robot may do.
pub(crate) fn routes(robots: Vec<Robot>, lanes: Vec<Lane>) -> Router {
    let drivers = Drivers { robots: robots.into(), lanes: lanes.into() };
    Router::new()
        .route("/robots", get(all))
        .route("/robots/{number}", get(now))
        .route("/robots/{number}/screen.jpg", get(screen))
        .route("/robots/{number}/fault", post(fault))
        .route("/robots/{number}/document", post(document))
        .route("/robots/{number}/arrive", post(arrive))
        .route("/robots/{number}/{act}", post(act))
        .with_state(drivers)
}

async fn all(State(drivers): State<Drivers>) -> Json<Vec<String>> {
    let numbers = drivers.robots.iter().map(|r| r.config().number.clone());
    Json(numbers.collect())
}

async fn now(State(drivers): State<Drivers>, Path(number): Path<String>) -> Result<Json<RobotNow>, RobotCallRefusal> {
    Ok(Json(drivers.robot(&number)?.now()))
}

async fn screen(State(drivers): State<Drivers>, Path(number): Path<String>) -> Result<Response, RobotCallRefusal> {
    let jpeg = drivers.robot(&number)?.screen();
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

async fn fault(
    State(drivers): State<Drivers>,
    Path(number): Path<String>,
    Json(fault): Json<RobotFault>,
) -> Result<StatusCode, RobotCallRefusal> {
    drivers.robot(&number)?.fault(fault);
    Ok(StatusCode::NO_CONTENT)
}

/// `{"name": "王五"}`, or no name to take it away.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    name: Option<String>,
}

async fn document(
    State(drivers): State<Drivers>,
    Path(number): Path<String>,
    Json(document): Json<Document>,
) -> Result<StatusCode, RobotCallRefusal> {
    let robot = drivers.robot(&number)?;
    robot.hold(document.name.as_deref());
    Ok(StatusCode::NO_CONTENT)
}

async fn arrive(
    State(drivers): State<Drivers>,
    Path(number): Path<String>,
    Json(vehicle): Json<Vehicle>,
) -> Result<StatusCode, RobotCallRefusal> {
    let lane = drivers.lane(drivers.robot(&number)?);
    lane.ok_or(RobotCallRefusal::NoRobot)?.arrive(vehicle);
    Ok(StatusCode::NO_CONTENT)
}

/// `call`, `answer`, `hang-up`, `pay`, `drive-off` or `give-up`.
async fn act(
    State(drivers): State<Drivers>,
    Path((number, act)): Path<(String, String)>,
) -> Result<StatusCode, RobotCallRefusal> {
    let robot = drivers.robot(&number)?;
    match act.as_str() {
        "call" => drop(robot.press_call().await?),
        "answer" => robot.answered().await?,
        "hang-up" => robot.hang_up().await?,
        "pay" => drop(robot.pay().await?),
        "drive-off" => {
            let lane = drivers.lane(robot).ok_or(RobotCallRefusal::NoRobot)?;
            if !lane.drive_through() {
                return Err(RobotCallRefusal::NotPossible("no vehicle, or the bar is not up"));
            }
        }
        "give-up" => {
            if robot.now().call.is_some() {
                robot.hang_up().await?;
            }
            if let Some(lane) = drivers.lane(robot) {
                lane.back_out();
            }
        }
        _ => return Err(RobotCallRefusal::NotPossible("drivers do no such thing")),
    }
    Ok(StatusCode::NO_CONTENT)
}
