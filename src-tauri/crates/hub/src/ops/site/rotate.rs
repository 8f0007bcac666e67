//! Changing an integration's secret without a gap: a new one is accepted beside the old until it is put in its place.

use super::{Reach, push_key::made, row::takes_effect};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::Audit,
    vault::{SealSlot, VaultError},
};
use lanedesk_domain::{ids::IntegrationId, person::Permission};
use lanedesk_wire::site::{NewSecret, SecretStep};
use serde_json::json;

/// Bytes of a secret.
const BYTES: usize = 32;

/// One step. `begin` answers the new secret, this once.
pub async fn rotate(hub: &Hub, actor: &Actor, id: &IntegrationId, step: SecretStep) -> Result<NewSecret> {
    actor.allow(Permission::Configure)?;
    let reach = Reach::of(&mut hub.store().read().await?.conn(), &actor.id).await?;
    if !reach.holds_root() {
        return Err(Error::NotFound);
    }
    let site = hub.directory();
    let known = site.integrations.get(id).ok_or(Error::NotFound)?;
    if step == SecretStep::Finish && known.next_secret.is_none() {
        return Err(Error::Invalid { field: "step", why: "no_next_secret" });
    }
    let secret = (step == SecretStep::Begin).then(made::<BYTES>);
    let sealed = match step {
        SecretStep::Finish => Some(moved(hub, id, known.next_secret.as_deref())?),
        _ => secret
            .as_ref()
            .map(|secret| hub.vault().seal_text(SealSlot::next_integration(id.as_str()), secret))
            .transpose()
            .map_err(internal)?,
    };
    let (who, id, now) = (actor.id.clone(), id.clone(), hub.clock().now());
    hub.store()
        .write(async move |tx| {
            tx.lock_site().await?;
            tx.rotate_secret(&id, sealed.as_deref(), step == SecretStep::Finish).await?;
            tx.audit(Audit::new(
                now,
                Some(&who),
                "integration.secret",
                format!("integration:{id}"),
                json!({"step": step}),
            ))
            .await?;
            Ok::<_, Error>(tx.tell_site_changed(now).await?)
        })
        .await?;
    takes_effect(hub).await?;
    Ok(NewSecret { secret })
}

/// The secret that was to follow, sealed for the place it now takes.
fn moved(hub: &Hub, id: &IntegrationId, next: Option<&str>) -> Result<String> {
    let (from, to) = (SealSlot::next_integration(id.as_str()), SealSlot::integration(id.as_str()));
    let opened = hub.vault().open_text(from, next.unwrap_or_default());
    let opened = opened.map_err(internal)?;
    hub.vault().seal_text(to, &opened).map_err(internal)
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err as it is")]
fn internal(error: VaultError) -> Error {
    Error::Internal(error.to_string())
}
