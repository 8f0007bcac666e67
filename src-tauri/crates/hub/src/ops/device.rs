//! Cameras that call the hub.

use super::read::{self, Cause};
use crate::{
    error::{Error, Result},
    hub::Hub,
    runtime::Opened,
};
use hmac::{Hmac, Mac};
use lanedesk_devices::hikvision::parse_push;
use lanedesk_domain::ids::DeviceId;
use sha2::Sha256;
use std::sync::Arc;

/// The device that calls, if it carries its key. An unknown device, one of another driver, one that may not call and a
/// wrong key all look the same from outside.
pub fn caller(
    hub: &Hub,
    device: Option<&DeviceId>,
    driver: &str,
    key: &str,
) -> Result<Arc<Opened>> {
    let opened = device
        .and_then(|id| hub.runtime().device(id))
        .filter(|opened| opened.driver() == driver)
        .ok_or(Error::BadSignature)?;
    match opened.push_key() {
        Some(own) if same(own, key) => Ok(opened),
        _ => Err(Error::BadSignature),
    }
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
pub async fn hikvision(hub: &Hub, opened: &Opened, content_type: &str, body: &[u8]) -> Result<()> {
    let reads = parse_push(content_type, body).map_err(|e| Error::BadRequest(e.to_string()))?;
    for read in reads {
        read::take(hub, opened, read, Cause::Event).await?;
    }
    Ok(())
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
