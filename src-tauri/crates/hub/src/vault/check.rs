//! Whether a key fits the records: told at the start, not when the first photo cannot be shown.

use super::{SealSlot, Vault, VaultError, keys};
use crate::store::{Audit, SEALED, Store, StoreError, Tx};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lanedesk_domain::time::Timestamp;
use serde_json::json;

/// The text whose sealing rests in the records.
const TEXT: &str = "lanedesk vault";
/// Where it rests.
const CHECK: SealSlot<'_> = SealSlot::of("vault_check", "sealed", "key");

/// Why a vault does not go with the records.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The key is another one.
    #[error(
        "the key does not fit this database: device passwords and photos were sealed under another one. Give the right \
         key with --key or LANEDESK_KEY"
    )]
    WrongKey,
    /// The records say that nothing in them is bound to its place, beside texts that are.
    #[error(
        "what tells the key was put back to an older form than the rest of this database: somebody changed it outside the \
         hub. Restore a backup"
    )]
    PutBack,
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing can be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Whether records were sealed before, so that a key must be there and a new one would fit nothing.
pub async fn is_sealed(store: &Store) -> Result<bool, StoreError> {
    Ok(store.read().await?.conn().vault_check().await?.is_some())
}

/// Refuses a key that does not open what rests sealed in the records; records sealed for the first time remember theirs.
/// What an older hub sealed without its place is bound to it, once and all of it together: from then on nothing else opens.
pub async fn check(store: &Store, vault: &Vault, now: Timestamp) -> Result<(), CheckError> {
    let known = store.read().await?.conn().vault_check().await?;
    match known {
        Some(sealed) if is_bound(&sealed) => return fits(vault, &sealed),
        Some(sealed) if !matches!(vault.open_unbound_text(&sealed), Ok(text) if text == TEXT) => {
            return Err(CheckError::WrongKey);
        }
        _ => {}
    }
    let key = vault.clone();
    let bound = store.write(async move |tx| bind(tx, &key, now).await).await?;
    if bound == Binding::WrongKey {
        return Err(CheckError::WrongKey);
    }
    let stands = store.read().await?.conn().vault_check().await?;
    match stands {
        Some(sealed) if is_bound(&sealed) => fits(vault, &sealed),
        _ => Err(CheckError::PutBack),
    }
}

/// What became of binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binding {
    Done,
    WrongKey,
}

async fn bind(tx: &mut Tx<'_>, vault: &Vault, now: Timestamp) -> Result<Binding, StoreError> {
    tx.lock_site().await?;
    let mut rows = Vec::new();
    for table in SEALED {
        let of_table = tx.sealed_in(*table).await?;
        // A robot without a key and the like rest empty.
        let of_table = of_table.into_iter().filter(|(_, old)| !old.is_empty());
        rows.extend(of_table.map(|(id, old)| (*table, id, old)));
    }
    // One bound text is the sign that all were: what is not bound came later, from elsewhere, and is not taken up.
    if let Some((table, id, bound)) = rows.iter().find(|(_, _, old)| is_bound(old)) {
        if vault.open_text(SealSlot::row(table.named(), id), bound).is_err() {
            return Ok(Binding::WrongKey);
        }
    } else {
        let mut opened = Vec::new();
        for (table, id, old) in &rows {
            opened.extend(vault.open_unbound_text(old).map(|text| (*table, id, old, text)));
        }
        if opened.is_empty() && !rows.is_empty() {
            return Ok(Binding::WrongKey);
        }
        for (table, id, old, text) in &opened {
            let new = sealed(vault, SealSlot::row(table.named(), id), text)?;
            tx.seal_anew(*table, id, old, &new).await?;
        }
        if !rows.is_empty() {
            let facts = json!({"secrets": opened.len(), "damaged": rows.len() - opened.len()});
            tx.audit(Audit::new(now, None, "vault.bind", "vault:key", facts)).await?;
        }
    }
    let check = sealed(vault, CHECK, TEXT)?;
    tx.set_vault_check(&check).await?;
    Ok(Binding::Done)
}

fn sealed(vault: &Vault, slot: SealSlot<'_>, text: &str) -> Result<String, StoreError> {
    let sealed = vault.seal_text(slot, text);
    sealed.map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn is_bound(sealed: &str) -> bool {
    STANDARD.decode(sealed).is_ok_and(|sealed| keys::is_bound(&sealed))
}

fn fits(vault: &Vault, sealed: &str) -> Result<(), CheckError> {
    match vault.open_text(CHECK, sealed) {
        Ok(text) if text == TEXT => Ok(()),
        _ => Err(CheckError::WrongKey),
    }
}
