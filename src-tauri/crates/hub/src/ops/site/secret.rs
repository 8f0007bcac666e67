//! The secrets of a row: never told, kept where a change says nothing of them, removed where it says null.

use super::text;
use crate::{
    error::{Error, Result},
    store::Secrets,
    vault::Vault,
};
use lanedesk_wire::site::{Cell, Cells, SiteTable};
use serde_json::{Map, Value};

/// The keys of a table that are secrets.
pub(super) fn keys(table: SiteTable) -> &'static [&'static str] {
    match table {
        SiteTable::Device => &["password", "push_key"],
        SiteTable::Robot => &["key"],
        SiteTable::Integration => &["secret"],
        _ => &[],
    }
}

/// Which of a row's secrets are set.
pub(super) fn set(table: SiteTable, sealed: &str, vault: &Vault) -> Vec<String> {
    let named = |key: &str| vec![key.to_owned()];
    match table {
        SiteTable::Device => open(vault, sealed)
            .map(|open| open.keys().cloned().collect())
            .unwrap_or_default(),
        SiteTable::Robot if vault.open_text(sealed).is_ok_and(|key| !key.is_empty()) => {
            named("key")
        }
        SiteTable::Integration if sealed.trim().contains(' ') => {
            vec!["secret".to_owned(), "next_secret".to_owned()]
        }
        SiteTable::Integration => named("secret"),
        _ => Vec::new(),
    }
}

fn open(vault: &Vault, sealed: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(&vault.open_text(sealed).ok()?).ok()
}

/// Takes the secrets out of a row and seals them with those that stay. `before`: what was sealed of the row.
/// Answers whether one was set or removed.
pub(super) fn take(
    table: SiteTable,
    id: &str,
    cells: &mut Cells,
    before: Option<&str>,
    vault: &Vault,
    sealed: &mut Secrets,
) -> Result<bool> {
    let mut given: Vec<(&str, Option<String>)> = Vec::new();
    for key in keys(table) {
        match cells.remove(*key) {
            None => {}
            Some(Some(Cell::Text(text))) if !text.is_empty() => given.push((key, Some(text))),
            Some(None | Some(Cell::Text(_))) => given.push((key, None)),
            Some(Some(_)) => return Err(text::refused(key, "must be text")),
        }
    }
    let seal = |text: &str| {
        vault
            .seal_text(text)
            .map_err(|e| Error::Internal(e.to_string()))
    };
    match table {
        SiteTable::Device => {
            let mut kept = before
                .and_then(|before| open(vault, before))
                .unwrap_or_default();
            for (key, value) in &given {
                match value {
                    Some(value) => {
                        drop(kept.insert((*key).to_owned(), Value::String(value.clone())));
                    }
                    None => drop(kept.remove(*key)),
                }
            }
            let text = if given.is_empty() && before.is_some() {
                before.unwrap_or_default().to_owned()
            } else {
                seal(&Value::Object(kept).to_string())?
            };
            sealed.devices.insert(id.to_owned(), text);
        }
        SiteTable::Robot => {
            let new = given
                .first()
                .map(|(_, key)| key.clone().unwrap_or_default());
            let text = match (new, before) {
                (Some(key), _) => seal(&key)?,
                (None, Some(before)) => before.to_owned(),
                (None, None) => seal("")?,
            };
            sealed.robots.insert(id.to_owned(), text);
        }
        SiteTable::Integration => {
            let old = before.and_then(|both| both.split(' ').next());
            let text = match (given.first(), old) {
                (Some((_, Some(secret))), _) => seal(secret)?,
                (_, Some(old)) => old.to_owned(),
                (_, None) => return Err(text::refused("secret", "integration: secret is missing")),
            };
            // The check of an import wants one; it is sealed above, whatever stands here.
            cells.insert("secret".to_owned(), Some(Cell::Text("kept".to_owned())));
            sealed.integrations.insert(id.to_owned(), text);
        }
        _ => {}
    }
    Ok(!given.is_empty())
}
