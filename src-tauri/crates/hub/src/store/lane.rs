//! Who holds which of the lanes somebody looks at.

use super::{Arg, Conn, StoreError, part::who};
use crate::args;
use lanedesk_domain::{ids::LaneId, time::Timestamp};
use lanedesk_wire::search::Held;
use std::collections::HashMap;

#[derive(serde::Deserialize)]
struct HeldRow {
    lane: LaneId,
    held: Held,
}

const HOLDER: &str = who!("holder", "p");

impl Conn<'_> {
    /// Who holds each of these lanes at `now`; free lanes are left out.
    pub async fn held(&mut self, lanes: &[&LaneId], now: Timestamp) -> Result<HashMap<LaneId, Held>, StoreError> {
        if lanes.is_empty() {
            return Ok(HashMap::new());
        }
        let places: Vec<String> = (2..=lanes.len() + 1).map(|n| format!("${n}")).collect();
        let sql = format!(
            "select l.lane_id as lane, {HOLDER}, l.acquired_at as since
             from lease l join person p on p.id = l.person_id
             where l.open and (l.expires_at is null or l.expires_at > $1) and l.lane_id in ({})",
            places.join(", ")
        );
        let mut args = args![now];
        args.extend(lanes.iter().map(|lane| Arg::from(lane.as_str())));
        let rows: Vec<HeldRow> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|row| (row.lane, row.held)).collect())
    }
}
