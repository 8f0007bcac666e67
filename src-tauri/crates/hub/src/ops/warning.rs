//! Patterns looked for in the records, kept, listed and dismissed (R33, FIELD.md).

use super::{
    opening::{scope, time},
    page::{Length, behind},
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    store::{Audit, ListCursor, StoredWarning, WarningFilter},
};
use lanedesk_domain::{
    ids::WarningId,
    time::DAY_MS,
    warning::{self, PatternMatch},
};
use lanedesk_wire::list::Page;
use serde_json::json;
use std::time::{Duration, Instant};

/// Between two looks of the job.
const EVERY: Duration = Duration::from_secs(600);
/// A list is not older than this.
const FRESH: Duration = Duration::from_secs(5);
/// Warnings kept in one transaction.
const AT_ONCE: usize = 200;
/// Longest reason, in characters.
const LONGEST: usize = 500;

/// When this hub last looked. Whoever comes while it looks waits for the same look.
#[derive(Debug, Default)]
pub struct WarningScan(tokio::sync::Mutex<Option<Instant>>);

/// Looks every ten minutes, for ever; the caller ends it by dropping it.
pub async fn run(hub: Hub) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = look(&hub).await {
            tracing::warn!(%error, "patterns could not be looked for");
        }
    }
}

/// Looks for patterns, unless that was done a moment ago.
pub(super) async fn look(hub: &Hub) -> Result<()> {
    let mut looked = hub.looked().0.lock().await;
    if looked.is_some_and(|at| at.elapsed() < FRESH) {
        return Ok(());
    }
    let (rules, now, site) = (hub.rules(), hub.clock().now(), hub.directory());
    let from = now.plus_ms(-DAY_MS * i64::from(rules.warn_days));
    let past = hub.store().read().await?.conn().past(&site, from, now).await?;
    // Comparing everything with everything is work for another thread than one that serves requests.
    let found = tokio::task::spawn_blocking(move || warning::find(&past, &rules, now)).await;
    let found = found.map_err(|error| Error::Internal(error.to_string()))?;
    for some in found.chunks(AT_ONCE) {
        keep(hub, some.to_vec()).await?;
    }
    *looked = Some(Instant::now());
    Ok(())
}

async fn keep(hub: &Hub, found: Vec<PatternMatch>) -> Result<()> {
    let now = hub.clock().now();
    hub.store()
        .write(async move |tx| {
            for one in &found {
                tx.keep_warning(one, now).await?;
            }
            Ok(())
        })
        .await
}

/// What a list of warnings is asked for; what is not given does not filter.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WarningQuery {
    /// A pattern's word.
    pub pattern: Option<String>,
    /// A lot's id.
    pub lot: Option<String>,
    /// A person's id.
    pub person: Option<String>,
    /// Dismissed ones, or those that stand; both where it is not given.
    pub dismissed: Option<bool>,
    /// Newest row at or after.
    pub from: Option<String>,
    /// Newest row before.
    pub to: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(pattern = r"^-?[0-9]{1,18}\.[A-Za-z0-9_-]{1,40}$")]
    pub cursor: Option<String>,
}

/// Warnings about lots in sight, newest first, as the records stand now.
pub async fn list(hub: &Hub, actor: &Actor, asked: WarningQuery) -> Result<Page<StoredWarning>> {
    look(hub).await?;
    let length = Length::of(asked.limit);
    let filter = WarningFilter {
        lots: scope(hub, actor),
        pattern: asked.pattern,
        lot: asked.lot,
        person: asked.person,
        dismissed: asked.dismissed,
        from: time(asked.from, "from")?,
        to: time(asked.to, "to")?,
        behind: behind(asked.cursor.as_deref())?,
        limit: length.and_one(),
    };
    let mut reader = hub.store().read().await?;
    let items = reader.conn().warnings(&hub.directory(), &filter).await?;
    Ok(length.page(items, |told| ListCursor::new(told.warning.at, told.warning.id.as_str()).to_string()))
}

/// Dismisses a warning, with a reason that stays with it.
pub async fn dismiss(hub: &Hub, actor: &Actor, id: &WarningId, reason: &str) -> Result<StoredWarning> {
    let why = reason.trim().to_owned();
    if why.chars().count() > LONGEST {
        return Err(Error::Invalid { field: "reason", why: "too_long" });
    }
    let (lots, who) = (scope(hub, actor), actor.clone());
    let (id, now) = (id.clone(), hub.clock().now());
    hub.write(async move |tx, hub| {
        let site = hub.directory();
        // Whether it is there is said before whether it may be dismissed so.
        let told = tx.warning(&site, lots.as_deref(), &id).await?;
        let told = told.ok_or(Error::NotFound)?;
        if why.is_empty() {
            return Err(Error::ReasonRequired);
        }
        if !tx.dismiss_warning(&id, &who.id, &why, now).await? {
            // Somebody was faster; theirs stays.
            return Ok(told);
        }
        let body = json!({"pattern": told.warning.pattern, "why": why, "openings": told.warning.openings});
        tx.audit(Audit::new(now, Some(&who.id), "warning.dismiss", format!("warning:{id}"), body)).await?;
        let told = tx.warning(&site, lots.as_deref(), &id).await?;
        told.ok_or(Error::NotFound)
    })
    .await
}
