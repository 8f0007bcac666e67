use super::{Owner, Store, StoreError, migrations, url};
use crate::commands::search::RecentLane;
use lanedesk_domain::{lane::LaneDirection, time::Timestamp};
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use std::path::Path;

async fn opened(file: &Path) -> Store {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    for step in migrations() {
        sqlx::raw_sql(step.sql).execute(&pool).await.unwrap();
    }
    Store::over(pool)
}

fn lane(id: &str, used_at: i64) -> RecentLane {
    RecentLane {
        lane: id.parse().unwrap(),
        lane_name: "东门出口".into(),
        code: id.into(),
        direction: LaneDirection::Exit,
        lot: "caiyue".parse().unwrap(),
        lot_name: "彩悦大厦".into(),
        used_at: Timestamp(used_at),
    }
}

fn owner(person: &str) -> Owner {
    Owner {
        hub: "http://hub".into(),
        person: person.into(),
    }
}

#[tokio::test]
async fn recent_lanes_are_newest_first_and_each_persons_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder.path().join("desk.db")).await;
    for (id, at) in [("E01", 1), ("E02", 2), ("E01", 3)] {
        store.worked(&owner("p1"), &lane(id, at)).await.unwrap();
    }
    let found = store.recent_lanes(&owner("p1")).await.unwrap();
    assert_eq!(found, [lane("E01", 3), lane("E02", 2)]);
    assert!(store.recent_lanes(&owner("p2")).await.unwrap().is_empty());
}

/// SCREENS: half-filled work survives a lost lease, a lost network and a restart.
#[tokio::test]
async fn a_draft_survives_a_restart_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db");
    let (mine, now) = (owner("p1"), Timestamp(1_000_000_000_000));
    let store = opened(&file).await;
    store
        .save_draft(&mine, "release:c1", "{}", now)
        .await
        .unwrap();
    store
        .save_draft(&mine, "release:c1", "{\"remark\":\"x\"}", now)
        .await
        .unwrap();
    store.pool().unwrap().close().await;

    let again = Store::over(
        SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file))
            .await
            .unwrap(),
    );
    let body = again.draft(&mine, "release:c1").await.unwrap();
    assert_eq!(body.as_deref(), Some("{\"remark\":\"x\"}"));
    assert_eq!(
        again.draft(&owner("p2"), "release:c1").await.unwrap(),
        None,
        "another person's"
    );

    again.drop_draft(&mine, "release:c1").await.unwrap();
    assert_eq!(again.draft(&mine, "release:c1").await.unwrap(), None);
}

#[tokio::test]
async fn drafts_nobody_came_back_to_are_dropped_after_a_week() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder.path().join("desk.db")).await;
    let (mine, now) = (owner("p1"), Timestamp(1_000_000_000_000));
    store.save_draft(&mine, "old", "{}", now).await.unwrap();
    let week_later = now.plus_minutes(7 * 24 * 60).plus_ms(1);
    store
        .save_draft(&mine, "new", "{}", week_later)
        .await
        .unwrap();
    assert_eq!(store.draft(&mine, "old").await.unwrap(), None);
    assert!(store.draft(&mine, "new").await.unwrap().is_some());
}

/// A broken disk must not keep a barrier shut: the desk works on without its store.
#[tokio::test]
async fn without_a_store_reading_is_empty_and_saving_says_so() {
    let store = Store::closed();
    assert_eq!(store.remembered::<String>("hub_url").await, None);
    let saved = store.remember("hub_url", &"http://hub").await;
    assert!(matches!(saved, Err(StoreError::Closed)));
}

#[tokio::test]
async fn what_is_remembered_is_replaced_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder.path().join("desk.db")).await;
    store.remember("username", &"guard").await.unwrap();
    store.remember("username", &"agent").await.unwrap();
    assert_eq!(
        store.remembered::<String>("username").await.as_deref(),
        Some("agent")
    );
    store.forget("username").await.unwrap();
    assert_eq!(store.remembered::<String>("username").await, None);
}

/// Migrations are read by people: every column says what it means.
#[test]
fn every_column_is_commented() {
    for step in migrations() {
        let mut commented = false;
        for line in step.sql.lines().map(str::trim) {
            let column = [" text", " bigint", " boolean"]
                .iter()
                .any(|kind| line.contains(kind))
                && !line.starts_with("--");
            assert!(!column || commented, "{}: {line}", step.description);
            commented = line.starts_with("--");
        }
    }
}

#[test]
fn a_folder_with_strange_characters_is_still_one_file() {
    assert_eq!(url(None), "sqlite:desk.db");
    assert_eq!(
        url(Some(Path::new("/tmp/50%?"))),
        "sqlite:/tmp/50%25%3F/desk.db"
    );
}
