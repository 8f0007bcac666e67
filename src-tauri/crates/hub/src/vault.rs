//! What rests sealed: secrets of devices and integrations in tables, pictures as objects.
//!
//! AES-256-GCM under the hub's one key, a fresh nonce each time. Objects are named by the SHA-256 of their content.

use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, OsRng, rand_core::RngCore},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path as ObjectPath};
use sha2::{Digest, Sha256};
use std::{path::Path, sync::Arc};

/// Length of the nonce that leads every sealed text, in bytes.
const NONCE: usize = 12;

/// Why something could not be sealed, kept or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file is not 32 bytes, base64.
    #[error("the key file does not hold a key of 32 bytes in base64")]
    BadKey,
    /// The key file cannot be read or made.
    #[error("the key file cannot be read or made")]
    KeyFile(#[source] std::io::Error),
    /// Sealed under another key, or damaged.
    #[error("sealed under another key, or damaged")]
    Damaged,
    /// The object is not there.
    #[error("no such object")]
    Missing,
    /// The objects cannot be reached.
    #[error("the objects cannot be reached")]
    Objects(#[source] object_store::Error),
}

/// Seals, keeps and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    cipher: Aes256Gcm,
    objects: Arc<dyn ObjectStore>,
}

impl Vault {
    /// A vault over `objects` with the 32-byte `key`.
    pub fn new(key: &[u8; 32], objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            cipher: Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key)),
            objects,
        }
    }

    /// Seals a secret for a table column.
    pub fn seal_text(&self, secret: &str) -> Result<String, VaultError> {
        self.seal(secret.as_bytes())
            .map(|sealed| STANDARD.encode(sealed))
    }

    /// Opens what [`Vault::seal_text`] sealed.
    pub fn open_text(&self, sealed: &str) -> Result<String, VaultError> {
        let sealed = STANDARD.decode(sealed).map_err(|_| VaultError::Damaged)?;
        String::from_utf8(self.open(&sealed)?).map_err(|_| VaultError::Damaged)
    }

    /// Keeps a picture; answers the SHA-256 that names it. The same picture twice is one object.
    pub async fn keep(&self, content: &[u8]) -> Result<String, VaultError> {
        let name = hex::encode(Sha256::digest(content));
        let sealed = self.seal(content)?;
        self.objects
            .put(&object_path(&name), PutPayload::from(sealed))
            .await
            .map_err(VaultError::Objects)?;
        Ok(name)
    }

    /// The picture named by `sha256`. Damaged where its content no longer fits its name.
    pub async fn fetch(&self, sha256: &str) -> Result<Vec<u8>, VaultError> {
        let object = self
            .objects
            .get(&object_path(sha256))
            .await
            .map_err(|error| match error {
                object_store::Error::NotFound { .. } => VaultError::Missing,
                error => VaultError::Objects(error),
            })?;
        let content = self.open(&object.bytes().await.map_err(VaultError::Objects)?)?;
        if hex::encode(Sha256::digest(&content)) == sha256 {
            Ok(content)
        } else {
            Err(VaultError::Damaged)
        }
    }

    /// Drops a picture for good. One that is not there is dropped already.
    pub async fn forget(&self, sha256: &str) -> Result<(), VaultError> {
        match self.objects.delete(&object_path(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(VaultError::Objects(error)),
        }
    }

    fn seal(&self, content: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE];
        OsRng.fill_bytes(&mut nonce);
        let sealed = self
            .cipher
            .encrypt(Nonce::from_slice(&nonce), content)
            .map_err(|_| VaultError::Damaged)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(VaultError::Damaged)?;
        self.cipher
            .decrypt(Nonce::from_slice(nonce), sealed)
            .map_err(|_| VaultError::Damaged)
    }
}

/// Two letters a folder, so that no folder grows without end.
fn object_path(sha256: &str) -> ObjectPath {
    ObjectPath::from(format!(
        "pictures/{}/{sha256}",
        sha256.get(..2).unwrap_or("00")
    ))
}

/// Reads the key at `path`, or makes one there that only this user can read.
pub fn read_or_make_key(path: &Path) -> Result<[u8; 32], VaultError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let bytes = STANDARD
                .decode(text.trim())
                .map_err(|_| VaultError::BadKey)?;
            bytes.try_into().map_err(|_| VaultError::BadKey)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_key(path),
        Err(error) => Err(VaultError::KeyFile(error)),
    }
}

fn make_key(path: &Path) -> Result<[u8; 32], VaultError> {
    use std::io::Write as _;
    let mut key = [0; 32];
    OsRng.fill_bytes(&mut key);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(VaultError::KeyFile)?;
    writeln!(file, "{}", STANDARD.encode(key)).map_err(VaultError::KeyFile)?;
    file.sync_all().map_err(VaultError::KeyFile)?;
    Ok(key)
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
        let resting = objects
            .get(&object_path(&name))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        assert!(
            !resting.windows(9).any(|part| part == b"a picture"),
            "sealed at rest"
        );
        let other = Vault::new(&[8; 32], objects);
        assert!(
            matches!(other.fetch(&name).await, Err(VaultError::Damaged)),
            "another key opens nothing"
        );
    }

    #[test]
    fn a_key_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.key");
        let made = read_or_make_key(&path).unwrap();
        assert_eq!(read_or_make_key(&path).unwrap(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
}
