//! `/api/calls`, `/api/integrations/telephony/events`

use super::{Id, Input, Params, Who, signed::Signed};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State, http::StatusCode};
use lanedesk_domain::{call::CallState, ids::CallId, person::Permission};
use lanedesk_wire::{
    call::{Call, CallEvent, CalledBack, OpenByHand, Taken},
    list::Page,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(event))
        .routes(routes!(list, open))
        .routes(routes!(take))
        .routes(routes!(called_back))
}

/// What a telephone system tells of a call. Answered when it is written; a repeated `event_id` has no effect, and the
/// order in which events arrive does not matter.
#[utoipa::path(post, path = "/api/integrations/telephony/events", tag = "calls", security(()), params(
        ("X-Integration" = String, Header, description = "the integration's id"),
        ("X-Timestamp" = String, Header, description = "unix seconds, within 5 minutes of the hub's clock"),
        ("X-Signature" = String, Header, description = "hex(HMAC-SHA256(secret, timestamp + \".\" + body))")),
    request_body = CallEvent, responses((status = 200, description = "written, or known already"),
    (status = 401, description = "wrong signature or time stamp", body = Problem),
    (status = 422, description = "a value is not acceptable", body = Problem)))]
async fn event(State(hub): State<Hub>, signed: Signed) -> Result<StatusCode> {
    let (from, event): (_, CallEvent) = signed.check(&hub, "telephony").await?;
    ops::call::hear(&hub, &from, &event).await?;
    Ok(StatusCode::OK)
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// `waiting`: the queue, oldest first; `live`: those somebody has; `abandoned`: those to call back, newest first.
    #[serde(default = "waiting")]
    state: CallState,
    /// Where the page before ended.
    #[param(pattern = r"^-?[0-9]{1,18}\.[A-Za-z0-9_-]{1,40}$")]
    cursor: Option<String>,
    /// At most so many, up to 500.
    limit: Option<u32>,
}

fn waiting() -> CallState {
    CallState::Waiting
}

/// Calls of one's lots, and those of which nobody knows the lot.
#[utoipa::path(get, path = "/api/calls", tag = "calls", params(Asked), responses(
    (status = 200, body = Page<Call>),
    (status = 403, description = "only agents and supervisors see calls", body = Problem)))]
async fn list(State(hub): State<Hub>, Who(actor): Who, asked: Params<Asked>) -> Result<Json<Page<Call>>> {
    actor.allow(Permission::SeeQueue)?;
    let asked = asked.get()?;
    let page = ops::call::list(&hub, &actor, asked.state, asked.cursor.as_deref(), asked.limit);
    page.await.map(Json)
}

/// Take a call: it is this person's alone. Its lane is claimed unless another holds it.
#[utoipa::path(post, path = "/api/calls/{call}/take", tag = "calls", params(("call" = String, Path)), responses(
    (status = 201, body = Taken),
    (status = 409, description = "`call_taken` with `by`, `call_over`, `seat_required` or `call_live`", body = Problem)))]
async fn take(State(hub): State<Hub>, Who(actor): Who, call: Id<CallId>) -> Result<(StatusCode, Json<Taken>)> {
    actor.allow(Permission::TakeCall)?;
    let taken = ops::call::take(&hub, &actor, &call.get()?).await?;
    Ok((StatusCode::CREATED, Json(taken)))
}

/// 「手工建单」: a case for a driver who rang another number.
#[utoipa::path(post, path = "/api/calls", tag = "calls", request_body = OpenByHand, responses(
    (status = 201, body = Taken),
    (status = 409, description = "`lane_held` or `call_live`", body = Problem)))]
async fn open(State(hub): State<Hub>, Who(actor): Who, body: Input<OpenByHand>) -> Result<(StatusCode, Json<Taken>)> {
    actor.allow(Permission::TakeCall)?;
    let taken = ops::call::open_by_hand(&hub, &actor, &body.get()?).await?;
    Ok((StatusCode::CREATED, Json(taken)))
}

/// The driver of an abandoned call was called back.
#[utoipa::path(post, path = "/api/calls/{call}/called-back", tag = "calls", params(("call" = String, Path)),
    request_body = CalledBack, responses(
    (status = 204),
    (status = 409, description = "`not_offered`: it was not abandoned", body = Problem)))]
async fn called_back(
    State(hub): State<Hub>,
    Who(actor): Who,
    call: Id<CallId>,
    body: Input<CalledBack>,
) -> Result<StatusCode> {
    actor.allow(Permission::TakeCall)?;
    let (call, body) = (call.get()?, body.get()?);
    ops::call::call_back(&hub, &actor, &call, body.note.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
