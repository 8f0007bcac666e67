//! Lanes a person worked from this device.

use super::{Owner, Store, StoreError};
use crate::commands::search::RecentLane;
use lanedesk_domain::time::Timestamp;
use sqlx::{Row, sqlite::SqliteRow};

/// As many as the idle page shows.
const SHOWN: i64 = 12;

impl Store {
    /// Puts a lane at the head of the person's recent ones.
    pub async fn worked(&self, owner: &Owner, lane: &RecentLane) -> Result<(), StoreError> {
        sqlx::query(
            "insert into recent_lane (hub, person, lane, lane_name, code, direction, lot, lot_name, used_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (hub, person, lane) do update set lane_name = excluded.lane_name, code = excluded.code,
                 direction = excluded.direction, lot = excluded.lot, lot_name = excluded.lot_name,
                 used_at = excluded.used_at",
        )
        .bind(&owner.hub)
        .bind(&owner.person)
        .bind(lane.lane.as_str())
        .bind(&lane.lane_name)
        .bind(&lane.code)
        .bind(lane.direction.as_str())
        .bind(lane.lot.as_str())
        .bind(&lane.lot_name)
        .bind(lane.used_at.0)
        .execute(self.pool()?)
        .await?;
        Ok(())
    }

    /// The person's recent lanes, newest first.
    pub async fn recent_lanes(&self, owner: &Owner) -> Result<Vec<RecentLane>, StoreError> {
        let rows = sqlx::query(
            "select lane, lane_name, code, direction, lot, lot_name, used_at from recent_lane
             where hub = $1 and person = $2 order by used_at desc limit $3",
        )
        .bind(&owner.hub)
        .bind(&owner.person)
        .bind(SHOWN)
        .fetch_all(self.pool()?)
        .await?;
        // A row with a word this version does not know is left out; the lane is found by searching all the same.
        Ok(rows.iter().filter_map(recent).collect())
    }
}

fn recent(row: &SqliteRow) -> Option<RecentLane> {
    let text = |column: &str| row.try_get::<String, _>(column).ok();
    Some(RecentLane {
        lane: text("lane")?.parse().ok()?,
        lane_name: text("lane_name")?,
        code: text("code")?,
        direction: text("direction")?.parse().ok()?,
        lot: text("lot")?.parse().ok()?,
        lot_name: text("lot_name")?,
        used_at: Timestamp(row.try_get("used_at").ok()?),
    })
}
