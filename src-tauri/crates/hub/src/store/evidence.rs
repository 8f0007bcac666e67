//! Photos as they are looked at, held and, when their time has come, deleted (R36).

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LotId, OpeningId, PersonId, PhotoId},
    time::Timestamp,
};

/// A photo with what decides who may see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct EvidenceRow {
    /// Its id.
    pub id: PhotoId,
    /// Its case.
    pub case: CaseId,
    /// Its lot.
    pub lot: LotId,
    /// Who took it.
    pub taker: PersonId,
    /// Who works the case, or worked it last.
    pub holder: PersonId,
    /// Whether the case is closed.
    pub closed: bool,
    /// Names the sealed object.
    pub sha256: String,
    /// The opening it proves.
    pub opening: Option<OpeningId>,
    /// Kept beyond its time since.
    pub held_at: Option<Timestamp>,
    /// The picture is gone since.
    pub deleted_at: Option<Timestamp>,
}

macro_rules! evidence {
    ($tail:literal) => {
        concat!(
            "select p.id, p.case_id as \"case\", p.lot_id as lot, p.person_id as taker, c.person_id as holder,
                c.closed_at is not null as closed, p.sha256, p.opening_id as opening, p.held_at, p.deleted_at
             from photo p join \"case\" c on c.id = p.case_id ",
            $tail
        )
    };
}

/// A word on keeping a photo beyond its time.
#[derive(Debug, Clone)]
pub struct Hold {
    /// The photo.
    pub photo: PhotoId,
    /// Kept from now on, or no longer.
    pub hold: bool,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
}

impl Conn<'_> {
    /// A photo by id, a deleted one too.
    pub(crate) async fn evidence(&mut self, id: &PhotoId) -> Result<Option<EvidenceRow>, StoreError> {
        self.optional(evidence!("where p.id = $1"), args![id]).await
    }

    /// Photos that arrived before a moment and that nobody holds, oldest first.
    pub(crate) async fn evidence_past_its_time(
        &mut self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<EvidenceRow>, StoreError> {
        let sql = evidence!(
            "where p.received_at < $1 and p.deleted_at is null and p.held_at is null
             order by p.received_at, p.id limit $2"
        );
        self.all(sql, args![before, limit]).await
    }

    /// Objects of photos deleted since a moment.
    pub(crate) async fn objects_deleted_since(&mut self, since: Timestamp) -> Result<Vec<String>, StoreError> {
        let sql = "select distinct sha256 from photo where deleted_at >= $1";
        let rows: Vec<(String,)> = self.all(sql, args![since]).await?;
        Ok(rows.into_iter().map(|(sha256,)| sha256).collect())
    }

    /// Makes a photo's row its tombstone. False: it is held, or was deleted before.
    pub(crate) async fn bury_photo(&mut self, id: &PhotoId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "update photo set deleted_at = $2 where id = $1 and deleted_at is null and held_at is null";
        Ok(self.execute(sql, args![id, now]).await? == 1)
    }

    /// Holds a photo, or lets it go. False: it is deleted. What is held already is held anew.
    pub(crate) async fn hold_photo(&mut self, hold: &Hold) -> Result<bool, StoreError> {
        let done = if hold.hold {
            self.execute(
                "update photo set held_at = $2, held_why = $3, held_by = $4 where id = $1 and deleted_at is null",
                args![&hold.photo, hold.at, &hold.reason, &hold.person],
            )
            .await?
        } else {
            self.execute(
                "update photo set held_at = null, held_why = null, held_by = null where id = $1 and deleted_at is null",
                args![&hold.photo],
            )
            .await?
        };
        Ok(done == 1)
    }

    /// What a person logs in with.
    pub(crate) async fn username(&mut self, id: &PersonId) -> Result<Option<String>, StoreError> {
        let sql = "select username from person where id = $1";
        let row: Option<(String,)> = self.optional(sql, args![id]).await?;
        Ok(row.map(|(username,)| username))
    }
}
