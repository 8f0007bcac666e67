//! Cameras that call the hub. They can set nothing but an address, so a key stands in it; where the site knows more of
//! them, where they call from and what they are made by is looked at too.

use super::{
    read::{self, Cause},
    refusal,
};
use crate::{
    auth::Patience,
    error::{Error, Result},
    hub::Hub,
    refusal::Refusal,
    runtime::{Finding, OpenDevice},
    store::Told,
};
use hmac::{Hmac, Mac};
use lanedesk_devices::{PlateRead, hikvision::parse_push};
use lanedesk_domain::ids::DeviceId;
use sha2::Sha256;
use std::{net::IpAddr, sync::Arc, time::Duration};

/// Wrong keys of a device and an address that cost nothing, and the first wait after them.
pub(super) const KEYS: Patience = Patience { free: 10, first_wait_ms: 5_000 };
/// How long an arm is asked before a passage is not believed.
const ARM_ASKED: Duration = Duration::from_secs(4);
/// An arm that was up so long before a passage may have let it through, ms: it was told a little late.
const ARM_UP_MS: i64 = 15_000;

/// The device that calls, if it carries its key and calls from where it may. An unknown device, one of another driver, one
/// that may not call and a wrong key all look the same from outside. A try is counted before it is looked at.
pub fn caller(hub: &Hub, device: Option<&DeviceId>, driver: &str, key: &str, from: IpAddr) -> Result<Arc<OpenDevice>> {
    let found = device.and_then(|id| hub.runtime().device(id)).filter(|opened| opened.driver() == driver);
    let subject = found.as_ref().map(|opened| format!("device:{}", opened.id())).unwrap_or_default();
    let (keys, now) = (&hub.sessions().keys, hub.clock().now());
    // Those that are no device's count together: a made-up name buys no guesses.
    if let Err(retry_after_s) = keys.attempt(&subject, from, now, KEYS) {
        refusal::note(hub, Refusal::Slowed, Some(from), None, &subject);
        return Err(Error::TooManyAttempts { retry_after_s });
    }
    let right = found.filter(|opened| {
        // Every key is compared, so that the time tells nothing.
        let fits = opened.push_keys().filter(|own| same(own, key)).count() > 0;
        fits && opened.may_push_from(from)
    });
    let Some(opened) = right else {
        refusal::note(hub, Refusal::Push, Some(from), None, &subject);
        return Err(Error::BadSignature);
    };
    keys.succeeded(&subject, from, now);
    Ok(opened)
}

/// Compares in constant time, whatever the lengths: both sides are summed under one key first.
pub(super) fn same(own: &str, given: &str) -> bool {
    let sum = |text: &str| {
        // HMAC takes keys of any length.
        let mac = Hmac::<Sha256>::new_from_slice(own.as_bytes()).ok()?;
        Some(mac.chain_update(text.as_bytes()))
    };
    match (sum(own), sum(given)) {
        (Some(own), Some(given)) => own.verify(&given.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

/// Keeps every plate a Hikvision camera posted. Durable when this answers.
pub async fn hikvision(hub: &Hub, opened: &OpenDevice, from: IpAddr, content_type: &str, body: &[u8]) -> Result<()> {
    let reads = parse_push(content_type, body).map_err(|e| Error::BadRequest(e.to_string()))?;
    let another = |read: &PlateRead| !opened.is_made_by(&read.made_by);
    if reads.iter().any(another) {
        let subject = format!("device:{}", opened.id());
        refusal::note(hub, Refusal::Push, Some(from), None, &subject);
        return Err(Error::BadSignature);
    }
    for mut told in reads {
        if told.opened_by_camera == Some(true) && is_contradicted(hub, opened, &told).await {
            // A vehicle may stand there; nothing went through.
            told.opened_by_camera = None;
            alarm(hub, opened, &told, from).await?;
        }
        read::take(hub, opened, told, Cause::Event).await?;
    }
    Ok(())
}

/// Whether a camera says it let a vehicle through while the arm itself says that it was down all the time.
async fn is_contradicted(hub: &Hub, opened: &OpenDevice, told: &PlateRead) -> bool {
    let lane = hub.runtime().read_by(opened.id());
    let Some(lane) = lane.and_then(|lane| hub.runtime().lane(&lane)) else {
        return false;
    };
    let at = opened.taken_at(told.taken_at, !told.history);
    lane.stays_down(at.plus_ms(-ARM_UP_MS), ARM_ASKED).await
}

/// Somebody, or something broken, tells of passages that were none: supervisors are told, and it stands in the audit.
async fn alarm(hub: &Hub, opened: &OpenDevice, told: &PlateRead, from: IpAddr) -> Result<()> {
    let site = hub.directory();
    let lane = hub.runtime().read_by(opened.id());
    let Some(lane) = lane.and_then(|lane| site.lanes.get(&lane)) else {
        return Ok(());
    };
    refusal::note(hub, Refusal::Passage, Some(from), None, &format!("lane:{}", lane.id));
    tracing::warn!(device = %opened.id(), lane = %lane.id, "a passage was told while the arm was down");
    let now = hub.clock().now();
    let alert = Told::DeviceAlert {
        device: opened.id().clone(),
        since: opened.taken_at(told.taken_at, !told.history),
        error: Finding::Contradicted.zh(),
    };
    let lot = lane.lot.clone();
    hub.store().write(async move |tx| Ok(tx.tell(now, &lot, &alert).await?)).await
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn only_the_very_key_fits() {
        assert!(same("push-key", "push-key"));
        for wrong in ["", "push-ke", "push-keyy", "Push-key"] {
            assert!(!same("push-key", wrong), "{wrong:?}");
        }
    }
}
