//! Pictures of lanes: rows that name sealed objects.

use super::{Conn, StoreError};
use crate::args;
use lanedesk_domain::{
    ids::{LaneId, LotId, OpeningId, PhotoId},
    time::Timestamp,
};

/// Why a picture was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// It came with a plate read.
    Read,
    /// Somebody looked.
    Still,
    /// Before an order.
    Before,
    /// After an order.
    After,
}

impl PictureKind {
    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Still => "still",
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// A picture's row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct PictureRow {
    /// Its id.
    pub id: PhotoId,
    /// The lot.
    pub lot: LotId,
    /// The lane.
    pub lane: LaneId,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Names the sealed object.
    pub sha256: String,
}

/// The column of an opening that a picture goes into.
const BEFORE: &str = "update opening set picture_before = $2 where id = $1";
const AFTER: &str = "update opening set picture_after = $2 where id = $1";

impl Conn<'_> {
    /// Keeps a picture's row; its object is kept already.
    pub(crate) async fn add_picture(
        &mut self,
        picture: &PictureRow,
        kind: PictureKind,
        bytes: usize,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into picture (id, lot_id, lane_id, kind, taken_at, sha256, bytes) values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                &picture.id,
                &picture.lot,
                &picture.lane,
                kind.as_str(),
                picture.taken_at,
                &picture.sha256,
                i64::try_from(bytes).unwrap_or(i64::MAX)
            ],
        )
        .await
        .map(drop)
    }

    /// A picture by id.
    pub(crate) async fn picture(&mut self, id: &PhotoId) -> Result<Option<PictureRow>, StoreError> {
        self.optional(
            "select id, lot_id as lot, lane_id as lane, taken_at, sha256 from picture where id = $1",
            args![id],
        )
        .await
    }

    /// The newest picture of a lane.
    pub(crate) async fn newest_picture(&mut self, lane: &LaneId) -> Result<Option<PictureRow>, StoreError> {
        self.optional(
            "select id, lot_id as lot, lane_id as lane, taken_at, sha256 from picture where lane_id = $1
                 order by taken_at desc, id desc limit 1",
            args![lane],
        )
        .await
    }

    /// Puts a picture into an opening.
    pub(crate) async fn picture_opening(
        &mut self,
        opening: &OpeningId,
        kind: PictureKind,
        picture: &PhotoId,
    ) -> Result<(), StoreError> {
        let sql = if kind == PictureKind::Before { BEFORE } else { AFTER };
        self.execute(sql, args![opening, picture]).await.map(drop)
    }

    /// Pictures taken before a moment that nothing needs any more, oldest first: not those of vehicles inside or at a
    /// lane, nor of openings and rises, which are evidence.
    pub(crate) async fn pictures_to_drop(
        &mut self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<PictureRow>, StoreError> {
        self.all(
            "select p.id, p.lot_id as lot, p.lane_id as lane, p.taken_at, p.sha256 from picture p
                 where p.taken_at < $1
                    and not exists (select 1 from opening o where o.picture_before = p.id or o.picture_after = p.id)
                    and not exists (select 1 from approval a where a.picture_id = p.id)
                    and not exists (select 1 from rise r where r.picture_id = p.id)
                    and not exists (select 1 from lane_now n where n.picture_id = p.id)
                    and not exists (select 1 from plate_read r join stay s on s.entry_read_id = r.id
                        where r.picture_id = p.id and s.left_at is null)
                 order by p.taken_at limit $2",
            args![before, limit],
        )
        .await
    }

    /// Drops a picture's row. Answers whether another row still needs the object.
    pub(crate) async fn drop_picture(&mut self, picture: &PictureRow) -> Result<bool, StoreError> {
        self.execute("update plate_read set picture_id = null where picture_id = $1", args![&picture.id]).await?;
        self.execute("delete from picture where id = $1", args![&picture.id]).await?;
        self.object_is_named(&picture.sha256).await
    }
}
