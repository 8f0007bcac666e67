//! The audit chain: every row's hash covers the row before, so a changed, missing or moved row shows.

use sha2::{Digest, Sha256};

/// The end of one writer's chain.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// UUIDv7 of the chain; a new one for every start of a writer.
    pub(super) id: String,
    /// Number of the next row.
    pub(super) next: i64,
    /// Hash of the last row; 64 zeros before the first, which follows the newest signed head, where there is one.
    pub(super) last: String,
}

/// The fields a row's hash covers, besides the hash before it.
pub(super) struct Link<'a> {
    pub(super) chain: &'a str,
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) person: &'a str,
    pub(super) action: &'a str,
    pub(super) subject: &'a str,
    pub(super) body: &'a str,
}

/// What a chain follows that begins before there is a head.
pub(super) fn nothing() -> String {
    "0".repeat(64)
}

impl Chain {
    pub(super) fn new() -> Self {
        Self { id: uuid::Uuid::now_v7().to_string(), next: 0, last: nothing() }
    }
}

/// SHA-256 over the hash before and every field, each led by its length so that no two rows read alike.
pub(super) fn hash(prev: &str, link: &Link<'_>) -> String {
    let mut sha = Sha256::new();
    let numbers = [link.seq.to_string(), link.at.to_string()];
    let fields = [prev, link.chain, &numbers[0], &numbers[1], link.person, link.action, link.subject, link.body];
    for field in fields {
        sha.update((field.len() as u64).to_be_bytes());
        sha.update(field.as_bytes());
    }
    hex::encode(sha.finalize())
}
