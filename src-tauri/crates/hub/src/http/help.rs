//! `/api/cases/{case}/help` 「需要帮助」

use super::{Id, Input, Who};
use crate::{error::Result, hub::Hub, ops::help};
use axum::{extract::State, http::StatusCode};
use lanedesk_domain::{ids::CaseId, person::Permission};
use lanedesk_wire::{board::HelpNote, problem::Problem};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(ask, end)).routes(routes!(answer))
}

/// The holder asks supervisors for help.
#[utoipa::path(post, path = "/api/cases/{case}/help", tag = "case", request_body = HelpNote, responses((status = 204),
    (status = 409, description = "`lease_lost`", body = Problem)))]
async fn ask(State(hub): State<Hub>, Who(actor): Who, id: Id<CaseId>, note: Input<HelpNote>) -> Result<StatusCode> {
    actor.allow(Permission::AskHelp)?;
    help::ask(&hub, &actor, &id.get()?, &note.get()?.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The holder needs none any more.
#[utoipa::path(delete, path = "/api/cases/{case}/help", tag = "case", responses((status = 204)))]
async fn end(State(hub): State<Hub>, Who(actor): Who, id: Id<CaseId>) -> Result<StatusCode> {
    actor.allow(Permission::AskHelp)?;
    help::end(&hub, &actor, &id.get()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A supervisor answers.
#[utoipa::path(post, path = "/api/cases/{case}/help/answer", tag = "case", request_body = HelpNote,
    responses((status = 204), (status = 404, description = "nobody asks", body = Problem)))]
async fn answer(State(hub): State<Hub>, Who(actor): Who, id: Id<CaseId>, note: Input<HelpNote>) -> Result<StatusCode> {
    actor.allow(Permission::AnswerHelp)?;
    help::answer(&hub, &actor, &id.get()?, &note.get()?.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
