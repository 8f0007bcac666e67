//! What rests sealed: secrets of devices and integrations in tables, pictures as objects.
//!
//! AES-256-GCM under the newest of the hub's keys, a fresh nonce each time. Objects are named by the SHA-256 of their
//! content.

mod check;
mod keys;
mod place;
mod reseal;
mod slot;

pub use check::{CheckError, check, is_sealed};
pub use keys::{KeyId, KeyRing, add_key, inline};
pub use place::{PlaceError, is_s3, open as open_place};
pub use reseal::{ResealCount, ResealError, reseal};
pub use slot::SealSlot;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path as ObjectPath};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

/// The folder of sealed pictures.
const OBJECTS: &str = "pictures";

/// Why something could not be sealed, kept or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No key, or one that is not 32 bytes in base64.
    #[error("the key is not 32 bytes in base64, one a line, the newest first")]
    BadKey,
    /// The key file cannot be read or made.
    #[error("the key file cannot be read or made: {0}")]
    KeyFile(#[source] std::io::Error),
    /// Sealed under a key that is not among ours.
    #[error("sealed under key {0}, which is not among ours")]
    ForeignKey(KeyId),
    /// Sealed under another key, or damaged.
    #[error("sealed under another key, or damaged")]
    Damaged,
    /// Sealed by a hub that did not bind it to its place, in records whose texts are all bound.
    #[error("sealed without its place, which is no longer taken")]
    Unbound,
    /// The object is not there.
    #[error("no such object")]
    Missing,
    /// The objects cannot be reached.
    #[error("the objects cannot be reached: {0}")]
    Objects(#[source] object_store::Error),
}

/// Seals, keeps and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<RwLock<KeyRing>>,
    /// Where the keys were read from; none: they do not change while the hub runs.
    file: Option<PathBuf>,
    objects: Arc<dyn ObjectStore>,
}

impl Vault {
    /// A vault over `objects` with one 32-byte key.
    pub fn new(key: &[u8; 32], objects: Arc<dyn ObjectStore>) -> Self {
        // One key always makes a ring.
        let ring = KeyRing::new(&[*key]).unwrap_or_else(|error| panic!("{error}"));
        Self::with(ring, None, objects)
    }

    /// A vault over `objects` with the keys of `ring`, which were read from `file`.
    pub fn with(ring: KeyRing, file: Option<PathBuf>, objects: Arc<dyn ObjectStore>) -> Self {
        Self { ring: Arc::new(RwLock::new(ring)), file, objects }
    }

    /// The name of the key that seals.
    pub fn newest(&self) -> KeyId {
        self.ring().newest()
    }

    fn ring(&self) -> KeyRing {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.clone()
    }

    /// Reads the key file again: `rotate-key` may have added a key while the hub runs.
    pub fn read_keys_again(&self) -> Result<(), VaultError> {
        if let Some(file) = &self.file {
            let ring = KeyRing::of(file)?;
            *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        }
        Ok(())
    }

    /// Seals a secret for a place in a table.
    pub fn seal_text(&self, slot: SealSlot<'_>, secret: &str) -> Result<String, VaultError> {
        let sealed = self.ring().seal(slot, secret.as_bytes())?;
        Ok(STANDARD.encode(sealed))
    }

    /// Opens what [`Vault::seal_text`] sealed for the same place.
    pub fn open_text(&self, slot: SealSlot<'_>, sealed: &str) -> Result<String, VaultError> {
        let sealed = STANDARD.decode(sealed).map_err(|_| VaultError::Damaged)?;
        let opened = self.opened(|ring| ring.open(slot, &sealed))?;
        String::from_utf8(opened).map_err(|_| VaultError::Damaged)
    }

    /// Opens what a hub sealed that knew no places.
    fn open_unbound_text(&self, sealed: &str) -> Result<String, VaultError> {
        let sealed = STANDARD.decode(sealed).map_err(|_| VaultError::Damaged)?;
        let opened = self.opened(|ring| ring.open_unbound(&sealed))?;
        String::from_utf8(opened).map_err(|_| VaultError::Damaged)
    }

    fn is_newest_text(&self, sealed: &str) -> bool {
        STANDARD.decode(sealed).is_ok_and(|sealed| self.ring().is_newest(&sealed))
    }

    /// Keeps a picture; answers the SHA-256 that names it. The same picture twice is one object.
    pub async fn keep(&self, content: &[u8]) -> Result<String, VaultError> {
        let name = hex::encode(Sha256::digest(content));
        let sealed = self.ring().seal(SealSlot::picture(&name), content)?;
        self.objects.put(&object_path(&name), PutPayload::from(sealed)).await.map_err(VaultError::Objects)?;
        Ok(name)
    }

    /// The picture named by `sha256`. Damaged where its content no longer fits its name.
    pub async fn fetch(&self, sha256: &str) -> Result<Vec<u8>, VaultError> {
        let content = self.open_picture(sha256, &self.read(&object_path(sha256)).await?)?;
        if hex::encode(Sha256::digest(&content)) == sha256 { Ok(content) } else { Err(VaultError::Damaged) }
    }

    /// Opens a picture. Those of older hubs know no place; their name, the sum of what they hold, stands for it.
    fn open_picture(&self, sha256: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.opened(|ring| match ring.open(SealSlot::picture(sha256), sealed) {
            Err(VaultError::Unbound) => ring.open_unbound(sealed),
            opened => opened,
        })
    }

    async fn read(&self, path: &ObjectPath) -> Result<Vec<u8>, VaultError> {
        let object = self.objects.get(path).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => VaultError::Missing,
            error => VaultError::Objects(error),
        })?;
        let bytes = object.bytes().await.map_err(VaultError::Objects)?;
        Ok(bytes.to_vec())
    }

    /// Drops a picture for good. One that is not there is dropped already.
    pub async fn forget(&self, sha256: &str) -> Result<(), VaultError> {
        match self.objects.delete(&object_path(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(VaultError::Objects(error)),
        }
    }

    /// Keeps something as it is beside the sealed objects: it is meant to be read by anybody.
    pub async fn publish(&self, name: &str, content: Vec<u8>) -> Result<(), VaultError> {
        self.objects
            .put(&ObjectPath::from(name), PutPayload::from(content))
            .await
            .map(drop)
            .map_err(VaultError::Objects)
    }

    fn opened(&self, open: impl Fn(&KeyRing) -> Result<Vec<u8>, VaultError>) -> Result<Vec<u8>, VaultError> {
        match open(&self.ring()) {
            // Another hub may have sealed it under a key that was added since.
            Err(VaultError::ForeignKey(id)) if self.file.is_some() => {
                tracing::info!(key = %id, "reading the key file again");
                self.read_keys_again()?;
                open(&self.ring())
            }
            opened => opened,
        }
    }
}

/// Two letters a folder, so that no folder grows without end.
fn object_path(sha256: &str) -> ObjectPath {
    let folder = sha256.get(..2).unwrap_or("00");
    ObjectPath::from(format!("{OBJECTS}/{folder}/{sha256}"))
}

/// Reads the keys that `named` names, or makes a key file there that only this user can read.
pub fn read_or_make_keys(named: &Path) -> Result<KeyRing, VaultError> {
    match KeyRing::of(named) {
        Err(VaultError::KeyFile(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            keys::make_file(named)?;
            KeyRing::of(named)
        }
        ring => ring,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    #[tokio::test]
    async fn a_kept_picture_comes_back_and_rests_unreadable() {
        let objects = Arc::new(InMemory::new());
        let vault = Vault::new(&[7; 32], objects.clone());
        let name = vault.keep(b"a picture").await.unwrap();
        assert_eq!(vault.fetch(&name).await.unwrap(), b"a picture");
        let resting = objects.get(&object_path(&name)).await.unwrap().bytes().await.unwrap();
        assert!(!resting.windows(9).any(|part| part == b"a picture"), "sealed at rest");
        let other = Vault::new(&[8; 32], objects);
        assert!(matches!(other.fetch(&name).await, Err(VaultError::ForeignKey(_))), "another key opens nothing");
    }

    #[test]
    fn a_key_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.key");
        let made = read_or_make_keys(&path).unwrap().newest();
        assert_eq!(read_or_make_keys(&path).unwrap().newest(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_added_while_the_hub_runs_is_found_when_it_is_met() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.key");
        let open = || {
            let ring = read_or_make_keys(&path).unwrap();
            Vault::with(ring, Some(path.clone()), Arc::new(InMemory::new()))
        };
        let running = open();
        add_key(&path).unwrap();
        let sealed = open().seal_text(SealSlot::robot("r"), "secret").unwrap();
        assert_eq!(running.open_text(SealSlot::robot("r"), &sealed).unwrap(), "secret");
        assert_eq!(running.newest(), open().newest(), "and it seals from now on");
    }
}
