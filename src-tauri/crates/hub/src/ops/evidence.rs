//! Looking at photos of documents, holding them beyond their time, and deleting them when it has come (R36).

mod retention;
mod state;

pub use retention::{prune, run};
pub use state::of_opening;

use crate::{
    actor::Actor,
    error::{Error, Result},
    evidence::{Viewer, marked, masked},
    hub::Hub,
    store::{Audit, EvidenceRow, Hold},
    vault::VaultError,
};
use lanedesk_domain::{ids::PhotoId, person::Permission};
use lanedesk_wire::photo::HoldPhoto;
use serde_json::json;

/// Longest reason for a hold, in characters.
const LONGEST_REASON: usize = 500;

/// Whether somebody works the photo's case, or took the photo for it: until it is closed they need it.
fn at_work(actor: &Actor, photo: &EvidenceRow) -> bool {
    !photo.closed && (photo.taker == actor.id || photo.holder == actor.id)
}

/// A photo of a lot somebody may see, gone or not.
async fn seen(hub: &Hub, actor: &Actor, id: &PhotoId) -> Result<EvidenceRow> {
    let mut reader = hub.store().read().await?;
    let photo = reader.conn().evidence(id).await?;
    let photo = photo.ok_or(Error::NotFound)?;
    actor.see(&photo.lot)?;
    Ok(photo)
}

/// A photo as it was kept, with the viewer's name and time burnt in. That it was seen is on record before it is shown.
pub async fn view(hub: &Hub, actor: &Actor, id: &PhotoId) -> Result<Vec<u8>> {
    let photo = seen(hub, actor, id).await?;
    if !at_work(actor, &photo) {
        actor.allow(Permission::SeeEvidence)?;
    }
    let opened = open(hub, &photo).await;
    let action = match &opened {
        Ok(_) => "photo.view",
        Err(Error::EvidenceDamaged) => "photo.damaged",
        Err(_) => return opened,
    };
    note(hub, actor, &photo, action).await?;
    let jpeg = opened?;
    let username = hub.store().read().await?.conn().username(&actor.id).await?;
    let viewer = Viewer {
        name: actor.name.clone(),
        username: username.unwrap_or_default(),
        at: hub.clock().now(),
        photo: photo.id.to_string(),
    };
    let marked = marked(jpeg, viewer).await;
    marked.map_err(|error| Error::Internal(error.to_string()))
}

/// A photo in cells too coarse to read, for lists. It tells nothing, so it is not logged.
pub async fn thumb(hub: &Hub, actor: &Actor, id: &PhotoId) -> Result<Vec<u8>> {
    let photo = seen(hub, actor, id).await?;
    if photo.taker != actor.id && !at_work(actor, &photo) {
        actor.allow(Permission::OpeningsOfOthers)?;
    }
    let masked = masked(open(hub, &photo).await?).await;
    masked.map_err(|error| Error::Internal(error.to_string()))
}

/// The kept picture. One whose object was changed or is gone is damaged evidence, and says so.
async fn open(hub: &Hub, photo: &EvidenceRow) -> Result<Vec<u8>> {
    if photo.deleted_at.is_some() {
        return Err(Error::EvidenceDeleted);
    }
    match hub.vault().fetch(&photo.sha256).await {
        Ok(jpeg) => Ok(jpeg),
        Err(VaultError::Objects(error)) => Err(Error::Internal(error.to_string())),
        Err(error) => {
            tracing::error!(photo = %photo.id, %error, "evidence is damaged");
            Err(Error::EvidenceDamaged)
        }
    }
}

async fn note(hub: &Hub, actor: &Actor, photo: &EvidenceRow, action: &'static str) -> Result<()> {
    let body = json!({"case": photo.case, "opening": photo.opening, "sha256": photo.sha256});
    let audit = Audit::new(hub.clock().now(), Some(&actor.id), action, format!("photo:{}", photo.id), body);
    Ok(hub.store().audit(audit).await?)
}

/// Keeps a photo beyond its time, or lets it go again; whoever reviews others' openings may.
pub async fn hold(hub: &Hub, actor: &Actor, id: &PhotoId, asked: HoldPhoto) -> Result<()> {
    let photo = seen(hub, actor, id).await?;
    let reason = reason(&asked.reason)?;
    let hold = Hold { photo: photo.id, hold: asked.hold, reason, person: actor.id.clone(), at: hub.clock().now() };
    hub.store()
        .write(async move |tx| {
            if !tx.hold_photo(&hold).await? {
                return Err(Error::EvidenceDeleted);
            }
            let action = if hold.hold { "photo.hold" } else { "photo.let_go" };
            let body = json!({"reason": hold.reason});
            tx.audit(Audit::new(hold.at, Some(&hold.person), action, format!("photo:{}", hold.photo), body)).await?;
            Ok(())
        })
        .await
}

fn reason(given: &str) -> Result<String> {
    let refused = |why| Err(Error::Invalid { field: "reason", why });
    match given.trim() {
        "" => refused("empty"),
        long if long.chars().count() > LONGEST_REASON => refused("too_long"),
        reason => Ok(reason.to_owned()),
    }
}
