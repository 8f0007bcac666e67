//! User names and passwords that older hubs kept in addresses of devices, in the clear: taken out and sealed, once, at the
//! start, and out of the list of changes too (invariant 16). Audit rows are never written over, so what stands in them stays.

use super::secret::OpenSecrets;
use crate::{
    site::address::{UserInfo, has_user_info, taken_out},
    store::{Audit, Store, StoreError, Tx},
    vault::{SealSlot, Vault},
};
use lanedesk_domain::time::Timestamp;
use serde_json::{Map, Value, json};

/// Does it.
pub async fn take_accounts_out(store: &Store, vault: &Vault, now: Timestamp) -> Result<(), StoreError> {
    let vault = vault.clone();
    store
        .write(async move |tx| {
            tx.lock_site().await?;
            let devices = devices(tx, &vault).await?;
            let changes = tx.addresses_in_changes().await?;
            let mut cleaned = 0;
            for (kept, text) in changes {
                if let Some(clean) = cleaned_row(&text) {
                    tx.put_clean_change(&kept, &clean).await?;
                    cleaned += 1;
                }
            }
            if devices.is_empty() && cleaned == 0 {
                return Ok(());
            }
            tx.audit(Audit::new(
                now,
                None,
                "site.accounts",
                "site:device",
                json!({"devices": devices, "changes": cleaned}),
            ))
            .await?;
            tx.tell_site_changed(now).await
        })
        .await
}

/// The devices whose rows carried an account in an address.
async fn devices(tx: &mut Tx<'_>, vault: &Vault) -> Result<Vec<String>, StoreError> {
    let mut done = Vec::new();
    for (id, settings, sealed) in tx.device_rows().await? {
        let Ok(mut row) = serde_json::from_str::<Map<String, Value>>(&settings) else {
            continue;
        };
        let found = out_of(&mut row);
        if found.is_empty() {
            continue;
        }
        // Secrets that do not open are left as they are: the address loses its account all the same.
        let opened = super::secret::open(vault, &id, &sealed);
        let sealed = match opened {
            Some(mut open) => {
                keep(&mut row, &mut open, found);
                let text = Value::Object(open).to_string();
                let sealed = vault.seal_text(SealSlot::device(&id), &text);
                sealed.map_err(|error| StoreError::Corrupt(error.to_string()))?
            }
            None => sealed,
        };
        let settings = Value::Object(row).to_string();
        tx.put_device_row(&id, &settings, &sealed).await?;
        done.push(id);
    }
    Ok(done)
}

/// Takes accounts out of the addresses of a row.
fn out_of(row: &mut Map<String, Value>) -> Vec<(&'static str, UserInfo)> {
    let mut found = Vec::new();
    for key in ["url", "rtsp"] {
        let text = row.get(key).and_then(Value::as_str);
        let Some(text) = text.filter(|text| has_user_info(text)) else {
            continue;
        };
        // What cannot be read as an address cannot be asked either; nothing of it stays.
        let (clean, info) = taken_out(text).map_or((String::new(), None), |(clean, info)| (clean, Some(info)));
        row.insert(key.to_owned(), Value::String(clean));
        found.extend(info.map(|info| (key, info)));
    }
    found
}

/// Puts them where they belong, unless something stands there.
fn keep(row: &mut Map<String, Value>, open: &mut OpenSecrets, found: Vec<(&'static str, UserInfo)>) {
    for (key, info) in found {
        if key == "rtsp" {
            let name = open.entry("rtsp_username");
            name.or_insert(Value::String(info.username));
            let password = open.entry("rtsp_password");
            password.or_insert(Value::String(info.password));
        } else if row.get("username").and_then(Value::as_str).unwrap_or_default().is_empty() {
            row.insert("username".to_owned(), Value::String(info.username));
            let password = open.entry("password");
            password.or_insert(Value::String(info.password));
        }
    }
}

/// A kept row of a change without accounts in its addresses; none: it has none.
fn cleaned_row(text: &str) -> Option<String> {
    let mut row: Map<String, Value> = serde_json::from_str(text).ok()?;
    let before = row.clone();
    out_of(&mut row);
    (row != before).then(|| Value::Object(row).to_string())
}
