//! Who sent a signed request (`HUB_API.md`, calls and payments): HMAC-SHA256 over time stamp and body, under the
//! integration's secret.

use crate::{
    directory::{Directory, Integration},
    error::{Error, Result},
    hub::Hub,
    vault::SealSlot,
};
use hmac::{Hmac, Mac};
use lanedesk_domain::{ids::IntegrationId, time::Timestamp};
use sha2::Sha256;

/// How far the sender's clock may be from ours: ±5 minutes.
const TOLERANCE_MS: i64 = 5 * 60_000;

/// What a signed request carries to prove who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// `X-Integration`: who says they sent it.
    pub integration: &'a str,
    /// `X-Timestamp`: unix seconds.
    pub timestamp: &'a str,
    /// `X-Signature`: hex.
    pub signature: &'a str,
}

/// What the head alone tells: whether such an integration is known, and its proof of the right form and time. Every fault
/// looks the same from outside.
pub fn look(hub: &Hub, kind: &str, proof: &Proof<'_>) -> Result<()> {
    known(&hub.directory(), kind, proof)?;
    // SHA-256 in hex.
    let formed = proof.signature.len() == 64 && hex::decode(proof.signature).is_ok();
    if formed && in_time(proof, hub.clock().now()) { Ok(()) } else { Err(Error::BadSignature) }
}

fn known<'a>(site: &'a Directory, kind: &str, proof: &Proof<'_>) -> Result<&'a Integration> {
    let id = proof.integration.parse::<IntegrationId>().ok();
    let known = id.and_then(|id| site.integrations.get(&id));
    known.filter(|integration| integration.kind == kind).ok_or(Error::BadSignature)
}

/// Whether an integration of this kind sent this body now. Every fault looks the same from outside.
pub fn check(hub: &Hub, kind: &str, proof: &Proof<'_>, body: &[u8]) -> Result<IntegrationId> {
    let site = hub.directory();
    let known = known(&site, kind, proof)?;
    // While a secret is being changed the old one and the new one are both good.
    let id = known.id.as_str();
    let first = (SealSlot::integration(id), &known.secret);
    let next = known.next_secret.as_ref();
    let next = next.map(|sealed| (SealSlot::next_integration(id), sealed));
    for (slot, sealed) in [Some(first), next].into_iter().flatten() {
        let secret = hub
            .vault()
            .open_text(slot, sealed)
            .map_err(|e| Error::Internal(format!("secret of integration {}: {e}", known.id)))?;
        if fits(&secret, proof, body, hub.clock().now()) {
            return Ok(known.id.clone());
        }
    }
    Err(Error::BadSignature)
}

fn in_time(proof: &Proof<'_>, now: Timestamp) -> bool {
    let seconds = proof.timestamp.parse::<i64>();
    seconds.is_ok_and(|seconds| {
        let age = now.since(Timestamp(seconds.saturating_mul(1000)));
        age.saturating_abs() <= TOLERANCE_MS
    })
}

fn fits(secret: &str, proof: &Proof<'_>, body: &[u8], now: Timestamp) -> bool {
    let (Ok(given), Ok(mut mac)) = (hex::decode(proof.signature), Hmac::<Sha256>::new_from_slice(secret.as_bytes()))
    else {
        return false;
    };
    for part in [proof.timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    // Compared in constant time, and before the age, so that neither tells anything of the secret.
    let signed = mac.verify_slice(&given).is_ok();
    signed && in_time(proof, now)
}

/// Signs a body as a sender does, for tests and drills.
pub fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    for part in [timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn fits_with(secret: &str, timestamp: &str, body: &[u8], signature: &str) -> bool {
        let proof = Proof { integration: "pay", timestamp, signature };
        fits(secret, &proof, body, NOW)
    }

    #[test]
    fn only_the_right_secret_over_the_right_bytes_fits() {
        let good = sign("secret", "1700000000", b"{}");
        assert!(fits_with("secret", "1700000000", b"{}", &good));
        assert!(fits_with("secret", "1700000000", b"{}", &good.to_uppercase()));
        assert!(!fits_with("other", "1700000000", b"{}", &good));
        assert!(!fits_with("secret", "1700000000", b"{} ", &good));
        assert!(!fits_with("secret", "1700000001", b"{}", &good));
        assert!(!fits_with("secret", "1700000000", b"{}", &good[..62]));
        assert!(!fits_with("secret", "1700000000", b"{}", "no hex"));
    }

    #[test]
    fn a_request_older_or_newer_than_five_minutes_does_not_fit() {
        for (seconds, fits) in [(-300, true), (300, true), (-301, false), (301, false)] {
            let timestamp = (1_700_000_000_i64 + seconds).to_string();
            let good = sign("secret", &timestamp, b"{}");
            assert_eq!(fits_with("secret", &timestamp, b"{}", &good), fits, "{seconds}");
        }
    }

    #[test]
    fn the_sum_is_the_one_every_language_makes() {
        // HMAC-SHA256 of "1700000000.{}" under "key", reckoned with Python's hmac.
        assert_eq!(
            sign("key", "1700000000", b"{}"),
            "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
        );
    }
}
