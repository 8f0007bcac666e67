//! Removing rows of the site, and what still needs them.

use super::super::{StoreError, Tx};
use crate::args;
use lanedesk_wire::site::SiteTable;

impl Tx<'_> {
    /// Removes a row. What only belongs to it goes too.
    pub(crate) async fn remove_site_row(&mut self, table: SiteTable, id: &str) -> Result<(), StoreError> {
        for sql in removals(table) {
            self.execute(sql, args![id]).await?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Removes passes, however many; nothing refers to them.
    pub(crate) async fn remove_passes(&mut self, ids: &[&str]) -> Result<(), StoreError> {
        let listed = serde_json::to_string(ids).unwrap_or_default();
        for sql in [
            self.pick(
                "delete from pass_plate where pass_id in (select value from json_each($1))",
                "delete from pass_plate where pass_id in (select value from jsonb_array_elements_text($1::jsonb))",
            ),
            self.pick(
                "delete from pass where id in (select value from json_each($1))",
                "delete from pass where id in (select value from jsonb_array_elements_text($1::jsonb))",
            ),
        ] {
            self.execute(sql, args![listed.as_str()]).await?;
        }
        Ok(())
    }
}

fn removals(table: SiteTable) -> &'static [&'static str] {
    match table {
        SiteTable::Area => {
            &["delete from person_scope where kind = 'area' and target_id = $1", "delete from area where id = $1"]
        }
        SiteTable::Lot => &[
            "delete from person_scope where kind = 'lot' and target_id = $1",
            "delete from tariff where lot_id = $1",
            "delete from lot where id = $1",
        ],
        SiteTable::Lane => &["delete from lane where id = $1"],
        SiteTable::Device => &["delete from device where id = $1"],
        SiteTable::Robot => &[
            "delete from robot_pairing where robot_id = $1",
            "delete from robot_now where robot_id = $1",
            "delete from robot where id = $1",
        ],
        SiteTable::Seat => &["delete from seat where number = $1"],
        // People stay: records name them. They are disabled.
        SiteTable::Person => &[],
        SiteTable::Reason => &["delete from reason where code = $1"],
        SiteTable::Pass => &["delete from pass_plate where pass_id = $1", "delete from pass where id = $1"],
        SiteTable::Vehicle => &["delete from vehicle where lot_id || ':' || plate = $1"],
        SiteTable::Tariff => &["delete from tariff where lot_id = $1"],
        SiteTable::Integration => &["delete from integration where id = $1"],
        SiteTable::Rule => &["delete from rule where name = $1"],
        SiteTable::Template => &["delete from template where scene = $1"],
        SiteTable::Link => &["delete from link where name = $1"],
    }
}

/// What still needs a row: a question that counts, and the key of the words that say so.
pub(crate) fn needed_by(table: SiteTable) -> &'static [(&'static str, &'static str)] {
    match table {
        SiteTable::Area => &[
            ("select count(*) from area where parent_id = $1", "used_by_areas"),
            ("select count(*) from lot where area_id = $1", "used_by_lots"),
        ],
        SiteTable::Lot => &[
            ("select count(*) from lane where lot_id = $1", "used_by_lanes"),
            ("select count(*) from pass where lot_id = $1", "used_by_passes"),
            ("select count(*) from vehicle where lot_id = $1", "used_by_vehicles"),
        ],
        SiteTable::Lane => &[("select count(*) from lease where lane_id = $1 and open", "used_by_case")],
        SiteTable::Device => &[(
            "select count(*) from lane where $1 in (barrier_id, plate_camera_id, id_camera_id)
             or environment_cameras like '%\"' || $1 || '\"%'",
            "used_by_lanes",
        )],
        SiteTable::Robot => &[("select count(*) from lane where robot_id = $1", "used_by_lanes")],
        SiteTable::Seat => {
            &[("select count(*) from seat where number = $1 and person_id is not null", "used_by_person")]
        }
        SiteTable::Person => &[("select count(*) from person where id = $1", "people_stay")],
        _ => &[],
    }
}
