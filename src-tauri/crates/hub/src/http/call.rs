//! `/api/calls`, `/api/integrations/telephony/events`

use super::{handler::handlers, signed::SignedRequest};
use crate::{error::Result, hub::Hub, ops::call};
use axum::{extract::State, http::StatusCode};
use lanedesk_domain::{call::CallState, ids::CallId};
use lanedesk_wire::{
    call::{Call, CallEvent, CalledBack, OpenByHand, Taken},
    list::Page,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    plain().routes(routes!(event))
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
async fn event(State(hub): State<Hub>, signed: SignedRequest) -> Result<StatusCode> {
    let (from, event): (_, CallEvent) = signed.check(&hub, "telephony").await?;
    call::hear(&hub, &from, &event).await?;
    Ok(StatusCode::OK)
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct CallQuery {
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

handlers! { plain:
    /// Calls of one's lots, and those of which nobody knows the lot.
    get "/api/calls" "calls" SeeQueue list(hub, actor) ?[asked: CallQuery]
        -> 200 Page<Call>, 403 "only agents and supervisors see calls"
        = call::list(hub, actor, asked.state, asked.cursor.as_deref(), asked.limit);
    /// Take a call: it is this person's alone. Its lane is claimed unless another holds it.
    post "/api/calls/{call}/take" "calls" TakeCall take(hub, actor) [id: CallId]
        -> 201 Taken, 409 "`call_taken` with `by`, `call_over`, `seat_required` or `call_live`" = call::take(hub, actor, &id);
    /// 「手工建单」: a case for a driver who rang another number.
    post "/api/calls" "calls" TakeCall open(hub, actor) {asked: OpenByHand}
        -> 201 Taken, 409 "`lane_held` or `call_live`" = call::open_by_hand(hub, actor, &asked);
    /// The driver of an abandoned call was called back.
    post "/api/calls/{call}/called-back" "calls" TakeCall called_back(hub, actor) [id: CallId] {said: CalledBack}
        -> 204, 409 "`not_offered`: it was not abandoned" = call::call_back(hub, actor, &id, said.note.as_deref());
}
