//! Changing an integration's secret without a gap: a new one is accepted beside the old until it is put in its place.

use super::row::takes_effect;
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::Audit,
};
use lanedesk_domain::{ids::IntegrationId, person::Permission};
use lanedesk_wire::site::{NewSecret, SecretStep};
use rand::RngCore as _;
use serde_json::json;

/// Bytes of a secret.
const BYTES: usize = 32;

/// One step. `begin` answers the new secret, this once.
pub async fn rotate(
    hub: &Hub,
    actor: &Actor,
    id: &IntegrationId,
    step: SecretStep,
) -> Result<NewSecret> {
    actor.allow(Permission::Configure)?;
    let site = hub.directory();
    let known = site.integrations.get(id).ok_or(Error::NotFound)?;
    if step == SecretStep::Finish && known.next_secret.is_none() {
        return Err(Error::Invalid {
            field: "step",
            why: "no_next_secret",
        });
    }
    let secret = (step == SecretStep::Begin).then(|| {
        let mut bytes = [0; BYTES];
        rand::rng().fill_bytes(&mut bytes);
        hex::encode(bytes)
    });
    let sealed = secret.as_ref().map(|secret| hub.vault().seal_text(secret));
    let sealed = sealed
        .transpose()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let (who, id, now) = (actor.id.clone(), id.clone(), hub.clock().now());
    hub.store()
        .write(move |tx| {
            let (who, id, sealed) = (who.clone(), id.clone(), sealed.clone());
            Box::pin(async move {
                tx.lock_site().await?;
                tx.rotate_secret(&id, sealed.as_deref(), step == SecretStep::Finish)
                    .await?;
                tx.audit(Audit {
                    at: now,
                    person: Some(who),
                    action: "integration.secret",
                    subject: format!("integration:{id}"),
                    body: json!({"step": step}),
                })
                .await?;
                Ok::<_, Error>(tx.tell_site_changed(now).await?)
            })
        })
        .await?;
    takes_effect(hub).await?;
    Ok(NewSecret { secret })
}
