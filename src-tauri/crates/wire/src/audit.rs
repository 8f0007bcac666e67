//! The signed head of the audit chains: a copy of it outside can prove later tampering.

use lanedesk_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Where one chain ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct ChainHead {
    /// The chain.
    pub chain: String,
    /// Its last row.
    #[specta(type = u32)]
    pub seq: i64,
    /// That row's hash, hex.
    pub hash: String,
}

/// `GET /api/audit/head`: every chain's end at a moment, signed with Ed25519.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
pub struct AuditHead {
    /// When it was made.
    pub at: Timestamp,
    /// The chains, by name.
    pub chains: Vec<ChainHead>,
    /// SHA-256 over the text that is signed, hex: short enough to be written down or put into a QR.
    pub digest: String,
    /// The signature over the digest, hex.
    pub signature: String,
    /// The hub's public key, hex.
    pub public_key: String,
    /// An SVG of a QR code that holds time, digest, signature and public key.
    pub qr_svg: String,
}
