//! The photos of an opening, as their rows stand now (R36).

use super::{Conn, StoreError, lease::holder};
use crate::{args, directory::parsed};
use lanedesk_domain::{ids::PhotoId, time::Timestamp};
use lanedesk_wire::{
    photo::{PhotoHold, PhotoSource},
    problem::Holder,
};

/// A photo with what is told of it beside its picture.
#[derive(Debug, Clone)]
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

#[derive(serde::Deserialize)]
struct Columns {
    id: String,
    taken_at: i64,
    received_at: i64,
    source: String,
    sha256: String,
    person_id: String,
    name: String,
    role: String,
    held_at: Option<i64>,
    held_why: Option<String>,
    holder_id: Option<String>,
    holder_name: Option<String>,
    holder_role: Option<String>,
    deleted_at: Option<i64>,
}

impl TryFrom<Columns> for ProofRow {
    type Error = StoreError;
    fn try_from(row: Columns) -> Result<Self, StoreError> {
        let by = match (row.holder_id, row.holder_name, row.holder_role) {
            (Some(id), Some(name), Some(role)) => Some(holder(&id, name, &role)?),
            _ => None,
        };
        let hold = row.held_at.zip(by).map(|(since, by)| PhotoHold {
            why: row.held_why.unwrap_or_default(),
            by,
            since: Timestamp(since),
        });
        Ok(Self {
            id: parsed(&row.id)?,
            taken_at: Timestamp(row.taken_at),
            received_at: Timestamp(row.received_at),
            source: parsed(&row.source)?,
            by: holder(&row.person_id, row.name, &row.role)?,
            sha256: row.sha256,
            hold,
            deleted: row.deleted_at.is_some(),
        })
    }
}

impl Conn<'_> {
    /// These photos, oldest first.
    pub(crate) async fn proofs(&mut self, ids: &[PhotoId]) -> Result<Vec<ProofRow>, StoreError> {
        let listed = self.in_lots("f.id", 1);
        let sql = format!(
            "select f.id, f.taken_at, f.received_at, f.source, f.sha256, f.person_id, p.name, p.role, f.held_at, f.held_why,
                h.id as holder_id, h.name as holder_name, h.role as holder_role, f.deleted_at
             from photo f join person p on p.id = f.person_id left join person h on h.id = f.held_by
             where {listed} order by f.id"
        );
        // Ids hold no characters that JSON escapes, so writing them cannot fail.
        let ids = serde_json::to_string(ids).unwrap_or_default();
        let rows: Vec<Columns> = self.all(&sql, args![ids]).await?;
        rows.into_iter().map(ProofRow::try_from).collect()
    }
}
