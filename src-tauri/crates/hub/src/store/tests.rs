//! What the writer promises: all or nothing for each caller, one chain without gaps, events in order.

use super::{Audit, OutboxPosition, Store, StoreError, Told, verify_audit};
use crate::args;
use lanedesk_domain::time::Timestamp;
use std::sync::Arc;

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&format!("sqlite:{}", folder.path().join("hub.db").display())).await.expect("opens");
    (folder, store)
}

fn audit(subject: &str) -> Audit {
    Audit::new(Timestamp(1), None, "test.write", subject.to_owned(), serde_json::json!({}))
}

/// Writes an area and its audit row; fails after both where asked to.
async fn write_area(store: &Store, id: String, fail: bool) -> Result<(), StoreError> {
    store
        .write(async move |tx| {
            tx.execute("insert into area (id, name) values ($1, $1)", args![&id]).await?;
            tx.audit(audit(&id)).await?;
            let lot = "lot".parse().expect("an id");
            tx.tell(Timestamp(1), &lot, &Told::Resync).await?;
            if fail { Err(StoreError::Corrupt("asked to fail".to_owned())) } else { Ok(()) }
        })
        .await
}

async fn areas(store: &Store) -> Vec<String> {
    let mut reader = store.read().await.expect("reads");
    let rows: Vec<(String,)> = reader.conn().all("select id from area order by id", vec![]).await.expect("areas");
    rows.into_iter().map(|(id,)| id).collect()
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_and_its_neighbours_in_the_commit_stand() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let writes = (0..60).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { write_area(&store, format!("area-{n:02}"), n % 3 == 0).await })
    });
    let done = futures::future::join_all(writes).await;
    let failed = done.iter().filter(|joined| joined.as_ref().expect("joins").is_err()).count();
    assert_eq!(failed, 20, "every third was asked to fail, and is told so");
    assert_eq!(areas(&store).await.len(), 40, "the others stand");

    let mut reader = store.read().await.expect("reads");
    let held = verify_audit(&mut reader.conn()).await.expect("reads");
    assert_eq!(held, Ok(40), "the chain has a row for each write that stands and no gap for the others");
    let events = reader.conn().events_after(OutboxPosition::default(), 100).await.expect("events");
    assert_eq!(events.len(), 40);
    assert!(events.is_sorted_by_key(|event| event.place), "places rise");
}

#[tokio::test]
async fn a_changed_missing_or_swapped_audit_row_is_named() {
    for (spoil, why) in [
        ("update audit set body = '{\"x\":1}' where seq = 2", "its content was changed"),
        ("delete from audit where seq = 2", "the row is missing"),
        (
            "update audit set seq = case seq when 2 then 1002 when 3 then 1003 else seq end where seq in (2, 3)",
            "the row is missing",
        ),
    ] {
        let (_folder, store) = store().await;
        for n in 0..5 {
            write_area(&store, format!("area-{n}"), false).await.expect("writes");
        }
        store.write(async move |tx| tx.execute(spoil, vec![]).await).await.expect("an intruder writes");
        let broken = verify_audit(&mut store.read().await.expect("reads").conn()).await.expect("reads");
        let broken = broken.expect_err("the chain does not hold");
        assert_eq!((broken.seq, broken.why), (2, why));
    }
}

#[tokio::test]
async fn a_closed_store_refuses_instead_of_hanging() {
    let (_folder, store) = store().await;
    store.close().await;
    let refused = write_area(&store, "late".to_owned(), false).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn every_column_of_a_row_that_proves_something_is_summed_up() {
    let (_folder, store) = store().await;
    let mut reader = store.read().await.expect("reads");
    for ledger in &super::LEDGERS {
        let sql = format!("select name from pragma_table_info('{}') order by name", ledger.table);
        let there: Vec<(String,)> = reader.conn().all(&sql, vec![]).await.expect("columns");
        let mut summed: Vec<String> = ledger.columns.iter().map(|c| (*c).to_owned()).collect();
        summed.sort();
        let there: Vec<String> = there.into_iter().map(|(name,)| name).collect();
        assert_eq!(summed, there, "{}", ledger.table);
    }
}
