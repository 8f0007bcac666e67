//! Taking in what an administrator uploads: a site file, or a sheet of passes, lots or people. Looked at first, written
//! whole or not at all, and in force when this answers (R34).

use super::{
    Reach, compare::compare, export, new_passwords, pending, push_key, row::takes_effect, sealed, secret, weak,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    site::{Site, SiteContext, SiteFault, sheet},
    store::{Audit, NewChange, RowChange, Secrets, Tx},
};
use lanedesk_domain::{ids::PersonId, person::Permission, time::Timestamp};
use lanedesk_wire::site::{Cells, ChangeKind, ImportPhase, ImportProgress, ImportResult, SiteTable};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, sync::Arc};
use tokio::{
    sync::{Semaphore, mpsc},
    task::spawn_blocking,
};

/// A large file takes some hundred MiB while it is read; a second one waits until the first is done.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A site file.
    Toml,
    /// Text with separators.
    Csv,
    /// A workbook.
    Xlsx,
}

impl std::str::FromStr for FileKind {
    type Err = Error;
    fn from_str(word: &str) -> Result<Self> {
        match word {
            "toml" => Ok(Self::Toml),
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(Error::Invalid { field: "format", why: "not_acceptable" }),
        }
    }
}

/// What is uploaded.
pub struct SiteUpload {
    /// What kind of file.
    pub kind: FileKind,
    /// What a sheet holds.
    pub table: Option<SiteTable>,
    /// Only look.
    pub preview: bool,
    /// The file.
    pub bytes: bytes::Bytes,
}

/// Whoever wants to know how far it is; nobody may be listening.
pub type Observer = mpsc::UnboundedSender<ImportProgress>;

fn tell(told: Option<&Observer>, phase: ImportPhase, done: u32, total: u32) {
    if let Some(told) = told {
        let _ = told.send(ImportProgress { phase, done, total, result: None, problem: None });
    }
}

/// Takes a file in, or looks what it would do. Faults are in the result, and then nothing was written.
pub async fn take_in(
    hub: &Hub,
    actor: &Actor,
    upload: SiteUpload,
    told: Option<&Observer>,
) -> Result<(ImportResult, Vec<SiteFault>)> {
    actor.allow(Permission::Configure)?;
    tell(told, ImportPhase::Reading, 0, 0);
    let _turn = ONE_AT_A_TIME.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    let preview = upload.preview;
    let (mut known, reach, usernames) = {
        let mut reader = hub.store().read().await?;
        let mut conn = reader.conn();
        let reach = Reach::of(&mut conn, &actor.id).await?;
        (conn.known_site().await?, reach, conn.usernames().await?)
    };
    let lots = lots_by_name(hub, actor);
    known.networks = Some(hub.runtime().networks().clone());
    known.push_keys = push_key::sums(&hub.directory(), hub.vault());
    tell(told, ImportPhase::Checking, 0, 0);
    let site = match off(move || parse(&upload, &known, &lots)).await? {
        Ok(site) => site,
        Err(faults) => return Ok((ImportResult::default(), faults)),
    };
    reach.may_take(&mut hub.store().read().await?.conn(), &site).await?;
    let mut faults = weak::passwords(&site, &usernames);
    faults.extend(weak::keys(&site, &hub.directory(), hub.vault()));
    faults.extend(pending::weakened_by(hub, actor, &site).await?);
    if !faults.is_empty() {
        return Ok((ImportResult::default(), faults));
    }
    let rows = u32::try_from(site.count()).unwrap_or(u32::MAX);
    tell(told, ImportPhase::Comparing, 0, rows);
    let there = there(hub, &site).await?;
    let (site, mut result) = off(move || {
        let result = compare(&site, &there);
        (site, result)
    })
    .await?;
    result.notes = site.shared_barriers();
    if !preview {
        tell(told, ImportPhase::Writing, 0, rows);
        write(hub, actor, site, told, &mut result).await?;
        result.written = true;
        tell(told, ImportPhase::Writing, rows, rows);
    }
    Ok((result, Vec::new()))
}

/// The site as it is, as far as a file says something of it: a sheet of passes is compared with passes only.
async fn there(hub: &Hub, site: &Site) -> Result<Site> {
    if site.count() == site.passes.len() {
        let passes = hub.store().read().await?.conn().nouns().await?;
        return Ok(Site { passes, ..Site::default() });
    }
    export(hub.store(), hub.vault()).await.map_err(|e| Error::Internal(e.to_string()))
}

/// Names of lots in somebody's scope that name one lot only.
fn lots_by_name(hub: &Hub, actor: &Actor) -> HashMap<String, String> {
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for lot in hub.directory().lots.values().filter(|lot| actor.may_see(&lot.id)) {
        names.entry(lot.name.clone()).and_modify(|id| *id = None).or_insert_with(|| Some(lot.id.to_string()));
    }
    names.into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

/// Reading a hundred thousand rows is work for another thread than those that serve requests.
async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))
}

fn parse(upload: &SiteUpload, known: &SiteContext, lots: &HashMap<String, String>) -> Result<Site, Vec<SiteFault>> {
    let whole = |reason: String| vec![SiteFault { line: 0, column: None, reason }];
    let table = upload.table.unwrap_or(SiteTable::Pass);
    let text = match upload.kind {
        FileKind::Toml => match std::str::from_utf8(&upload.bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(whole("the file is not UTF-8".to_owned())),
        },
        FileKind::Csv => sheet::read_csv(table, &upload.bytes, lots).map_err(|e| whole(e.to_string()))?,
        FileKind::Xlsx => sheet::read_xlsx(table, &upload.bytes, lots).map_err(|e| whole(e.to_string()))?,
    };
    Site::parse(&text, known)
}

async fn write(hub: &Hub, actor: &Actor, site: Site, told: Option<&Observer>, result: &mut ImportResult) -> Result<()> {
    let internal = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
    let mut secrets = sealed(&site, &hub.directory(), hub.vault()).map_err(|e| internal(&e))?;
    let usernames = hub.store().read().await?.conn().usernames().await?;
    let without = new_passwords(&site, &usernames, &mut secrets).await.map_err(|e| internal(&e))?;
    result.notes.extend(without.iter().map(|username| format!("{username}: new, no password yet")));
    let in_memory = site.count() > site.passes.len() + site.vehicles.len();
    let work = Arc::new(SiteWrite {
        site,
        secrets,
        told: told.cloned(),
        rows: result.rows,
        counts: json!({"rows": result.rows, "added": result.added, "changed": result.changed}),
        in_memory,
    });
    let (who, now) = (actor.id.clone(), hub.clock().now());
    hub.store().write(async move |tx| work.write(tx, who.clone(), now).await).await?;
    if in_memory {
        takes_effect(hub).await?;
    }
    Ok(())
}

/// What is written in one transaction.
struct SiteWrite {
    site: Site,
    secrets: Secrets,
    told: Option<Observer>,
    rows: u32,
    counts: serde_json::Value,
    in_memory: bool,
}

impl SiteWrite {
    async fn write(&self, tx: &mut Tx<'_>, who: PersonId, now: Timestamp) -> Result<()> {
        tx.lock_site().await?;
        // Once more: a lot may have gone to another area while the file was read.
        Reach::of(tx, &who).await?.may_take(tx, &self.site).await?;
        let heard = |done: usize| {
            let done = u32::try_from(done).unwrap_or(u32::MAX);
            tell(self.told.as_ref(), ImportPhase::Writing, done, self.rows);
        };
        let heads = tx.count_head_admins().await?;
        let rows = tx.take_site_in(&self.site, &self.secrets, &heard).await?;
        // Somebody must always be there who can administer, and who holds what is everybody's.
        if heads > 0 && tx.count_head_admins().await? == 0 {
            return Err(Error::StillUsed("last_admin"));
        }
        let label = format!("{} rows", self.rows);
        let secrets = rows.iter().any(is_lost);
        keep_import(tx, &who, (&label, &rows), (secrets, None), self.counts.clone(), now).await?;
        if self.in_memory {
            tx.tell_site_changed(now).await?;
        }
        Ok(())
    }
}

/// Whether a row lost a secret that taking the import back cannot leave out: a device that moved has none either way.
fn is_lost(row: &RowChange) -> bool {
    let read = |text: Option<&String>| serde_json::from_str::<Cells>(text?).ok();
    let states = read(row.before.as_ref()).zip(read(row.after.as_ref()));
    let moved = row.table == SiteTable::Device && states.is_some_and(|(before, after)| secret::moved(&before, &after));
    row.secrets && !moved
}

/// Keeps an import, or that one was taken back, with what became of every row. Answers the change's id.
pub(super) async fn keep_import(
    tx: &mut Tx<'_>,
    who: &PersonId,
    (label, rows): (&str, &[RowChange]),
    (secrets, undoes): (bool, Option<&str>),
    mut body: serde_json::Value,
    now: Timestamp,
) -> Result<String> {
    let id = uuid::Uuid::now_v7().to_string();
    tx.add_site_change(&NewChange {
        id: &id,
        section: "import",
        row_id: "",
        label,
        kind: ChangeKind::Imported,
        person: who,
        at: now,
        before: None,
        after: None,
        version: None,
        secrets,
        undoes,
        confirmed_by: None,
        alone: false,
    })
    .await?;
    tx.keep_rows(&id, rows).await?;
    (body["sum"], body["change"]) = (json!(sum(rows)), json!(id));
    let action = if undoes.is_some() { "site.import-undo" } else { "site.import" };
    tx.audit(Audit::new(now, Some(who), action, "site:file", body)).await?;
    Ok(id)
}

/// A sum over every row before and after: it stands in the audit, so that the list of rows cannot be rewritten.
fn sum(rows: &[RowChange]) -> String {
    let mut sum = Sha256::new();
    for row in rows {
        let texts = [Some(&row.id), row.before.as_ref(), row.after.as_ref()];
        for text in texts {
            sum.update(text.map_or("", String::as_str));
            sum.update([0]);
        }
    }
    hex::encode(sum.finalize())
}
