//! Dropping pictures that are past their time (rule `picture_retention_days`).

use crate::{
    error::{Error, Result},
    hub::Hub,
    ops::lease::rules,
    store::PictureRow,
};

/// Rows looked for in one read.
const AT_ONCE: i64 = 100;

/// Drops what is past its time; answers how many. Pictures of openings, of vehicles inside and of those at a lane stay.
pub async fn prune(hub: &Hub) -> Result<u64> {
    let days = i64::from(rules(&hub.directory()).picture_retention_days);
    let before = hub.clock().now().plus_minutes(-days * 24 * 60);
    let mut dropped = 0;
    loop {
        let mut reader = hub.store().read().await?;
        let rows = reader.conn().pictures_to_drop(before, AT_ONCE).await?;
        drop(reader);
        if rows.is_empty() {
            return Ok(dropped);
        }
        for row in rows {
            drop_one(hub, row).await?;
            dropped += 1;
        }
    }
}

/// The row goes first: an object without a row is only waste, a row without an object would be a lie.
async fn drop_one(hub: &Hub, row: PictureRow) -> Result<()> {
    let dropped = row.clone();
    let needed = hub.store().write(async move |tx| Ok::<_, Error>(tx.drop_picture(&dropped).await?)).await?;
    if needed {
        return Ok(());
    }
    let forgotten = hub.vault().forget(&row.sha256).await;
    forgotten.map_err(|error| Error::Internal(error.to_string()))
}
