//! `/api/search`

use super::{Params, Who};
use crate::{error::Result, hub::Hub, ops};
use axum::{Json, extract::State};
use lanedesk_wire::search::SearchHits;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Hits told where the desk does not say how many.
const USUAL: u32 = 20;
/// Most hits told.
const MOST: u32 = 500;

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(search))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Name, code, pinyin, initials or a mixture.
    #[serde(default)]
    q: String,
    /// Most lots and most lanes to tell; 20 unless given.
    limit: Option<u32>,
}

/// Find lots and lanes, best first.
#[utoipa::path(get, path = "/api/search", tag = "search", params(Asked), responses((status = 200, body = SearchHits)))]
async fn search(State(hub): State<Hub>, Who(actor): Who, asked: Params<Asked>) -> Result<Json<SearchHits>> {
    let asked = asked.get()?;
    let limit = asked.limit.unwrap_or(USUAL).min(MOST);
    ops::search::search(&hub, &actor, &asked.q, limit as usize).await.map(Json)
}
