//! Openings taken out as a file (R33): page after page, so that memory stays flat however many there are.
//!
//! Who takes them out, and how they were chosen, is in the record before the first row leaves; how many left follows.

use super::opening::{OpeningQuery, filter};
use crate::{
    actor::Actor,
    directory::Directory,
    error::Result,
    hub::Hub,
    store::{Audit, Filter, ListCursor},
};
use lanedesk_domain::time::Timestamp;
use lanedesk_wire::opening::Opening;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Rows read in one go.
const PAGE: i64 = 1_000;
/// Pages that wait for a slow reader.
const AHEAD: usize = 2;

/// Openings on their way out.
pub struct Export {
    /// Page after page, newest first; the last message is an error where not all could be read. Dropping it ends the work.
    pub pages: mpsc::Receiver<Result<Vec<Opening>>>,
    /// Who takes them out.
    pub viewer: String,
    /// When.
    pub at: Timestamp,
    /// The site, for its names.
    pub site: Arc<Directory>,
}

/// Begins to take the openings of a filter out.
pub async fn begin(hub: &Hub, actor: &Actor, format: &str, asked: OpeningQuery) -> Result<Export> {
    let chosen = json!({"format": format, "filter": asked});
    let filter = filter(hub, actor, asked).await?;
    note(hub, actor, "opening.export", chosen).await?;
    let (told, pages) = mpsc::channel(AHEAD);
    let (outer, who) = (hub.clone(), actor.clone());
    tokio::spawn(async move {
        let (mut rows, mut whole) = (0_usize, false);
        if let Some(filter) = filter {
            tokio::select! {
                done = read(&outer, &filter, &told, &mut rows) => whole = done,
                () = told.closed() => {}
                () = outer.stopping() => {}
            }
        }
        let facts = json!({"rows": rows, "whole": whole});
        if let Err(error) = note(&outer, &who, "opening.exported", facts).await {
            tracing::warn!(%error, "the end of an export was not recorded");
        }
    });
    Ok(Export { pages, viewer: actor.name.clone(), at: hub.clock().now(), site: hub.directory() })
}

/// Reads to the end; false where it was not reached.
async fn read(hub: &Hub, filter: &Filter, told: &mpsc::Sender<Result<Vec<Opening>>>, rows: &mut usize) -> bool {
    let mut behind: Option<ListCursor> = None;
    loop {
        let page = page(hub, filter, behind.as_ref()).await;
        let Ok(page) = page else {
            let _ = told.send(page).await;
            return false;
        };
        let Some(last) = page.last() else { return true };
        behind = Some(ListCursor::of(last));
        let count = page.len();
        if told.send(Ok(page)).await.is_err() {
            return false;
        }
        *rows += count;
    }
}

async fn page(hub: &Hub, filter: &Filter, behind: Option<&ListCursor>) -> Result<Vec<Opening>> {
    // A connection a page: a long export keeps nobody from reading.
    let mut reader = hub.store().read().await?;
    let site = hub.directory();
    Ok(reader.conn().openings(&site, filter, behind, PAGE).await?)
}

async fn note(hub: &Hub, actor: &Actor, action: &'static str, facts: serde_json::Value) -> Result<()> {
    let (at, person) = (hub.clock().now(), Some(actor.id.clone()));
    let audit = Audit::new(at, person.as_ref(), action, "opening:list", facts);
    Ok(hub.store().audit(audit).await?)
}
