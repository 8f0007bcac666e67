//! Secrets of the demo, which everybody can read: a hub that other machines reach does not start with them.

use crate::{
    auth::verify_password,
    directory::Directory,
    site::{Site, SiteContext},
    store::{Store, StoreError},
    vault::{SealSlot, Vault},
};
use std::collections::HashSet;

/// The demo's site.
const DEMO: &str = include_str!("../../../demo/demo.toml");

/// Who and what has a secret of the demo: people, robots, devices that call, integrations.
pub async fn demo_secrets(store: &Store, vault: &Vault) -> Result<Vec<String>, StoreError> {
    // A test reads it.
    let demo = Site::parse(DEMO, &SiteContext::default()).unwrap_or_default();
    let mut reader = store.read().await?;
    let mut conn = reader.conn();
    let there = Directory::load(&mut conn).await?;
    let mut found = keys(&demo, &there, vault);
    for person in &demo.people {
        let (Some(account), Some(password)) = (conn.account_named(&person.username).await?, &person.password) else {
            continue;
        };
        let hash = Some(account.hash);
        if verify_password(password.clone(), hash).await.unwrap_or(false) {
            found.push(person.username.clone());
        }
    }
    found.sort();
    Ok(found)
}

/// Robots, devices and integrations with a key of the demo, whatever they are called.
fn keys(demo: &Site, there: &Directory, vault: &Vault) -> Vec<String> {
    let robots = demo.robots.iter().map(|robot| robot.key.as_str());
    let devices = demo.devices.iter().filter_map(|row| row.push_key.as_deref());
    let integrations = demo.integrations.iter().map(|row| row.secret.as_str());
    let known: HashSet<&str> = robots.chain(devices).chain(integrations).filter(|key| !key.is_empty()).collect();
    let is_known = |slot: SealSlot<'_>, sealed: &str| {
        let opened = vault.open_text(slot, sealed);
        opened.is_ok_and(|key| known.contains(key.as_str()))
    };
    let mut found = Vec::new();
    for robot in there.robots.values() {
        if is_known(SealSlot::robot(robot.id.as_str()), &robot.secret) {
            found.push(format!("robot {}", robot.id));
        }
    }
    for row in there.integrations.values() {
        let id = row.id.as_str();
        let next = row.next_secret.as_deref().unwrap_or_default();
        if is_known(SealSlot::integration(id), &row.secret) || is_known(SealSlot::next_integration(id), next) {
            found.push(format!("integration {id}"));
        }
    }
    for device in there.devices.values() {
        let open = super::secret::open(vault, device.id.as_str(), &device.secrets);
        let key = open.as_ref().and_then(|open| open.get("push_key")?.as_str());
        if key.is_some_and(|key| known.contains(key)) {
            found.push(format!("device {}", device.id));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_a_site_with_secrets() {
        let demo = Site::parse(DEMO, &SiteContext::default()).unwrap();
        assert!(demo.people.iter().all(|person| person.password.is_some()));
        assert!(!demo.integrations.is_empty() && !demo.robots.is_empty());
    }
}
