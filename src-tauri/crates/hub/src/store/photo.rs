//! ID photos: rows beside their sealed objects.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{CaseId, LaneId, LotId, OpeningId, PersonId, PhotoId},
    photo::HandlingPeriod,
    time::Timestamp,
};
use lanedesk_wire::photo::{Photo, PhotoSource};

/// A photo about to be written, or as it was.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct PhotoRow {
    /// Its id.
    pub id: PhotoId,
    /// Its case.
    pub case: CaseId,
    /// Its lot.
    pub lot: LotId,
    /// Who took it.
    pub person: PersonId,
    /// Which camera took it.
    pub source: PhotoSource,
    /// When it was taken, hub time.
    pub taken_at: Timestamp,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Of the kept JPEG, hex; names the sealed object.
    pub sha256: String,
    /// SHA-256 of what was sent, hex.
    pub original: String,
    /// 64-bit difference hash, 16 hex digits.
    pub near: String,
    /// Size of the kept JPEG.
    pub bytes: i64,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The opening it proves.
    pub opening: Option<OpeningId>,
    /// The picture is gone.
    pub deleted_at: Option<Timestamp>,
}

impl PhotoRow {
    /// As people are told it.
    pub fn shown(&self) -> Photo {
        Photo {
            id: self.id.clone(),
            sha256: self.sha256.clone(),
            width: self.width,
            height: self.height,
            taken_at: self.taken_at,
            source: self.source,
        }
    }
}

macro_rules! photos {
    ($tail:literal) => {
        concat!(
            "select id, case_id as \"case\", lot_id as lot, person_id as person, source, taken_at, received_at, sha256,
                original, near, bytes, width, height, opening_id as opening, deleted_at from photo ",
            $tail
        )
    };
}

/// A photo proves one opening. One whose order moved nothing proved none: the next try of the case may use it.
macro_rules! unused {
    () => {
        "case_id = $1 and deleted_at is null and (opening_id is null or exists (
            select 1 from opening o where o.id = photo.opening_id and o.result in ('refused', 'failed')))"
    };
}

/// The case a photo is taken for.
#[derive(Debug, Clone)]
pub struct PhotoCase {
    /// The case.
    pub case: CaseId,
    /// Its lot.
    pub lot: LotId,
    /// Its lane.
    pub lane: LaneId,
    /// When it was handled.
    pub handled: HandlingPeriod,
    /// Whether the person asked about holds it, or held it.
    pub held: bool,
}

/// Lot, lane, when it began and ended, whether this person handled it, until when its opening waits for photos.
type PhotoCaseColumns = (LotId, LaneId, Timestamp, Option<Timestamp>, bool, Option<Timestamp>);

impl Conn<'_> {
    /// A case as photos see it, for this person.
    pub(crate) async fn photo_case(
        &mut self,
        case: &CaseId,
        person: &PersonId,
    ) -> Result<Option<PhotoCase>, StoreError> {
        let row: Option<PhotoCaseColumns> = self
            .optional(
                "select c.lot_id, c.lane_id, c.opened_at, c.closed_at, cast(case when c.person_id = $2 or exists (
                    select 1 from case_event e where e.case_id = c.id and e.person_id = $2
                        and e.what in ('claimed', 'taken_over', 'handed_over')) then 1 else 0 end as bigint),
                    (select max(o.photos_due_at) from opening o where o.case_id = c.id and o.person_id = $2
                        and o.photos_owed > 0)
                 from \"case\" c where c.id = $1",
                args![case, person],
            )
            .await?;
        Ok(row.map(|(lot, lane, from, to, held, due_at)| {
            let handled = HandlingPeriod { from, to }.until_due(due_at);
            PhotoCase { case: case.clone(), lot, lane, handled, held }
        }))
    }

    /// Writes a photo. False: the same file was sent for the case before.
    pub(crate) async fn add_photo(&mut self, photo: &PhotoRow) -> Result<bool, StoreError> {
        let added = self
            .execute(
                "insert into photo (id, case_id, lot_id, person_id, source, taken_at, received_at, sha256, original, near,
                    bytes, width, height)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                 on conflict (case_id, original) do nothing",
                args![
                    &photo.id,
                    &photo.case,
                    &photo.lot,
                    &photo.person,
                    photo.source.word(),
                    photo.taken_at,
                    photo.received_at,
                    &photo.sha256,
                    &photo.original,
                    &photo.near,
                    photo.bytes,
                    photo.width,
                    photo.height
                ],
            )
            .await?;
        Ok(added == 1)
    }

    /// The photo of a case that came of this file.
    pub(crate) async fn photo_of_file(
        &mut self,
        case: &CaseId,
        original: &str,
    ) -> Result<Option<PhotoRow>, StoreError> {
        let sql = photos!("where case_id = $1 and original = $2");
        self.optional(sql, args![case, original]).await
    }

    /// A photo of a case by id.
    pub(crate) async fn photo_of_case(&mut self, case: &CaseId, id: &PhotoId) -> Result<Option<PhotoRow>, StoreError> {
        let sql = photos!("where case_id = $1 and id = $2");
        self.optional(sql, args![case, id]).await
    }

    /// Photos of a case that a release may use, oldest first.
    pub(crate) async fn unused_photos(&mut self, case: &CaseId) -> Result<Vec<PhotoRow>, StoreError> {
        let sql = concat!(photos!("where "), unused!(), " order by id");
        self.all(sql, args![case]).await
    }

    /// Makes a photo the proof of an opening. False: it is not there to be used.
    pub(crate) async fn use_photo(
        &mut self,
        case: &CaseId,
        id: &PhotoId,
        opening: &OpeningId,
    ) -> Result<bool, StoreError> {
        let sql = concat!("update photo set opening_id = $3 where id = $2 and ", unused!());
        Ok(self.execute(sql, args![case, id, opening]).await? == 1)
    }

    /// Takes back a photo that proves nothing: its row becomes a tombstone, which lets go of the file's hash, so that the
    /// same file may be sent again. False: it proves something, or is gone.
    pub(crate) async fn drop_photo(&mut self, case: &CaseId, id: &PhotoId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "update photo set deleted_at = $3, original = id
                   where case_id = $1 and id = $2 and opening_id is null and held_at is null and deleted_at is null";
        Ok(self.execute(sql, args![case, id, now]).await? == 1)
    }

    /// Whether a photo or a lane picture still names this object.
    pub(crate) async fn object_is_named(&mut self, sha256: &str) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = self
            .optional(
                "select cast(count(*) as bigint) from (select 1 as one from photo where sha256 = $1
                and deleted_at is null union all select 1 from picture where sha256 = $1) named",
                args![sha256],
            )
            .await?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }
}
