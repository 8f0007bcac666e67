//! `/api/cases/{case}`: look, work, hand over, move, close.

use super::{Id, Input, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State, http::StatusCode};
use lanedesk_domain::{ids::CaseId, person::Permission};
use lanedesk_wire::{
    case::{ChooseVehicle, Claimed, CloseCase, CorrectPlate, FindPhone, HandOver, MarkPassed, MoveCase, SetDirection},
    lane::View,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(view))
        .routes(routes!(close))
        .routes(routes!(hand_over))
        .routes(routes!(move_case))
        .routes(routes!(correct_plate))
        .routes(routes!(find_phone))
        .routes(routes!(choose_vehicle))
        .routes(routes!(set_direction))
        .routes(routes!(mark_passed))
}

/// A case's page, open or over.
#[utoipa::path(get, path = "/api/cases/{case}", tag = "case", params(("case" = String, Path)), responses(
    (status = 200, body = View)))]
async fn view(State(hub): State<Hub>, Who(actor): Who, case: Id<CaseId>) -> Result<Json<View>> {
    actor.allow(Permission::View)?;
    ops::view::of_case(&hub, &actor, &case.get()?).await.map(Json)
}

/// 关单
#[utoipa::path(post, path = "/api/cases/{case}/close", tag = "case", params(("case" = String, Path)),
    request_body = CloseCase, responses(
    (status = 204),
    (status = 409, description = "`order_in_flight`, `call_live`, `lease_lost` or `case_closed`", body = Problem)))]
async fn close(State(hub): State<Hub>, Who(actor): Who, case: Id<CaseId>, how: Input<CloseCase>) -> Result<StatusCode> {
    actor.allow(Permission::Act)?;
    ops::case::close(&hub, &actor, &case.get()?, &how.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give the case to another person.
#[utoipa::path(post, path = "/api/cases/{case}/hand-over", tag = "case", params(("case" = String, Path)),
    request_body = HandOver, responses(
    (status = 204),
    (status = 409, description = "`lease_lost`", body = Problem),
    (status = 422, description = "`invalid`: the receiver may not, or works another lane", body = Problem)))]
async fn hand_over(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    give: Input<HandOver>,
) -> Result<StatusCode> {
    actor.allow(Permission::HandOver)?;
    ops::lease::hand_over(&hub, &actor, &case.get()?, &give.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 转到此道口
#[utoipa::path(post, path = "/api/cases/{case}/move", tag = "case", params(("case" = String, Path)),
    request_body = MoveCase, responses(
    (status = 201, body = Claimed),
    (status = 409, description = "`lane_held`, `lease_lost` or `order_in_flight`", body = Problem)))]
async fn move_case(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    order: Input<MoveCase>,
) -> Result<(StatusCode, Json<Claimed>)> {
    actor.allow(Permission::Act)?;
    let claimed = ops::lease::move_case(&hub, &actor, &case.get()?, &order.get()?).await?;
    Ok((StatusCode::CREATED, Json(claimed)))
}

/// Put the right plate in force.
#[utoipa::path(post, path = "/api/cases/{case}/plate", tag = "case", params(("case" = String, Path)),
    request_body = CorrectPlate, responses(
    (status = 200, body = View),
    (status = 409, description = "`lease_lost`", body = Problem)))]
async fn correct_plate(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    body: Input<CorrectPlate>,
) -> Result<Json<View>> {
    actor.allow(Permission::Act)?;
    let (case, body) = (case.get()?, body.get()?);
    let view = ops::case::correct_plate(&hub, &actor, &case, body.fence, &body.plate);
    view.await.map(Json)
}

/// Look an unlicensed vehicle up by its driver's phone.
#[utoipa::path(post, path = "/api/cases/{case}/phone", tag = "case", params(("case" = String, Path)),
    request_body = FindPhone, responses(
    (status = 200, body = View),
    (status = 409, description = "`lease_lost`", body = Problem)))]
async fn find_phone(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    body: Input<FindPhone>,
) -> Result<Json<View>> {
    actor.allow(Permission::Act)?;
    let (case, body) = (case.get()?, body.get()?);
    let view = ops::case::find_phone(&hub, &actor, &case, body.fence, &body.phone);
    view.await.map(Json)
}

/// Take the vehicle for one that is inside.
#[utoipa::path(post, path = "/api/cases/{case}/vehicle", tag = "case", params(("case" = String, Path)),
    request_body = ChooseVehicle, responses(
    (status = 200, body = View),
    (status = 409, description = "`lease_lost`", body = Problem)))]
async fn choose_vehicle(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    body: Input<ChooseVehicle>,
) -> Result<Json<View>> {
    actor.allow(Permission::Act)?;
    let (case, body) = (case.get()?, body.get()?);
    let view = ops::case::choose_vehicle(&hub, &actor, &case, body.fence, &body.candidate);
    view.await.map(Json)
}

/// Say which way the vehicle goes.
#[utoipa::path(post, path = "/api/cases/{case}/direction", tag = "case", params(("case" = String, Path)),
    request_body = SetDirection, responses(
    (status = 200, body = View),
    (status = 409, description = "`lease_lost`", body = Problem)))]
async fn set_direction(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    body: Input<SetDirection>,
) -> Result<Json<View>> {
    actor.allow(Permission::Act)?;
    let (case, body) = (case.get()?, body.get()?);
    let view = ops::case::set_direction(&hub, &actor, &case, body.fence, body.direction);
    view.await.map(Json)
}

/// 「已通过」
#[utoipa::path(post, path = "/api/cases/{case}/passed", tag = "case", params(("case" = String, Path)),
    request_body = MarkPassed, responses(
    (status = 200, body = View),
    (status = 409, description = "`lease_lost`", body = Problem)))]
async fn mark_passed(
    State(hub): State<Hub>,
    Who(actor): Who,
    case: Id<CaseId>,
    body: Input<MarkPassed>,
) -> Result<Json<View>> {
    actor.allow(Permission::Act)?;
    let (case, body) = (case.get()?, body.get()?);
    let view = ops::case::passed(&hub, &actor, &case, body.fence);
    view.await.map(Json)
}
