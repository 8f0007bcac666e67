//! The session's token between starts: in the system's keyring where there is one, else nowhere.

use lanedesk_client::Token;
use std::time::Duration;

/// A keyring that asks the person to unlock it may take long; the desk then starts at the login page.
const PATIENCE: Duration = Duration::from_secs(5);

/// The token kept for a hub, if any.
pub(crate) async fn kept(hub: &str) -> Option<Token> {
    let hub = hub.to_owned();
    patiently(move || entry::read(&hub)).await?.map(Token::new)
}

/// Keeps the token for a hub. Where there is no keyring it lives in memory only, and the next start asks to log in.
pub(crate) async fn keep(hub: &str, token: &Token) {
    let (hub, secret) = (hub.to_owned(), token.secret().to_owned());
    patiently(move || entry::write(&hub, &secret)).await;
}

/// Forgets the token of a hub.
pub(crate) async fn forget(hub: &str) {
    let hub = hub.to_owned();
    patiently(move || entry::delete(&hub)).await;
}

/// Keyrings block, so they are asked on a thread of their own and not waited for longer than people would.
async fn patiently<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let asking = tokio::task::spawn_blocking(ask);
    tokio::time::timeout(PATIENCE, asking).await.ok()?.ok()
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod entry {
    const SERVICE: &str = "cn.lanedesk.desk";

    fn of(hub: &str) -> keyring::Result<keyring::Entry> {
        keyring::Entry::new(SERVICE, hub)
    }
    pub(super) fn read(hub: &str) -> Option<String> {
        of(hub).and_then(|entry| entry.get_password()).ok()
    }
    pub(super) fn write(hub: &str, secret: &str) {
        if let Err(error) = of(hub).and_then(|entry| entry.set_password(secret)) {
            tracing::info!(%error, "no keyring took the session; it lives in memory only");
        }
    }
    pub(super) fn delete(hub: &str) {
        // Nothing kept is as good as deleted.
        let _ = of(hub).and_then(|entry| entry.delete_credential());
    }
}

/// Phones keep the session in memory only; their keystores are not reached from here.
#[cfg(any(target_os = "android", target_os = "ios"))]
mod entry {
    pub(super) fn read(_hub: &str) -> Option<String> {
        None
    }
    pub(super) fn write(_hub: &str, _secret: &str) {}
    pub(super) fn delete(_hub: &str) {}
}
