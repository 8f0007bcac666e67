use super::{Fate, KeptPhoto, Owner, Store, StoreError, url};
use crate::commands::search::RecentLane;
use lanedesk_domain::{lane::LaneDirection, time::Timestamp};
use lanedesk_wire::photo::PhotoSource;
use std::path::Path;
use tauri::{
    App,
    async_runtime::block_on,
    test::{MockRuntime, mock_builder, mock_context, noop_assets},
};

/// The store of an app without a window, opened by the plugin as in the real one.
pub(crate) fn opened(folder: &Path) -> (App<MockRuntime>, Store) {
    let url = url(Some(folder));
    let mut context = mock_context(noop_assets());
    let preload = serde_json::json!({ "preload": [&url] });
    context.config_mut().plugins.0.insert("sql".into(), preload);
    let app = mock_builder().build(context).unwrap();
    let store = Store::open(app.handle(), &url);
    (app, store)
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
    Owner { hub: "http://hub".into(), person: person.into() }
}

#[test]
fn recent_lanes_are_newest_first_and_each_persons_own() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, store) = opened(folder.path());
    for (id, at) in [("E01", 1), ("E02", 2), ("E01", 3)] {
        block_on(store.worked(&owner("p1"), &lane(id, at))).unwrap();
    }
    let found = block_on(store.recent_lanes(&owner("p1"))).unwrap();
    assert_eq!(found, [lane("E01", 3), lane("E02", 2)]);
    assert!(block_on(store.recent_lanes(&owner("p2"))).unwrap().is_empty());
}

/// SCREENS: half-filled work survives a lost lease, a lost network and a restart.
#[test]
fn a_draft_survives_a_restart_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, now) = (owner("p1"), Timestamp(1_000_000_000_000));
    let (app, store) = opened(folder.path());
    block_on(store.save_draft(&mine, "release:c1", "{}", now)).unwrap();
    block_on(store.save_draft(&mine, "release:c1", "{\"remark\":\"x\"}", now)).unwrap();
    block_on(store.pool().unwrap().close());
    drop(app);

    let (_app, again) = opened(folder.path());
    let body = block_on(again.draft(&mine, "release:c1")).unwrap();
    assert_eq!(body.as_deref(), Some("{\"remark\":\"x\"}"));
    let others = block_on(again.draft(&owner("p2"), "release:c1")).unwrap();
    assert_eq!(others, None, "nobody sees another's work");

    block_on(again.drop_draft(&mine, "release:c1")).unwrap();
    assert_eq!(block_on(again.draft(&mine, "release:c1")).unwrap(), None);
}

/// A file that is no database is kept beside, and the desk begins a new one.
#[test]
fn a_broken_file_is_set_aside_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db");
    std::fs::write(&file, "this is no database, but it is long enough to be looked at".repeat(40)).unwrap();
    let (_app, store) = opened(folder.path());
    block_on(store.remember("username", &"guard")).unwrap();
    let names = std::fs::read_dir(folder.path()).unwrap();
    let kept = names.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("broken-"));
    assert_eq!(kept.count(), 1, "what was in it is not lost");
}

#[test]
fn drafts_nobody_came_back_to_are_dropped_after_a_week() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, store) = opened(folder.path());
    let (mine, now) = (owner("p1"), Timestamp(1_000_000_000_000));
    block_on(store.save_draft(&mine, "old", "{}", now)).unwrap();
    let week_later = now.plus_minutes(7 * 24 * 60).plus_ms(1);
    block_on(store.save_draft(&mine, "new", "{}", week_later)).unwrap();
    assert_eq!(block_on(store.draft(&mine, "old")).unwrap(), None);
    assert!(block_on(store.draft(&mine, "new")).unwrap().is_some());
}

/// A broken disk must not keep a barrier shut: the desk works on without its store.
#[test]
fn without_a_store_reading_is_empty_and_saving_says_so() {
    let store = Store::closed();
    assert_eq!(block_on(store.remembered::<String>("hub_url")), None);
    let saved = block_on(store.remember("hub_url", &"http://hub"));
    assert!(matches!(saved, Err(StoreError::Closed)));
}

#[test]
fn what_is_remembered_is_replaced_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (_app, store) = opened(folder.path());
    block_on(store.remember("username", &"guard")).unwrap();
    block_on(store.remember("username", &"agent")).unwrap();
    assert_eq!(block_on(store.remembered::<String>("username")).as_deref(), Some("agent"));
    block_on(store.forget("username")).unwrap();
    assert_eq!(block_on(store.remembered::<String>("username")), None);
}

#[test]
fn a_folder_with_strange_characters_is_still_one_file() {
    assert_eq!(url(None), "sqlite:desk.db");
    assert_eq!(url(Some(Path::new("/tmp/50%?"))), "sqlite:/tmp/50%25%3F/desk.db");
}

/// R36: nobody's document rests on this device for longer than a week, whatever became of it.
#[test]
fn photos_are_dropped_after_a_week_sent_or_not() {
    const DAY: i64 = 24 * 3_600_000;
    let folder = tempfile::tempdir().unwrap();
    let (_app, store) = opened(folder.path());
    let guard = owner("p1");
    let photo = |id: &str| KeptPhoto {
        id: id.to_owned(),
        case: "c1".parse().unwrap(),
        source: PhotoSource::DeviceCamera,
        taken_at: Timestamp(0),
        fate: Fate::Waiting,
    };
    let keep = |id: &str, day: i64| {
        let photo = photo(id);
        let kept = store.keep_photo(&guard, &photo, b"sealed", Timestamp(day * DAY));
        block_on(kept).unwrap();
    };
    let left = || -> Vec<String> {
        let photos = block_on(store.photos(&guard, &"c1".parse().unwrap())).unwrap();
        photos.into_iter().map(|photo| photo.id).collect()
    };
    keep("a", 10);
    keep("b", 13);
    block_on(store.drop_old_photos(Timestamp(17 * DAY))).unwrap();
    assert_eq!(left(), ["a", "b"], "a week is not over");
    block_on(store.drop_old_photos(Timestamp(17 * DAY + 1))).unwrap();
    assert_eq!(left(), ["b"]);
    // A new photo clears away what nobody came back to.
    keep("c", 21);
    assert_eq!(left(), ["c"]);
    let bytes = block_on(store.sealed_photo(&guard, "a")).unwrap();
    assert!(bytes.is_none(), "its bytes are gone too");
}
