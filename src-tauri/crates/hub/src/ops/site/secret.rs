//! The secrets of a row: never told, kept where a change says nothing of them and the device stays where it is, removed where
//! it says null.

use super::{push_key, text, weak};
use crate::{
    error::{Error, Result},
    site::{address::Addresses, push_key_fault},
    store::{Secrets, StoredRow},
    vault::{SealSlot, Vault},
};
use lanedesk_wire::site::{Cell, Cells, SiteTable};
use serde_json::{Map, Value};

/// The keys of a table that are secrets.
pub(super) fn keys(table: SiteTable) -> &'static [&'static str] {
    match table {
        SiteTable::Device => &DEVICE,
        SiteTable::Robot => &["key"],
        SiteTable::Integration => &["secret"],
        _ => &[],
    }
}

/// Whether the table's secrets prove who speaks to the hub; those of devices are the devices' own.
fn proves(table: SiteTable) -> bool {
    matches!(table, SiteTable::Robot | SiteTable::Integration)
}

/// The keys of a device that are secrets.
const DEVICE: [&str; 4] = ["password", "push_key", "rtsp_username", "rtsp_password"];

/// Which of a row's secrets are set.
pub(super) fn set(table: SiteTable, id: &str, sealed: &str, vault: &Vault) -> Vec<String> {
    let named = |key: &str| vec![key.to_owned()];
    match table {
        SiteTable::Device => open(vault, id, sealed).map(|open| open.keys().cloned().collect()).unwrap_or_default(),
        SiteTable::Robot if vault.open_text(SealSlot::robot(id), sealed).is_ok_and(|key| !key.is_empty()) => {
            named("key")
        }
        SiteTable::Integration if sealed.trim().contains(' ') => {
            vec!["secret".to_owned(), "next_secret".to_owned()]
        }
        SiteTable::Integration => named("secret"),
        _ => Vec::new(),
    }
}

/// A device's secrets.
pub(super) type OpenSecrets = Map<String, Value>;

/// A device's sealed secrets, opened.
pub(super) fn open(vault: &Vault, id: &str, sealed: &str) -> Option<OpenSecrets> {
    serde_json::from_str(&vault.open_text(SealSlot::device(id), sealed).ok()?).ok()
}

/// Drops what belongs to whoever was at a device's addresses before: who is there now would be sent it (invariant 16).
/// `given`: secrets that come with the new addresses. The device's own password is what its stream is asked with, too,
/// unless that has an account of its own.
pub(super) fn stay(kept: &mut OpenSecrets, was: Addresses<'_>, now: Addresses<'_>, given: &[&str]) {
    let same_stream = now.same_stream(was);
    if !same_stream {
        kept.remove("rtsp_username");
        kept.remove("rtsp_password");
    }
    let own_account = given.contains(&"rtsp_username") || kept.contains_key("rtsp_username");
    if !now.same_device(was) || !(same_stream || own_account) {
        kept.clear();
    }
}

/// The addresses a row says.
pub(super) fn addresses(cells: &Cells) -> Addresses<'_> {
    Addresses { url: text::text(cells, "url").unwrap_or_default(), rtsp: text::text(cells, "rtsp").unwrap_or_default() }
}

/// Whether a device is asked, or its stream, at another place than before: its secrets are gone either way.
pub(super) fn moved(before: &Cells, after: &Cells) -> bool {
    let (was, now) = (addresses(before), addresses(after));
    !(now.same_device(was) && now.same_stream(was))
}

/// A device's secrets without those that do not go with its new addresses, sealed again where that changes them.
pub(super) fn for_addresses(vault: &Vault, before: &StoredRow, now: Addresses<'_>) -> Result<String> {
    let Some(open) = open(vault, &before.id, &before.sealed) else {
        return Ok(before.sealed.clone());
    };
    let mut kept = open.clone();
    stay(&mut kept, addresses(&before.cells), now, &[]);
    if kept == open {
        return Ok(before.sealed.clone());
    }
    seal(vault, SealSlot::device(&before.id), &Value::Object(kept).to_string())
}

fn seal(vault: &Vault, slot: SealSlot<'_>, text: &str) -> Result<String> {
    let sealed = vault.seal_text(slot, text);
    sealed.map_err(|e| Error::Internal(e.to_string()))
}

/// Takes the secrets out of a row and seals them with those that stay. `before`: the row as it was.
/// Answers whether one was set or removed.
pub(super) fn take(
    table: SiteTable,
    id: &str,
    cells: &mut Cells,
    before: Option<&StoredRow>,
    vault: &Vault,
    sealed: &mut Secrets,
) -> Result<bool> {
    let mut given: Vec<(&str, Option<String>)> = Vec::new();
    for key in keys(table) {
        match cells.remove(*key) {
            None => {}
            Some(Some(Cell::Text(text))) if proves(table) && weak::is_short(&text) && !text.is_empty() => {
                return Err(text::refused(key, weak::SHORT_KEY));
            }
            Some(Some(Cell::Text(text))) if !text.is_empty() => {
                let fault = (*key == push_key::KEY).then(|| push_key_fault(&text));
                if let Some(fault) = fault.flatten() {
                    return Err(text::refused(key, fault));
                }
                given.push((key, Some(text)));
            }
            Some(None | Some(Cell::Text(_))) => given.push((key, None)),
            Some(Some(_)) => return Err(text::refused(key, "must be text")),
        }
    }
    let was = before.map(|row| row.sealed.as_str());
    match table {
        SiteTable::Device => {
            let (text, changed) = device(id, cells, before, &given, vault)?;
            sealed.rows.insert((table, id.to_owned()), text);
            return Ok(changed);
        }
        SiteTable::Robot => {
            let new = given.first().map(|(_, key)| key.clone().unwrap_or_default());
            let text = match (new, was) {
                (Some(key), _) => seal(vault, SealSlot::robot(id), &key)?,
                (None, Some(before)) => before.to_owned(),
                (None, None) => seal(vault, SealSlot::robot(id), "")?,
            };
            sealed.rows.insert((table, id.to_owned()), text);
        }
        SiteTable::Integration => {
            let old = was.and_then(|both| both.split(' ').next());
            let text = match (given.first(), old) {
                (Some((_, Some(secret))), _) => seal(vault, SealSlot::integration(id), secret)?,
                (_, Some(old)) => old.to_owned(),
                (_, None) => return Err(text::refused("secret", "integration: secret is missing")),
            };
            // The check of an import wants one; it is sealed above, whatever stands here.
            cells.insert("secret".to_owned(), Some(Cell::Text("kept".to_owned())));
            sealed.rows.insert((table, id.to_owned()), text);
        }
        _ => {}
    }
    Ok(!given.is_empty())
}

/// The sealed secrets of a device, and whether they are others than before.
fn device(
    id: &str,
    cells: &Cells,
    before: Option<&StoredRow>,
    given: &[(&str, Option<String>)],
    vault: &Vault,
) -> Result<(String, bool)> {
    let opened = before.and_then(|row| open(vault, id, &row.sealed));
    let mut kept = opened.clone().unwrap_or_default();
    if let Some(before) = before {
        let set = given.iter().filter(|(_, value)| value.is_some());
        let set: Vec<&str> = set.map(|(key, _)| *key).collect();
        stay(&mut kept, addresses(&before.cells), addresses(cells), &set);
    }
    for (key, value) in given {
        match value {
            Some(value) => drop(kept.insert((*key).to_owned(), Value::String(value.clone()))),
            None => drop(kept.remove(*key)),
        }
    }
    let anew = given.iter().any(|(key, value)| *key == "password" && value.is_some());
    let bared = opened.as_ref().is_some_and(|opened| opened.contains_key("rtsp_username"))
        && !kept.contains_key("rtsp_username");
    if bared && !anew && !addresses(cells).streams_beside() {
        // Without an account of its own the stream, which is elsewhere, would be asked with the device's.
        kept.remove("password");
    }
    let pushes = matches!(cells.get("events"), Some(Some(Cell::Text(word))) if word == "push");
    let made = push_key::make_where_missing(if pushes { "push" } else { "" }, &mut kept);
    let dropped = opened.as_ref().is_some_and(|opened| *opened != kept);
    match before {
        // Sealed anew, the same secret would look like another.
        Some(before) if given.is_empty() && !dropped && !made => Ok((before.sealed.clone(), false)),
        _ => {
            let text = seal(vault, SealSlot::device(id), &Value::Object(kept).to_string())?;
            Ok((text, dropped || made || !given.is_empty()))
        }
    }
}
