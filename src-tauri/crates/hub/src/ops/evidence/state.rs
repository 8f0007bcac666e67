//! Where the photos of an opening stand: there, held, gone when their time had come, or not as they were (R36).

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::opening,
    store::ProofRow,
    vault::VaultError,
};
use lanedesk_domain::ids::OpeningId;
use lanedesk_wire::{
    list::Page,
    photo::{Evidence, PhotoState},
};

/// The photos of an opening somebody may see. Each that should be there is looked at, so that damage is told before
/// anybody relies on it; nobody is shown a picture, so nobody is noted as having seen one.
pub async fn of_opening(hub: &Hub, actor: &Actor, id: &OpeningId) -> Result<Page<Evidence>> {
    let opening = opening::one(hub, actor, id).await?;
    let mut reader = hub.store().read().await?;
    let rows = reader.conn().proofs(&opening.photos).await?;
    drop(reader);
    let mut items = Vec::new();
    for row in rows {
        items.push(told(hub, row).await?);
    }
    Ok(Page { items, next: None })
}

async fn told(hub: &Hub, row: ProofRow) -> Result<Evidence> {
    let days = i64::from(hub.rules().photo_retention_days);
    let state = state(hub, &row).await?;
    Ok(Evidence {
        id: row.id,
        taken_at: row.taken_at,
        source: row.source,
        by: row.by,
        state,
        until: row.received_at.plus_minutes(days * 24 * 60),
        hold: row.hold,
    })
}

async fn state(hub: &Hub, row: &ProofRow) -> Result<PhotoState> {
    if row.deleted {
        return Ok(PhotoState::Deleted);
    }
    match hub.vault().fetch(&row.sha256).await {
        Ok(_) if row.hold.is_some() => Ok(PhotoState::Held),
        Ok(_) => Ok(PhotoState::Kept),
        Err(VaultError::Objects(error)) => Err(Error::Internal(error.to_string())),
        Err(_) => Ok(PhotoState::Damaged),
    }
}
