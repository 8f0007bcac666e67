//! A supervisor's leave through the hub's own door: asked, allowed, denied, timed out; each path on record.

use crate::{
    desk::{Desk, reached},
    late::rule,
    lot::{Held, Lot},
    release::{form, owing},
};
use lanedesk_hub::testing::{ENGINES, Engine};
use serde_json::{Value, json};

fn police() -> Value {
    json!({"reason": "police", "remark": "执行公务", "unpaid": "waive"})
}

/// Asks for leave; the question's id.
async fn ask(desk: &Desk<'_>, held: &Held) -> String {
    let refused = desk.release(held, police()).await;
    let refused = refused.refused(409, "approval_required");
    refused["approval"].as_str().unwrap().to_owned()
}

async fn answer(chief: &Desk<'_>, id: &str, word: &str) -> crate::desk::Answer {
    let body = json!({"answer": word, "note": "已核对"});
    chief.post(&format!("/api/approvals/{id}"), body).await
}

/// What the stream told of approvals, in order.
async fn told(lot: &Lot) -> Vec<String> {
    let rows: Vec<(String,)> = lot.rows("select body from event where kind = 'told' order by xid, n").await;
    let told = rows.iter().map(|(body,)| serde_json::from_str::<Value>(body).unwrap());
    let approvals = told.filter(|told| told["type"] == "approval");
    approvals.map(|told| told["facts"]["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn leave_is_asked_for_once_allowed_and_used_once() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let id = ask(&guard, &held).await;
        assert_eq!(ask(&guard, &held).await, id, "asked once");
        let waiting = chief.get("/api/approvals?state=waiting").await;
        let question = &waiting["items"][0];
        assert_eq!(question["id"], id);
        assert_eq!(question["due_fen"], 900, "the facts to decide by");
        assert_eq!(question["plate"], "粤B66666");
        assert_eq!(question["by"]["name"], "张三");
        answer(&guard, &id, "allow").await.refused(403, "not_allowed");
        let allowed = answer(&chief, &id, "allow").await.ok();
        assert_eq!((&allowed["state"], &allowed["answered_by"]["name"]), (&json!("allowed"), &json!("周敏")));
        answer(&chief, &id, "allow").await.ok();
        answer(&chief, &id, "deny").await.refused(422, "invalid");
        assert_eq!(form(&guard, &held).await["asked"]["state"], "allowed");

        let other = json!({"reason": "police", "remark": "执行公务", "unpaid": "debt"});
        let other = guard.release(&held, other).await.refused(409, "approval_required");
        assert_ne!(other["approval"], id, "leave is for exactly what was asked");
        assert_eq!(reached(&lot, "E02"), 0);
        guard.release(&held, police()).await.ok();
        assert_eq!(reached(&lot, "E02"), 1, "{engine:?}");
        let (by, state): (String, String) = lot
            .one(
                "select p.username, a.state from opening o join person p on p.id = o.approved_by
                  join approval a on a.opening_id = o.id",
            )
            .await;
        assert_eq!((by.as_str(), state.as_str()), ("chief", "used"));
        assert_ne!(ask(&guard, &held).await, id, "{engine:?}: used once");
        let steps: Vec<(String,)> =
            lot.rows("select what from case_event where what like 'approval_%' order by id").await;
        assert_eq!(steps[0].0, "approval_asked");
        assert!(steps.iter().any(|(what,)| what == "approval_answered"), "R35");
    }
}

#[tokio::test]
async fn a_denial_is_told_with_its_words_and_more_proof_is_a_new_question() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let id = ask(&guard, &held).await;
        answer(&chief, &id, "deny").await.ok();
        let denied = guard.release(&held, police()).await.refused(409, "approval_denied");
        assert_eq!(denied["approval"], id);
        let words = denied["detail"].as_str().unwrap();
        assert!(words.contains("周敏") && words.contains("已核对"), "{words}");
        let photo = guard.photo(&held, 1).await;
        let mut more = police();
        more["photos"] = json!([photo]);
        let again = guard.release(&held, more).await.refused(409, "approval_required");
        assert_ne!(again["approval"], id);
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}");
        assert_eq!(told(&lot).await, ["waiting", "denied", "waiting"]);
    }
}

#[tokio::test]
async fn a_question_nobody_answers_is_over_in_time_and_everybody_is_told() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let id = ask(&guard, &held).await;
        lot.minutes_pass(5);
        let waiting = chief.get("/api/approvals?state=waiting").await;
        assert_eq!(waiting["items"], json!([]), "over at once, whoever has noticed");
        answer(&chief, &id, "allow").await.refused(422, "invalid");
        lot.until("the end told", async || (told(&lot).await == ["waiting", "expired"]).then_some(())).await;
        let (audited,): (i64,) = lot.one("select count(*) from audit where action = 'approval.expire'").await;
        assert_eq!(audited, 1, "{engine:?}: every path is on record");
        assert_ne!(ask(&guard, &held).await, id, "asked anew");
        assert_eq!(reached(&lot, "E02"), 0);
    }
}

#[tokio::test]
async fn leave_lasts_only_its_time_and_nobody_allows_their_own() {
    let lot = owing(Engine::Sqlite).await;
    let chief = Desk::of(&lot, "chief").await;
    let held = chief.claim("E02").await;
    let id = ask(&chief, &held).await;
    answer(&chief, &id, "allow").await.refused(403, "not_allowed");
    let guard = Desk::of(&lot, "guard").await;
    let given = json!({"reason": "换班"});
    guard.post("/api/lanes/E02/take-over", given).await.refused(403, "not_allowed");
    guard.call(reqwest::Method::GET, "/api/approvals", None).await.refused(403, "not_allowed");
    let path = format!("/api/cases/{}/close", held.case);
    chief.post(&path, json!({})).await;
    let held = guard.claim("E02").await;
    let id = ask(&guard, &held).await;
    answer(&chief, &id, "allow").await.ok();
    lot.minutes_pass(5);
    assert_ne!(ask(&guard, &held).await, id, "leave that was not used is over too");
    assert_eq!(reached(&lot, "E02"), 0);
}

#[tokio::test]
async fn a_release_that_leaves_enough_unpaid_asks_for_leave() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let photo = guard.photo(&held, 1).await;
        let body = json!({"photos": [photo], "unpaid": "waive"});
        let misread = |sheet: &Value| {
            let reasons = sheet["reasons"].as_array().unwrap();
            reasons.iter().find(|r| r["code"] == "misread").unwrap()["approval"].clone()
        };
        // 9 yuan are due: one fen more would not ask.
        rule(&lot, "approval_due_fen = 901").await;
        assert_eq!(misread(&form(&guard, &held).await), false);
        rule(&lot, "approval_due_fen = 900").await;
        assert_eq!(misread(&form(&guard, &held).await), true, "said before");
        let refused = guard.release(&held, body.clone()).await;
        let refused = refused.refused(409, "approval_required");
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}");
        let id = refused["approval"].as_str().unwrap();
        let waiting = chief.get("/api/approvals?state=waiting").await;
        let question = &waiting["items"][0];
        assert_eq!((&question["id"], &question["due_fen"]), (&json!(id), &json!(900)));
        // The lane as it was when leave was asked for, for the supervisor to look at.
        let picture = question["picture"].as_str().unwrap();
        let shown = lot.bytes(picture).await.bytes().await.unwrap();
        assert!(shown.starts_with(&[0xff, 0xd8]));
        answer(&chief, id, "allow").await.ok();
        guard.release(&held, body).await.ok();
        assert_eq!(reached(&lot, "E02"), 1, "{engine:?}");
    }
}

#[tokio::test]
async fn after_so_many_releases_in_a_shift_the_next_asks_for_leave() {
    for engine in ENGINES {
        let lot = Lot::open(engine).await;
        rule(&lot, "approval_after_releases = 2").await;
        let (guard, agent) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "agent").await);
        let held = guard.claim("E01").await;
        let release = async |desk: &Desk<'_>, held: &Held| {
            lot.second_passes();
            desk.release(held, json!({"remark": "送货"})).await
        };
        release(&guard, &held).await.ok();
        // One whose arm did not move does not count.
        lot.device("E01").fault(lotsim::Fault::NotSupported);
        assert_eq!(release(&guard, &held).await.ok()["opening"]["result"], "refused");
        lot.device("E01").clear_faults();
        release(&guard, &held).await.ok();
        let third = release(&guard, &held).await;
        third.refused(409, "approval_required");
        assert_eq!(reached(&lot, "E01"), 3, "{engine:?}: the third release waits");
        // It is the person's number, and the shift's.
        let other = agent.claim("W02").await;
        let way = json!({"fence": other.fence, "direction": "entry"});
        let path = format!("/api/cases/{}/direction", other.case);
        agent.post(&path, way).await.ok();
        release(&agent, &other).await.ok();
        lot.minutes_pass(12 * 60 + 1);
        let guard = Desk::of(&lot, "guard").await;
        let held = guard.claim("E01").await;
        release(&guard, &held).await.ok();
    }
}

async fn people(lot: &Lot, username: &str) -> String {
    let sql = format!("select id from person where username = '{username}'");
    lot.one::<(String,)>(&sql).await.0
}

/// Two people are the point: whoever allowed a release and then takes the lane over has not asked anybody, and nobody
/// else acts on what was allowed.
#[tokio::test]
async fn whoever_allowed_a_release_and_takes_the_lane_over_must_ask_somebody_else() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let id = ask(&guard, &held).await;
        answer(&chief, &id, "allow").await.ok();
        let reason = json!({"reason": "我来"});
        chief.post("/api/lanes/E02/take-over", reason).await.ok();
        let taken = chief.claim("E02").await;
        for remark in ["执行公务", "另一个备注"] {
            let mut body = police();
            body["remark"] = json!(remark);
            let refused = chief.release(&taken, body).await;
            let own = refused.refused(409, "approval_required")["approval"].clone();
            assert_ne!(own, id, "{engine:?}");
            let own = answer(&chief, own.as_str().unwrap(), "allow").await;
            own.refused(403, "not_allowed");
        }
        // Given back, the lane is the guard's again; what was allowed before is not.
        let back = json!({"fence": taken.fence, "to": people(&lot, "guard").await, "note": ""});
        let path = format!("/api/cases/{}/hand-over", taken.case);
        chief.post(&path, back).await.ok();
        let held = guard.claim("E02").await;
        assert_ne!(ask(&guard, &held).await, id, "{engine:?}");
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}");
    }
}

/// What is released is what was asked for, word for word.
#[tokio::test]
async fn leave_is_for_its_remark_photos_and_vehicle_and_any_change_voids_it() {
    for engine in ENGINES {
        let lot = owing(engine).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let id = ask(&guard, &held).await;
        answer(&chief, &id, "allow").await.ok();
        let photo = guard.photo(&held, 1).await;
        for other in [json!({"remark": "另一个备注"}), json!({"photos": [photo]}), json!({"unpaid": "debt"})] {
            let mut body = police();
            for (key, value) in other.as_object().unwrap() {
                body[key] = value.clone();
            }
            let refused = guard.release(&held, body).await;
            let asked = refused.refused(409, "approval_required");
            assert_ne!(asked["approval"], id, "{engine:?}: {other}");
        }
        // Corrected to another plate and back: what was allowed was before.
        for plate in ["粤B66688", "粤B66666"] {
            let body = json!({"fence": held.fence, "plate": plate});
            let path = format!("/api/cases/{}/plate", held.case);
            guard.post(&path, body).await.ok();
        }
        let again = ask(&guard, &held).await;
        assert_ne!(again, id, "{engine:?}");
        answer(&chief, &id, "deny").await.refused(422, "invalid");
        // Questions that the change has voided are told as over.
        lot.until("the end told", async || {
            let told = told(&lot).await;
            (told.iter().filter(|state| *state == "expired").count() == 3).then_some(())
        })
        .await;
        assert_eq!(reached(&lot, "E02"), 0, "{engine:?}");
        answer(&chief, &again, "allow").await.ok();
        guard.release(&held, police()).await.ok();
        assert_eq!(reached(&lot, "E02"), 1, "{engine:?}");
    }
}

/// A site that says nothing of it asks a second person from ¥200 on.
#[tokio::test]
async fn a_site_without_rules_asks_for_leave_above_a_sum() {
    for engine in ENGINES {
        let lot = Lot::open_with(engine, |lane| lane.automatic = lane.code == "E01").await;
        lot.arrive("E01", lotsim::Vehicle::new("粤B66666")).await;
        // Six days at no more than ¥40 a day.
        lot.minutes_pass(6 * 24 * 60 - 10);
        lot.arrive("E02", lotsim::Vehicle::new("粤B66666").stuck()).await;
        let (guard, chief) = (Desk::of(&lot, "guard").await, Desk::of(&lot, "chief").await);
        let held = guard.claim("E02").await;
        let photo = guard.photo(&held, 1).await;
        let body = json!({"photos": [photo], "unpaid": "waive"});
        let refused = guard.release(&held, body.clone()).await;
        let asked = refused.refused(409, "approval_required")["approval"].clone();
        let waiting = chief.get("/api/approvals?state=waiting").await;
        assert!(waiting["items"][0]["due_fen"].as_i64().unwrap() >= 20_000);
        answer(&chief, asked.as_str().unwrap(), "allow").await.ok();
        guard.release(&held, body).await.ok();
        assert_eq!(reached(&lot, "E02"), 1, "{engine:?}");
    }
}
