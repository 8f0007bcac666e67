//! 「补录」: photos that are brought after their release (R24).
//!
//! Such a photo comes in like any other of its case. It goes to the release that owes it in the transaction that writes
//! its row, so that none is acknowledged and then belongs to nothing.

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{barrier::text, opening},
    store::{Audience, Audit, PhotoRow, Tx},
};
use lanedesk_domain::{ids::OpeningId, time::Timestamp};
use lanedesk_wire::{
    case::Step,
    opening::{Opening, PhotosOwed},
    stream::Told,
};
use serde_json::json;

/// Longest reason, in characters.
const LONGEST: usize = 500;

/// What a release owes that lacks so many photos; nothing where it lacks none.
pub(super) fn owed(hub: &Hub, missing: u32, made_at: Option<Timestamp>) -> Option<PhotosOwed> {
    let from = made_at.unwrap_or_else(|| hub.clock().now());
    let minutes = i64::from(hub.rules().late_photo_minutes);
    (missing > 0).then(|| PhotosOwed { missing, due_at: from.plus_minutes(minutes), closed: None })
}

/// Gives a photo that came in to the release of its case that owes one, if there is one of this person's.
pub(in crate::ops) async fn brought(tx: &mut Tx<'_>, hub: &Hub, photo: &PhotoRow) -> Result<()> {
    let owing = tx.opening_owing(&photo.case, &photo.person, photo.taken_at);
    let Some(opening) = owing.await? else {
        return Ok(());
    };
    if !tx.bring_photo(&opening, photo).await? {
        return Ok(());
    }
    let now = photo.received_at;
    let directory = hub.directory();
    let Some(opening) = tx.opening(&directory, &opening).await? else {
        return Ok(());
    };
    let body = json!({"photo": photo.id, "case": photo.case, "photos_owed": opening.photos_owed});
    tx.audit(Audit::new(now, Some(&photo.person), "release.photo", format!("opening:{}", opening.id), body)).await?;
    tell(tx, opening, now).await
}

async fn tell(tx: &mut Tx<'_>, opening: Opening, now: Timestamp) -> Result<()> {
    let (lot, opening) = (opening.lot.id.clone(), Box::new(opening));
    let told = Told::Opening { opening };
    Ok(tx.tell_all(now, &[(Audience::Lot(&lot), told)]).await?)
}

fn invalid(field: &'static str, why: &'static str) -> Error {
    Error::Invalid { field, why }
}

/// Ends the waiting for photos that are overdue, with a reason. The release keeps what it lacks, who said so and why;
/// nothing else ends it.
pub async fn close_photos(hub: &Hub, actor: &Actor, id: &OpeningId, reason: &str) -> Result<Opening> {
    // Whether it is there is said before whether it may be closed so.
    opening::one(hub, actor, id).await?;
    let why = text(Some(reason)).ok_or(Error::ReasonRequired)?;
    if why.chars().count() > LONGEST {
        return Err(invalid("reason", "too_long"));
    }
    let who = actor.clone();
    let (wanted, why) = (id.clone(), why.to_owned());
    hub.write(async move |tx, hub| closed(tx, hub, &who, &wanted, &why).await).await
}

async fn closed(tx: &mut Tx<'_>, hub: &Hub, who: &Actor, id: &OpeningId, why: &str) -> Result<Opening> {
    let now = hub.clock().now();
    if !tx.close_photos(id, &who.id, why, now).await? {
        return Err(invalid("state", "photos_not_overdue"));
    }
    let opening = tx.opening(&hub.directory(), id).await?;
    let opening = opening.ok_or(Error::NotFound)?;
    tx.need_lane(&opening.lane.id)?;
    let missing = opening.photos_owed.as_ref().map_or(0, |owed| owed.missing);
    let facts = [("reason", why.to_owned())];
    tx.add_step(&opening.case, now, Some(&who.id), Step::PhotosClosed, &facts).await?;
    let body = json!({"case": opening.case, "missing": missing, "reason": why});
    tx.audit(Audit::new(now, Some(&who.id), "release.photos_close", format!("opening:{id}"), body)).await?;
    tell(tx, opening.clone(), now).await?;
    Ok(opening)
}
