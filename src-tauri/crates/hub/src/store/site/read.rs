//! Reading the parts of a site the directory does not keep in memory.

use super::super::{Conn, StoreError};
use crate::{
    directory::parsed,
    site::{Pass, Person, Vehicle},
};
use lanedesk_domain::{
    ids::{AreaId, LotId},
    pass::PassStatus,
    person::Role,
    time::Timestamp,
};
use std::collections::{BTreeMap, HashMap};

#[derive(serde::Deserialize)]
struct PassRow {
    id: String,
    lot_id: LotId,
    status: PassStatus,
    valid_from: Timestamp,
    valid_to: Timestamp,
    spaces: i64,
}

impl Conn<'_> {
    /// Every seat's number.
    pub async fn all_seats(&mut self) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> = self.all("select number from seat order by number", vec![]).await?;
        Ok(rows.into_iter().map(|(number,)| number).collect())
    }

    /// Everybody, without passwords: only hashes are known.
    pub async fn all_people(&mut self) -> Result<Vec<Person>, StoreError> {
        let sql = "select id, username, name, role, must_change, handed from person order by username";
        let rows: Vec<(String, String, String, Role, bool, bool)> = self.all(sql, vec![]).await?;
        let mut scopes = self.all_scopes().await?;
        let mut people = Vec::with_capacity(rows.len());
        for (id, username, name, role, must_change, handed) in rows {
            let (lots, areas) = scopes.remove(&id).unwrap_or_default();
            people.push(Person {
                username,
                name,
                role,
                password: None,
                lots,
                areas,
                // Nothing is said of a password that only another machine's login has to change.
                must_change: (must_change || !handed).then_some(must_change),
            });
        }
        Ok(people)
    }

    /// Lots and areas of everybody, by their id.
    async fn all_scopes(&mut self) -> Result<HashMap<String, (Vec<LotId>, Vec<AreaId>)>, StoreError> {
        let sql = "select person_id, kind, target_id from person_scope order by person_id, target_id";
        let rows: Vec<(String, String, String)> = self.all(sql, vec![]).await?;
        let mut scopes: HashMap<String, (Vec<LotId>, Vec<AreaId>)> = HashMap::new();
        for (person, kind, target) in rows {
            let (lots, areas) = scopes.entry(person).or_default();
            match kind.as_str() {
                "area" => areas.push(parsed(&target)?),
                "lot" => lots.push(parsed(&target)?),
                _ => return Err(StoreError::Corrupt(format!("scope of kind {kind:?}"))),
            }
        }
        Ok(scopes)
    }

    /// Every pass with its plates, by lot and plates.
    pub async fn all_passes(&mut self) -> Result<Vec<Pass>, StoreError> {
        let plates: Vec<(String, String)> =
            self.all("select pass_id, plate from pass_plate order by pass_id, plate", vec![]).await?;
        let mut by_pass: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (pass, plate) in plates {
            by_pass.entry(pass).or_default().push(plate);
        }
        let sql = "select id, lot_id, status, valid_from, valid_to, spaces from pass";
        let rows: Vec<PassRow> = self.all(sql, vec![]).await?;
        let pass = |row: PassRow| Pass {
            lot: row.lot_id,
            plates: by_pass.remove(&row.id).unwrap_or_default(),
            status: row.status,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            spaces: row.spaces,
        };
        let mut passes: Vec<Pass> = rows.into_iter().map(pass).collect();
        passes.sort_by(|a, b| (&a.lot, &a.plates).cmp(&(&b.lot, &b.plates)));
        Ok(passes)
    }

    /// What is known of single vehicles.
    pub async fn all_vehicles(&mut self) -> Result<Vec<Vehicle>, StoreError> {
        let sql = "select lot_id, plate, locked, blacklisted from vehicle order by lot_id, plate";
        let rows: Vec<(LotId, String, bool, bool)> = self.all(sql, vec![]).await?;
        let vehicle = |(lot, plate, locked, blacklisted)| Vehicle { lot, plate, locked, blacklisted };
        Ok(rows.into_iter().map(vehicle).collect())
    }
}
