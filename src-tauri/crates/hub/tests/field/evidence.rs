//! Photos through the hub's own door (R23, R24): whose, when, which camera, and once.

use crate::{
    desk::{Desk, jpeg, reached},
    lot::Lot,
    release::{form, owing},
};
use lanedesk_hub::testing::{ENGINES, Engine};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn the_same_file_is_one_photo_and_its_row_says_what_it_is() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let now = lot.hub.clock.now();
        let send = || guard.send_photo(&held.case, jpeg(1), "device_camera", now);
        let first = send().await;
        assert_eq!(first.status, StatusCode::CREATED);
        let again = send().await;
        assert_eq!(again.status, StatusCode::OK, "{engine:?}: the same upload is one photo");
        assert_eq!(first.body, again.body);
        assert_eq!((&first.body["width"], &first.body["height"]), (&json!(320), &json!(200)));
        let (photos, steps, audited): (i64, i64, i64) = lot
            .one(
                "select (select count(*) from photo), (select count(*) from case_event where what = 'photo_taken'),
                    (select count(*) from audit where action = 'photo.take')",
            )
            .await;
        assert_eq!((photos, steps, audited), (1, 1, 1), "R35");
        let sha256 = first.body["sha256"].as_str().unwrap();
        let kept = lot.hub.hub.vault().fetch(sha256).await.unwrap();
        assert!(kept.starts_with(&[0xff, 0xd8]), "kept before it was acknowledged");
    }
}

#[tokio::test]
async fn a_photo_counts_by_when_it_was_taken_whenever_it_arrives() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        lot.minutes_pass(5);
        let held = guard.claim("E02").await;
        let claimed = lot.hub.clock.now();
        lot.minutes_pass(2);
        let send = |picture, at| guard.send_photo(&held.case, jpeg(picture), "system_camera", at);
        send(1, claimed.plus_ms(-1)).await.refused(422, "too_old");
        let early = lot.hub.clock.now().plus_minutes(1);
        send(2, early).await.refused(422, "too_old");
        send(3, claimed.plus_minutes(1)).await.ok();
        let close = format!("/api/cases/{}/close", held.case);
        guard.post(&close, json!({})).await;
        let closed = lot.hub.clock.now();
        lot.minutes_pass(3);
        send(4, closed.plus_minutes(1)).await.refused(422, "too_old");
        let late = send(5, claimed.plus_minutes(1)).await;
        assert_eq!(late.status, StatusCode::CREATED, "{engine:?}: R23: sent after an outage");
    }
}

#[tokio::test]
async fn only_who_holds_or_held_the_case_adds_photos_and_only_with_a_camera_of_their_role() {
    let lot = owing(Engine::Sqlite).await;
    let (guard, agent) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "agent").await);
    let held = guard.claim("E02").await;
    let now = lot.hub.clock.now();
    let send = async |desk: &Desk<'_>, source: &str| desk.send_photo(&held.case, jpeg(1), source, now).await;
    send(&agent, "device_camera").await.refused(409, "lease_lost");
    let chief = Desk::of(&lot, "chief").await;
    let given = json!({"fence": held.fence, "to": id_of(&lot, "agent").await, "note": ""});
    guard.post(&format!("/api/cases/{}/hand-over", held.case), given).await.ok();
    send(&agent, "device_camera").await.refused(403, "not_allowed");
    send(&guard, "device_camera").await.ok();
    send(&chief, "device_camera").await.refused(409, "lease_lost");
}

/// R24: what a lane's camera took only the hub can say. An agent who may not use a camera of their own cannot send a file
/// as the lane's, at a lane without such a camera least of all, and raise the barrier with it.
#[tokio::test]
async fn nobody_sends_a_photo_as_the_lanes_own() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        for username in ["agent", "guard", "chief"] {
            let desk = Desk::of(&lot, username).await;
            let held = desk.claim("E02").await;
            let now = lot.hub.clock.now();
            let sent = desk.send_photo(&held.case, jpeg(1), "lane_camera", now);
            let refused = sent.await;
            assert_eq!(refused.refused(422, "invalid")["field"], "source");
            let body = json!({"unpaid": "waive"});
            desk.release(&held, body).await.refused(422, "evidence_required");
            let close = format!("/api/cases/{}/close", held.case);
            desk.post(&close, json!({})).await.ok();
        }
        let (kept,): (i64,) = lot.one("select count(*) from photo").await;
        assert_eq!((kept, reached(&lot, "E02")), (0, 0), "{engine:?}");
    }
}

async fn id_of(lot: &Lot, username: &str) -> String {
    let sql = format!("select id from person where username = '{username}'");
    lot.one::<(String,)>(&sql).await.0
}

#[tokio::test]
async fn the_lanes_id_camera_takes_one_and_a_lane_without_offers_none() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let agent = Desk::of(&lot, "agent").await;
        let held = agent.claim("E02").await;
        let sheet = form(&agent, &held).await;
        assert_eq!((&sheet["own_camera"], &sheet["lane_camera"]), (&json!(false), &json!(true)), "R24");
        let path = format!("/api/cases/{}/photos/from-lane", held.case);
        let body = json!({"fence": held.fence});
        let photo = agent.post(&path, body.clone()).await;
        assert_eq!(photo.status, StatusCode::CREATED, "{}", photo.body);
        assert_eq!(photo.body["source"], "lane_camera");
        lot.device("W02").fault(lotsim::Fault::Offline);
        agent.post(&path, body).await.refused(502, "device_unreachable");
        let stale = json!({"fence": held.fence - 1});
        agent.post(&path, stale).await.refused(409, "lease_lost");
        let elsewhere = agent.claim("E01").await;
        let path = format!("/api/cases/{}/photos/from-lane", elsewhere.case);
        let none = agent.post(&path, json!({"fence": elsewhere.fence}));
        none.await.refused(409, "not_offered");
    }
}

#[tokio::test]
async fn an_unused_photo_may_be_taken_back_and_a_proof_may_not() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let (one, two) = (guard.photo(&held, 1).await, guard.photo(&held, 2).await);
        let path = |id: &str| format!("/api/cases/{}/photos/{id}", held.case);
        let (sha256,): (String,) = lot.one("select sha256 from photo order by id desc limit 1").await;
        let gone = guard.call(Method::DELETE, &path(&two), None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
        assert!(lot.hub.hub.vault().fetch(&sha256).await.is_err(), "gone for good");
        let twice = guard.call(Method::DELETE, &path(&two), None).await;
        twice.refused(404, "not_found");
        let body = json!({"photos": [one, two], "unpaid": "waive"});
        guard.release(&held, body).await.refused(422, "invalid");
        guard.photo(&held, 2).await;
        let body = json!({"photos": [one], "unpaid": "waive"});
        guard.release(&held, body).await.ok();
        let kept = guard.call(Method::DELETE, &path(&one), None).await;
        kept.refused(422, "invalid");
    }
}

#[tokio::test]
async fn what_is_no_photo_or_no_form_is_refused_with_its_own_words() {
    let lot = owing(Engine::Sqlite).await;
    let guard = Desk::of(&lot, "guard").await;
    let held = guard.claim("E02").await;
    let now = lot.hub.clock.now();
    let text = guard.send_photo(&held.case, b"not a photo".to_vec(), "device_camera", now);
    text.await.refused(422, "bad_image");
    let path = format!("/api/cases/{}/photos", held.case);
    guard.post(&path, json!({"file": ""})).await.refused(415, "unsupported_media");
    let huge = guard.send_photo(&held.case, vec![0; 17 * 1024 * 1024], "device_camera", now);
    huge.await.refused(413, "too_large");
    let (kept,): (i64,) = lot.one("select count(*) from photo").await;
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_photo_of_another_case_proves_nothing_here() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let other = guard.claim("E01").await;
        let theirs = guard.photo(&other, 1).await;
        let held = guard.claim("E02").await;
        let body = json!({"photos": [theirs], "unpaid": "waive"});
        let refused = guard.release(&held, body).await;
        refused.refused(422, "evidence_required");
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}: R23");
    }
}
