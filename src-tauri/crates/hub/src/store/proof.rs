//! The photos of an opening, as their rows stand now (R36).

use super::{Conn, StoreError, part::who};
use crate::args;
use lanedesk_domain::{ids::PhotoId, time::Timestamp};
use lanedesk_wire::{
    photo::{PhotoHold, PhotoSource},
    problem::Holder,
};

/// A photo with what is told of it beside its picture.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ProofRow {
    /// Its id.
    pub id: PhotoId,
    /// When the shutter went.
    pub taken_at: Timestamp,
    /// When it arrived; its time runs from here.
    pub received_at: Timestamp,
    /// Which camera took it.
    pub source: PhotoSource,
    /// Who took it.
    pub by: Holder,
    /// Names the sealed object.
    pub sha256: String,
    /// Kept beyond its time.
    pub hold: Option<PhotoHold>,
    /// The picture is gone.
    pub deleted: bool,
}

const TAKER: &str = who!("by", "p");
const HOLDER: &str = who!("hold__by", "h");

impl Conn<'_> {
    /// These photos, oldest first.
    pub(crate) async fn proofs(&mut self, ids: &[PhotoId]) -> Result<Vec<ProofRow>, StoreError> {
        let listed = self.in_lots("f.id", 1);
        let sql = format!(
            "select f.id, f.taken_at, f.received_at, f.source, {TAKER}, f.sha256, {HOLDER},
                case when h.id is not null then coalesce(f.held_why, '') end as hold__why,
                f.held_at as hold__since, f.deleted_at is not null as deleted
             from photo f join person p on p.id = f.person_id left join person h on h.id = f.held_by
             where {listed} order by f.id"
        );
        // Ids hold no characters that JSON escapes, so writing them cannot fail.
        let ids = serde_json::to_string(ids).unwrap_or_default();
        self.all(&sql, args![ids]).await
    }
}
