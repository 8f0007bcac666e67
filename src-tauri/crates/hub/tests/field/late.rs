//! 「补录」 through the hub's own door (R24): photos that come after their release, and what owes them meanwhile.

use crate::{
    desk::{Desk, jpeg, reached},
    lot::{Held, Lot, now},
    release::{form, owing},
};
use lanedesk_hub::testing::{ENGINES, Engine};
use serde_json::{Value, json};

/// A lot whose rule lets photos come later, with a vehicle that owes money at the exit.
async fn lenient(engine: Engine) -> Lot {
    let lot = owing(engine).await;
    rule(&lot, "late_photos = 1").await;
    lot
}

/// Sets a rule and waits until it is in force.
pub(crate) async fn rule(lot: &Lot, line: &str) {
    let (name, value) = line.split_once(" = ").unwrap();
    let text = format!("[rules]\n{line}\n");
    lot.database.import(&text, now()).await.unwrap();
    lot.until("the rule is in force", async || {
        let rules = lot.hub.hub.rules();
        (rules.get(name).unwrap().to_string() == value).then_some(())
    })
    .await;
}

async fn late(desk: &Desk<'_>, held: &Held) -> Value {
    let body = json!({"photos": [], "photos_later": true, "unpaid": "waive"});
    desk.release(held, body).await.ok()
}

async fn owed(desk: &Desk<'_>) -> Vec<Value> {
    let list = desk.get("/api/openings?owing=true").await;
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn without_the_rule_or_the_word_photos_are_required_as_ever() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        assert_eq!(form(&guard, &held).await["late_photo_minutes"], Value::Null);
        let later = json!({"photos": [], "photos_later": true, "unpaid": "waive"});
        guard.release(&held, later.clone()).await.refused(422, "evidence_required");
        rule(&lot, "late_photos = 1").await;
        assert_eq!(form(&guard, &held).await["late_photo_minutes"], 30);
        let unsaid = json!({"photos": [], "unpaid": "waive"});
        guard.release(&held, unsaid).await.refused(422, "evidence_required");
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}");
    }
}

#[tokio::test]
async fn a_release_owes_its_photo_until_it_comes() {
    for engine in ENGINES {
        let lot = lenient(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let told = late(&guard, &held).await;
        assert_eq!(reached(&lot, "E02"), 1, "{engine:?}: the vehicle is let out");
        let listed = owed(&guard).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["id"], told["opening"]["id"]);
        assert_eq!(listed[0]["photos_owed"]["missing"], 1);
        assert!(listed[0]["picture_before"].is_string(), "the lane's still");
        assert_eq!(owed(&chief).await.len(), 1, "supervisors see it");

        // The case is over; the photo is taken before the time is, and sent after it.
        let close = format!("/api/cases/{}/close", held.case);
        guard.post(&close, json!({})).await.ok();
        lot.minutes_pass(29);
        let shutter = lot.hub.clock.now();
        lot.minutes_pass(90);
        let send = || guard.send_photo(&held.case, jpeg(1), "system_camera", shutter);
        let photo = send().await.ok();
        assert_eq!(send().await.ok()["id"], photo["id"], "sent again it is one");
        assert!(owed(&guard).await.is_empty() && owed(&chief).await.is_empty());
        let path = format!("/api/openings/{}", listed[0]["id"].as_str().unwrap());
        let done = chief.get(&path).await;
        assert_eq!(done["photos"], json!([photo["id"]]));
        assert_eq!(done["photos_owed"]["missing"], 0, "{done}");
        let photos = chief.get(&format!("{path}/photos")).await;
        assert_eq!(photos["items"][0]["state"], "kept");
        assert_eq!(photos["items"][0]["by"]["name"], "张三");
        let (audited,): (i64,) = lot.one("select count(*) from audit where action = 'release.photo'").await;
        assert_eq!(audited, 1);
        let more = guard.send_photo(&held.case, jpeg(2), "system_camera", shutter);
        more.await.refused(422, "too_old");
    }
}

#[tokio::test]
async fn a_photo_taken_too_late_does_not_count_and_the_release_stays_listed() {
    for engine in ENGINES {
        let lot = lenient(engine).await;
        let (guard, agent) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "agent").await);
        let held = guard.claim("E02").await;
        late(&guard, &held).await;
        let close = format!("/api/cases/{}/close", held.case);
        guard.post(&close, json!({})).await.ok();
        lot.minutes_pass(31);
        let now = lot.hub.clock.now();
        let send = guard.send_photo(&held.case, jpeg(1), "system_camera", now);
        send.await.refused(422, "too_old");
        assert_eq!(owed(&guard).await.len(), 1, "{engine:?}: overdue, and listed");
        assert!(owed(&agent).await.is_empty(), "it is the guard's to bring");
        let other = agent.send_photo(&held.case, jpeg(1), "system_camera", now);
        other.await.refused(409, "lease_lost");
    }
}

#[tokio::test]
async fn an_order_that_moved_nothing_owes_nothing() {
    for engine in ENGINES {
        let lot = lenient(engine).await;
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E02").await;
        lot.device("E02").fault(lotsim::Fault::NotSupported);
        assert_eq!(late(&guard, &held).await["opening"]["result"], "refused");
        lot.until("nothing owed", async || owed(&guard).await.is_empty().then_some(())).await;
        lot.device("E02").clear_faults();
        late(&guard, &held).await;
        assert_eq!(owed(&guard).await.len(), 1, "{engine:?}: only the second");
    }
}

#[tokio::test]
async fn what_is_overdue_is_closed_by_a_supervisor_with_a_reason_and_by_nothing_else() {
    for engine in ENGINES {
        let lot = lenient(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        late(&guard, &held).await;
        let close = format!("/api/cases/{}/close", held.case);
        guard.post(&close, json!({})).await.ok();
        let one = format!("/api/openings/{}", owed(&guard).await[0]["id"].as_str().unwrap());
        let path = format!("{one}/photos/close");
        let why = json!({"reason": " 车主已离开，电话不通 "});
        // It may still come; and then it is the supervisor's, who says why.
        let early = chief.post(&path, why.clone()).await;
        assert_eq!(early.refused(422, "invalid")["field"], "state", "{engine:?}");
        lot.minutes_pass(31);
        guard.post(&path, why.clone()).await.refused(403, "not_allowed");
        let silent = chief.post(&path, json!({"reason": "  "})).await;
        silent.refused(422, "reason_required");
        assert_eq!(owed(&chief).await.len(), 1, "R24: listed until it is closed");
        let done = chief.post(&path, why.clone()).await.ok();
        let closed = &done["photos_owed"]["closed"];
        assert_eq!((&done["photos_owed"]["missing"], &closed["by"]["name"]), (&json!(1), &json!("周敏")));
        assert_eq!(closed["reason"], "车主已离开，电话不通");
        assert!(owed(&guard).await.is_empty() && owed(&chief).await.is_empty());
        assert_eq!(guard.get(&one).await["photos_owed"]["closed"], *closed, "its person sees it");
        // Once; the first word stays.
        chief.post(&path, json!({"reason": "别的"})).await.refused(422, "invalid");
        let steps = chief.get(&format!("{one}/timeline")).await;
        let steps = steps["items"].as_array().unwrap();
        let told: Vec<&Value> = steps.iter().filter(|step| step["what"] == "photos_closed").collect();
        assert_eq!(told.len(), 1, "R35: {steps:?}");
        assert_eq!(told[0]["person"]["name"], "周敏");
        assert_eq!(told[0]["facts"]["reason"], "车主已离开，电话不通");
        let (audited,): (i64,) = lot.one("select count(*) from audit where action = 'release.photos_close'").await;
        assert_eq!(audited, 1);
    }
}
