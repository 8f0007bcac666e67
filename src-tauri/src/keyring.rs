//! Secrets between starts, in the system's keyring: the session's token, and the key of photos not yet sent. Where
//! there is no keyring the token is kept nowhere.

use lanedesk_client::Token;
use std::time::Duration;

/// A keyring that asks the person to unlock it may take long; the desk then starts at the login page.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the key of photos is kept under; no hub has such an address.
const PHOTO_KEY: &str = "photo key";

/// Where this desk keeps its sessions.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    profile: Option<String>,
}

impl Keyring {
    /// Two desks with data folders of their own, started by one user, do not share a session: the folder is part of
    /// the name under which it is kept.
    pub fn of(profile: Option<String>) -> Self {
        Self { profile }
    }

    /// The token kept for a hub, if any.
    pub(crate) async fn kept(&self, hub: &str) -> Option<Token> {
        let account = self.account(hub);
        patiently(move || entry::read(&account)).await?.map(Token::new)
    }

    /// Keeps the token for a hub. Where there is no keyring it lives in memory only, and the next start asks to log in.
    pub(crate) async fn keep(&self, hub: &str, token: &Token) {
        let (account, secret) = (self.account(hub), token.secret().to_owned());
        patiently(move || entry::write(&account, &secret)).await;
    }

    /// Forgets the token of a hub.
    pub(crate) async fn forget(&self, hub: &str) {
        let account = self.account(hub);
        patiently(move || entry::delete(&account)).await;
    }

    /// The key of photos not yet sent, if there is one.
    pub(crate) async fn photo_key(&self) -> Option<String> {
        let account = self.account(PHOTO_KEY);
        patiently(move || entry::read(&account)).await?
    }

    /// Keeps the key of photos not yet sent; false where the keyring does not give it back.
    pub(crate) async fn keep_photo_key(&self, key: &str) -> bool {
        let (account, key) = (self.account(PHOTO_KEY), key.to_owned());
        let kept = patiently(move || {
            entry::write(&account, &key);
            entry::read(&account) == Some(key)
        });
        kept.await.unwrap_or(false)
    }

    fn account(&self, hub: &str) -> String {
        match &self.profile {
            Some(profile) => format!("{hub} {profile}"),
            None => hub.to_owned(),
        }
    }
}

/// Keyrings block, so they are asked on a thread of their own and not waited for longer than people would.
async fn patiently<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let asking = tokio::task::spawn_blocking(ask);
    tokio::time::timeout(PATIENCE, asking).await.ok()?.ok()
}

#[cfg(not(any(test, target_os = "android", target_os = "ios")))]
mod entry {
    const KEPT_BY: &str = "cn.lanedesk.desk";

    fn of(account: &str) -> keyring::Result<keyring::Entry> {
        keyring::Entry::new(KEPT_BY, account)
    }
    pub(super) fn read(account: &str) -> Option<String> {
        of(account).and_then(|entry| entry.get_password()).ok()
    }
    pub(super) fn write(account: &str, secret: &str) {
        if let Err(error) = of(account).and_then(|entry| entry.set_password(secret)) {
            tracing::info!(%error, "no keyring took the secret");
        }
    }
    pub(super) fn delete(account: &str) {
        // Nothing kept is as good as deleted.
        let _ = of(account).and_then(|entry| entry.delete_credential());
    }
}

/// Phones keep the session in memory only: their keystores are not reached from here. Unit tests leave the keyring of
/// whoever runs them alone.
#[cfg(any(test, target_os = "android", target_os = "ios"))]
mod entry {
    pub(super) fn read(_account: &str) -> Option<String> {
        None
    }
    pub(super) fn write(_account: &str, _secret: &str) {}
    pub(super) fn delete(_account: &str) {}
}
