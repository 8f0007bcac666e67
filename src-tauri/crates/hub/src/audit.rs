//! The signed head of the audit chains. Its text, its signature and its QR, and checking records against a head that was
//! kept outside: a chain rewritten with fresh hashes holds by itself, but no longer fits a head from before.
//!
//! Signed with Ed25519 is the SHA-256 of this text, one line each, with a newline at its end:
//! `lanedesk audit head 1`, the time in RFC 3339, then `chain seq hash` for every chain by name. Anybody can check it with
//! the public key that every head carries; that it is the hub's own shows by comparing it with a head known before.

mod rows;

pub use rows::BrokenRow;

use crate::store::{Anchor, ChainBreak, Conn, StoreError, follows_nothing, walk_audit};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::audit::{AuditHead, ChainHead};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, fmt::Write as _};

/// Why a head proves nothing, or what it proves.
#[derive(Debug, thiserror::Error)]
pub enum HeadFault {
    /// It is not what was signed.
    #[error("the head itself was changed: its {0} does not fit")]
    Head(&'static str),
    /// Its key is none of this hub's.
    #[error("the head was signed with {0}, which is no key of this hub")]
    ForeignKey(String),
    /// A chain is broken in itself, or no longer the one that was signed.
    #[error("{0}")]
    Chain(ChainBreak),
    /// A row is not what the chains say of it.
    #[error(transparent)]
    Row(rows::BrokenRow),
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
    let qr_svg = qr(&format!("lanedesk-head:1:{at}:{digest}:{signature}:{public_key}"));
    AuditHead { at, chains, digest, signature, public_key, qr_svg }
}

/// The text as a QR code. Some 300 characters always fit into one.
fn qr(text: &str) -> String {
    qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)
        .map(|code| code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(256, 256).build())
        .unwrap_or_default()
}

/// Whether a head is what its signature says.
pub fn check(head: &AuditHead) -> Result<(), HeadFault> {
    let digest = digest(head.at, &head.chains);
    if hex::encode(digest) != head.digest {
        return Err(HeadFault::Head("digest"));
    }
    let bytes = |text: &str, what| hex::decode(text).map_err(|_| HeadFault::Head(what));
    let key: [u8; 32] = bytes(&head.public_key, "public key")?.try_into().map_err(|_| HeadFault::Head("public key"))?;
    let key = VerifyingKey::from_bytes(&key).map_err(|_| HeadFault::Head("public key"))?;
    let signature = bytes(&head.signature, "signature")?;
    let signature = Signature::from_slice(&signature).map_err(|_| HeadFault::Head("signature"))?;
    key.verify_strict(&digest, &signature).map_err(|_| HeadFault::Head("signature"))
}

/// Whether a head holds by itself and was signed with this key.
pub fn check_alone(head: &AuditHead, public_key: &str) -> Result<(), HeadFault> {
    check(head)?;
    if public_key.trim().eq_ignore_ascii_case(&head.public_key) {
        Ok(())
    } else {
        Err(HeadFault::ForeignKey(head.public_key.clone()))
    }
}

/// How far before a head a row's time may lie that was written behind it: what is written then has begun before, and clocks of
/// several hubs differ.
const SLACK_MS: i64 = 10 * 60 * 1000;

/// What was found whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Audit rows.
    pub audits: u64,
    /// Rows that are summed up in them; none: nothing was summed up yet.
    pub rows: Option<u64>,
}

/// Walks every chain and holds it against the head, where there is one, then every row that is summed up in them.
///
/// Rows after the head are fine; whatever it was signed over must be there as it was, and nothing may have been put behind
/// it that claims to be older. `public_key`: the one key that may have signed it; without it the records' own are taken.
pub async fn verify(
    conn: &mut Conn<'_>,
    head: Option<&AuditHead>,
    public_key: Option<&str>,
) -> Result<Extent, HeadFault> {
    if let Some(head) = head {
        check(head)?;
        let known = if let Some(key) = public_key {
            key.trim().eq_ignore_ascii_case(&head.public_key)
        } else {
            let keys = conn.signing_keys().await?;
            keys.iter().any(|key| key.public_key == head.public_key)
        };
        if !known {
            return Err(HeadFault::ForeignKey(head.public_key.clone()));
        }
    }
    // All of it as it was at one moment: the hub may run meanwhile.
    let begin = conn.pick("begin", "begin transaction isolation level repeatable read, read only");
    conn.execute(begin, vec![]).await?;
    let whole = at_one_moment(conn, head).await;
    conn.execute("commit", vec![]).await?;
    whole
}

async fn at_one_moment(conn: &mut Conn<'_>, head: Option<&AuditHead>) -> Result<Extent, HeadFault> {
    let order = Succession::of(conn.heads().await?, head);
    let audits = walk_audit(conn, &mut |row| order.fits(row)).await?;
    let audits = audits.map_err(HeadFault::Chain)?;
    for end in head.map(|head| head.chains.as_slice()).unwrap_or_default() {
        let why = match conn.audit_hash(&end.chain, end.seq).await? {
            None => "it is missing, and the head was signed over it",
            Some(hash) if hash != end.hash => "it, or a row before it, is not what the head was signed over",
            Some(_) => continue,
        };
        let (chain, seq) = (end.chain.clone(), end.seq);
        return Err(HeadFault::Chain(ChainBreak { chain, seq, why }));
    }
    let rows = rows::verify(conn).await?;
    Ok(Extent { audits, rows })
}

/// What may follow what: chains begin behind heads, and nothing behind a head is older than it.
struct Succession<'a> {
    /// Every head's time, by its digest.
    heads: HashMap<String, i64>,
    /// When the first was made; none: there is none.
    first: Option<i64>,
    /// The head in hand, and where the chains ended that it was signed over.
    head: Option<(&'a AuditHead, HashMap<&'a str, i64>)>,
}

impl<'a> Succession<'a> {
    fn of(heads: Vec<(String, i64)>, head: Option<&'a AuditHead>) -> Self {
        let ends = |head: &'a AuditHead| {
            let end = |chain: &'a ChainHead| (chain.chain.as_str(), chain.seq);
            (head, head.chains.iter().map(end).collect())
        };
        Self { first: heads.iter().map(|(_, at)| *at).min(), heads: heads.into_iter().collect(), head: head.map(ends) }
    }

    fn fits(&self, row: &Anchor) -> Result<(), &'static str> {
        if row.seq == 0 {
            self.begins(row)?;
        }
        let Some((head, ends)) = &self.head else {
            return Ok(());
        };
        let end = ends.get(row.chain.as_str());
        if end.is_none_or(|end| row.seq > *end) && row.at < head.at.0 - SLACK_MS {
            return Err("it is dated before the head, but was not there when the head was signed");
        }
        Ok(())
    }

    /// The first row of a chain.
    fn begins(&self, row: &Anchor) -> Result<(), &'static str> {
        let signed_over = |ends: &HashMap<&str, i64>| ends.contains_key(row.chain.as_str());
        let behind = self.head.as_ref().filter(|(_, ends)| !signed_over(ends));
        if follows_nothing(&row.prev) {
            // Before there was a head that chains could follow. Heads of older hubs were not kept.
            let early = self.first.is_none_or(|first| row.at <= first + SLACK_MS);
            let kept = behind.is_some_and(|(head, _)| self.heads.contains_key(&head.digest));
            return if early && !kept {
                Ok(())
            } else {
                Err("the chain does not follow the head that was the newest then")
            };
        }
        let Some(at) = self.heads.get(&row.prev) else {
            return Err("the chain follows a head that is not there");
        };
        if row.at < at - SLACK_MS {
            return Err("the chain is older than the head it follows");
        }
        match behind {
            Some((head, _)) if *at < head.at.0 - SLACK_MS && row.at > head.at.0 + SLACK_MS => {
                Err("the chain does not follow the head that was the newest then")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> AuditHead {
        let chains = ["a", "b"].map(|chain| ChainHead { chain: chain.to_owned(), seq: 3, hash: "00".repeat(32) });
        sign(&SigningKey::from_bytes(&[7; 32]), Timestamp(1_800_000_000_000), chains.to_vec())
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
            assert!(matches!(check(&head), Err(HeadFault::Head(_))), "{turn}");
        }
    }

    #[test]
    fn its_qr_is_a_picture() {
        assert!(head().qr_svg.contains("<svg"));
    }
}
