//! The whole site as it would be written down. Device passwords and keys are in it, so that a new hub can be made from
//! it; people's passwords are not: only their hashes are known.

use crate::{
    directory::{self, Directory},
    site::{Device, Reason, Site},
    store::{Store, StoreError},
    vault::{SealSlot, Vault, VaultError},
};
use lanedesk_domain::lane::Direction;
use serde_json::{Map, Value, json};

/// Why a site could not be given out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A secret was sealed under another key.
    #[error("{what}: {error}")]
    Vault {
        /// Whose secret.
        what: String,
        /// What is wrong with it.
        error: VaultError,
    },
    /// A row does not hold what it must.
    #[error("{0}: its settings are no JSON object")]
    Settings(String),
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything a site file can say, in the order of ids.
pub async fn export(store: &Store, vault: &Vault) -> Result<Site, ExportError> {
    let mut reader = store.read().await?;
    let mut conn = reader.conn();
    let directory = Directory::load(&mut conn).await?;
    let devices: Result<Vec<Device>, ExportError> = directory.devices.values().map(|row| device(row, vault)).collect();
    let mut devices = devices?;
    devices.sort_by(|a, b| a.id.cmp(&b.id));
    let mut site = Site {
        areas: conn.nouns().await?,
        lots: conn.nouns().await?,
        lanes: conn.nouns().await?,
        devices,
        robots: conn.nouns().await?,
        seats: conn.nouns().await?,
        people: conn.nouns().await?,
        reasons: directory.reasons.values().map(reason).collect(),
        passes: conn.nouns().await?,
        vehicles: conn.nouns().await?,
        tariffs: conn.nouns().await?,
        integrations: conn.nouns().await?,
        templates: conn.nouns().await?,
        links: directory.links.into_iter().collect(),
        rules: directory.rules,
    };
    for row in &mut site.robots {
        row.key = open(vault, SealSlot::robot(row.id.as_str()), &row.key, || format!("robot {}", row.id))?;
    }
    for row in &mut site.integrations {
        let slot = SealSlot::integration(row.id.as_str());
        row.secret = open(vault, slot, &row.secret, || format!("integration {}", row.id))?;
    }
    Ok(site)
}

fn reason(reason: &directory::Reason) -> Reason {
    Reason {
        code: reason.code.clone(),
        text: reason.text.clone(),
        direction: reason.direction.map_or("any", Direction::as_str).to_owned(),
        remark: reason.remark,
        photos_min: reason.photos_min,
        photos_max: reason.photos_max,
        approval: reason.approval,
    }
}

fn open(vault: &Vault, slot: SealSlot<'_>, sealed: &str, what: impl FnOnce() -> String) -> Result<String, ExportError> {
    let opened = vault.open_text(slot, sealed);
    opened.map_err(|error| ExportError::Vault { what: what(), error })
}

fn device(row: &directory::Device, vault: &Vault) -> Result<Device, ExportError> {
    let what = || format!("device {}", row.id);
    let secrets = open(vault, SealSlot::device(row.id.as_str()), &row.secrets, what)?;
    // What older hubs did not write down.
    let mut said = json!({"url": "", "username": "", "channel": 1, "namespace": "", "events": "", "rtsp_basic": false});
    for text in [&row.settings, &secrets] {
        let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| ExportError::Settings(what()))?;
        object.into_iter().for_each(|(key, value)| said[key] = value);
    }
    (said["id"], said["driver"]) = (json!(row.id), json!(row.driver));
    serde_json::from_value(said).map_err(|_| ExportError::Settings(what()))
}
