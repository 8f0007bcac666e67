//! What is too weak of the passwords and keys a file brings.
//!
//! Keys are held to one rule wherever they are set: the settings page and an upload refuse a weak one, the program's `import`
//! and `serve --site` name it to whoever runs them. Push keys, which stand in addresses, have a stricter rule of their own
//! (`site::push_key_fault`).

use crate::{
    auth::weakness,
    directory::Directory,
    site::{Site, SiteFault},
    vault::{SealSlot, Vault},
};
use std::collections::HashSet;

/// Fewest characters of a key that proves who speaks: robots' and integrations'.
const SHORTEST_KEY: usize = 12;
/// What is said of a shorter one.
pub(super) const SHORT_KEY: &str = "the key is too short: give 12 characters or more";

/// Whether a key is too short to prove anything.
pub(super) fn is_short(key: &str) -> bool {
    key.chars().count() < SHORTEST_KEY
}

/// A fault of a row that is named, not of a line.
fn fault(column: &str, reason: String) -> SiteFault {
    SiteFault { line: 0, column: Some(column.to_owned()), reason }
}

/// Passwords of new people that are guessed soon; those of others are not taken.
pub(super) fn passwords(site: &Site, usernames: &HashSet<String>) -> Vec<SiteFault> {
    let new = site.people.iter().filter(|row| !usernames.contains(&row.username));
    let weak = new.filter_map(|row| {
        let why = weakness(row.password.as_deref()?, &row.username)?;
        let words = match why {
            "password_short" => "the password is too short",
            _ => "the password is too easily guessed",
        };
        let reason = format!("person {:?}: {words}", row.username);
        Some(fault("password", reason))
    });
    weak.collect()
}

/// Keys that are too short, of rows that are new or get another key. One that stays as it is is no fault of the file: it
/// was good when it was set, and whoever takes an export in again has no other.
pub(super) fn keys(site: &Site, there: &Directory, vault: &Vault) -> Vec<SiteFault> {
    let short = |key: &str, slot: SealSlot<'_>, was: Option<&String>| {
        let opened = was.and_then(|was| vault.open_text(slot, was).ok());
        // Empty: the file says nothing of it.
        !key.is_empty() && opened.as_deref() != Some(key) && is_short(key)
    };
    let robots = site.robots.iter().filter_map(|row| {
        let (id, was) = (row.id.as_str(), there.robots.get(&row.id));
        let short = short(&row.key, SealSlot::robot(id), was.map(|was| &was.secret));
        short.then(|| fault("key", format!("robot {id:?}: {SHORT_KEY}")))
    });
    let integrations = site.integrations.iter().filter_map(|row| {
        let (id, was) = (row.id.as_str(), there.integrations.get(&row.id));
        let was = was.map(|was| &was.secret);
        let short = short(&row.secret, SealSlot::integration(id), was);
        short.then(|| fault("secret", format!("integration {id:?}: {SHORT_KEY}")))
    });
    robots.chain(integrations).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_the_rule() {
        assert!(SHORT_KEY.contains(&format!(" {SHORTEST_KEY} ")));
        assert!(is_short(&"k".repeat(SHORTEST_KEY - 1)));
        assert!(!is_short(&"钥".repeat(SHORTEST_KEY)));
    }
}
