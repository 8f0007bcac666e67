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
pub use row::SiteRowQuery;
pub use start::import_at_start;
pub use undo::Changes;

use crate::{
    auth::{HashError, hash_password, weakness},
    directory::Directory,
    site::{Device, NounRow as _, Site, SiteContext, SiteFault, address::Addresses, noun::FieldPlace},
    store::{Audit, Secrets, SiteLine, Store, StoreError},
    vault::{SealSlot, Vault, VaultError},
};
use lanedesk_devices::Networks;
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::site::SiteTable;
use serde_json::json;
use std::{collections::HashSet, fmt};

/// Why a site file was not taken in. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The text has faults.
    #[error("the site file has {} faults:\n{}", .0.len(), Lines(.0))]
    Faults(Vec<SiteFault>),
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

struct Lines<'a>(&'a [SiteFault]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOutcome {
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
) -> Result<ImportOutcome, ImportError> {
    let known = known(store, vault, networks).await?;
    let site = Site::parse(text, &known).map_err(ImportError::Faults)?;
    let weak_keys = weak_keys(store, vault, &site).await?;
    let imported = take(store, vault, now, site, Vec::new()).await?;
    Ok(ImportOutcome { weak_keys, ..imported })
}

/// What a file may refer to without saying it itself.
async fn known(store: &Store, vault: &Vault, networks: &Networks) -> Result<SiteContext, StoreError> {
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
) -> Result<ImportOutcome, ImportError> {
    let usernames = store.read().await?.conn().usernames().await?;
    let there = Directory::load(&mut store.read().await?.conn()).await?;
    let mut secrets = sealed(&site, &there, vault)?;
    let without_password = new_passwords(&site, &usernames, &mut secrets).await?;
    let (rows, shared_barriers) = (site.count(), site.shared_barriers());
    write(store, site, secrets, said, now).await?;
    Ok(ImportOutcome { rows, without_password, shared_barriers, weak_keys: Vec::new() })
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
            if site.count() == 0 {
                return Ok(());
            }
            tx.import_site(site, secrets).await?;
            let body = json!({"rows": site.count(), "lots": site.lots.len(), "lanes": site.lanes.len()});
            let (action, subject) = ("site.import", "site:file".to_owned());
            tx.audit(Audit::new(now, None, action, subject, body)).await?;
            tx.tell_site_changed(now).await
        })
        .await
}

/// Seals what rests sealed in tables. A secret the file says nothing of stays: an export without secrets can be taken in
/// again. Sealed anew, the same secret would look like another.
fn sealed(site: &Site, there: &Directory, vault: &Vault) -> Result<Secrets, VaultError> {
    let mut secrets = Secrets::default();
    for device in &site.devices {
        let (slot, was) = (SealSlot::device(device.id.as_str()), there.devices.get(&device.id));
        let (given, mut kept) = (secrets_of(device), secret::OpenSecrets::new());
        let mut before = None;
        if let Some(was) = was {
            kept = serde_json::from_str(&vault.open_text(slot, &was.secrets)?).unwrap_or_default();
            before = Some(kept.clone());
            let at: serde_json::Value = serde_json::from_str(&was.settings).unwrap_or_default();
            let text = |key: &str| at.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
            let were = Addresses { url: text("url"), rtsp: text("rtsp") };
            let keys: Vec<&str> = given.keys().map(String::as_str).collect();
            secret::stay(&mut kept, were, device.addresses(), &keys);
        }
        kept.extend(given);
        push_key::make_where_missing(&device.events, &mut kept);
        let sealed = match was {
            Some(was) if before.as_ref() == Some(&kept) => was.secrets.clone(),
            _ => vault.seal_text(slot, &serde_json::Value::Object(kept).to_string())?,
        };
        secrets.rows.insert((SiteTable::Device, device.id.to_string()), sealed);
    }
    let robots = site.robots.iter().map(|row| {
        let was = there.robots.get(&row.id).map(|was| &was.secret);
        (SiteTable::Robot, row.id.as_str(), SealSlot::robot(row.id.as_str()), &row.key, was)
    });
    let integrations = site.integrations.iter().map(|row| {
        let was = there.integrations.get(&row.id).map(|was| &was.secret);
        (SiteTable::Integration, row.id.as_str(), SealSlot::integration(row.id.as_str()), &row.secret, was)
    });
    for (table, id, slot, key, was) in robots.chain(integrations) {
        let sealed = match was {
            Some(was) if key.is_empty() || vault.open_text(slot, was)? == *key => was.clone(),
            _ => vault.seal_text(slot, key)?,
        };
        secrets.rows.insert((table, id.to_owned()), sealed);
    }
    Ok(secrets)
}

/// The secrets a file gives a device.
fn secrets_of(device: &Device) -> secret::OpenSecrets {
    let given = device.fields().iter().zip(device.values()).filter(|(field, _)| field.place == FieldPlace::Sealed);
    given
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| (field.key.to_owned(), json!(value.line())))
        .collect()
}
