//! Monthly passes of a plate, with the vehicles inside that share them.

use super::{Conn, StoreError};
use crate::{args, directory::parsed};
use lanedesk_domain::{
    ids::LotId,
    pass::{PassFacts, PlateInside},
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
struct Columns {
    id: String,
    status: String,
    valid_from: i64,
    valid_to: i64,
    spaces: i64,
    plate: String,
    space_taken: Option<bool>,
}

impl Conn<'_> {
    /// A plate's passes at a lot, in one look.
    pub(crate) async fn passes(&mut self, lot: &LotId, plate: &Plate) -> Result<Passes, StoreError> {
        let rows: Vec<Columns> = self
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
            let plate: Plate = parsed(&row.plate)?;
            if let Some(as_temporary) = row.space_taken {
                inside.push(PlateInside { plate: plate.clone(), as_temporary });
            }
            if let Some(pass) = passes.get_mut(&row.id) {
                pass.plates.push(plate);
                continue;
            }
            let spaces =
                u32::try_from(row.spaces).map_err(|_| StoreError::Corrupt(format!("spaces of pass {}", row.id)))?;
            let pass = PassFacts {
                status: parsed(&row.status)?,
                valid_from: Timestamp(row.valid_from),
                valid_to: Timestamp(row.valid_to),
                spaces,
                plates: vec![plate],
            };
            passes.insert(row.id, pass);
        }
        Ok(Passes { passes: passes.into_values().collect(), inside })
    }
}
