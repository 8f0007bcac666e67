//! `/api/session/…`, `/api/sessions`, `/api/people/{person}/…`: accounts (R4)

use super::{
    Asker, Input, Params,
    handler::handlers,
    session::{BODY_LIMIT, RequestOrigin},
};
use crate::{
    auth::Visitor,
    error::Result,
    hub::Hub,
    ops::{account, factor},
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
};
use lanedesk_domain::ids::PersonId;
use lanedesk_wire::{
    account::{
        ChangePassword, ConfirmPassword, ConfirmSecondFactor, OneTimeCode, OpenSession, ResetPassword, SecondFactor,
        SecondFactorOffer, SessionRenewal,
    },
    list::Page,
    problem::Problem,
    session::Session,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    plain()
        .routes(routes!(change_password))
        .routes(routes!(confirm))
        .merge(OpenApiRouter::new().routes(routes!(finish_reset)).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .routes(routes!(sessions))
        .routes(routes!(end_session))
        .routes(routes!(second_factor, offer_second_factor, confirm_second_factor, drop_second_factor))
}

/// Changes one's own password; other sessions of the person end.
#[utoipa::path(put, path = "/api/session/password", tag = "session", request_body = ChangePassword, responses(
    (status = 204), (status = 422, description = "wrong, too short or no other", body = Problem)))]
async fn change_password(
    State(hub): State<Hub>,
    visitor: Visitor,
    RequestOrigin(from): RequestOrigin,
    change: Input<ChangePassword>,
) -> Result<StatusCode> {
    account::change_password(&hub, &visitor, from, change.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The password once more, before something dangerous. The session goes on under the token of the answer; the one before
/// is over.
#[utoipa::path(post, path = "/api/session/confirm", tag = "session", request_body = ConfirmPassword, responses(
    (status = 200, body = SessionRenewal), (status = 422, description = "wrong", body = Problem)))]
async fn confirm(
    State(hub): State<Hub>,
    visitor: Visitor,
    RequestOrigin(from): RequestOrigin,
    told: Input<ConfirmPassword>,
) -> Result<Json<SessionRenewal>> {
    account::confirm(&hub, &visitor, from, told.get()?).await.map(Json)
}

/// Sets a password with the code an administrator handed over, and logs in.
#[utoipa::path(post, path = "/api/session/reset", tag = "session", security(()), request_body = ResetPassword, responses(
    (status = 201, body = Session),
    (status = 401, description = "`bad_credentials`: no such code, or its time is over; `second_factor_required`", body = Problem),
    (status = 422, description = "`invalid`: a password that may not be chosen", body = Problem),
    (status = 429, description = "`too_many_attempts`, with `Retry-After`", body = Problem)))]
async fn finish_reset(
    State(hub): State<Hub>,
    RequestOrigin(from): RequestOrigin,
    told: Input<ResetPassword>,
) -> Result<(StatusCode, Json<Session>)> {
    let session = account::finish_reset(&hub, told.get()?, from).await?;
    Ok((StatusCode::CREATED, Json(session)))
}

/// Whose sessions.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SessionPath {
    /// A person's id; one's own where it is not given.
    person: Option<PersonId>,
}

/// Open sessions, newest first.
#[utoipa::path(get, path = "/api/sessions", tag = "session", params(SessionPath), responses(
    (status = 200, body = Page<OpenSession>)))]
async fn sessions(
    State(hub): State<Hub>,
    visitor: Visitor,
    whose: Params<SessionPath>,
) -> Result<Json<Page<OpenSession>>> {
    account::sessions(&hub, &visitor, whose.get()?.person).await.map(Json)
}

/// Ends a session; its streams are cut.
#[utoipa::path(delete, path = "/api/sessions/{session}", tag = "session", responses((status = 204)))]
async fn end_session(State(hub): State<Hub>, visitor: Visitor, Path(id): Path<String>) -> Result<StatusCode> {
    account::end(&hub, &visitor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How one's second factor stands.
#[utoipa::path(get, path = "/api/session/second-factor", tag = "session", responses((status = 200, body = SecondFactor)))]
async fn second_factor(State(hub): State<Hub>, visitor: Visitor) -> Result<Json<SecondFactor>> {
    factor::state(&hub, &visitor).await.map(Json)
}

/// Makes a new one; it is in force once its first code was told.
#[utoipa::path(post, path = "/api/session/second-factor", tag = "session", responses(
    (status = 201, body = SecondFactorOffer)))]
async fn offer_second_factor(
    State(hub): State<Hub>,
    Asker(actor): Asker,
) -> Result<(StatusCode, Json<SecondFactorOffer>)> {
    let offer = factor::offer(&hub, &actor).await?;
    Ok((StatusCode::CREATED, Json(offer)))
}

/// Puts it in force.
#[utoipa::path(put, path = "/api/session/second-factor", tag = "session", request_body = ConfirmSecondFactor,
    responses((status = 204), (status = 422, description = "wrong code", body = Problem)))]
async fn confirm_second_factor(
    State(hub): State<Hub>,
    Asker(actor): Asker,
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

handlers! { plain:
    /// Takes somebody's password away and gives a code, told once, with which they set one of their own.
    post "/api/people/{person}/password" "people" Configure + reentry_settings reset_password(hub, actor) [id: PersonId]
        -> 201 OneTimeCode, 403 "`password_required`" = account::reset_password(hub, actor, &id);
    /// Takes somebody's second factor away.
    delete "/api/people/{person}/second-factor" "people" Configure + reentry_settings
        reset_second_factor(hub, actor) [id: PersonId] -> 204 = factor::reset(hub, actor, &id);
}
