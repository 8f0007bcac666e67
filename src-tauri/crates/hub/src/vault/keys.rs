//! The keys: the newest seals, every one opens what it sealed.
//!
//! A sealed text is `LDK2`, the key's id (four bytes), a nonce (twelve) and the AES-256-GCM text with its tag, which
//! covers the first eight bytes and the [`SealSlot`] too. Texts of older hubs know no slot: they begin with `LDK1`, or before key
//! rotation with their nonce, and then every key is tried on them.

use super::{SealSlot, VaultError};
use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, OsRng, Payload, rand_core::RngCore},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use std::{io::Write as _, path::Path};

/// Length of a nonce, in bytes.
const NONCE: usize = 12;
/// What a sealed text begins with that is bound to its slot.
const MARK: &[u8; 4] = b"LDK2";
/// What one begins with that names its key only.
const OLD_MARK: &[u8; 4] = b"LDK1";

/// A key's name: the beginning of a hash of it, which tells nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; 4]);

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[derive(Clone)]
struct Sealer {
    id: KeyId,
    cipher: Aes256Gcm,
}

/// One key or more, newest first.
#[derive(Clone)]
pub struct KeyRing(Vec<Sealer>);

impl KeyRing {
    /// A ring of these keys, newest first.
    pub fn new(keys: &[[u8; 32]]) -> Result<Self, VaultError> {
        if keys.is_empty() {
            return Err(VaultError::BadKey);
        }
        let sealer = |key: &[u8; 32]| {
            let named = Sha256::new_with_prefix(b"lanedesk key id").chain_update(key);
            let hash = named.finalize();
            let mut id = [0; 4];
            id.copy_from_slice(&hash[..4]);
            Sealer { id: KeyId(id), cipher: Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key)) }
        };
        Ok(Self(keys.iter().map(sealer).collect()))
    }

    /// Reads keys of 32 bytes in base64: one a line, or divided by commas or blanks.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let key = |word: &str| STANDARD.decode(word).ok()?.try_into().ok();
        let words = text.split(|c: char| c == ',' || c.is_whitespace());
        let keys: Option<Vec<[u8; 32]>> = words.filter(|word| !word.is_empty()).map(key).collect();
        Self::new(&keys.ok_or(VaultError::BadKey)?)
    }

    /// The keys that `--key` or `LANEDESK_KEY` names: a file, or the keys themselves, as a secret store hands them out.
    pub fn of(named: &Path) -> Result<Self, VaultError> {
        match inline(named) {
            Some(ring) => Ok(ring),
            None => Self::parse(&std::fs::read_to_string(named).map_err(VaultError::KeyFile)?),
        }
    }

    /// The name of the key that seals.
    pub fn newest(&self) -> KeyId {
        // A ring is never empty: `new` refuses that.
        self.0.first().map_or(KeyId([0; 4]), |sealer| sealer.id)
    }

    /// Seals for a slot under the newest key, with a fresh nonce.
    pub fn seal(&self, slot: SealSlot<'_>, content: &[u8]) -> Result<Vec<u8>, VaultError> {
        let newest = self.0.first().ok_or(VaultError::BadKey)?;
        let mut nonce = [0; NONCE];
        OsRng.fill_bytes(&mut nonce);
        let head = [MARK.as_slice(), &newest.id.0].concat();
        let payload = Payload { msg: content, aad: &[head.as_slice(), &slot.bytes()].concat() };
        let sealed = newest.cipher.encrypt(Nonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Damaged)?;
        Ok([head.as_slice(), &nonce, &sealed].concat())
    }

    /// Opens what any of the keys sealed for this slot.
    pub fn open(&self, slot: SealSlot<'_>, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let id = key_of(MARK, sealed).ok_or(VaultError::Unbound)?;
        let key = self.0.iter().find(|key| key.id == id);
        let key = key.ok_or(VaultError::ForeignKey(id))?;
        let (head, rest) = sealed.split_at(MARK.len() + id.0.len());
        let aad = [head, &slot.bytes()].concat();
        open_with(key, &aad, rest).ok_or(VaultError::Damaged)
    }

    /// Opens what a hub sealed that knew no slots.
    pub(super) fn open_unbound(&self, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let named = key_of(OLD_MARK, sealed);
        if let Some(id) = named
            && let Some(sealer) = self.0.iter().find(|sealer| sealer.id == id)
        {
            let (head, rest) = sealed.split_at(OLD_MARK.len() + id.0.len());
            if let Some(content) = open_with(sealer, head, rest) {
                return Ok(content);
            }
        }
        // A nonce may begin like the mark, once in four thousand million times.
        let mut old = self.0.iter().filter_map(|sealer| open_with(sealer, b"", sealed));
        old.next().ok_or(match named {
            Some(id) if !self.0.iter().any(|sealer| sealer.id == id) => VaultError::ForeignKey(id),
            _ => VaultError::Damaged,
        })
    }

    /// Whether this was sealed for a slot under the newest key.
    pub fn is_newest(&self, sealed: &[u8]) -> bool {
        key_of(MARK, sealed) == Some(self.newest())
    }
}

/// Whether a sealed text is bound to a slot.
pub(super) fn is_bound(sealed: &[u8]) -> bool {
    sealed.starts_with(MARK)
}

fn open_with(sealer: &Sealer, aad: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
    let (nonce, msg) = rest.split_at_checked(NONCE)?;
    let payload = Payload { msg, aad };
    sealer.cipher.decrypt(Nonce::from_slice(nonce), payload).ok()
}

/// The key a sealed text with this mark names.
fn key_of(mark: &[u8], sealed: &[u8]) -> Option<KeyId> {
    let id = sealed.strip_prefix(mark)?.first_chunk::<4>()?;
    Some(KeyId(*id))
}

/// The keys, where they are given themselves.
pub fn inline(named: &Path) -> Option<KeyRing> {
    KeyRing::parse(named.to_str()?).ok()
}

/// Makes a key in a new file that only this user can read.
pub(super) fn make_file(path: &Path) -> Result<(), VaultError> {
    write_file(path, &format!("{}\n", new_key()))
}

/// Adds a new key before those of the file. The file is never half written: it is replaced whole.
pub fn add_key(path: &Path) -> Result<KeyId, VaultError> {
    let old = std::fs::read_to_string(path).map_err(VaultError::KeyFile)?;
    KeyRing::parse(&old)?;
    let text = format!("{}\n{old}", new_key());
    let mut next = path.as_os_str().to_owned();
    next.push(".new");
    let next = Path::new(&next);
    write_file(next, &text)?;
    std::fs::rename(next, path).map_err(VaultError::KeyFile)?;
    Ok(KeyRing::parse(&text)?.newest())
}

fn new_key() -> String {
    let mut key = [0; 32];
    OsRng.fill_bytes(&mut key);
    STANDARD.encode(key)
}

fn write_file(path: &Path, text: &str) -> Result<(), VaultError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(VaultError::KeyFile)?;
    file.write_all(text.as_bytes()).map_err(VaultError::KeyFile)?;
    file.sync_all().map_err(VaultError::KeyFile)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: SealSlot<'_> = SealSlot::device("cam-1");

    #[test]
    fn the_newest_key_seals_and_every_key_opens() {
        let (before, after) = (KeyRing::new(&[[1; 32]]).unwrap(), KeyRing::new(&[[2; 32], [1; 32]]).unwrap());
        let old = before.seal(HERE, b"secret").unwrap();
        assert_eq!(after.open(HERE, &old).unwrap(), b"secret");
        assert!(before.is_newest(&old) && !after.is_newest(&old));
        let new = after.seal(HERE, b"secret").unwrap();
        assert!(after.is_newest(&new));
        assert!(matches!(before.open(HERE, &new), Err(VaultError::ForeignKey(id)) if id == after.newest()));
        let alone = KeyRing::new(&[[2; 32]]).unwrap();
        assert_eq!(alone.open(HERE, &new).unwrap(), b"secret");
        assert!(alone.open(HERE, &old).is_err(), "the old key is gone");
    }

    #[test]
    fn what_was_sealed_before_there_were_rings_still_opens() {
        let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&[1; 32]));
        let text = cipher.encrypt(Nonce::from_slice(&[9; 12]), b"secret".as_slice());
        let sealed = [[9; 12].as_slice(), &text.unwrap()].concat();
        let ring = KeyRing::new(&[[2; 32], [1; 32]]).unwrap();
        assert_eq!(ring.open_unbound(&sealed).unwrap(), b"secret");
        assert!(matches!(ring.open(HERE, &sealed), Err(VaultError::Unbound)));
    }

    #[test]
    fn a_sealed_text_opens_in_its_own_slot_only() {
        let ring = KeyRing::new(&[[1; 32]]).unwrap();
        let sealed = ring.seal(HERE, b"secret").unwrap();
        let elsewhere = [
            SealSlot::device("cam-2"),
            SealSlot::robot("cam-1"),
            SealSlot::of("device", "secretsc", "am-1"),
            SealSlot::of("devices", "ecrets", "cam-1"),
        ];
        for slot in elsewhere {
            assert!(ring.open(slot, &sealed).is_err(), "{slot:?}");
        }
        assert!(ring.open_unbound(&sealed).is_err());
        let mut old = sealed.clone();
        old[..4].copy_from_slice(OLD_MARK);
        assert!(ring.open_unbound(&old).is_err(), "no way around the slot");
    }

    #[test]
    fn one_changed_byte_anywhere_is_damage() {
        let ring = KeyRing::new(&[[1; 32]]).unwrap();
        let sealed = ring.seal(HERE, b"secret").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(ring.open(HERE, &changed).is_err(), "byte {at}");
            assert!(ring.open(HERE, &sealed[..at]).is_err(), "{at} bytes");
        }
    }

    #[test]
    fn keys_are_read_from_lines_or_commas_and_nothing_else() {
        let (one, two) = (STANDARD.encode([1; 32]), STANDARD.encode([2; 32]));
        let newest = KeyRing::parse(&one).unwrap().newest();
        for text in [format!("{one}\n{two}\n"), format!("{one},{two}"), format!("\n {one}\n\n")] {
            assert_eq!(KeyRing::parse(&text).unwrap().newest(), newest);
        }
        for text in ["", "\n", "a key", "AAAA", &format!("{one}\nAAAA")] {
            assert!(matches!(KeyRing::parse(text), Err(VaultError::BadKey)), "{text}");
        }
        assert!(inline(Path::new(&one)).is_some());
        assert!(inline(Path::new("/etc/lanedesk.key")).is_none());
    }

    #[test]
    fn a_key_is_added_before_the_old_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.key");
        make_file(&path).unwrap();
        let old = KeyRing::of(&path).unwrap();
        let sealed = old.seal(HERE, b"secret").unwrap();
        let id = add_key(&path).unwrap();
        let ring = KeyRing::of(&path).unwrap();
        assert_eq!(ring.newest(), id);
        assert_ne!(id, old.newest());
        assert_eq!(ring.open(HERE, &sealed).unwrap(), b"secret");
    }
}
