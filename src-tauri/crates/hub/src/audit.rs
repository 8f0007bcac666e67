//! The signed head of the audit chains. Its text, its signature and its QR, and checking records against a head that was
//! kept outside: a chain rewritten with fresh hashes holds by itself, but no longer fits a head from before.
//!
//! Signed with Ed25519 is the SHA-256 of this text, one line each, with a newline at its end:
//! `lanedesk audit head 1`, the time in RFC 3339, then `chain seq hash` for every chain by name. Anybody can check it with
//! the public key that every head carries; that it is the hub's own shows by comparing it with a head known before.

use crate::store::{Broken, Conn, StoreError, verify_audit};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::audit::{AuditHead, ChainHead};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Why a head proves nothing, or what it proves.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is not what was signed.
    #[error("the head itself was changed: its {0} does not fit")]
    Head(&'static str),
    /// Its key is none of this hub's.
    #[error("the head was signed with {0}, which is no key of this hub")]
    ForeignKey(String),
    /// A chain is broken in itself, or no longer the one that was signed.
    #[error("{0}")]
    Chain(Broken),
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// SHA-256 over the text that is signed.
fn digest(at: Timestamp, chains: &[ChainHead]) -> [u8; 32] {
    let mut text = format!("lanedesk audit head 1\n{at}\n");
    for chain in chains {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{} {} {}", chain.chain, chain.seq, chain.hash);
    }
    Sha256::digest(text).into()
}

/// Signs the ends of the chains.
pub fn sign(key: &SigningKey, at: Timestamp, chains: Vec<ChainHead>) -> AuditHead {
    let digest = digest(at, &chains);
    let signature = hex::encode(key.sign(&digest).to_bytes());
    let public_key = hex::encode(key.verifying_key().to_bytes());
    let digest = hex::encode(digest);
    let qr_svg = qr(&format!(
        "lanedesk-head:1:{at}:{digest}:{signature}:{public_key}"
    ));
    AuditHead {
        at,
        chains,
        digest,
        signature,
        public_key,
        qr_svg,
    }
}

/// The text as a QR code. Some 300 characters always fit into one.
fn qr(text: &str) -> String {
    qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)
        .map(|code| {
            code.render::<qrcode::render::svg::Color<'_>>()
                .min_dimensions(256, 256)
                .build()
        })
        .unwrap_or_default()
}

/// Whether a head is what its signature says.
pub fn check(head: &AuditHead) -> Result<(), Fault> {
    let digest = digest(head.at, &head.chains);
    if hex::encode(digest) != head.digest {
        return Err(Fault::Head("digest"));
    }
    let bytes = |text: &str, what| hex::decode(text).map_err(|_| Fault::Head(what));
    let key: [u8; 32] = bytes(&head.public_key, "public key")?
        .try_into()
        .map_err(|_| Fault::Head("public key"))?;
    let key = VerifyingKey::from_bytes(&key).map_err(|_| Fault::Head("public key"))?;
    let signature = bytes(&head.signature, "signature")?;
    let signature = Signature::from_slice(&signature).map_err(|_| Fault::Head("signature"))?;
    key.verify_strict(&digest, &signature)
        .map_err(|_| Fault::Head("signature"))
}

/// Walks every chain and holds it against the head, where there is one. Answers how many rows hold.
///
/// Rows after the head are fine; whatever it was signed over must be there as it was.
pub async fn verify(conn: &mut Conn<'_>, head: Option<&AuditHead>) -> Result<u64, Fault> {
    if let Some(head) = head {
        check(head)?;
        let keys = conn.signing_keys().await?;
        if !keys.iter().any(|key| key.public_key == head.public_key) {
            return Err(Fault::ForeignKey(head.public_key.clone()));
        }
    }
    let rows = verify_audit(conn).await?.map_err(Fault::Chain)?;
    for end in head.map(|head| head.chains.as_slice()).unwrap_or_default() {
        let why = match conn.audit_hash(&end.chain, end.seq).await? {
            None => "it is missing, and the head was signed over it",
            Some(hash) if hash != end.hash => {
                "it, or a row before it, is not what the head was signed over"
            }
            Some(_) => continue,
        };
        let (chain, seq) = (end.chain.clone(), end.seq);
        return Err(Fault::Chain(Broken { chain, seq, why }));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> AuditHead {
        let chains = ["a", "b"].map(|chain| ChainHead {
            chain: chain.to_owned(),
            seq: 3,
            hash: "00".repeat(32),
        });
        sign(
            &SigningKey::from_bytes(&[7; 32]),
            Timestamp(1_800_000_000_000),
            chains.to_vec(),
        )
    }

    #[test]
    fn a_head_holds_and_no_part_of_it_can_be_changed() {
        check(&head()).unwrap();
        let spoil: [fn(&mut AuditHead); 7] = [
            |head| head.at = head.at.plus_ms(1),
            |head| head.chains[0].seq = 2,
            |head| head.chains[1].hash = "11".repeat(32),
            |head| drop(head.chains.pop()),
            |head| head.digest.replace_range(..2, "00"),
            |head| head.signature = "00".repeat(64),
            |head| head.public_key = hex::encode(SigningKey::from_bytes(&[8; 32]).verifying_key()),
        ];
        for (turn, spoil) in spoil.into_iter().enumerate() {
            let mut head = head();
            spoil(&mut head);
            assert!(matches!(check(&head), Err(Fault::Head(_))), "{turn}");
        }
    }

    #[test]
    fn its_qr_is_a_picture() {
        assert!(head().qr_svg.contains("<svg"));
    }
}
