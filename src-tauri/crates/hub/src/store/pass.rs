//! Monthly passes of a plate, with the vehicles inside that share them.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::LotId,
    pass::{PassFacts, PassStatus, PlateInside},
    plate::Plate,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// A plate's passes at a lot, and which of their plates are inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passes {
    /// Good or not.
    pub passes: Vec<PassFacts>,
    /// Vehicles inside that share one of them.
    pub inside: Vec<PlateInside>,
}

#[derive(serde::Deserialize)]
struct PassColumns {
    id: String,
    status: PassStatus,
    valid_from: Timestamp,
    valid_to: Timestamp,
    spaces: u32,
    plate: Plate,
    space_taken: Option<bool>,
}

impl Conn<'_> {
    /// A plate's passes at a lot, in one look.
    pub(crate) async fn passes(&mut self, lot: &LotId, plate: &Plate) -> Result<Passes, StoreError> {
        let rows: Vec<PassColumns> = self
            .all(
                "select p.id, p.status, p.valid_from, p.valid_to, p.spaces, other.plate, s.space_taken
                 from pass_plate me join pass p on p.id = me.pass_id join pass_plate other on other.pass_id = p.id
                 left join stay s on s.lot_id = p.lot_id and s.plate = other.plate and s.left_at is null
                 where me.lot_id = $1 and me.plate = $2 order by p.id, other.plate",
                args![lot, plate.as_str()],
            )
            .await?;
        let mut passes: BTreeMap<String, PassFacts> = BTreeMap::new();
        let mut inside = Vec::new();
        for row in rows {
            let plate = row.plate;
            if let Some(as_temporary) = row.space_taken {
                inside.push(PlateInside { plate: plate.clone(), as_temporary });
            }
            if let Some(pass) = passes.get_mut(&row.id) {
                pass.plates.push(plate);
                continue;
            }
            let pass = PassFacts {
                status: row.status,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                spaces: row.spaces,
                plates: vec![plate],
            };
            passes.insert(row.id, pass);
        }
        Ok(Passes { passes: passes.into_values().collect(), inside })
    }
}
