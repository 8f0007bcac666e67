//! Taking a site file in and giving one out (R34).

mod accounts;
mod compare;
mod demo;
mod edit;
mod export;
pub mod give_out;
pub mod pending;
pub mod push_key;
mod reach;
pub mod rotate;
pub mod row;
mod secret;
mod start;
mod take_back;
pub mod take_in;
mod text;
pub mod trial;
pub mod undo;
mod weak;
mod words;

pub use accounts::take_accounts_out;
pub use demo::demo_secrets;
pub use export::{ExportError, export};
pub(super) use reach::Reach;
pub use row::Asked;
pub use start::import_at_start;
pub use undo::Changes;

use crate::{
    auth::{HashError, hash_password, weakness},
    directory::Directory,
    site::{Device, Fault, Known, Site, address::Addresses},
    store::{Audit, Secrets, SiteLine, Store, StoreError},
    vault::{Slot, Vault, VaultError},
};
use lanedesk_devices::Networks;
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
    /// Keys the settings page would refuse, in words.
    pub weak_keys: Vec<String>,
}

/// Takes a site file in, whole or not at all; devices outside `networks` are faults. Hubs that run read their
/// site again.
pub async fn import(
    store: &Store,
    vault: &Vault,
    networks: &Networks,
    now: Timestamp,
    text: &str,
) -> Result<Imported, ImportError> {
    let known = known(store, vault, networks).await?;
    let site = Site::parse(text, &known).map_err(ImportError::Faults)?;
    let weak_keys = weak_keys(store, vault, &site).await?;
    let imported = take(store, vault, now, site, Vec::new()).await?;
    Ok(Imported { weak_keys, ..imported })
}

/// What a file may refer to without saying it itself.
async fn known(store: &Store, vault: &Vault, networks: &Networks) -> Result<Known, StoreError> {
    let mut reader = store.read().await?;
    let mut conn = reader.conn();
    let mut known = conn.known_site().await?;
    known.networks = Some(networks.clone());
    known.push_keys = push_key::sums(&Directory::load(&mut conn).await?, vault);
    Ok(known)
}

/// Keys the settings page would refuse, in words. Whoever runs the hub's program decides; the page's users do not.
async fn weak_keys(store: &Store, vault: &Vault, site: &Site) -> Result<Vec<String>, StoreError> {
    let there = Directory::load(&mut store.read().await?.conn()).await?;
    let weak = weak::keys(site, &there, vault);
    Ok(weak.iter().map(ToString::to_string).collect())
}

/// Writes a site, and what a file has `said` with it.
async fn take(
    store: &Store,
    vault: &Vault,
    now: Timestamp,
    site: Site,
    said: Vec<SiteLine>,
) -> Result<Imported, ImportError> {
    let usernames = store.read().await?.conn().usernames().await?;
    let mut secrets = sealed(&site, vault)?;
    let there = Directory::load(&mut store.read().await?.conn()).await?;
    keep_secrets(&site, &there, vault, &mut secrets)?;
    let without_password = new_passwords(&site, &usernames, &mut secrets).await?;
    let (rows, shared_barriers) = (count(&site), site.shared_barriers());
    write(store, site, secrets, said, now).await?;
    Ok(Imported { rows, without_password, shared_barriers, weak_keys: Vec::new() })
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
        // Whoever says that it need not be changed means a good one.
        let password = person.password.as_ref();
        let weak = password.is_some_and(|one| weakness(one, &person.username).is_some());
        if person.must_change.is_none() || weak {
            secrets.handed.insert(person.username.clone());
        }
        let Some(password) = password else {
            without.push(person.username.clone());
            continue;
        };
        let hash = hash_password(password.clone()).await?;
        secrets.passwords.insert(person.username.clone(), hash);
    }
    Ok(without)
}

/// A secret the file says nothing of stays: an export without secrets can be taken in again.
fn keep_secrets(site: &Site, there: &Directory, vault: &Vault, secrets: &mut Secrets) -> Result<(), VaultError> {
    for device in &site.devices {
        let Some(was) = there.devices.get(&device.id) else {
            continue;
        };
        let slot = Slot::device(device.id.as_str());
        let before: secret::Open = serde_json::from_str(&vault.open_text(slot, &was.secrets)?).unwrap_or_default();
        let (given, mut kept) = (secrets_of(device), before.clone());
        let at: serde_json::Value = serde_json::from_str(&was.settings).unwrap_or_default();
        let text = |key: &str| at.get(key).and_then(serde_json::Value::as_str);
        let were = Addresses { url: text("url").unwrap_or_default(), rtsp: text("rtsp").unwrap_or_default() };
        let keys: Vec<&str> = given.keys().map(String::as_str).collect();
        secret::stay(&mut kept, were, device.addresses(), &keys);
        kept.extend(given);
        push_key::make_where_missing(&device.events, &mut kept);
        // Sealed anew, the same secret would look like another.
        let sealed = if kept == before {
            was.secrets.clone()
        } else {
            vault.seal_text(slot, &serde_json::Value::Object(kept).to_string())?
        };
        secrets.devices.insert(device.id.to_string(), sealed);
    }
    for robot in &site.robots {
        let Some(was) = there.robots.get(&robot.id) else {
            continue;
        };
        let slot = Slot::robot(robot.id.as_str());
        if robot.key.is_empty() || vault.open_text(slot, &was.secret)? == robot.key {
            secrets.robots.insert(robot.id.to_string(), was.secret.clone());
        }
    }
    for integration in &site.integrations {
        let Some(was) = there.integrations.get(&integration.id) else {
            continue;
        };
        let slot = Slot::integration(integration.id.as_str());
        if vault.open_text(slot, &was.secret)? == integration.secret {
            secrets.integrations.insert(integration.id.to_string(), was.secret.clone());
        }
    }
    Ok(())
}

async fn write(
    store: &Store,
    site: Site,
    secrets: Secrets,
    said: Vec<SiteLine>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let work = std::sync::Arc::new((site, secrets, said));
    store
        .write(async move |tx| {
            let (site, secrets, said) = &*work;
            tx.keep_lines(said).await?;
            if count(site) == 0 {
                return Ok(());
            }
            tx.import_site(site, secrets).await?;
            let body = json!({"rows": count(site), "lots": site.lots.len(), "lanes": site.lanes.len()});
            let (action, subject) = ("site.import", "site:file".to_owned());
            tx.audit(Audit { at: now, person: None, action, subject, body }).await?;
            tx.tell_site_changed(now).await
        })
        .await
}

/// Seals what rests sealed in tables.
fn sealed(site: &Site, vault: &Vault) -> Result<Secrets, VaultError> {
    let mut secrets = Secrets::default();
    for device in &site.devices {
        let mut open = secrets_of(device);
        push_key::make_where_missing(&device.events, &mut open);
        let open = serde_json::Value::Object(open).to_string();
        let sealed = vault.seal_text(Slot::device(device.id.as_str()), &open)?;
        secrets.devices.insert(device.id.to_string(), sealed);
    }
    for robot in &site.robots {
        let sealed = vault.seal_text(Slot::robot(robot.id.as_str()), &robot.key)?;
        secrets.robots.insert(robot.id.to_string(), sealed);
    }
    for integration in &site.integrations {
        let slot = Slot::integration(integration.id.as_str());
        let sealed = vault.seal_text(slot, &integration.secret)?;
        secrets.integrations.insert(integration.id.to_string(), sealed);
    }
    Ok(secrets)
}

/// The secrets a file gives a device.
fn secrets_of(device: &Device) -> secret::Open {
    let given = [
        ("password", &device.password),
        ("push_key", &device.push_key),
        ("rtsp_username", &device.rtsp_username),
        ("rtsp_password", &device.rtsp_password),
    ];
    let set = given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value.as_ref()?))));
    set.collect()
}

fn count(site: &Site) -> usize {
    let places = site.areas.len() + site.lots.len() + site.lanes.len() + site.devices.len() + site.robots.len();
    let people = site.seats.len() + site.people.len() + site.reasons.len();
    let money = site.passes.len() + site.vehicles.len() + site.tariffs.len() + site.integrations.len();
    let robots = site.links.len() + site.templates.len();
    places + people + money + robots + site.rules.len()
}
