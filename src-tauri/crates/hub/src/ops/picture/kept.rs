//! Pictures that were kept.

use super::Jpeg;
use crate::{
    directory::Directory,
    error::{Error, Result},
    hub::Hub,
    store::{Conn, PictureRow, StoreError, picture_path},
    vault::VaultError,
};
use bytes::Bytes;
use lanedesk_domain::{
    ids::{LaneId, LotId, PhotoId, ReadId},
    plate::Plate,
};
use lanedesk_wire::lane::Picture;

/// The picture that came with a read, with the plate read on it; none where none is kept.
pub async fn of_read(conn: &mut Conn<'_>, site: &Directory, read: &ReadId) -> Result<Option<Picture>, StoreError> {
    let Some(read) = conn.read(read).await? else {
        return Ok(None);
    };
    let Some(id) = &read.picture else {
        return Ok(None);
    };
    Ok(Some(Picture {
        url: picture_path(id.as_str()),
        plate: read.plate.as_ref().map(Plate::as_str).map(str::to_owned),
        confidence: read.confidence,
        doubtful: read.doubtful,
        plate_box: read.plate_box,
        taken_at: read.taken_at,
        lane_name: site.lanes.get(&read.lane).map(|lane| lane.name.clone()),
    }))
}

/// The newest picture kept of a lane.
pub(super) async fn newest(hub: &Hub, lane: &LaneId) -> Result<Option<Jpeg>> {
    let mut reader = hub.store().read().await?;
    let row = reader.conn().newest_picture(lane).await?;
    drop(reader);
    match row {
        Some(row) => open(hub, &row).await.map(Some),
        None => Ok(None),
    }
}

/// A picture of a lot somebody may see.
pub(super) async fn by_id(hub: &Hub, id: &PhotoId, may_see: impl Fn(&LotId) -> bool) -> Result<Jpeg> {
    let mut reader = hub.store().read().await?;
    let row = reader.conn().picture(id).await?;
    drop(reader);
    let row = row.filter(|row| may_see(&row.lot)).ok_or(Error::NotFound)?;
    open(hub, &row).await
}

async fn open(hub: &Hub, row: &PictureRow) -> Result<Jpeg> {
    let bytes = match hub.vault().fetch(&row.sha256).await {
        Ok(bytes) => Bytes::from(bytes),
        Err(VaultError::Missing) => return Err(Error::NotFound),
        Err(error) => return Err(Error::Internal(error.to_string())),
    };
    let age_s = hub.clock().now().since(row.taken_at).max(0) / 1000;
    Ok(Jpeg { bytes, taken_at: row.taken_at, age_s })
}
