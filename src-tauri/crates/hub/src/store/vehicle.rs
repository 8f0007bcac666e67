//! What a lot says of a plate, and how often it was released abnormally.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{assessment::VehicleFacts, ids::LotId, opening::OpeningKind, plate::Plate, time::Timestamp};

impl Conn<'_> {
    /// Lock and blacklist of a plate at a lot.
    pub(crate) async fn vehicle(&mut self, lot: &LotId, plate: &Plate) -> Result<VehicleFacts, StoreError> {
        let row: Option<(bool, bool)> = self
            .optional(
                "select locked, blacklisted from vehicle where lot_id = $1 and plate = $2",
                args![lot, plate.as_str()],
            )
            .await?;
        let (locked, blacklisted) = row.unwrap_or_default();
        Ok(VehicleFacts { locked, blacklisted })
    }

    /// Abnormal releases of a plate since then, at every lot: a habit does not stop at one gate.
    pub(crate) async fn abnormal_since(&mut self, plate: &Plate, since: Timestamp) -> Result<u32, StoreError> {
        let (count,): (i64,) = self
            .one(
                "select count(*) from opening
                 where plate = $1 and kind = $2 and at >= $3 and result not in ('refused', 'failed')",
                args![plate.as_str(), OpeningKind::Abnormal, since],
            )
            .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
