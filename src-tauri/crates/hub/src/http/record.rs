//! `/api/records`

use super::handler::handlers;
use crate::ops::record;
use lanedesk_wire::record::Records;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RecordQuery {
    /// A plate or part of one, a phone, or the number of an order, payment, case, stay or opening.
    #[serde(default)]
    q: String,
}

handlers! { routes:
    /// What a plate, phone or number finds, without claiming (R41).
    get "/api/records" "opening" Records records(hub, actor) ?[asked: RecordQuery] -> 200 Records
        = record::find(hub, actor, &asked.q);
}
