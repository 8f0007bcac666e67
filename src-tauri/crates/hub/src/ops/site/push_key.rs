//! The keys of cameras that call the hub. The hub makes them: what stands in an address has to be long and nobody's word.
//! A new one is accepted beside the old until it is put in its place, as with an integration's secret.

use super::{Reach, row::takes_effect, secret};
use crate::{
    actor::Actor,
    directory::{Device, Directory},
    error::{Error, Result},
    hub::Hub,
    site::key_sum,
    store::{Audit, Tx},
    vault::{SealSlot, Vault},
};
use lanedesk_domain::{
    ids::{DeviceId, PersonId},
    person::Permission,
};
use lanedesk_wire::site::{NewSecret, SecretStep, SiteTable};
use rand::RngCore as _;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Bytes of a key: 128 bits.
const BYTES: usize = 16;
/// What it is called among a device's secrets.
pub(super) const KEY: &str = "push_key";
const NEXT: &str = "next_push_key";

/// A key nobody guesses, of so many bytes.
pub(super) fn made<const COUNT: usize>() -> String {
    let mut bytes = [0; COUNT];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// Gives a device that calls the hub a key where it has none. Answers whether it did.
pub(super) fn make_where_missing(events: &str, secrets: &mut Map<String, Value>) -> bool {
    let has = secrets.get(KEY).and_then(Value::as_str);
    let missing = events == "push" && has.is_none_or(str::is_empty);
    if missing {
        secrets.insert(KEY.to_owned(), json!(made::<BYTES>()));
    }
    missing
}

/// The keys devices have, by device and as their sums: what a file says of them is held against these. One that does not
/// open counts as none.
pub(super) fn sums(there: &Directory, vault: &Vault) -> HashMap<String, String> {
    let sum = |device: &Device| {
        let open = secret::open(vault, device.id.as_str(), &device.secrets)?;
        Some((device.id.to_string(), key_sum(open.get(KEY)?.as_str()?)))
    };
    there.devices.values().filter_map(sum).collect()
}

/// One step. `begin` answers the new key, this once.
pub async fn rotate(hub: &Hub, actor: &Actor, id: &DeviceId, step: SecretStep) -> Result<NewSecret> {
    actor.allow(Permission::Configure)?;
    let secret = (step == SecretStep::Begin).then(made::<BYTES>);
    let (who, device) = (actor.id.clone(), id.clone());
    let (key, now) = (secret.clone(), hub.clock().now());
    hub.write(async move |tx, hub| {
        tx.lock_site().await?;
        within(tx, &who, &device).await?;
        let before = tx.device_secrets(&device).await?.ok_or(Error::NotFound)?;
        let after = stepped(hub, &device, &before, step, key.clone())?;
        tx.set_device_secrets(&device, &after).await?;
        tx.audit(Audit::new(now, Some(&who), "device.push_key", format!("device:{device}"), json!({"step": step})))
            .await?;
        Ok::<_, Error>(tx.tell_site_changed(now).await?)
    })
    .await?;
    takes_effect(hub).await?;
    Ok(NewSecret { secret })
}

/// A device outside the administrator's scope is not there for them (R3).
async fn within(tx: &mut Tx<'_>, who: &PersonId, id: &DeviceId) -> Result<()> {
    let row = tx.site_row(SiteTable::Device, id.as_str()).await?;
    let row = row.ok_or(Error::NotFound)?;
    let reach = Reach::of(tx, who).await?;
    if reach.holds(SiteTable::Device, id.as_str(), &row.cells) { Ok(()) } else { Err(Error::NotFound) }
}

/// What rests sealed of the device after the step.
fn stepped(hub: &Hub, id: &DeviceId, before: &str, step: SecretStep, key: Option<String>) -> Result<String> {
    let internal = |error: String| Error::Internal(format!("secrets of a device: {error}"));
    let slot = SealSlot::device(id.as_str());
    let open = hub.vault().open_text(slot, before);
    let open = open.map_err(|error| internal(error.to_string()))?;
    let mut secrets: Map<String, Value> = serde_json::from_str(&open).map_err(|error| internal(error.to_string()))?;
    match (step, key) {
        (SecretStep::Begin, Some(key)) => {
            // Where there is none yet, nothing goes on with an old one.
            let place = if secrets.contains_key(KEY) { NEXT } else { KEY };
            secrets.insert(place.to_owned(), json!(key));
        }
        (SecretStep::Finish, _) => {
            let next = secrets.remove(NEXT).ok_or(Error::Invalid { field: "step", why: "no_next_secret" })?;
            secrets.insert(KEY.to_owned(), next);
        }
        _ => drop(secrets.remove(NEXT)),
    }
    let sealed = hub.vault().seal_text(slot, &Value::Object(secrets).to_string());
    sealed.map_err(|error| internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_that_calls_gets_a_key_of_128_bits_and_keeps_it() {
        let mut secrets = Map::new();
        assert!(!make_where_missing("pull", &mut secrets));
        assert!(make_where_missing("push", &mut secrets));
        let key = secrets[KEY].as_str().unwrap().to_owned();
        assert_eq!(key.len(), 32);
        assert!(!make_where_missing("push", &mut secrets));
        assert_eq!(secrets[KEY], key.as_str());
        assert_ne!(made::<BYTES>(), made::<BYTES>());
    }
}
