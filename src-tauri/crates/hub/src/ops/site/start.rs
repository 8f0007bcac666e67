//! The site file a hub is started with (R34): a row of which it says the same as at the start before is left as it is now.
//!
//! The file says how a site begins. What was changed in the app since, a role above all, a revoked pass, a stricter rule,
//! a tablet's new key, does not come back with the next start; what the file says anew does.

use super::{ImportError, ImportOutcome, known, take, weak_keys};
use crate::{
    site::{NounRow, Site},
    store::{SiteLine, Store},
    vault::{SealSlot, Vault},
};
use lanedesk_devices::Networks;
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::site::SiteTable;
use sha2::{Digest as _, Sha256};

struct FileRow {
    table: SiteTable,
    id: String,
    alone: Site,
}

fn apart(site: &Site) -> Vec<FileRow> {
    let row = |row: &dyn NounRow| {
        let mut alone = Site::default();
        row.put(&mut alone);
        FileRow { table: row.table(), id: row.name(), alone }
    };
    let mut rows: Vec<FileRow> = site.rows().map(row).collect();
    for (link, url) in &site.links {
        let alone = Site { links: [(*link, url.clone())].into(), ..Site::default() };
        rows.push(FileRow { table: SiteTable::Link, id: link.to_string(), alone });
    }
    for (name, value) in &site.rules {
        let alone = Site { rules: [(name.clone(), *value)].into(), ..Site::default() };
        rows.push(FileRow { table: SiteTable::Rule, id: name.clone(), alone });
    }
    rows
}

impl FileRow {
    /// What the file says. A person's password is for their first login only, and no part of it.
    fn words(&self) -> String {
        let mut alone = self.alone.clone();
        for person in &mut alone.people {
            person.password = None;
        }
        alone.to_toml()
    }

    /// Where it is kept: section and id.
    fn place(&self) -> String {
        format!("{}/{}", self.table.word(), self.id)
    }

    /// What it is called among the rows that were changed in the app: there the plates of a pass stand in their order.
    fn name_in_app(&self) -> (String, String) {
        let pass = self.alone.passes.first().map(|pass| {
            let mut plates = pass.plates.clone();
            plates.sort_unstable();
            format!("{} {}", pass.lot, plates.join(" "))
        });
        (self.table.word(), pass.unwrap_or_else(|| self.id.clone()))
    }

    fn has_secrets(&self) -> bool {
        matches!(self.table, SiteTable::Device | SiteTable::Robot | SiteTable::Integration)
    }

    /// Whether the file said the same before.
    fn is_kept(&self, vault: &Vault, before: &str) -> bool {
        if self.has_secrets() {
            vault.open_text(SealSlot::site_line(&self.place()), before).is_ok_and(|before| before == self.words())
        } else {
            before == hex::encode(Sha256::digest(self.words()))
        }
    }

    fn kept(&self, vault: &Vault) -> Result<SiteLine, ImportError> {
        let words = if self.has_secrets() {
            vault.seal_text(SealSlot::site_line(&self.place()), &self.words())?
        } else {
            hex::encode(Sha256::digest(self.words()))
        };
        Ok(SiteLine { section: self.table.word(), id: self.id.clone(), words })
    }
}

/// Takes in what a file says anew.
pub async fn import_at_start(
    store: &Store,
    vault: &Vault,
    networks: &Networks,
    now: Timestamp,
    text: &str,
) -> Result<ImportOutcome, ImportError> {
    let (before, changed) = {
        let mut reader = store.read().await?;
        let mut conn = reader.conn();
        let before = conn.site_lines().await?;
        let mut changed = conn.rows_changed().await?;
        if before.is_empty() {
            // Later on what the file says of them is compared; the record is long.
            changed.extend(conn.secrets_renewed().await?);
        }
        (before, changed)
    };
    let known = known(store, vault, networks).await?;
    let site = Site::parse(text, &known).map_err(ImportError::Faults)?;
    let shared = site.shared_barriers();
    let (mut news, mut said) = (Site::default(), Vec::new());
    for row in apart(&site) {
        let name = (row.table.word(), row.id.clone());
        if before.get(&name).is_some_and(|before| row.is_kept(vault, before)) {
            continue;
        }
        said.push(row.kept(vault)?);
        if before.contains_key(&name) || !changed.contains(&row.name_in_app()) {
            news.append(row.alone);
        }
    }
    // Rows that are new to the file may rest on others that are gone from the site.
    let site = Site::parse(&news.to_toml(), &known).map_err(ImportError::Faults)?;
    let weak_keys = weak_keys(store, vault, &site).await?;
    let imported = take(store, vault, now, site, said).await?;
    Ok(ImportOutcome { shared_barriers: shared, weak_keys, ..imported })
}
