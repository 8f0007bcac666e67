//! `/api/cases/{case}/release`

use super::{Id, Input, Who};
use crate::{auth::Visitor, error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_domain::{ids::CaseId, person::Permission};
use lanedesk_wire::{
    problem::Problem,
    release::{Release, ReleaseAnswer, ReleaseForm},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(form)).routes(routes!(release))
}

/// What a release of this case asks for now.
#[utoipa::path(get, path = "/api/cases/{case}/release", tag = "case", params(("case" = String, Path)), responses(
    (status = 200, body = ReleaseForm),
    (status = 409, description = "`not_offered`: no barrier, or the vehicle's way is not known", body = Problem)))]
async fn form(State(hub): State<Hub>, Who(actor): Who, case: Id<CaseId>) -> Result<Json<ReleaseForm>> {
    actor.allow(Permission::Release)?;
    ops::release::form(&hub, &actor, &case.get()?).await.map(Json)
}

/// Release a vehicle against the rules. Sent again under the same id, it acts once. Answers within 12 s.
#[utoipa::path(post, path = "/api/cases/{case}/release", tag = "case", params(("case" = String, Path)),
    request_body = Release, responses(
    (status = 200, body = ReleaseAnswer),
    (status = 409, description = "`lease_lost`, `not_offered`, `approval_required`, `approval_denied`, `order_in_flight`, \
        `order_late` or `order_id_used`", body = Problem),
    (status = 422, description = "`reason_required`, `remark_required`, `evidence_required`, or `invalid` with its field",
        body = Problem),
    (status = 503, description = "`unavailable`: nothing could be written, so nothing was sent", body = Problem)))]
async fn release(
    State(hub): State<Hub>,
    visitor: Visitor,
    case: Id<CaseId>,
    wanted: Input<Release>,
) -> Result<Json<ReleaseAnswer>> {
    visitor.actor.allow(Permission::Release)?;
    visitor.confirmed(&hub, |rules| rules.reentry_release)?;
    let (case, wanted) = (case.get()?, wanted.get()?);
    let opening = ops::release::release(&hub, &visitor.actor, &case, wanted).await?;
    Ok(Json(ReleaseAnswer { opening }))
}
