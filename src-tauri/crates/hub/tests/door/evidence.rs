//! R36: photos are seen by few, every view is on record and burnt in, damage shows, and time deletes what nobody holds.

use super::{NOON, Place, desk::Desk, on_each_engine};
use image::{Rgb, RgbImage};
use lanedesk_hub::{hub::Hub, ops::evidence::prune};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use std::{
    io::Cursor,
    path::{Path, PathBuf},
    time::Duration,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A picture with something in every part, another one for each `seed`.
pub(crate) fn picture(seed: u32) -> Vec<u8> {
    let light = |x: u32, y: u32| u8::try_from((x * seed / 3 + y + x / 40 * y / 40 * 17) % 200);
    let picture = RgbImage::from_fn(640, 480, |x, y| Rgb([light(x, y).unwrap(), 90, 120]));
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    file.into_inner()
}

/// Claims a lane; the case.
pub(crate) async fn claim(desk: &Desk, lane: &str) -> String {
    let claimed = desk.post(&format!("/api/lanes/{lane}/claim"), json!({})).await;
    claimed.ok(201)["case"]["id"].as_str().unwrap().to_owned()
}

/// Takes a photo for a case; as it was kept.
pub(crate) async fn photograph(desk: &Desk, case: &str, file: Vec<u8>) -> Value {
    let part = Part::bytes(file).file_name("photo");
    let form = Form::new().text("source", "system_camera").part("file", part);
    let request = desk.request(Method::POST, &format!("/api/cases/{case}/photos"));
    desk.send(request.multipart(form)).await.ok(201).clone()
}

fn path(photo: &Value) -> String {
    format!("/api/photos/{}", photo["id"].as_str().unwrap())
}

/// What somebody is shown.
async fn shown(desk: &Desk, path: &str) -> RgbImage {
    let answer = desk.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let jpeg = answer.bytes().await.unwrap();
    image::load_from_memory(&jpeg).unwrap().into_rgb8()
}

/// Where a photo's object rests.
fn object(place: &Place, photo: &Value) -> PathBuf {
    let name = photo["sha256"].as_str().unwrap();
    place.database.folder().join("objects/pictures").join(&name[..2]).join(name)
}

async fn views(place: &Place) -> i64 {
    place.count("select count(*) from audit where action = 'photo.view'").await
}

#[tokio::test]
async fn every_view_is_on_record_and_burnt_in_and_only_few_may() {
    on_each_engine(|place| async move {
        let (guard, chief) = (place.desk("guard").await, place.desk("chief").await);
        let (agent, admin) = (place.desk("agent").await, place.desk("admin").await);
        let case = claim(&guard, "E01").await;
        let photo = photograph(&guard, &case, picture(5)).await;
        let path = path(&photo);

        let own = shown(&guard, &path).await;
        let theirs = shown(&chief, &path).await;
        assert_eq!(views(&place).await, 2, "each view leaves a row");
        let who = "select count(*) from audit a join person p on p.id = a.person_id
            where a.action = 'photo.view' and p.username in ('guard', 'chief')";
        assert_eq!(place.count(who).await, 2, "which says who");
        assert_eq!(own.dimensions(), (640, 480));
        let kept = place.hub.hub.vault().fetch(photo["sha256"].as_str().unwrap()).await;
        let kept = image::load_from_memory(&kept.unwrap()).unwrap().into_rgb8();
        let apart = |one: &RgbImage, other: &RgbImage| {
            let pairs = one.pixels().zip(other.pixels());
            pairs.filter(|(a, b)| a.0[1].abs_diff(b.0[1]) > 25).count()
        };
        assert!(apart(&own, &kept) > 2_000, "the watermark is there");
        assert!(apart(&own, &theirs) > 500, "and another one for another viewer");

        agent.get(&path).await.refused(403, "not_allowed");
        admin.get(&path).await.refused(403, "not_allowed");
        guard.get("/api/photos/0193").await.refused(404, "not_found");
        guard.post(&format!("/api/cases/{case}/close"), json!({})).await.ok(204);
        guard.get(&path).await.refused(403, "not_allowed");
        shown(&chief, &path).await;
        assert_eq!(views(&place).await, 3, "refusals show nothing and note nothing");

        let thumb = shown(&guard, &format!("{path}?size=thumb")).await;
        shown(&admin, &format!("{path}?size=thumb")).await;
        assert!(thumb.width() <= 240 && views(&place).await == 3, "masked, not a view");
        agent.get(&format!("{path}?size=thumb")).await.refused(403, "not_allowed");
        guard.get(&format!("{path}?size=huge")).await.refused(400, "bad_request");
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_photo_of_anothers_lot_is_not_there() {
    let rule = "[rules]\nown_camera_agent = 1\n";
    let place = Place::with(super::Engine::Sqlite, &format!("{}{rule}", super::SITE)).await;
    let (agent, chief) = (place.desk("agent").await, place.desk("chief").await);
    let case = claim(&agent, "B01").await;
    let path = path(&photograph(&agent, &case, picture(3)).await);
    chief.get(&path).await.refused(404, "not_found");
    chief.get(&format!("{path}?size=thumb")).await.refused(404, "not_found");
    let hold = json!({"hold": true, "reason": "纠纷"});
    chief.post(&format!("{path}/hold"), hold).await.refused(404, "not_found");
    shown(&agent, &path).await;
    place.hub.stop().await;
}

#[tokio::test]
async fn a_changed_or_lost_object_is_said_to_be_damaged() {
    let place = Place::new(super::Engine::Sqlite).await;
    let (guard, chief) = (place.desk("guard").await, place.desk("chief").await);
    let case = claim(&guard, "E01").await;
    let photo = photograph(&guard, &case, picture(5)).await;
    let (path, file) = (path(&photo), object(&place, &photo));
    let whole = std::fs::read(&file).unwrap();
    for at in [0, 5, 12, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let told = chief.get(&path).await;
        let told = told.refused(409, "evidence_damaged")["detail"].to_string();
        assert!(told.contains("证据已损坏"), "{told}");
    }
    // Another photo's object in its place opens, and is not this photo.
    let other = photograph(&guard, &case, picture(9)).await;
    std::fs::copy(object(&place, &other), &file).unwrap();
    chief.get(&path).await.refused(409, "evidence_damaged");
    chief.get(&format!("{path}?size=thumb")).await.refused(409, "evidence_damaged");
    std::fs::remove_file(&file).unwrap();
    chief.get(&path).await.refused(409, "evidence_damaged");
    let noted = place.count("select count(*) from audit where action = 'photo.damaged'").await;
    assert_eq!((noted, views(&place).await), (7, 0), "found damage is on record");
    std::fs::write(&file, whole).unwrap();
    shown(&chief, &path).await;
    place.hub.stop().await;
}

#[tokio::test]
async fn time_deletes_what_nobody_holds_and_the_record_stays() {
    on_each_engine(|place| async move {
        let guard = place.desk("guard").await;
        let chief = place.desk("chief").await;
        let case = claim(&guard, "E01").await;
        let gone = photograph(&guard, &case, picture(5)).await;
        let held = photograph(&guard, &case, picture(7)).await;
        // The same file for another case is another photo over the same object.
        let other = claim(&guard, "E02").await;
        let same = photograph(&guard, &other, picture(7)).await;
        assert_eq!(same["sha256"], held["sha256"]);

        let keep_it = format!("{}/hold", path(&held));
        let why = json!({"hold": true, "reason": "车主投诉"});
        guard.post(&keep_it, why.clone()).await.refused(403, "not_allowed");
        let empty = chief.post(&keep_it, json!({"hold": true, "reason": " "})).await;
        assert_eq!(empty.refused(422, "invalid")["field"], "reason");
        chief.post(&keep_it, why.clone()).await.ok(204);

        place.hub.clock.advance(DAY * 89);
        assert_eq!(prune(&place.hub.hub).await.unwrap(), 0, "not before its time");
        place.hub.clock.advance(DAY * 2);
        assert_eq!(prune(&place.hub.hub).await.unwrap(), 2);
        assert_eq!(prune(&place.hub.hub).await.unwrap(), 0);

        let chief = place.desk("chief").await;
        let told = chief.get(&path(&gone)).await;
        assert!(told.refused(410, "evidence_deleted")["detail"].to_string().contains("删除"));
        chief.get(&format!("{}?size=thumb", path(&same))).await.refused(410, "evidence_deleted");
        chief.post(&format!("{}/hold", path(&gone)), why).await.refused(410, "evidence_deleted");
        shown(&chief, &path(&held)).await;
        assert!(!object(&place, &gone).exists(), "the picture is gone");
        let stones = "select count(*) from photo where deleted_at is not null";
        assert_eq!(place.count(stones).await, 2, "their rows stay");

        let go = json!({"hold": false, "reason": "已结案"});
        chief.post(&keep_it, go).await.ok(204);
        assert_eq!(prune(&place.hub.hub).await.unwrap(), 1);
        assert!(!object(&place, &held).exists(), "nothing names it any more");
        for (action, rows) in [("photo.hold", 1), ("photo.let_go", 1), ("photo.delete", 3)] {
            let found = match action {
                "photo.hold" => place.count("select count(*) from audit where action = 'photo.hold'"),
                "photo.let_go" => place.count("select count(*) from audit where action = 'photo.let_go'"),
                _ => place.count("select count(*) from audit where action = 'photo.delete'"),
            };
            assert_eq!(found.await, rows, "{action}");
        }
        assert!(place.hub.clock.now() > NOON);
        place.hub.stop().await;
    })
    .await;
}

/// Two hubs on one PostgreSQL whose hours have come at once find the same photos. Whoever makes a row its tombstone tells
/// of it in the same transaction; the other finds it deleted (R36).
#[tokio::test(flavor = "multi_thread")]
async fn two_hubs_at_once_delete_and_audit_each_photo_once() {
    const PHOTOS: u32 = 8;
    let place = Place::new(super::Engine::Postgres).await;
    let config = place.database.config(place.hub.clock.clone());
    let other = Hub::start(config).await.unwrap();
    let guard = place.desk("guard").await;
    let case = claim(&guard, "E01").await;
    let mut photos = Vec::new();
    for seed in 5..5 + PHOTOS {
        photos.push(photograph(&guard, &case, picture(seed)).await);
    }
    place.hub.clock.advance(DAY * 91);
    let (here, there) = tokio::join!(prune(&place.hub.hub), prune(&other.hub));
    assert_eq!(here.unwrap() + there.unwrap(), u64::from(PHOTOS));
    let told = "select count(*) from audit where action = 'photo.delete'";
    let each = "select count(distinct subject) from audit where action = 'photo.delete'";
    let stones = "select count(*) from photo where deleted_at is not null";
    for sql in [told, each, stones] {
        assert_eq!(place.count(sql).await, i64::from(PHOTOS), "{sql}");
    }
    assert!(photos.iter().all(|photo| !object(&place, photo).exists()));
    other.stop().await;
    place.hub.stop().await;
}

/// Whether any file under a folder holds these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        let content = std::fs::read(&path).unwrap();
        content.windows(bytes.len()).any(|part| part == bytes)
    })
}

#[tokio::test]
async fn no_file_of_the_hub_holds_a_photos_bytes() {
    let place = Place::new(super::Engine::Sqlite).await;
    let guard = place.desk("guard").await;
    let case = claim(&guard, "E01").await;
    let sent = picture(5);
    let photo = photograph(&guard, &case, sent.clone()).await;
    shown(&guard, &path(&photo)).await;
    let kept = place.hub.hub.vault().fetch(photo["sha256"].as_str().unwrap()).await.unwrap();
    let folder = place.database.folder();
    assert!(holds(folder, photo["sha256"].as_str().unwrap().as_bytes()), "the search finds what is there");
    for picture in [&sent, &kept] {
        let middle = picture.len() / 2;
        assert!(!holds(folder, &picture[middle..middle + 24]), "sealed at rest");
        assert!(!holds(folder, &picture[..12]), "nor its first marks");
    }
    place.hub.stop().await;
}
