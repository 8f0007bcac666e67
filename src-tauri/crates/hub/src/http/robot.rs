//! `/api/cases/{case}/robot`, `/api/cases/{case}/qr`, `/api/lanes/{lane}/robot-screen`, `/api/robots/{number}/…`

use super::{Asker, Id, Input, handler::handlers, picture::sent, session::RequestOrigin, stream::Upgrade};
use crate::{
    auth::Visitor,
    error::{Error, Result},
    hub::Hub,
    listen::SlotShare,
    ops, robots,
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, FromRequestParts, Path, State, rejection::PathRejection},
    http::{HeaderMap, header, request::Parts},
    response::Response,
};
use futures::TryFutureExt as _;
use lanedesk_domain::{
    ids::{CaseId, LaneId},
    offers::Scene,
    person::Permission,
};
use lanedesk_wire::{
    problem::Problem,
    robot::{Pair, Paired, Pairing, Qr, RobotAnswer, RobotPress},
    robot_link::{PROTOCOL, ToRobot},
};
use std::convert::Infallible;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    plain()
        .routes(routes!(screen))
        .routes(routes!(link))
        .routes(routes!(open_pairing))
        .merge(OpenApiRouter::new().routes(routes!(pair)).layer(DefaultBodyLimit::max(PAIR_LIMIT)))
}

/// What a tablet may say that is nobody yet, bytes.
const PAIR_LIMIT: usize = 4 * 1024;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RobotCodeQuery {
    /// What the code is for; what fits the vehicle unless given.
    scene: Option<Scene>,
}

handlers! { plain:
    /// Tell the lane's robot something. Sent again under the same id, it acts once. Answers within 7 s.
    post "/api/cases/{case}/robot" "case" Act order(hub, actor) [case: CaseId] {press: RobotPress}
        -> 200 RobotAnswer,
        409 "`robot_not_bound`, `not_offered`, `lease_lost`, `order_late`, `order_id_used` or `not_configured`",
        502 "`device_unreachable`: the robot is not linked"
        = ops::robot::order(hub, actor, &case, press).map_ok(|order| RobotAnswer { order });
    /// A code to hold up to the driver on the desk's own screen.
    get "/api/cases/{case}/qr" "case" Act qr(hub, actor) [case: CaseId] ?[which: RobotCodeQuery]
        -> 200 Qr, 409 "`not_offered`: no such code fits the vehicle; `not_configured`; `case_closed`"
        = ops::robot::qr(hub, actor, &case, which.scene);
}

/// The robot's real screen as it last sent it: `Age` says how old it is.
#[utoipa::path(get, path = "/api/lanes/{lane}/robot-screen", tag = "see", params(("lane" = LaneId, Path)), responses(
    (status = 200, content_type = "image/jpeg", body = [u8]),
    (status = 404, description = "no robot there, or it never sent one", body = Problem)))]
async fn screen(State(hub): State<Hub>, Asker(actor): Asker, lane: Id<LaneId>) -> Result<Response> {
    actor.allow(Permission::View)?;
    let jpeg = ops::robot::screen(&hub, &actor, &lane.get()?).await?;
    Ok(sent(jpeg, "no-store"))
}

/// What names a robot in a path: its number may be any text.
type RobotPath = Result<Path<String>, PathRejection>;

/// A robot's link: a WebSocket with the subprotocols `lanedesk.robot.v1` and the robot's key. The hub sends `ToRobot`; the
/// robot answers `{ack, ok, error?}` and tells `state`, `screen`, `photo`, `call`, `hung_up`.
#[utoipa::path(get, path = "/api/robots/{number}/link", tag = "devices", security(()),
    params(("number" = String, Path)), responses(
    (status = 101, description = "linked; the hub sends `ToRobot`", body = ToRobot),
    (status = 401, description = "no such number, or not its key", body = Problem)))]
async fn link(
    State(hub): State<Hub>,
    number: RobotPath,
    RequestOrigin(from): RequestOrigin,
    caller: Caller,
    upgrade: Upgrade,
) -> Result<Response> {
    let Path(number) = number.map_err(|_| Error::BadSignature)?;
    let key = caller.key.clone().ok_or(Error::BadSignature)?;
    let robot = ops::robot::caller(&hub, &number, &key, from)?;
    caller.prove();
    let most = robots::LARGEST_FRAME;
    let upgrade = upgrade.0?.protocols([PROTOCOL]);
    let upgrade = upgrade.max_message_size(most).max_frame_size(most);
    Ok(upgrade.on_upgrade(move |socket| robots::serve(hub, robot, key, socket)))
}

/// Who wants to link: the key it shows, and its place among the strangers.
struct Caller {
    key: Option<String>,
    standing: Option<SlotShare>,
}

impl Caller {
    /// Its key was right.
    fn prove(&self) {
        if let Some(standing) = &self.standing {
            standing.prove();
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self { key: key(&parts.headers), standing: parts.extensions.get().cloned() })
    }
}

/// The key stands beside the protocol, because a page can set no other header.
fn key(headers: &HeaderMap) -> Option<String> {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut words = offered.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim);
    words.next().filter(|protocol| *protocol == PROTOCOL)?;
    words.next().map(str::to_owned)
}

/// Open a robot's number for ten minutes to whoever types the code on a tablet.
#[utoipa::path(post, path = "/api/robots/{number}/pairing", tag = "site", params(("number" = String, Path)), responses(
    (status = 200, body = Pairing), (status = 404, body = Problem)))]
async fn open_pairing(State(hub): State<Hub>, visitor: Visitor, number: RobotPath) -> Result<Json<Pairing>> {
    visitor.actor.allow(Permission::Configure)?;
    // Whoever has the robot's key takes the lane's photos.
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    let Path(number) = number.map_err(|_| Error::NotFound)?;
    let pairing = ops::robot::open_pairing(&hub, &visitor.actor, &number);
    pairing.await.map(Json)
}

/// A tablet becomes this robot: it gets a new key for the code. Five wrong codes close the number.
#[utoipa::path(post, path = "/api/robots/{number}/pair", tag = "devices", security(()),
    params(("number" = String, Path)), request_body = Pair, responses(
    (status = 200, body = Paired), (status = 401, description = "not the code, or its time is over", body = Problem)))]
async fn pair(
    State(hub): State<Hub>,
    number: RobotPath,
    RequestOrigin(from): RequestOrigin,
    code: Input<Pair>,
) -> Result<Json<Paired>> {
    let (Path(number), code) = (number.map_err(|_| Error::BadSignature)?, code.get()?.code);
    Ok(Json(ops::robot::pair(&hub, &number, &code, from).await?))
}
