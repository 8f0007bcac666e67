//! `/api/board`, `/api/handled`

use super::{Language, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_wire::{
    board::{Board, BoardItem},
    list::Page,
    problem::Problem,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(board)).routes(routes!(handled))
}

/// What is being handled now.
#[utoipa::path(get, path = "/api/board", tag = "board", responses(
    (status = 200, body = Board),
    (status = 403, description = "only supervisors see the board", body = Problem)))]
async fn board(State(hub): State<Hub>, Who(actor): Who, language: Language) -> Result<Json<Board>> {
    ops::board::board(&hub, &actor, &|finding| language.says(finding)).await.map(Json)
}

/// What others are handling now, without what only supervisors see of it.
#[utoipa::path(get, path = "/api/handled", tag = "board", responses((status = 200, body = Page<BoardItem>)))]
async fn handled(State(hub): State<Hub>, Who(actor): Who) -> Result<Json<Page<BoardItem>>> {
    ops::board::handled(&hub, &actor).await.map(Json)
}
