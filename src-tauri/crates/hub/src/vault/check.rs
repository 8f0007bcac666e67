//! Whether a key fits the records: told at the start, not when the first photo cannot be shown.

use super::{Vault, VaultError};
use crate::store::{Store, StoreError};

/// The text whose sealing rests in the records.
const TEXT: &str = "lanedesk vault";

/// Why a vault does not go with the records.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The key is another one.
    #[error(
        "the key does not fit this database: device passwords and photos were sealed under another one. Give the right \
         key with --key or LANEDESK_KEY"
    )]
    WrongKey,
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
pub async fn check(store: &Store, vault: &Vault) -> Result<(), CheckError> {
    let mut reader = store.read().await?;
    let known = match reader.conn().vault_check().await? {
        Some(sealed) => return fits(vault, &sealed),
        // Records of a hub from before there was a check.
        None => reader.conn().any_secret().await?,
    };
    drop(reader);
    if known.is_some_and(|secret| vault.open_text(&secret).is_err()) {
        return Err(CheckError::WrongKey);
    }
    let sealed = vault.seal_text(TEXT)?;
    let first = store
        .write(move |tx| {
            let sealed = sealed.clone();
            Box::pin(async move { tx.set_vault_check(&sealed).await })
        })
        .await?;
    fits(vault, &first)
}

fn fits(vault: &Vault, sealed: &str) -> Result<(), CheckError> {
    match vault.open_text(sealed) {
        Ok(text) if text == TEXT => Ok(()),
        _ => Err(CheckError::WrongKey),
    }
}
