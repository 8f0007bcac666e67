//! Abnormal release through the hub's own door (R22, R23, R25, R26, R37; invariants 3 to 5).

use crate::{
    desk::{Desk, reached},
    lot::{Held, Lot},
};
use lanedesk_hub::testing::{ENGINES, Engine};
use lotsim::Vehicle;
use serde_json::{Value, json};

/// A lot in which 粤B66666 has been for 61 minutes, owes 9 yuan and stands at the exit.
pub(crate) async fn owing(engine: Engine) -> Lot {
    let lot = Lot::open_with(engine, |lane| lane.automatic = lane.code == "E01").await;
    lot.arrive("E01", Vehicle::new("粤B66666")).await;
    lot.minutes_pass(61);
    lot.arrive("E02", Vehicle::new("粤B66666").stuck()).await;
    lot
}

async fn openings(lot: &Lot) -> Vec<Value> {
    let list = lot.get("/api/openings").await;
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_thing_missing_at_an_exit_is_named_by_the_hub_and_nothing_moves() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let mut photos = Vec::new();
        for number in 1..=4 {
            photos.push(guard.photo(&held, number).await);
        }
        let one = &photos[..1];
        let missing = [
            (json!({"photos": one, "unpaid": "waive", "reason": ""}), "reason_required"),
            (json!({"photos": one, "unpaid": "waive", "reason": "no_such"}), "reason_required"),
            (json!({"photos": one, "unpaid": "waive", "reason": "other"}), "remark_required"),
            (json!({"photos": one, "unpaid": "waive", "reason": "other", "remark": " \n"}), "remark_required"),
            (json!({"photos": [], "unpaid": "waive"}), "evidence_required"),
            (json!({"unpaid": "waive"}), "evidence_required"),
            (json!({"photos": photos, "unpaid": "waive"}), "evidence_required"),
        ];
        for (body, code) in missing {
            guard.release(&held, body).await.refused(422, code);
        }
        let four = guard.release(&held, json!({"photos": photos, "unpaid": "waive"})).await;
        let four = four.body["detail"].as_str().unwrap().to_owned();
        assert!(four.contains("1~3") && four.contains("现有 4"), "R23: {four}");
        let unsaid = guard.release(&held, json!({"photos": one})).await;
        assert_eq!(unsaid.refused(422, "invalid")["field"], "unpaid");
        let stranger = json!({"photos": [one[0], uuid::Uuid::now_v7()], "unpaid": "waive"});
        let stranger = guard.release(&held, stranger).await;
        assert_eq!(stranger.refused(422, "invalid")["field"], "photos");
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}: nothing reached the barrier");
        assert!(openings(&lot).await.is_empty());

        let body = json!({"photos": &photos[..2], "unpaid": "waive", "remark": "前车未抬杆"});
        let told = guard.release(&held, body).await.ok();
        let result = told["opening"]["result"].as_str().unwrap();
        assert!(["accepted", "opened"].contains(&result), "{told}");
        assert_eq!(reached(&lot, "E02"), 1, "R26: once");
        let listed = openings(&lot).await;
        let [opening] = &listed[..] else { panic!("one opening: {listed:?}") };
        assert_eq!(opening["id"], told["opening"]["id"]);
        assert_eq!(opening["kind"], "abnormal", "R25");
        assert_eq!(opening["reason"], "misread");
        assert_eq!(opening["remark"], "前车未抬杆");
        assert_eq!(opening["photos"], json!(&photos[..2]));
        assert_eq!(opening["unpaid"], "waive");
        assert_eq!(opening["due_fen"], 900);
        let again = guard.release(&held, json!({"photos": &photos[..1], "unpaid": "waive"}));
        again.await.refused(422, "evidence_required");
    }
}

#[tokio::test]
async fn a_release_sent_again_is_told_and_done_once() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let photo = guard.photo(&held, 1).await;
        let id = uuid::Uuid::now_v7();
        let body = json!({"order_id": id, "photos": [photo], "unpaid": "waive"});
        let (one, two) = tokio::join!(guard.release(&held, body.clone()), guard.release(&held, body.clone()));
        let (one, two) = (one.ok(), two.ok());
        assert_eq!(one["opening"]["id"], two["opening"]["id"]);
        assert_eq!(one["opening"]["order_id"], id.to_string());
        let later = guard.release(&held, body.clone()).await.ok();
        assert_eq!(later["opening"]["id"], one["opening"]["id"]);
        let mut other = body;
        other["remark"] = json!("另一句话");
        guard.release(&held, other).await.refused(409, "order_id_used");
        assert_eq!(reached(&lot, "E02"), 1, "{engine:?}: R26");
        assert_eq!(openings(&lot).await.len(), 1);
        let barrier = json!({"order_id": id, "fence": held.fence, "action": "open"});
        let path = format!("/api/cases/{}/barrier", held.case);
        guard.post(&path, barrier).await.refused(409, "order_id_used");
    }
}

#[tokio::test]
async fn a_stale_fence_or_a_late_press_never_reaches_the_barrier() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let photo = guard.photo(&held, 1).await;
        let body = json!({"photos": [photo], "unpaid": "waive"});
        let mut late = body.clone();
        late["made_at"] = json!(lot.hub.clock.now().plus_seconds(-11).to_string());
        guard.release(&held, late).await.refused(409, "order_late");
        let newer = guard.claim("E02").await;
        guard.release(&held, body.clone()).await.refused(409, "lease_lost");
        let chief = Desk::of(&lot, "chief").await;
        let taken = chief.post("/api/lanes/E02/take-over", json!({"reason": "换班"}));
        taken.await.ok();
        guard.release(&newer, body).await.refused(409, "lease_lost");
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}: R13");
        assert!(openings(&lot).await.is_empty());
    }
}

#[tokio::test]
async fn an_entry_needs_reason_and_remark_and_no_photo() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        lot.arrive("E01", Vehicle::unlicensed().stuck()).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E01").await;
        let form = guard.get(&format!("/api/cases/{}/release", held.case)).await;
        let reasons = form["reasons"].as_array().unwrap();
        assert!(reasons.iter().all(|r| r["remark"] == true && r["photos_min"] == 0), "R22");
        assert!(reasons.iter().all(|r| r["code"] != "paid_but_stuck"));
        guard.release(&held, json!({})).await.refused(422, "remark_required");
        let other_way = json!({"reason": "paid_but_stuck", "remark": "x"});
        guard.release(&held, other_way).await.refused(422, "reason_required");
        let told = guard.release(&held, json!({"remark": "无牌三轮车"})).await.ok();
        assert_eq!(reached(&lot, "E01"), 1, "{told}");
        lot.second_passes();
        let path = format!("/api/cases/{}/passed", held.case);
        guard.post(&path, json!({"fence": held.fence})).await.ok();
        let (passage, release): (String, Option<String>) = lot.one("select passage, release from opening").await;
        assert_eq!((passage.as_str(), release.as_deref()), ("passed", Some("abnormal")));
        let (inside,): (i64,) = lot.one("select count(*) from stay where left_at is null").await;
        assert_eq!(inside, 0, "{engine:?}: R37: an unlicensed vehicle does not stay inside");
    }
}

#[tokio::test]
async fn who_was_released_has_left_and_may_enter_again() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let photo = guard.photo(&held, 1).await;
        let body = json!({"photos": [photo], "unpaid": "waive"});
        guard.release(&held, body).await.ok();
        lot.second_passes();
        let path = format!("/api/cases/{}/passed", held.case);
        guard.post(&path, json!({"fence": held.fence})).await.ok();
        let (left, due, release): (Option<i64>, Option<i64>, Option<String>) =
            lot.one("select left_at, due_fen, release from stay").await;
        assert!(left.is_some(), "{engine:?}: R37");
        assert_eq!((due, release.as_deref()), (Some(900), Some("abnormal")));
        let view = lot.view("E01").await;
        assert_ne!(view["vehicle"]["status"], "inside");
    }
}

#[tokio::test]
async fn what_a_release_used_is_free_again_when_the_barrier_refused() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        let photo = guard.photo(&held, 1).await;
        lot.device("E02").fault(lotsim::Fault::NotSupported);
        let body = json!({"photos": [photo], "unpaid": "debt"});
        let told = guard.release(&held, body.clone()).await.ok();
        assert_eq!(told["opening"]["result"], "refused", "{told}");
        let chief = Desk::of(&lot, "chief").await;
        lot.until("the debt given up", async || {
            let open = chief.get("/api/debts?state=open").await;
            open["items"].as_array().unwrap().is_empty().then_some(())
        })
        .await;
        lot.device("E02").clear_faults();
        guard.release(&held, body).await.ok();
        let open = chief.get("/api/debts?state=open").await;
        assert_eq!(open["items"].as_array().unwrap().len(), 1, "{engine:?}");
        assert_eq!(openings(&lot).await.len(), 2, "both tries are on record");
    }
}

/// What a person at the exit would be asked for.
pub(crate) async fn form(desk: &Desk<'_>, held: &Held) -> Value {
    desk.get(&format!("/api/cases/{}/release", held.case)).await
}

#[tokio::test]
async fn the_form_says_what_each_reason_asks_for_and_which_camera_there_is() {
    let lot = owing(Engine::Sqlite).await;
    let guard = Desk::of(&lot, "guard").await;
    let held = guard.claim("E02").await;
    guard.photo(&held, 1).await;
    let sheet = form(&guard, &held).await;
    assert_eq!(sheet["direction"], "exit");
    assert_eq!(sheet["due_fen"], 900);
    assert_eq!((&sheet["own_camera"], &sheet["lane_camera"]), (&json!(true), &json!(true)));
    assert_eq!(sheet["photos"].as_array().unwrap().len(), 1);
    let reasons = sheet["reasons"].as_array().unwrap();
    let of = |code: &str| reasons.iter().find(|r| r["code"] == code).unwrap().clone();
    assert_eq!(of("misread")["photos_min"], 1, "R23");
    assert_eq!(of("emergency")["photos_min"], 0, "R23");
    assert_eq!(of("other")["remark"], true);
    assert_eq!(of("police")["approval"], true);
    let all = guard.get("/api/reasons").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 5);
}
