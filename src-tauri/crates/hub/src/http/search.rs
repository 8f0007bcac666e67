//! `/api/search`

use super::handler::handlers;
use crate::ops::search;
use lanedesk_wire::search::SearchHits;

/// Hits told where the desk does not say how many.
const USUAL: u32 = 20;
/// Most hits told.
const MOST: u32 = 500;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Name, code, pinyin, initials or a mixture.
    #[serde(default)]
    q: String,
    /// Most lots and most lanes to tell; 20 unless given.
    limit: Option<u32>,
}

handlers! { routes:
    /// Find lots and lanes, best first.
    get "/api/search" "search" Search find(hub, actor) ?[asked: SearchQuery] -> 200 SearchHits
        = search::search(hub, actor, &asked.q, asked.limit.unwrap_or(USUAL).min(MOST) as usize);
}
