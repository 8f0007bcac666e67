//! Where the rows of the site stand: the tree of areas, the lots in it, and what stands at their lanes. An administrator's
//! scope is judged by it (R3).

use super::super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::ids::PersonId;
use lanedesk_wire::site::SiteTable;
use std::collections::{HashMap, HashSet};

/// A row by its table and id.
pub(crate) type RowName = (SiteTable, String);

#[derive(serde::Deserialize)]
struct LaneRow {
    lot_id: String,
    barrier_id: Option<String>,
    plate_camera_id: Option<String>,
    environment_cameras: Vec<String>,
    id_camera_id: Option<String>,
    robot_id: Option<String>,
}

impl Conn<'_> {
    /// Every area with the one above it.
    pub(crate) async fn area_tree(&mut self) -> Result<HashMap<String, Option<String>>, StoreError> {
        let sql = "select id, parent_id from area";
        let rows: Vec<(String, Option<String>)> = self.all(sql, vec![]).await?;
        Ok(rows.into_iter().collect())
    }

    /// Every lot with its area.
    pub(crate) async fn lot_areas(&mut self) -> Result<HashMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = self.all("select id, area_id from lot", vec![]).await?;
        Ok(rows.into_iter().collect())
    }

    /// The lots at whose lanes each device and robot stands.
    pub(crate) async fn equipment_lots(&mut self) -> Result<HashMap<RowName, HashSet<String>>, StoreError> {
        let sql = "select lot_id, barrier_id, plate_camera_id, environment_cameras, id_camera_id, robot_id from lane";
        let lanes: Vec<LaneRow> = self.all(sql, vec![]).await?;
        let mut standing: HashMap<RowName, HashSet<String>> = HashMap::new();
        for lane in lanes {
            let one = [lane.barrier_id, lane.plate_camera_id, lane.id_camera_id];
            let devices = one.into_iter().flatten().chain(lane.environment_cameras);
            let devices = devices.map(|id| (SiteTable::Device, id));
            for name in devices.chain(lane.robot_id.map(|id| (SiteTable::Robot, id))) {
                standing.entry(name).or_default().insert(lane.lot_id.clone());
            }
        }
        Ok(standing)
    }

    /// Devices, robots and people a person added to the site.
    pub(crate) async fn added_by(&mut self, person: &PersonId) -> Result<HashSet<RowName>, StoreError> {
        let sql = "select section, row_id from site_change
             where person_id = $1 and kind = 'added' and section in ('device', 'robot', 'person')
             union select r.section, r.row_id from site_change c join site_change_row r on r.change_id = c.id
             where c.person_id = $1 and r.before is null and r.section in ('device', 'robot', 'person')";
        let rows: Vec<RowName> = self.all(sql, args![person]).await?;
        Ok(rows.into_iter().collect())
    }
}
