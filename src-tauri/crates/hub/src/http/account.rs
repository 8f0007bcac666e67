//! `/api/session/…`, `/api/sessions`, `/api/people/{person}/…`: accounts (R4)

use super::{Id, Input, Params, Who, session::From};
use crate::{
    auth::Visitor,
    error::Result,
    hub::Hub,
    ops::{account, factor},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use lanedesk_domain::{ids::PersonId, person::Permission};
use lanedesk_wire::{
    account::{
        ChangePassword, ConfirmPassword, ConfirmSecondFactor, OneTimePassword, OpenSession,
        SecondFactor, SecondFactorOffer,
    },
    list::Page,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(change_password))
        .routes(routes!(confirm))
        .routes(routes!(sessions))
        .routes(routes!(end_session))
        .routes(routes!(
            second_factor,
            offer_second_factor,
            confirm_second_factor,
            drop_second_factor
        ))
        .routes(routes!(reset_password))
        .routes(routes!(reset_second_factor))
}

/// Changes one's own password; other sessions of the person end.
#[utoipa::path(put, path = "/api/session/password", tag = "session", request_body = ChangePassword, responses(
    (status = 204), (status = 422, description = "wrong, too short or no other", body = Problem)))]
async fn change_password(
    State(hub): State<Hub>,
    visitor: Visitor,
    From(from): From,
    change: Input<ChangePassword>,
) -> Result<StatusCode> {
    account::change_password(&hub, &visitor, from, change.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The password once more, before something dangerous.
#[utoipa::path(post, path = "/api/session/confirm", tag = "session", request_body = ConfirmPassword, responses(
    (status = 204), (status = 422, description = "wrong", body = Problem)))]
async fn confirm(
    State(hub): State<Hub>,
    visitor: Visitor,
    From(from): From,
    told: Input<ConfirmPassword>,
) -> Result<StatusCode> {
    account::confirm(&hub, &visitor, from, told.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose sessions.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// A person's id; one's own where it is not given.
    #[param(value_type = Option<String>)]
    person: Option<PersonId>,
}

/// Open sessions, newest first.
#[utoipa::path(get, path = "/api/sessions", tag = "session", params(Whose), responses(
    (status = 200, body = Page<OpenSession>)))]
async fn sessions(
    State(hub): State<Hub>,
    visitor: Visitor,
    whose: Params<Whose>,
) -> Result<Json<Page<OpenSession>>> {
    account::sessions(&hub, &visitor, whose.get()?.person)
        .await
        .map(Json)
}

/// Ends a session; its streams are cut.
#[utoipa::path(delete, path = "/api/sessions/{session}", tag = "session", responses((status = 204)))]
async fn end_session(
    State(hub): State<Hub>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    account::end(&hub, &visitor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How one's second factor stands.
#[utoipa::path(get, path = "/api/session/second-factor", tag = "session", responses((status = 200, body = SecondFactor)))]
async fn second_factor(State(hub): State<Hub>, Who(actor): Who) -> Result<Json<SecondFactor>> {
    factor::state(&hub, &actor).await.map(Json)
}

/// Makes a new one; it is in force once its first code was told.
#[utoipa::path(post, path = "/api/session/second-factor", tag = "session", responses(
    (status = 201, body = SecondFactorOffer)))]
async fn offer_second_factor(
    State(hub): State<Hub>,
    Who(actor): Who,
) -> Result<(StatusCode, Json<SecondFactorOffer>)> {
    let offer = factor::offer(&hub, &actor).await?;
    Ok((StatusCode::CREATED, Json(offer)))
}

/// Puts it in force.
#[utoipa::path(put, path = "/api/session/second-factor", tag = "session", request_body = ConfirmSecondFactor,
    responses((status = 204), (status = 422, description = "wrong code", body = Problem)))]
async fn confirm_second_factor(
    State(hub): State<Hub>,
    Who(actor): Who,
    told: Input<ConfirmSecondFactor>,
) -> Result<StatusCode> {
    factor::confirm(&hub, &actor, &told.get()?.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives it up, where the rules do not want one.
#[utoipa::path(delete, path = "/api/session/second-factor", tag = "session", responses((status = 204)))]
async fn drop_second_factor(State(hub): State<Hub>, visitor: Visitor) -> Result<StatusCode> {
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    factor::give_up(&hub, &visitor.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives somebody a password the hub makes, told once.
#[utoipa::path(post, path = "/api/people/{person}/password", tag = "people", responses(
    (status = 201, body = OneTimePassword), (status = 403, description = "`password_required`", body = Problem)))]
async fn reset_password(
    State(hub): State<Hub>,
    visitor: Visitor,
    id: Id<PersonId>,
) -> Result<(StatusCode, Json<OneTimePassword>)> {
    visitor.actor.allow(Permission::Configure)?;
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    let made = account::reset_password(&hub, &visitor.actor, &id.get()?).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Takes somebody's second factor away.
#[utoipa::path(delete, path = "/api/people/{person}/second-factor", tag = "people", responses((status = 204)))]
async fn reset_second_factor(
    State(hub): State<Hub>,
    visitor: Visitor,
    id: Id<PersonId>,
) -> Result<StatusCode> {
    visitor.actor.allow(Permission::Configure)?;
    visitor.confirmed(&hub, |rules| rules.reentry_settings)?;
    factor::reset(&hub, &visitor.actor, &id.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
