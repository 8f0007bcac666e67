//! Sealing what must not lie open on this device: photos of documents until the hub has them (R36).

use crate::keyring::Keyring;
use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use rand::RngCore;
use std::path::{Path, PathBuf};
use tokio::sync::OnceCell;

const NONCE: usize = 12;
const KEY: usize = 32;
const KEY_FILE: &str = "photo.key";

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was sealed under another key, or is damaged.
    #[error("sealed under another key, or damaged")]
    Unopened,
    /// The cipher refused.
    #[error("not sealed")]
    Unsealed,
}

/// A key of this device.
pub struct Seal {
    keyring: Keyring,
    /// Where the key rests when there is no keyring.
    folder: Option<PathBuf>,
    cipher: OnceCell<Aes256Gcm>,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Seal {
    /// The seal of this device. The key is made when it is first needed, and kept in the keyring; where there is none
    /// it rests in a file only this user may read. Without either it lives as long as the program.
    pub fn new(keyring: Keyring, folder: Option<PathBuf>) -> Self {
        Self { keyring, folder, cipher: OnceCell::new() }
    }

    /// Seals `plain` for the row `name`: it opens under no other.
    pub async fn close(&self, name: &str, plain: Vec<u8>) -> Result<Vec<u8>, SealError> {
        let (cipher, name) = (self.cipher().await, name.to_owned());
        unblocked(move || {
            let mut nonce = [0; NONCE];
            rand::rng().fill_bytes(&mut nonce);
            let payload = Payload { msg: &plain, aad: name.as_bytes() };
            let sealed = cipher.encrypt(Nonce::from_slice(&nonce), payload);
            let sealed = sealed.map_err(|_| SealError::Unsealed)?;
            Ok([&nonce[..], &sealed].concat())
        })
        .await
    }

    /// Opens what was sealed for the row `name`.
    pub async fn open(&self, name: &str, sealed: Vec<u8>) -> Result<Vec<u8>, SealError> {
        let (cipher, name) = (self.cipher().await, name.to_owned());
        unblocked(move || {
            let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(SealError::Unopened)?;
            let payload = Payload { msg: sealed, aad: name.as_bytes() };
            let opened = cipher.decrypt(Nonce::from_slice(nonce), payload);
            opened.map_err(|_| SealError::Unopened)
        })
        .await
    }

    async fn cipher(&self) -> Aes256Gcm {
        let made = self.cipher.get_or_init(async || {
            let key = self.key().await;
            Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&key))
        });
        made.await.clone()
    }

    async fn key(&self) -> [u8; KEY] {
        if let Some(key) = self.keyring.photo_key().await.as_deref().and_then(read) {
            return key;
        }
        if let Some(key) = self.file().and_then(|file| read(&std::fs::read_to_string(file).ok()?)) {
            return key;
        }
        let mut key = [0; KEY];
        rand::rng().fill_bytes(&mut key);
        let text = hex::encode(key);
        if !self.keyring.keep_photo_key(&text).await
            && let Some(file) = self.file()
            && let Err(error) = only_ours(&file, &text)
        {
            tracing::warn!(%error, "photos not sent before the program ends will be lost");
        }
        key
    }

    fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(KEY_FILE))
    }
}

/// Megabytes are sealed beside the desk's other work, not in its way.
async fn unblocked<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SealError> + Send + 'static,
) -> Result<T, SealError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(SealError::Unsealed))
}

fn read(text: &str) -> Option<[u8; KEY]> {
    let mut key = [0; KEY];
    hex::decode_to_slice(text.trim(), &mut key).ok()?;
    Some(key)
}

/// Writes a file that only this user may read.
fn only_ours(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{Seal, SealError};
    use crate::keyring::Keyring;

    /// R36: what was sealed opens after a restart, for its own row only, and shows nothing on disk.
    #[tokio::test]
    async fn a_photo_opens_after_a_restart_and_under_its_own_name_only() {
        let folder = tempfile::tempdir().unwrap();
        let seal = || Seal::new(Keyring::default(), Some(folder.path().to_owned()));
        let picture = b"a document".to_vec();
        let sealed = seal().close("p1", picture.clone()).await.unwrap();
        assert!(!sealed.windows(8).any(|part| part == b"document"));
        let again = seal();
        assert_eq!(again.open("p1", sealed.clone()).await, Ok(picture));
        assert_eq!(again.open("p2", sealed.clone()).await, Err(SealError::Unopened));
        let mut damaged = sealed;
        damaged[20] ^= 1;
        assert_eq!(again.open("p1", damaged).await, Err(SealError::Unopened));
        assert_eq!(again.open("p1", vec![1, 2]).await, Err(SealError::Unopened));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_key_without_a_keyring_is_nobody_elses_to_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal::new(Keyring::default(), Some(folder.path().to_owned()));
        seal.close("p1", vec![1]).await.unwrap();
        let file = std::fs::metadata(folder.path().join("photo.key")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}
