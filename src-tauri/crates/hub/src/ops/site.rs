//! Taking a site file in and giving one out (R34).

mod compare;
mod edit;
mod export;
pub mod give_out;
pub mod rotate;
pub mod row;
mod secret;
mod take_back;
pub mod take_in;
mod text;
pub mod trial;
pub mod undo;
mod words;

pub use export::{ExportError, export};
pub use row::Asked;
pub use undo::Changes;

use crate::{
    auth::{HashError, hash_password},
    directory::Directory,
    site::{Fault, Site},
    store::{Audit, Secrets, Store, StoreError},
    vault::{Vault, VaultError},
};
use lanedesk_domain::time::Timestamp;
use serde_json::json;
use std::{collections::HashSet, fmt};

/// Why a site file was not taken in. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The text has faults.
    #[error("the site file has {} faults:\n{}", .0.len(), Lines(.0))]
    Faults(Vec<Fault>),
    /// A password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// A secret could not be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The records cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

struct Lines<'a>(&'a [Fault]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Rows taken in.
    pub rows: usize,
    /// New people whom the file gave no password: they cannot log in until they get one.
    pub without_password: Vec<String>,
    /// Barriers that several lanes share, in words.
    pub shared_barriers: Vec<String>,
}

/// Takes a site file in, whole or not at all. Hubs that run read their site again.
pub async fn import(
    store: &Store,
    vault: &Vault,
    now: Timestamp,
    text: &str,
) -> Result<Imported, ImportError> {
    let (known, usernames) = {
        let mut reader = store.read().await?;
        let mut conn = reader.conn();
        (conn.known_site().await?, conn.usernames().await?)
    };
    let site = Site::parse(text, &known).map_err(ImportError::Faults)?;
    let mut secrets = sealed(&site, vault)?;
    let there = Directory::load(&mut store.read().await?.conn()).await?;
    keep_secrets(&site, &there, vault, &mut secrets)?;
    let without_password = new_passwords(&site, &usernames, &mut secrets).await?;
    let (rows, shared_barriers) = (count(&site), site.shared_barriers());
    write(store, site, secrets, now).await?;
    Ok(Imported {
        rows,
        without_password,
        shared_barriers,
    })
}

/// Hashes the passwords of new people. Answers the new people whom the file gives none.
async fn new_passwords(
    site: &Site,
    usernames: &HashSet<String>,
    secrets: &mut Secrets,
) -> Result<Vec<String>, HashError> {
    let mut without = Vec::new();
    for person in &site.people {
        if usernames.contains(&person.username) {
            continue;
        }
        let Some(password) = &person.password else {
            without.push(person.username.clone());
            continue;
        };
        let hash = hash_password(password.clone()).await?;
        secrets.passwords.insert(person.username.clone(), hash);
    }
    Ok(without)
}

/// A secret the file says nothing of stays: an export without secrets can be taken in again.
fn keep_secrets(
    site: &Site,
    there: &Directory,
    vault: &Vault,
    secrets: &mut Secrets,
) -> Result<(), VaultError> {
    for device in &site.devices {
        let Some(was) = there.devices.get(&device.id) else {
            continue;
        };
        let open = vault.open_text(&was.secrets)?;
        let mut kept: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&open).unwrap_or_default();
        let before = kept.clone();
        let given = [
            ("password", &device.password),
            ("push_key", &device.push_key),
        ];
        for (key, value) in given {
            if let Some(value) = value {
                kept.insert(key.to_owned(), json!(value));
            }
        }
        // Sealed anew, the same secret would look like another.
        let sealed = if kept == before {
            was.secrets.clone()
        } else {
            vault.seal_text(&serde_json::Value::Object(kept).to_string())?
        };
        secrets.devices.insert(device.id.to_string(), sealed);
    }
    for robot in &site.robots {
        let Some(was) = there.robots.get(&robot.id) else {
            continue;
        };
        if robot.key.is_empty() || vault.open_text(&was.secret)? == robot.key {
            secrets
                .robots
                .insert(robot.id.to_string(), was.secret.clone());
        }
    }
    for integration in &site.integrations {
        let Some(was) = there.integrations.get(&integration.id) else {
            continue;
        };
        if vault.open_text(&was.secret)? == integration.secret {
            secrets
                .integrations
                .insert(integration.id.to_string(), was.secret.clone());
        }
    }
    Ok(())
}

async fn write(
    store: &Store,
    site: Site,
    secrets: Secrets,
    now: Timestamp,
) -> Result<(), StoreError> {
    let work = std::sync::Arc::new((site, secrets));
    store
        .write(move |tx| {
            let work = work.clone();
            Box::pin(async move {
                let (site, secrets) = &*work;
                tx.import_site(site, secrets).await?;
                let body = json!({"rows": count(site), "lots": site.lots.len(), "lanes": site.lanes.len()});
                let (action, subject) = ("site.import", "site:file".to_owned());
                tx.audit(Audit { at: now, person: None, action, subject, body }).await?;
                tx.tell_site_changed(now).await
            })
        })
        .await
}

/// Seals what rests sealed in tables.
fn sealed(site: &Site, vault: &Vault) -> Result<Secrets, VaultError> {
    let mut secrets = Secrets::default();
    for device in &site.devices {
        let mut open = serde_json::Map::new();
        open.extend(
            device
                .password
                .as_ref()
                .map(|password| ("password".to_owned(), json!(password))),
        );
        open.extend(
            device
                .push_key
                .as_ref()
                .map(|key| ("push_key".to_owned(), json!(key))),
        );
        let open = serde_json::Value::Object(open).to_string();
        secrets
            .devices
            .insert(device.id.to_string(), vault.seal_text(&open)?);
    }
    for robot in &site.robots {
        secrets
            .robots
            .insert(robot.id.to_string(), vault.seal_text(&robot.key)?);
    }
    for integration in &site.integrations {
        secrets.integrations.insert(
            integration.id.to_string(),
            vault.seal_text(&integration.secret)?,
        );
    }
    Ok(secrets)
}

fn count(site: &Site) -> usize {
    let places = site.areas.len()
        + site.lots.len()
        + site.lanes.len()
        + site.devices.len()
        + site.robots.len();
    let people = site.seats.len() + site.people.len() + site.reasons.len();
    let money =
        site.passes.len() + site.vehicles.len() + site.tariffs.len() + site.integrations.len();
    let robots = site.links.len() + site.templates.len();
    places + people + money + robots + site.rules.len()
}
