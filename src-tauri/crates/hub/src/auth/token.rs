//! Session tokens: 256 random bits, told once, kept as a hash.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a token, hex: all the hub keeps of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    /// A new token: what is told to the desk, and what is kept.
    pub fn new() -> (String, Self) {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let told = URL_SAFE_NO_PAD.encode(bytes);
        let kept = Self::of(&told);
        (told, kept)
    }

    /// The hash of a token somebody sent.
    pub fn of(told: &str) -> Self {
        Self(hex::encode(Sha256::digest(told)))
    }

    /// A token known by its hash only.
    pub fn hashed(hash: String) -> Self {
        Self(hash)
    }

    /// The hash as it stands in the table.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}
